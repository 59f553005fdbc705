package spans

import "sync"

// A PartitionBuffer is where the records of a worker wait to be linked. It keeps them in
// parts by the hash of their trace, so that the spans of a trace, from whatever
// file and worker, are in the same part of all buffers, and one part after the
// other can be linked.
type PartitionBuffer struct {
	mu    sync.Mutex // the buffer is written to a file by whoever finds the memory full
	Parts [Parts]part
	Links uint64 // the parts that hold links, as bits
}

// Hashes are cut so that a record fits into 32 bytes. Of a hundred million traces,
// two have one hash once in fifteen runs, which makes their number wrong by one and
// nothing else: keys depend on more of the trace than that. Two of a million spans of
// one trace have one key once in 70,000 runs.
const (
	partBits  = 6
	Parts     = 1 << partBits
	LowBits   = 64 - keyBits // beside a key
	lowMask   = 1<<LowBits - 1
	traceBits = partBits + 32 + 2*LowBits
)

func partOf(trace uint64) int { return int(trace >> (64 - partBits)) }

// numberOf is the number of a trace, by which its spans find together.
func numberOf(trace uint64) uint64 { return trace >> (64 - traceBits) }

// A Packed is a record as it is kept.
type Packed struct {
	Key      uint64 // above bits of the trace
	Parent   uint64 // above bits of the trace
	Trace    uint32 // its high bits below those of the part
	start    uint32
	duration float32
	Traits   uint32 // in the table of the worker, IsLink if it is no span
}

// IsLink marks a record that is not a span but a link of a consumer to the span of a
// producer. It is in the part of that span.
const IsLink = 0

func (r *Record) pack(traits uint32) Packed {
	trace := r.trace >> (64 - traceBits)
	return Packed{
		Key: r.Key<<LowBits | trace>>LowBits&lowMask, Parent: r.Parent<<LowBits | trace&lowMask, Trace: uint32(trace >> (2 * LowBits)),
		start: r.Start, duration: r.Duration, Traits: traits,
	}
}

func packLink(producer, consumer uint64, part int) Packed {
	return Packed{Key: producer << LowBits, Parent: consumer << LowBits, Trace: uint32(part), Traits: IsLink}
}

// Unpack returns the record, but for its traits.
func (p *Packed) Unpack() Record {
	return Record{Key: p.Key >> LowBits, Parent: p.Parent >> LowBits, trace: p.TraceWithin(), Start: p.start, Duration: p.duration}
}

// TraceWithin is the hash of the trace without the bits that select its part.
func (p *Packed) TraceWithin() uint64 {
	return uint64(p.Trace)<<(2*LowBits) | p.Key&lowMask<<LowBits | p.Parent&lowMask
}

// A part is the records of some traces: those in blocks, and before them those
// in runs of the file.
type part struct {
	blocks [][]Packed // the first full of them, one begun, and empty ones to be used again
	full   int
	Length int   // records in blocks
	Runs   []run // in the file
}

// Blocks grow with their part, so that neither few records nor many waste memory.
const (
	smallBlock = 4
	largeBlock = 128
)

func (s *PartitionBuffer) Add(to int, p Packed) {
	t := &s.Parts[to]
	if t.full == len(t.blocks) {
		t.blocks = append(t.blocks, make([]Packed, 0, min(max(smallBlock, t.Length), largeBlock)))
	}
	b := &t.blocks[t.full]
	if *b = append(*b, p); len(*b) == cap(*b) {
		t.full++
	}
	t.Length++
}

// empty forgets the records in memory, and keeps the memory for others.
func (t *part) empty() {
	for i := range t.blocks {
		t.blocks[i] = t.blocks[i][:0]
	}
	t.full, t.Length = 0, 0
}

// Each visits the records in memory.
func (t *part) Each(visit func(r *Packed)) {
	for _, b := range t.blocks {
		for j := range b {
			visit(&b[j])
		}
	}
}

// TraitTable numbers traits from 1 on; 0 is IsLink. Most spans have those of a span that
// was just before, and all of them together are few.
type TraitTable struct {
	numbers map[Traits]uint32
	Values  []Traits // values[0] means IsLink
	recent  [64]uint32
}

func (s *TraitTable) number(t Traits) uint32 {
	at := &s.recent[(t.Party^t.Peer^t.Op^uint32(t.Flags))%uint32(len(s.recent))]
	if *at > 0 && s.Values[*at] == t {
		return *at
	}
	n, ok := s.numbers[t]
	if !ok {
		if s.numbers == nil {
			s.numbers, s.Values = map[Traits]uint32{}, make([]Traits, 1)
		}
		n = uint32(len(s.Values))
		s.numbers[t] = n
		s.Values = append(s.Values, t)
	}
	*at = n
	return n
}
