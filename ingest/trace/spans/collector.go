package spans

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"github.com/weirgraph/weir/graph"
)

// A Collector keeps what linking needs of the spans that one goroutine reads.
type Collector struct {
	Buffer  PartitionBuffer
	Parties interned[Party]
	Peers   interned[Peer]
	Weights interned[float64]
	Traits  TraitTable

	operations operations

	Origins []graph.Origin // by party, the first place where it was met
	apart   uint64         // spans of no trace
	failing Failing
	Spill   *Spill    // nil if the memory of records is not bounded
	ship    *shipment // nil if the records are linked by this process

	// Of the value that is read: what one part of it says may still complete what
	// another part did.
	Records table[Record]
	links   []recordLink

	buf    []byte
	Origin graph.Origin // of what is read
}

// recordLink is the first link of a consumer that does not name what it takes from.
type recordLink struct {
	at         int    // of the consumer
	trace, key uint64 // of the span that it links to
}

// table is a list that grows without moving what it holds.
type table[T any] struct {
	blocks [][]T
	Length int
}

const tableBlock = 1 << 10

func (t *table[T]) add(v T) int {
	if t.Length == tableBlock*len(t.blocks) {
		t.blocks = append(t.blocks, make([]T, tableBlock))
	}
	*t.At(t.Length) = v
	t.Length++
	return t.Length - 1
}

func (t *table[T]) At(i int) *T { return &t.blocks[i/tableBlock][i%tableBlock] }

// empty forgets what the table holds. It keeps its memory, but not that of one
// large value.
func (t *table[T]) empty() {
	const most = 16
	t.Length = 0
	if len(t.blocks) > most {
		t.blocks = slices.Clip(slices.Clone(t.blocks[:most]))
	}
}

// interned numbers equal values once, from 1 on.
type interned[T any] struct {
	number map[string]uint32
	Values []T // values[0] means none
}

// find returns the number of the value that has this key.
func (n *interned[T]) find(key []byte) (uint32, bool) {
	i, ok := n.number[string(key)]
	return i, ok
}

func (n *interned[T]) add(key []byte, v T) uint32 {
	if n.number == nil {
		n.number = map[string]uint32{}
		n.Values = make([]T, 1)
	}
	n.Values = append(n.Values, v)
	n.number[string(key)] = uint32(len(n.Values) - 1)
	return uint32(len(n.Values) - 1)
}

// Party returns the number of a party, or 0 if it has no name.
func (c *Collector) Party(name, namespace, cluster, workload, endpoint []byte) uint32 {
	if len(name) == 0 {
		return 0
	}
	key := c.buf[:0]
	for _, part := range [...][]byte{name, namespace, cluster, workload, endpoint} {
		key = append(append(key, part...), 0)
	}
	c.buf = key
	i, ok := c.Parties.find(key)
	if !ok {
		i = c.Parties.add(key, Party{clean(name), clean(namespace), clean(cluster), clean(workload), clean(endpoint)})
		for len(c.Origins) <= int(i) {
			c.Origins = append(c.Origins, c.Origin)
		}
	}
	// Chunks come in any order: of all places the first counts, not the one met first.
	if first := &c.Origins[i]; c.Origin != *first && c.Origin.Compare(*first) < 0 {
		*first = c.Origin
	}
	return i
}

// peerOf returns the number of what the draft says of its other side, or 0 if it
// says nothing.
func (c *Collector) peerOf(d *Builder) uint32 {
	var p peerInfo
	switch d.Flags.Kind() {
	case Client, Producer, Consumer:
		p = d.describe()
	case Server:
		p.protocol = d.protocol()
		if name := d.service(); name != nil {
			p.name, p.named, p.namespace = name, true, d.Get(peerNamespace)
		}
	default:
		if d.Flags&Implied != 0 {
			p.name, p.named = d.Remote, true
		}
	}
	if !p.known() {
		return 0
	}
	key := c.buf[:0]
	for _, part := range [...][]byte{p.name, p.namespace, p.host, p.protocol} {
		key = append(append(key, part...), 0)
	}
	key = append(key, byte(p.kind), byte(p.port), byte(p.port>>8))
	if p.named {
		key = append(key, 1)
	}
	c.buf = key
	i, ok := c.Peers.find(key)
	if !ok {
		i = c.Peers.add(key, p.peer())
	}
	return i
}

func (c *Collector) weightOf(d *Builder) uint16 {
	if weight := d.weight(); weight > 0 {
		return c.Weigh(weight)
	}
	return 0
}

