package trace

import (
	"bytes"
	"strconv"

	"github.com/weirgraph/weir/graph"
)

// A Worker reads chunks and keeps what linking needs of their spans. It belongs to
// one goroutine.
type Worker struct {
	records table[record]
	links   []recordLink
	traces  traces
	parties interned[party]
	peers   interned[peer]
	weights interned[float64]
	origins []graph.Origin // by party, where it was met first
	apart   int            // spans of no trace

	c      cursor
	d      draft
	buf    []byte
	origin graph.Origin // of the chunk

	halves halves // of the span of Zipkin that is read

	// Of the trace of Jaeger that is read.
	holders    []holder
	processes  []process
	references []reference
}

// recordLink is the first link of a consumer that does not name what it takes from.
type recordLink struct {
	at  int
	key uint64 // of the span that it links to
}

// table is a list that grows without moving what it holds.
type table[T any] struct {
	blocks [][]T
	length int
}

const blockSize = 1 << 13

func (t *table[T]) add(v T) int {
	last := len(t.blocks) - 1
	if last < 0 || len(t.blocks[last]) == blockSize {
		t.blocks = append(t.blocks, make([]T, 0, blockSize))
		last++
	}
	t.blocks[last] = append(t.blocks[last], v)
	t.length++
	return t.length - 1
}

func (t *table[T]) at(i int) *T { return &t.blocks[i/blockSize][i%blockSize] }

// interned numbers equal values once, from 1 on.
type interned[T any] struct {
	number map[string]uint32
	values []T // values[0] stands for none
}

// find returns the number of the value that has this key.
func (n *interned[T]) find(key []byte) (uint32, bool) {
	i, ok := n.number[string(key)]
	return i, ok
}

func (n *interned[T]) add(key []byte, v T) uint32 {
	if n.number == nil {
		n.number = map[string]uint32{}
		n.values = make([]T, 1)
	}
	n.values = append(n.values, v)
	n.number[string(key)] = uint32(len(n.values) - 1)
	return uint32(len(n.values) - 1)
}

// party returns the number of a party, or 0 if it has no name.
func (w *Worker) party(name, namespace, cluster, workload, endpoint []byte) uint32 {
	if len(name) == 0 {
		return 0
	}
	key := w.buf[:0]
	for _, part := range [...][]byte{name, namespace, cluster, workload, endpoint} {
		key = append(append(key, part...), 0)
	}
	w.buf = key
	i, ok := w.parties.find(key)
	if !ok {
		i = w.parties.add(key, party{clean(name), clean(namespace), clean(cluster), clean(workload), clean(endpoint)})
		for len(w.origins) <= int(i) {
			w.origins = append(w.origins, w.origin)
		}
	}
	return i
}

// peerOf returns the number of what the draft says of its other side, or 0 if it
// says nothing.
func (w *Worker) peerOf(d *draft) uint32 {
	var p sight
	switch d.flags.kind() {
	case client, producer, consumer:
		p = d.describe()
	case server:
		p.protocol = d.protocol()
		if name := d.service(); name != nil {
			p.name, p.named, p.namespace = name, true, d.get(peerNamespace)
		}
	default:
		if d.flags&implied != 0 {
			p.name, p.named = d.remote, true
		}
	}
	if !p.tells() {
		return 0
	}
	key := w.buf[:0]
	for _, part := range [...][]byte{p.name, p.namespace, p.host, p.protocol} {
		key = append(append(key, part...), 0)
	}
	key = append(key, byte(p.kind), byte(p.port), byte(p.port>>8))
	if p.named {
		key = append(key, 1)
	}
	w.buf = key
	i, ok := w.peers.find(key)
	if !ok {
		i = w.peers.add(key, p.peer())
	}
	return i
}

func (w *Worker) weightOf(d *draft) uint16 {
	const most = 1 << 12 // distinct weights of one run; more of them are noise
	weight := d.weight()
	if weight <= 0 {
		return 0
	}
	key := strconv.AppendFloat(w.buf[:0], weight, 'g', -1, 64)
	w.buf = key
	i, ok := w.weights.find(key)
	if !ok && len(w.weights.values) < most {
		i = w.weights.add(key, weight)
	}
	return uint16(i)
}

// add keeps the span that the draft describes, and empties the draft.
func (w *Worker) add(d *draft) int {
	d.messages()
	r := record{party: d.party, flags: d.flags, duration: -1, start: uint32(d.start / 1000)}
	if d.duration > 0 {
		r.duration = float32(d.duration)
	} else if d.start > 0 && d.end >= d.start {
		r.duration = float32(d.end - d.start)
	}
	if d.retries() {
		r.flags |= retried
	}
	r.peer, r.weight = w.peerOf(d), w.weightOf(d)
	if d.trace.isZero() || d.span.isZero() {
		w.apart++
		r.flags |= apart
		r.key = uint64(w.records.length) + 1
	} else {
		trace := d.trace.hash()
		r.trace, r.key = w.traces.number(trace), d.span.within(trace)
		if !d.parent.isZero() {
			r.parent = d.parent.within(trace)
		}
	}
	at := w.records.add(r)
	if !d.link.span.isZero() && !d.link.trace.isZero() && d.flags.kind() == consumer {
		w.links = append(w.links, recordLink{at, d.link.span.within(d.link.trace.hash())})
	}
	d.reset()
	return at
}

// retries reports whether the span says that it is not the first try.
func (d *draft) retries() bool {
	if d.set&(1<<resendCount|1<<attemptCount|1<<retryTag) == 0 {
		return false
	}
	resent, _ := parseInt(d.get(resendCount))
	attempts, _ := parseInt(d.get(attemptCount))
	return resent > 0 || attempts > 1 || d.set&(1<<retryTag) != 0 && !bytes.Equal(d.get(retryTag), []byte("false"))
}

// traces numbers traces by their hash.
type traces struct {
	slots  []uint32 // number+1 of the trace whose hash leads here
	hashes []uint64 // by number
	last   uint32
}

// number returns the number of a trace, a new one if it was not met before.
func (t *traces) number(hash uint64) uint32 {
	if len(t.hashes) > 0 && t.hashes[t.last] == hash {
		return t.last
	}
	if 2*len(t.hashes) >= len(t.slots) {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		switch s := t.slots[i]; {
		case s == 0:
			t.last = uint32(len(t.hashes))
			t.hashes = append(t.hashes, hash)
			t.slots[i] = t.last + 1
			return t.last
		case t.hashes[s-1] == hash:
			t.last = s - 1
			return t.last
		}
	}
}

func (t *traces) grow() {
	t.slots = make([]uint32, max(1<<10, 2*len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for n, hash := range t.hashes {
		i := hash & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = uint32(n) + 1
	}
}
