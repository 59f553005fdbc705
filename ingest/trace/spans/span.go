// Package spans holds what is kept of spans: records of 32 bytes, and tables of the
// services, peers and operations that many of them share.
//
// A reader of a format fills a Builder and hands it to a Collector, one a goroutine.
// Records wait in partition buffers, sorted roughly by their traces
// (partition_buffer.go). A Spill moves them to a temporary file when they are too many
// (spill.go).
package spans

import "github.com/weirgraph/weir/graph"

// A Record is what linking needs of a span, without any text. It is kept packed,
// see partition_buffer.go.
type Record struct {
	Key      uint64 // of the span within its trace; never 0
	Parent   uint64 // the key of its parent, 0 for none
	trace    uint64
	Start    uint32  // microseconds, without the high bits: good for comparing spans of one request
	Duration float32 // nanoseconds, negative if unknown
	Traits
}

// Traits are what a span has in common with many others: numbers in the tables of
// the Collector that met it, or in those of the pool. Equal ones are kept once.
type Traits struct {
	Party  uint32 // 0 for none
	Peer   uint32 // 0 for none
	Op     Operation
	Weight uint16 // 0 for unknown
	Flags  Flags
}

// Flags are the kind of a span and what else is a yes or a no.
type Flags uint16

// The kinds of spans. A span without kind is local, or its kind is unknown.
const (
	Unspecified Flags = iota
	Internal
	Server
	Client
	Producer
	Consumer

	KindMask Flags = 7
)

const (
	Failed  Flags = 8 << iota
	Shared        // a server that uses the id its client made
	Follows       // refers to its parent as what came before, not as its caller
	Retried       // says that it is not the first try
	Implied       // a client only if no other record of its span has a kind
	Apart         // of no trace
	Paged         // asks for one page of a list
)

func (f Flags) Kind() Flags { return f & KindMask }

// Asks reports whether the span is the caller's half of a call.
func (f Flags) Asks() bool { return f.Kind() == Client || f.Kind() == Producer }

// Answers reports whether the span is the callee's half of a call.
func (f Flags) Answers() bool { return f.Kind() == Server || f.Kind() == Consumer }

// A Party is a service as the resource of a span names it.
type Party struct {
	Name      string
	Namespace string // service.namespace
	Cluster   string // the Kubernetes namespace
	Workload  string // the Kubernetes workload
	Endpoint  string // address and port, where it distinguishes spans of one id
}

// A Peer is the other side of a call as a span describes it.
type Peer struct {
	Name      string // empty if nothing names it
	Namespace string
	Host      string // where it is reached, if known
	Port      int
	Protocol  string // in the words of semantic conventions: "http", "postgresql", "kafka"
	Kind      graph.Kind
	Named     bool // name is a service's
}

// A Builder is a span while it is read. Readers fill it and hand it to
// Worker.add, which empties it. Its texts are parts of the text that is read.
type Builder struct {
	Trace, Span, Parent ID
	Flags               Flags
	Start, End          int64 // nanoseconds
	Duration            int64 // nanoseconds, where the format gives it instead of end
	Party               uint32
	State               []byte // W3C tracestate
	WholeTrace          ID     // the id of the trace as it is shown to people, if Trace is a part of it
	Link                Link   // the first link
	Name                []byte

	Remote   []byte // name of the other side, where the format has a place for it
	RemoteIP []byte
	values   *[attributes][]byte // by attribute, of those that are set
	set      uint64              // which of them are set
}

// A Link is a reference of a span to another one, maybe of another trace.
type Link struct{ Trace, Span ID }

func (d *Builder) Reset() { *d = Builder{values: d.values} }

// Put keeps an attribute of the span, if it matters. The first of equal keys
// counts.
func (d *Builder) Put(key, value []byte) { d.Keep(AttributeOf(key), value) }

func (d *Builder) Keep(a attribute, value []byte) {
	if a == NoAttribute || d.set&(1<<a) != 0 || len(value) == 0 {
		return
	}
	if d.values == nil {
		d.values = new([attributes][]byte)
	}
	d.values[a], d.set = value, d.set|1<<a
}

func (d *Builder) Get(a attribute) []byte {
	if d.set&(1<<a) == 0 {
		return nil
	}
	return d.values[a]
}
