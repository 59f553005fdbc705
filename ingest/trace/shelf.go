package trace

import "sync"

// A shelf is where the records of a worker wait to be linked. It keeps them in
// parts by the hash of their trace, so that the spans of a trace, from whatever
// file and worker, lie in the same part of all shelves, and one part after the
// other can be linked.
type shelf struct {
	mu    sync.Mutex // the shelf is written to files by whoever finds the memory full
	parts [parts]part
	links uint64 // the parts that hold links, as bits
}

// Hashes are cut so that a record fits into 32 bytes. Of a hundred million traces,
// two have one hash once in fifteen runs, which makes their number wrong by one and
// nothing else: keys depend on more of the trace than that. Two of a million spans of
// one trace have one key once in 70,000 runs.
const (
	partBits  = 6
	parts     = 1 << partBits
	keyBits   = 55
	lowBits   = 64 - keyBits // beside a key
	lowMask   = 1<<lowBits - 1
	traceBits = partBits + 32 + 2*lowBits
)

func partOf(trace uint64) int { return int(trace >> (64 - partBits)) }

// A packed is a record as it is kept.
type packed struct {
	key      uint64 // above bits of the trace
	parent   uint64 // above bits of the trace
	trace    uint32 // its high bits below those of the part
	start    uint32
	duration float32
	traits   uint32 // in the table of the worker, isLink if it is no span
}

// isLink marks what is no span but the wish of a consumer to know whose span it
// links to. It lies in the part of that span.
const isLink = 0

func (r *record) pack(traits uint32) packed {
	trace := r.trace >> (64 - traceBits)
	return packed{
		key: r.key<<lowBits | trace>>lowBits&lowMask, parent: r.parent<<lowBits | trace&lowMask, trace: uint32(trace >> (2 * lowBits)),
		start: r.start, duration: r.duration, traits: traits,
	}
}

func packLink(producer, consumer uint64, part int) packed {
	return packed{key: producer << lowBits, parent: consumer << lowBits, trace: uint32(part), traits: isLink}
}

// unpack returns the record, but for its traits.
func (p *packed) unpack() record {
	return record{key: p.key >> lowBits, parent: p.parent >> lowBits, trace: p.traceWithin(), start: p.start, duration: p.duration}
}

// traceWithin is the hash of the trace without the bits that tell its part.
func (p *packed) traceWithin() uint64 {
	return uint64(p.trace)<<(2*lowBits) | p.key&lowMask<<lowBits | p.parent&lowMask
}

// A part is the records of some traces: those in blocks, and before them those
// in runs of the file.
type part struct {
	blocks [][]packed // the first full of them, one begun, and empty ones to be used again
	full   int
	length int   // records in blocks
	runs   []run // in the file
}

// Blocks grow with their part, so that neither few records nor many waste memory.
const (
	smallBlock = 4
	largeBlock = 128
)

func (s *shelf) add(to int, p packed) {
	t := &s.parts[to]
	if t.full == len(t.blocks) {
		t.blocks = append(t.blocks, make([]packed, 0, min(max(smallBlock, t.length), largeBlock)))
	}
	b := &t.blocks[t.full]
	if *b = append(*b, p); len(*b) == cap(*b) {
		t.full++
	}
	t.length++
}

// empty forgets the records in memory, and keeps the memory for others.
func (t *part) empty() {
	for i := range t.blocks {
		t.blocks[i] = t.blocks[i][:0]
	}
	t.full, t.length = 0, 0
}

// each visits the records in memory.
func (t *part) each(visit func(r *packed)) {
	for _, b := range t.blocks {
		for j := range b {
			visit(&b[j])
		}
	}
}

// sorts numbers traits from 1 on; 0 is isLink. Most spans have those of a span that
// was just before, and all of them together are few.
type sorts struct {
	numbers map[traits]uint32
	values  []traits // values[0] stands for isLink
	recent  [64]uint32
}

func (s *sorts) number(t traits) uint32 {
	at := &s.recent[(t.party^t.peer^t.op^uint32(t.flags))%uint32(len(s.recent))]
	if *at > 0 && s.values[*at] == t {
		return *at
	}
	n, ok := s.numbers[t]
	if !ok {
		if s.numbers == nil {
			s.numbers, s.values = map[traits]uint32{}, make([]traits, 1)
		}
		n = uint32(len(s.values))
		s.numbers[t] = n
		s.values = append(s.values, t)
	}
	*at = n
	return n
}
