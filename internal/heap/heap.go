// Package heap keeps the memory of small processes small. Go lets a heap grow to twice of what is in
// use before it collects garbage, which is quick; where a process is to stay below a limit, it
// has to collect it earlier.
package heap

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// A Limit is for the memory of the process. Garbage is collected before it is exceeded, as long as
// what is in use leaves room and a collection finds something: a process that needs more gets more, as
// if there were no limit.
// The environment variables GOGC and GOMEMLIMIT have precedence. It is safe for concurrent use.
type Limit struct {
	mu      sync.Mutex
	bytes   int64
	watched bool
	kept    bool // more than the limit, from before the last Begin
	givenUp func()
}

// NewLimit returns a limit that is not yet in effect. givenUp is called, perhaps by another goroutine, when the process
// needs more.
func NewLimit(bytes int64, givenUp func()) *Limit { return &Limit{bytes: bytes, givenUp: givenUp} }

// Begin puts the limit into effect, unless the process keeps more than that from what it did before, as a server does:
// it would collect all of it again and again.
func (l *Limit) Begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept = l.exceeded(); !l.kept {
		l.set()
	}
}

// Raise adds to the limit and puts it into effect, also if the process has needed more since Begin.
func (l *Limit) Raise(bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bytes += bytes
	if !l.kept || !l.exceeded() {
		l.set()
	}
}

func (l *Limit) set() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetMemoryLimit(l.bytes)
	if !l.watched {
		l.watched = true
		runtime.SetFinalizer(&sentinel{limit: l}, (*sentinel).collected)
	}
}

// room is the share of the limit, in percent, up to which the heap in use is worth collecting for. Above
// it the collector would run again and again.
const room = 75

// exceeded reports whether what was in use at the last collection leaves too little room.
func (l *Limit) exceeded() bool {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64()) > l.bytes/100*room
}

// leastGrowth is the share of the heap in use, in percent, that is to be allocated between two collections.
// What the heap in use does not fill may be lost to the limit as well, between objects and in what the
// runtime itself needs: the heap of a star of 100,000 services was collected fourteen times for a megabyte each.
const leastGrowth = 8

// A sentinel is garbage: its finalizer runs after each collection.
type sentinel struct {
	limit *Limit
	pace  pace
}

func (s *sentinel) collected() {
	l := s.limit
	l.mu.Lock()
	defer l.mu.Unlock()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/cycles/forced:gc-cycles"}}
	metrics.Read(sample)
	if inVain := s.pace.inVain(sample[0].Value.Uint64(), sample[1].Value.Uint64(), sample[2].Value.Uint64()); inVain || l.exceeded() {
		debug.SetMemoryLimit(math.MaxInt64)
		l.watched = false
		l.givenUp()
		return
	}
	runtime.SetFinalizer(s, (*sentinel).collected)
}

// A pace is how far collections are apart.
type pace struct {
	allocated uint64 // by the process until the last collection
	forced    uint64 // collections that the program had asked for until then
	close     int    // how many collections in a row came before leastGrowth
}

// inVain notes one more collection, and reports whether collections find too little. Once may be by chance.
func (p *pace) inVain(live, allocated, forced uint64) bool {
	if allocated-p.allocated < live/100*leastGrowth && forced == p.forced {
		p.close++
	} else {
		p.close = 0
	}
	p.allocated, p.forced = allocated, forced
	return p.close > 1
}
