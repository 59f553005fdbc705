package link

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A tree is the spans of one trace, hung below each other. It is used again for
// the next trace, so that linking allocates next to nothing.
type tree struct {
	pool  *pool
	part  *partition
	stats graph.Spans
	trace uint64 // its hash

	spans []node
	slots []int32 // index+1 of the first span of the key that leads here
	order []int32 // spans, parents before children
	path  []int32
	twins []int32

	requests
}

// A node is a record in its tree.
type node struct {
	spans.Record
	next    int32 // the next span of the same key, -1 for none
	up      int32 // its parent, -1 for none
	named   int32 // the nearest span that has a service, itself included, -1 for none
	half    int32 // the caller's half of a call that leads to here, itself included, -1 for none
	state   uint8
	orphan  bool
	gone    bool   // it is a piece of another record
	replied bool   // a caller's half whose callee was met
	queue   uint32 // what its consumer takes from, for a producer that names nothing
	request int32  // what its service is answering, see served
}

// maxTwins bounds how many records of one id are compared with each other.
const maxTwins = 64

const (
	unseen uint8 = iota
	onPath
	settled
)

// grow builds the tree of the records with these numbers.
func (t *tree) grow(numbers []uint32) {
	t.spans = t.spans[:0]
	for _, n := range numbers {
		t.spans = append(t.spans, node{Record: t.part.record(n), next: -1, up: -1})
	}
	t.stats.Spans += len(t.spans)
	t.index()
	for i := range t.spans {
		if s := &t.spans[i]; !s.gone {
			t.hang(int32(i), s)
		}
	}
	t.sort()
}

// index finds the spans of equal keys and makes one of those that are one.
func (t *tree) index() {
	size := 8
	for size < 2*len(t.spans) {
		size *= 2
	}
	if cap(t.slots) < size {
		t.slots = make([]int32, size)
	}
	t.slots = t.slots[:size]
	clear(t.slots)
	several := false
	for i := range t.spans {
		s := &t.spans[i]
		slot := t.slot(s.Key)
		if *slot > 0 {
			several = true
			s.next = *slot - 1
		}
		*slot = int32(i) + 1
	}
	if !several {
		t.imply()
		return
	}
	for _, first := range t.slots {
		if first > 0 && t.spans[first-1].next >= 0 {
			t.mergeTwins(first - 1)
		}
	}
	t.imply()
}

// slot returns where a key leads.
func (t *tree) slot(key uint64) *int32 {
	mask := uint64(len(t.slots) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		if n := t.slots[i]; n == 0 || t.spans[n-1].Key == key {
			return &t.slots[i]
		}
	}
}

// mergeTwins makes one span of the records of one key that are pieces or copies
// of each other. What comes out does not depend on their order.
func (t *tree) mergeTwins(first int32) {
	t.twins = t.twins[:0]
	for i := first; i >= 0; i = t.spans[i].next {
		t.twins = append(t.twins, i)
	}
	slices.SortFunc(t.twins, func(a, b int32) int { return t.spans[a].compare(&t.spans[b]) })
	t.copies()
	t.pieces()
	t.chain()
}

// copies merges spans of one id that are the same span recorded twice. Equal ones are
// adjacent.
func (t *tree) copies() {
	kept := t.twins[:0]
	for _, i := range t.twins {
		s := &t.spans[i]
		for _, j := range kept[max(0, len(kept)-maxTwins):] {
			if into := &t.spans[j]; t.same(into, s) {
				if (into.Party == 0) == (s.Party == 0) { // else it is a piece that does not know its own name
					t.stats.Duplicates++
				}
				into.take(s)
				s.gone = true
				break
			}
		}
		if !s.gone {
			kept = append(kept, i)
		}
	}
	t.twins = kept
}

// pieces adds twins without a kind to the one of their service that has a kind.
func (t *tree) pieces() {
	for _, i := range t.twins {
		s := &t.spans[i]
		if s.Flags.Kind() != spans.Unspecified {
			continue
		}
		for _, j := range t.twins[:min(maxTwins, len(t.twins))] {
			if into := &t.spans[j]; into.Flags.Kind() != spans.Unspecified && t.pool.sameService(into.Party, s.Party) {
				into.take(s)
				s.gone = true
				break
			}
		}
	}
}

// chain links what is left of the twins in their own order. Only the first of very many
// can be a parent.
func (t *tree) chain() {
	t.twins = slices.DeleteFunc(t.twins, func(i int32) bool { return t.spans[i].gone })
	slot := t.slot(t.spans[t.twins[0]].Key)
	*slot = t.twins[0] + 1
	for n, i := range t.twins {
		t.spans[i].next = -1
		if n+1 < min(maxTwins, len(t.twins)) {
			t.spans[i].next = t.twins[n+1]
		}
	}
}

