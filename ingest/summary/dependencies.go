package summary

import (
	"encoding/json"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Dependencies reads the links that Jaeger and Zipkin compute from their traces,
// as their APIs answer and as they store them.
var Dependencies = &document.Reader{
	Name:  "dependencies",
	Doc:   "dependency links of Jaeger and Zipkin: who called whom, how often",
	Reads: []string{"parent, child and callCount"},
	Whole: func(text []byte) bool {
		return shaped(text, `"parent"`, "[].parent", "data[].parent", "dependencies[].parent", "[].dependencies[].parent") ||
			shaped(text, `"caller"`, "[].caller", "dependencies[].caller")
	},
	Read: func(d *document.Document, f *graph.Facts) {
		var t edgeStats
		values(d, func(raw json.RawMessage, line int) {
			var links links
			if decode(d, raw, line, &links) {
				links.count(d, line, &t)
			}
		})
		t.addTo(f)
	},
}

// A link is one dependency, in the words of whoever wrote it.
type link struct {
	Parent, Child  string // Jaeger and Zipkin
	Caller, Callee string // Jaeger's tools for assistants
	CallCount      amount
	Calls          amount `json:"call_count"`
	ErrorCount     amount
}

// links are the links of a document, whatever they are wrapped in.
type links []link

// UnmarshalJSON takes a list of links, a list of days with links, or an object
// that has one of these.
func (l *links) UnmarshalJSON(b []byte) error {
	if b[0] != '[' {
		var wrapped struct{ Data, Dependencies links }
		err := json.Unmarshal(b, &wrapped)
		*l = append(wrapped.Data, wrapped.Dependencies...)
		return err
	}
	var items []struct {
		link
		Dependencies links
	}
	err := json.Unmarshal(b, &items)
	for _, item := range items {
		if item.Dependencies == nil {
			*l = append(*l, item.link)
		}
		*l = append(*l, item.Dependencies...)
	}
	return err
}

func (l links) count(d *document.Document, line int, t *edgeStats) {
	nameless := 0
	for _, link := range l {
		from, to := link.Parent+link.Caller, link.Child+link.Callee
		if from == "" || to == "" {
			nameless++
			continue
		}
		o := t.call(edgeKey{from: t.number(graph.TracePeer{Name: from}), to: t.number(graph.TracePeer{Name: to}), mode: graph.Sync}, d.Line(line, 0), "dependency-link")
		o.Calls += float64(link.CallCount + link.Calls)
		o.Errors += float64(link.ErrorCount)
	}
	if nameless > 0 {
		problem(d, line, graph.Skipped, "", "%d of %d dependency links name only one service or none", nameless, len(l))
	}
}
