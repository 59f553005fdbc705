package trace

import "github.com/weirgraph/weir/graph"

// A record is what linking needs of a span, without any text. It is kept packed,
// see shelf.go.
type record struct {
	key      uint64 // of the span within its trace; never 0
	parent   uint64 // the key of its parent, 0 for none
	trace    uint64
	start    uint32  // microseconds, without the high bits: good for comparing spans of one request
	duration float32 // nanoseconds, negative if unknown
	traits
}

// traits are what a span has in common with many others: numbers in the tables of
// the Worker that met it, or in those of the pool. Equal ones are kept once.
type traits struct {
	party  uint32 // 0 for none
	peer   uint32 // 0 for none
	op     operation
	weight uint16 // 0 for unknown
	flags  flags
}

// flags are the kind of a span and what else is a yes or a no.
type flags uint16

// The kinds of spans. A span without kind is local, or nobody said.
const (
	unspecified flags = iota
	internal
	server
	client
	producer
	consumer

	kindMask flags = 7
)

const (
	failed  flags = 8 << iota
	shared        // a server that uses the id its client made
	follows       // refers to its parent as what came before, not as its caller
	retried       // says that it is not the first try
	implied       // a client only if no other record of its span has a kind
	apart         // of no trace
	paged         // asks for one page of a list
)

func (f flags) kind() flags { return f & kindMask }

// asks reports whether the span is the caller's half of a call.
func (f flags) asks() bool { return f.kind() == client || f.kind() == producer }

// answers reports whether the span is the callee's half of a call.
func (f flags) answers() bool { return f.kind() == server || f.kind() == consumer }

// A party is a service as the resource of a span names it.
type party struct {
	name      string
	namespace string // service.namespace
	cluster   string // the Kubernetes namespace
	workload  string // the Kubernetes workload
	endpoint  string // address and port, where spans of one id are told apart by it
}

// A peer is the other side of a call as a span describes it.
type peer struct {
	name      string // empty if nothing names it
	namespace string
	host      string // where it is reached, if known
	port      int
	protocol  string // in the words of semantic conventions: "http", "postgresql", "kafka"
	kind      graph.Kind
	named     bool // name is a service's
}

// A draft is a span while it is read. Readers fill it and hand it to
// Worker.add, which empties it. Its texts are parts of the text that is read.
type draft struct {
	trace, span, parent id
	flags               flags
	start, end          int64 // nanoseconds
	duration            int64 // nanoseconds, where the format gives it instead of end
	party               uint32
	state               []byte // W3C tracestate
	link                link   // the first link
	name                []byte

	remote   []byte // name of the other side, where the format has a place for it
	remoteIP []byte
	values   *[attributes][]byte // by attribute, of those that are set
	set      uint64              // which of them are set
}

// A link is a reference of a span to another one, maybe of another trace.
type link struct{ trace, span id }

func (d *draft) reset() { *d = draft{values: d.values} }

// put keeps an attribute of the span, if it matters. The first of equal keys
// counts.
func (d *draft) put(key, value []byte) { d.keep(attributeOf(key), value) }

func (d *draft) keep(a attribute, value []byte) {
	if a == noAttribute || d.set&(1<<a) != 0 || len(value) == 0 {
		return
	}
	if d.values == nil {
		d.values = new([attributes][]byte)
	}
	d.values[a], d.set = value, d.set|1<<a
}

func (d *draft) get(a attribute) []byte {
	if d.set&(1<<a) == 0 {
		return nil
	}
	return d.values[a]
}