// compare puts the records of one key into an order of their own: those that
// say more of themselves first.
func (s *node) compare(o *node) int {
	return cmp.Or(cmp.Compare(o.Flags.Kind(), s.Flags.Kind()), cmp.Compare(o.Party, s.Party), cmp.Compare(o.Flags, s.Flags),
		cmp.Compare(o.Peer, s.Peer), cmp.Compare(s.Parent, o.Parent), cmp.Compare(s.Duration, o.Duration),
		cmp.Compare(s.Start, o.Start), cmp.Compare(o.Weight, s.Weight), cmp.Compare(o.Op, s.Op))
}

// same reports whether two records of one key are one span. Servers that share
// the id of their client are kept apart by addresses that differ.
func (t *tree) same(a, b *node) bool {
	if a.Flags.Kind() != b.Flags.Kind() || (a.Flags^b.Flags)&spans.Shared != 0 ||
		a.Party != 0 && b.Party != 0 && !t.pool.sameService(a.Party, b.Party) {
		return false
	}
	if a.Flags&spans.Shared == 0 || a.Flags.Kind() != spans.Server {
		return true
	}
	x, y := t.pool.parties[a.Party].Endpoint, t.pool.parties[b.Party].Endpoint
	return x == y || x == "" || y == ""
}

// take adds what another record of the same span says.
func (s *node) take(o *node) {
	s.Flags |= o.Flags & (spans.Failed | spans.Retried)
	s.Duration = max(s.Duration, o.Duration)
	for _, f := range [...]struct{ to, from *uint32 }{{&s.Peer, &o.Peer}, {&s.Party, &o.Party}, {&s.Op, &o.Op}} {
		if *f.to == 0 {
			*f.to = *f.from
		}
	}
	if s.Parent == 0 {
		s.Parent = o.Parent
	}
	if s.Weight == 0 {
		s.Weight = o.Weight
	}
}

// imply makes clients of the spans that are so only by naming their other side,
// and servers of those that are so only by sharing an id that another one made.
func (t *tree) imply() {
	for i := range t.spans {
		switch s := &t.spans[i]; {
		case s.Flags&(spans.Implied|spans.Shared) == 0 || s.Flags.Kind() != spans.Unspecified:
		case s.Flags&spans.Implied == 0:
			s.Flags |= spans.Server
		case s.Party != 0:
			s.Flags |= spans.Client
		}
	}
}

// hang finds the parent of a span.
func (t *tree) hang(i int32, s *node) {
	if s.Flags.Answers() {
		if half := t.asker(i); half >= 0 {
			s.up = half
			return
		}
	}
	if s.Parent == 0 {
		return
	}
	if s.Parent == s.Key {
		t.stats.Broken++
		return
	}
	s.up = t.parent(s)
	if s.up < 0 {
		s.orphan = true
		t.stats.Orphans++
	}
}

// asker returns the caller's half that has the same id as a callee's half, or -1.
// An id that is shared was that of the client span first, even if that has no kind.
func (t *tree) asker(i int32) int32 {
	found := int32(-1)
	takes := t.spans[i].Flags&spans.Shared != 0
	for j := *t.slot(t.spans[i].Key) - 1; j >= 0; j = t.spans[j].next {
		s := &t.spans[j]
		if s.gone || !s.Flags.Asks() && !(takes && s.Flags&spans.Shared == 0 && !s.Flags.Answers()) {
			continue
		}
		if found < 0 || s.compare(&t.spans[found]) < 0 {
			found = j
		}
	}
	return found
}

// parent returns the span whose id is the parent's of s. Where several have it,
// it is the callee's half of the same service, else any callee's half.
func (t *tree) parent(s *node) int32 {
	best, rank := int32(-1), 0
	for j := *t.slot(s.Parent) - 1; j >= 0; j = t.spans[j].next {
		o := &t.spans[j]
		if o.gone {
			continue
		}
		r := 1
		switch {
		case o.Flags.Answers() && t.pool.sameService(o.Party, s.Party):
			r = 3
		case o.Flags.Answers():
			r = 2
		}
		if r > rank || r == rank && o.compare(&t.spans[best]) < 0 {
			best, rank = j, r
		}
	}
	return best
}

// sort puts parents before their children. Spans that are their own ancestors
// lose their parents.
func (t *tree) sort() {
	t.order = t.order[:0]
	for i := range t.spans {
		t.path = t.path[:0]
		j := int32(i)
		for j >= 0 && t.spans[j].state == unseen && !t.spans[j].gone {
			t.spans[j].state = onPath
			t.path = append(t.path, j)
			j = t.spans[j].up
		}
		if j >= 0 && t.spans[j].state == onPath {
			t.breakCycle(j)
		}
		for _, k := range slices.Backward(t.path) {
			t.spans[k].state = settled
			t.order = append(t.order, k)
		}
	}
}

func (t *tree) breakCycle(from int32) {
	for j := from; j >= 0; {
		up := t.spans[j].up
		t.spans[j].up = -1
		t.stats.Broken++
		j = up
		if j == from {
			break
		}
	}
}
