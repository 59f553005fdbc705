package link

import (
	"math"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A partition is some whole traces: those of one part of all buffers, or a share
// of them that fits into memory. It is used again for the next, so that linking
// allocates next to nothing.
type partition struct {
	pool    *pool
	records []spans.Packed // with traits in numbers of the pool
	order   []uint32       // records, one trace behind the other, those of no trace last
	from    []uint32       // trace t is order[from[t]:from[t+1]]

	producers map[uint64]uint32 // by the key of a consumer, the party of the span that it links to
	followed  map[uint64]bool   // keys of the spans that consumers link to

	traces traces
	number []uint32 // by record, its trace
}

// A share is which of the traces of a part are meant: every so manyth.
type share struct{ part, number, of int }

func newPartition(p *pool) *partition {
	return &partition{pool: p, producers: map[uint64]uint32{}, followed: map[uint64]bool{}}
}

// load takes the share of the records into memory, sorted by their traces.
func (p *partition) load(s *store, which share) error {
	p.records = resize(p.records, s.count(which.part)/which.of)[:0]
	clear(p.followed)
	clear(p.producers)
	err := s.each(which.part, func(worker int, r *spans.Packed) {
		switch {
		case r.Traits == spans.IsLink:
			p.followed[r.Key>>spans.LowBits] = true
		case r.TraceWithin()%uint64(which.of) == uint64(which.number):
			p.records = append(p.records, *r)
			p.records[len(p.records)-1].Traits += p.pool.firstOf[worker]
		}
	})
	if err != nil {
		return err
	}
	err = s.eachFound(which.part, func(consumer uint64, party uint32) {
		if best, ok := p.producers[consumer]; !ok || party < best {
			p.producers[consumer] = party
		}
	})
	p.group()
	return err
}

// group sorts the records by their traces.
func (p *partition) group() {
	const none = math.MaxUint32
	p.traces.empty()
	p.number = resize(p.number, len(p.records))[:0]
	for i := range p.records {
		r, t := &p.records[i], uint32(none)
		if p.pool.traits[r.Traits].Flags&spans.Apart == 0 {
			t = p.traces.number(r.TraceWithin())
		}
		p.number = append(p.number, t)
	}
	p.from = resize(p.from, len(p.traces.hashes)+2)
	clear(p.from)
	for _, t := range p.number {
		if t != none {
			p.from[t+2]++
		}
	}
	for t := 2; t < len(p.from); t++ {
		p.from[t] += p.from[t-1]
	}
	p.order = resize(p.order, len(p.records))
	alone := p.from[len(p.from)-1]
	for i, t := range p.number {
		next := &alone
		if t != none {
			next = &p.from[t+1]
		}
		p.order[*next] = uint32(i)
		*next++
	}
	p.from = p.from[:len(p.from)-1]
}

// resize returns a list of this length that holds anything. Parts are about equal,
// so there is some room for the next.
func resize[T any](list []T, length int) []T {
	if cap(list) < length {
		return make([]T, length, length+length/16)
	}
	return list[:length]
}

// link links the traces, each on its own, and counts them.
func (p *partition) link(t *tree, found *edgeStats) {
	for i, from := range p.from[:len(p.from)-1] {
		t.trace = p.traces.hashes[i]
		t.link(p.order[from:p.from[i+1]], found)
	}
	alone := p.order[p.from[len(p.from)-1]:]
	for i := range alone {
		t.trace = 0
		t.link(alone[i:i+1], found)
	}
	t.stats.Traces += len(p.from) - 1 + len(alone)
}

// record returns a record with its numbers in the pool.
func (p *partition) record(n uint32) spans.Record {
	r := p.records[n].Unpack()
	r.Traits = p.pool.traits[p.records[n].Traits]
	return r
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

// empty forgets all traces, and keeps the memory for others.
func (t *traces) empty() {
	clear(t.slots)
	t.hashes, t.last = t.hashes[:0], 0
}
