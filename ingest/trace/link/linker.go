package link

import (
	"fmt"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A Linker links traces that come one after the other, each in portions, and adds up what it
// finds. What Linkers of several processes find adds up to what Link finds, provided that
// each has all portions of its traces.
//
// What a consumer links to may be in another trace. So the first round asks: it postpones the
// traces whose consumers wait, and Next gets their portions and the replies of other traces. The last round,
// where Next is nil, has both and links them.
//
// It keeps the traces until Flush, about 100 bytes a span. It belongs to one goroutine.
type Linker struct {
	// Next is called with what the next round needs of a trace; nil in the last round.
	Next func(trace uint64, portion []byte)
	// Most is how many spans a trace may have: one with more is counted, and not linked. 0 is no limit.
	Most int

	words     *vocabulary
	collector *spans.Collector
	scan      spans.Scan
	trace     uint64
	over      int // spans of a trace that has too many

	part  *partition
	alone []spans.Packed
	ids   map[uint64]string
	found map[uint64][]uint32 // by consumer, the numbers of what it links to
	stats graph.Spans         // of what is not linked
}

// NewLinker returns a linker. words are those of the operations of all traces.
func NewLinker(words spans.Words) *Linker {
	l := &Linker{words: newVocabulary(words)}
	l.Reset()
	return l
}

// Reset forgets all traces.
func (l *Linker) Reset() {
	l.collector, l.part, l.alone = &spans.Collector{}, newPartition(nil), nil
	l.ids, l.found, l.stats = map[uint64]string{}, map[uint64][]uint32{}, graph.Spans{}
}

// Begin begins a trace. What Add got of another one that was not ended is forgotten.
func (l *Linker) Begin(trace uint64) {
	l.trace, l.over = trace, 0
	l.scan.Empty()
}

// Add adds a portion of the trace.
func (l *Linker) Add(portion []byte) error {
	if err := l.collector.Take(portion, &l.scan); err != nil {
		return err
	}
	if l.over > 0 || l.Most > 0 && len(l.scan.Records) > l.Most {
		l.over += len(l.scan.Records)
		l.scan.Records = l.scan.Records[:0]
	}
	return nil
}

// An Oversize is a trace that has too many spans to be linked.
type Oversize struct {
	ID    string // empty if unknown
	Spans int
}

func (o *Oversize) Error() string { return fmt.Sprintf("trace %s has %d spans", o.ID, o.Spans) }

// End ends the trace. The error is an *Oversize for one that has too many spans.
func (l *Linker) End() error {
	s := &l.scan
	if l.over > 0 {
		l.stats.Spans += l.over
		l.stats.Traces++
		return &Oversize{s.ID, l.over}
	}
	if l.Next != nil {
		l.reply()
		if s.Waits {
			l.collector.Repack(s, func(portion []byte) { l.Next(l.trace, portion) })
			return nil
		}
	}
	for key := range s.Links {
		l.part.followed[key] = true
	}
	for key, parties := range s.Parties {
		l.found[key] = append(l.found[key], parties...)
	}
	if len(s.Records) == 0 {
		return nil
	}
	if s.ID != "" {
		l.ids[l.trace] = s.ID
	}
	p, from := l.part, len(l.part.records)
	for _, r := range s.Records {
		if l.collector.Traits.Values[r.Traits].Flags&spans.Apart != 0 {
			l.alone = append(l.alone, r)
		} else {
			p.records = append(p.records, r)
		}
	}
	if len(p.records) > from {
		p.traces.hashes = append(p.traces.hashes, l.trace)
		p.from = append(p.from, uint32(from))
	}
	return nil
}

// reply sends the consumers of other traces the services of the spans that they link to.
func (l *Linker) reply() {
	if len(l.scan.Links) == 0 {
		return
	}
	for i := range l.scan.Records {
		r := &l.scan.Records[i]
		for _, to := range l.scan.Links[r.Key>>spans.LowBits] {
			l.Next(to.Trace, l.collector.Reply(to, l.collector.Traits.Values[r.Traits].Party))
		}
	}
}

// Spans is how many spans wait for Flush.
func (l *Linker) Spans() int { return len(l.part.records) + len(l.alone) }

// Flush links the traces that were ended, yields what was found, and forgets it.
func (l *Linker) Flush(yield func(key string, s *Sum)) {
	p := newPool([]*spans.Collector{l.collector}, l.words, l.ids)
	part := l.part
	part.pool = p
	part.from = append(part.from, uint32(len(part.records)))
	part.records = append(part.records, l.alone...)
	for i := range part.records {
		part.order = append(part.order, uint32(i))
	}
	for consumer, parties := range l.found {
		for i, n := range parties {
			if party := p.partyOf[0][n]; i == 0 || party < part.producers[consumer] {
				part.producers[consumer] = party
			}
		}
	}
	t, found := &tree{pool: p, part: part}, &edgeStats{pool: p, edges: map[edgeKey]*count{}}
	part.link(t, found)
	t.stats.Add(&l.stats)
	found.sums(yield)
	if stats := (&Sum{counts: countsOf(&t.stats)}); stats.counts != [counters]uint64{} {
		yield(string(spansKey), stats)
	}
	if orders := l.failing(); len(orders) > 0 {
		yield(string(failingKey), &Sum{orders: orders})
	}
	l.Reset()
}

// failing returns the orders of the traces in which a span failed.
func (l *Linker) failing() []uint64 {
	var orders []uint64
	p := l.part
	for i, trace := range p.traces.hashes {
		id := l.ids[trace]
		if id == "" {
			continue
		}
		for _, r := range p.records[p.from[i]:p.from[i+1]] {
			if l.collector.Traits.Values[r.Traits].Flags&spans.Failed != 0 {
				orders = append(orders, graph.TraceOrder(id))
				break
			}
		}
	}
	return firstOrders(orders)
}
