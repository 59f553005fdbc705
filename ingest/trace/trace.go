// Package trace turns spans into calls.
//
// A file of spans is no document that could be parsed as a whole: it is larger
// than memory likes, and one trace is spread over many files. So reading goes in
// three steps that share nothing but small records:
//
//	split   a stream is cut into Chunks at the borders of its values (split*.go)
//	read    Workers turn chunks into records of 32 bytes a span  (one file a format)
//	link    all records together become observed calls           (package link)
//
// The records are those of package spans, which knows no format.
//
// Formats are detected by the first bytes of a file, never by its name.
package trace

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A Reader knows one form in which spans are written.
type Reader struct {
	Name  string   // "jaeger"; also in the origins of what it reads
	Doc   string   // one sentence for help and documentation
	Reads []string // what it is recognised by, in the words of its users

	match func(h *head) bool
	// refuse says why a recognized format cannot be read, and hint what to do.
	refuse, hint string

	// value reads a whole JSON value. unit reads one item of the list that units
	// are in, see enterUnits; nil where a document is not cut.
	value, unit func(*Worker)
	// split cuts a stream that is no JSON.
	split func(*splitter) *graph.Problem
	// binary is set for a form that is no JSON: it reads a chunk of whole messages.
	binary func(*Worker) *syntaxError
}

// Readers returns the forms of spans that weir reads, for documentation.
func Readers() []*Reader {
	return slices.DeleteFunc(slices.Clone(forms), func(r *Reader) bool { return r.refuse != "" })
}

// Named returns the reader of this name, also one that refuses its form; nil if there is none.
func Named(name string) *Reader {
	for _, r := range forms {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// forms are the formats that weir recognizes, most specific first, with those that it
// refuses.
var forms = []*Reader{
	otlpJSON,
	otlpProto,
	jaegerStorage,
	jaeger,
	zipkin,
	xray,
	tempoSearch,
}