// Weigh returns the number of a weight, 0 if there are too many.
func (c *Collector) Weigh(weight float64) uint16 {
	const most = 1 << 12 // distinct weights of one run; more of them are noise
	key := strconv.AppendFloat(c.buf[:0], weight, 'g', -1, 64)
	c.buf = key
	i, ok := c.Weights.find(key)
	if !ok && len(c.Weights.Values) < most {
		i = c.Weights.add(key, weight)
	}
	return uint16(i)
}

// Add keeps the span that the draft describes, and empties the draft.
func (c *Collector) Add(d *Builder) int {
	d.messages()
	r := Record{Traits: Traits{Party: d.Party, Flags: d.Flags}, Duration: -1, Start: uint32(d.Start / 1000)}
	if d.Duration > 0 {
		r.Duration = float32(d.Duration)
	} else if d.Start > 0 && d.End >= d.Start {
		r.Duration = float32(d.End - d.Start)
	}
	if d.retries() {
		r.Flags |= Retried
	}
	r.Peer, r.Weight = c.peerOf(d), c.weightOf(d)
	isPaged := false
	if r.Op, isPaged = c.operations.of(d, c.buf); isPaged {
		r.Flags |= Paged
	}
	hasLink := !d.Link.Span.IsZero() && !d.Link.Trace.IsZero() && d.Flags.Kind() == Consumer
	l := recordLink{at: c.Records.Length}
	if hasLink {
		l.trace = d.Link.Trace.hash()
		l.key = d.Link.Span.within(l.trace)
	}
	if d.Trace.IsZero() || d.Span.IsZero() {
		// No span refers to it: its key need only be that under which its link is kept.
		c.apart++
		r.Flags |= Apart
		r.trace, r.Key = mix(c.apart, 0x9e3779b97f4a7c15), max(1, l.key)
	} else {
		r.trace = d.Trace.hash()
		r.Key = d.Span.within(r.trace)
		if !d.Parent.IsZero() {
			r.Parent = d.Parent.within(r.trace)
		}
		if r.Flags&Failed != 0 {
			packed := r.pack(0)
			c.failing.add(packed.TraceWithin(), cmp.Or(d.WholeTrace, d.Trace).String())
		}
		if c.ship != nil {
			c.ship.name(numberOf(r.trace), cmp.Or(d.WholeTrace, d.Trace))
		}
	}
	at := c.Records.add(r)
	if hasLink {
		c.links = append(c.links, l)
	}
	d.Reset()
	return at
}

// retries reports whether the span says that it is not the first try.
func (d *Builder) retries() bool {
	if d.set&(1<<ResendCount|1<<attemptCount|1<<retryTag) == 0 {
		return false
	}
	resent, _ := ParseInt(d.Get(ResendCount))
	attempts, _ := ParseInt(d.Get(attemptCount))
	return resent > 0 || attempts > 1 || d.set&(1<<retryTag) != 0 && !bytes.Equal(d.Get(retryTag), []byte("false"))
}

// Keep moves the records of the values that were read to the buffer, and returns
// how many they are.
func (c *Collector) Keep() int {
	n := c.Records.Length
	if n == 0 {
		return 0
	}
	c.Buffer.mu.Lock()
	for i := range n {
		r := c.Records.At(i)
		c.Buffer.Add(partOf(r.trace), r.pack(c.Traits.number(r.Traits)))
	}
	for _, l := range c.links {
		r := c.Records.At(l.at)
		if c.ship != nil {
			c.ship.links = append(c.ship.links, farLink{numberOf(l.trace), l.key, Reply{numberOf(r.trace), r.Key}})
			continue
		}
		c.Buffer.Add(partOf(l.trace), packLink(l.key, r.Key, partOf(r.trace)))
		c.Buffer.Links |= 1 << partOf(l.trace)
	}
	c.Buffer.mu.Unlock()
	c.Spill.Count(n + len(c.links))
	c.Records.empty()
	c.links = c.links[:0]
	return n
}

// AllFailing returns the ids of some traces in which a span failed, by Packed.TraceWithin.
func AllFailing(collectors []*Collector) map[uint64]string {
	list := make([]*Failing, len(collectors))
	for i, c := range collectors {
		list[i] = &c.failing
	}
	return joined(list)
}

// Words returns the words of what the collector has read.
func (c *Collector) Words() Words { return c.operations.words }
