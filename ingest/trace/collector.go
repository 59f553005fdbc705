package trace

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/weirgraph/weir/graph"
)

// A Collector keeps what linking needs of the spans that one goroutine reads.
type Collector struct {
	shelf   shelf
	parties interned[party]
	peers   interned[peer]
	weights interned[float64]
	traits  sorts

	operations operations

	origins []graph.Origin // by party, the first place where it was met
	apart   uint64         // spans of no trace
	spill   *Spill         // nil if the memory of records is not bounded

	// Of the value that is read: what one part of it says may still complete what
	// another part did.
	records table[record]
	links   []recordLink

	buf    []byte
	origin graph.Origin // of what is read
}

// recordLink is the first link of a consumer that does not name what it takes from.
type recordLink struct {
	at         int    // of the consumer
	trace, key uint64 // of the span that it links to
}

// table is a list that grows without moving what it holds.
type table[T any] struct {
	blocks [][]T
	length int
}

const tableBlock = 1 << 10

func (t *table[T]) add(v T) int {
	if t.length == tableBlock*len(t.blocks) {
		t.blocks = append(t.blocks, make([]T, tableBlock))
	}
	*t.at(t.length) = v
	t.length++
	return t.length - 1
}

func (t *table[T]) at(i int) *T { return &t.blocks[i/tableBlock][i%tableBlock] }

// empty forgets what the table holds. It keeps its memory, but not that of one
// large value.
func (t *table[T]) empty() {
	const most = 16
	t.length = 0
	if len(t.blocks) > most {
		t.blocks = slices.Clip(slices.Clone(t.blocks[:most]))
	}
}

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
func (w *Collector) party(name, namespace, cluster, workload, endpoint []byte) uint32 {
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
	// Chunks come in any order: of all places the first counts, not the one met first.
	if first := &w.origins[i]; w.origin != *first && w.origin.Compare(*first) < 0 {
		*first = w.origin
	}
	return i
}

// peerOf returns the number of what the draft says of its other side, or 0 if it
// says nothing.
func (w *Collector) peerOf(d *draft) uint32 {
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

func (w *Collector) weightOf(d *draft) uint16 {
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
func (w *Collector) add(d *draft) int {
	d.messages()
	r := record{traits: traits{party: d.party, flags: d.flags}, duration: -1, start: uint32(d.start / 1000)}
	if d.duration > 0 {
		r.duration = float32(d.duration)
	} else if d.start > 0 && d.end >= d.start {
		r.duration = float32(d.end - d.start)
	}
	if d.retries() {
		r.flags |= retried
	}
	r.peer, r.weight = w.peerOf(d), w.weightOf(d)
	isPaged := false
	if r.op, isPaged = w.operations.of(d, w.buf); isPaged {
		r.flags |= paged
	}
	hasLink := !d.link.span.isZero() && !d.link.trace.isZero() && d.flags.kind() == consumer
	l := recordLink{at: w.records.length}
	if hasLink {
		l.trace = d.link.trace.hash()
		l.key = d.link.span.within(l.trace)
	}
	if d.trace.isZero() || d.span.isZero() {
		// Nobody refers to it: its key need only be that under which its link is kept.
		w.apart++
		r.flags |= apart
		r.trace, r.key = mix(w.apart, 0x9e3779b97f4a7c15), max(1, l.key)
	} else {
		r.trace = d.trace.hash()
		r.key = d.span.within(r.trace)
		if !d.parent.isZero() {
			r.parent = d.parent.within(r.trace)
		}
	}
	at := w.records.add(r)
	if hasLink {
		w.links = append(w.links, l)
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

// keep moves the records of the values that were read to the shelf, and returns
// how many they are.
func (w *Collector) keep() int {
	n := w.records.length
	if n == 0 {
		return 0
	}
	w.shelf.mu.Lock()
	for i := range n {
		r := w.records.at(i)
		w.shelf.add(partOf(r.trace), r.pack(w.traits.number(r.traits)))
	}
	for _, l := range w.links {
		r := w.records.at(l.at)
		w.shelf.add(partOf(l.trace), packLink(l.key, r.key, partOf(r.trace)))
		w.shelf.links |= 1 << partOf(l.trace)
	}
	w.shelf.mu.Unlock()
	w.spill.count(n + len(w.links))
	w.records.empty()
	w.links = w.links[:0]
	return n
}
