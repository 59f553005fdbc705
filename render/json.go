package render

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"iter"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// jsonFormat is the contract that other programs build on, and weir's own input.
var jsonFormat = &Format{
	Name:  "json",
	Doc:   "for programs: everything that is known, and weir's own input",
	Shows: everything,
	write: writeJSON,
}

// schema names the version of the contract. Keys may be added under it, none is
// ever removed or given another meaning.
const schema = "weir/v1"

// writeJSON writes one object, each entry of its lists on a line of its own, so
// that line tools and diffs have something to hold on to. It never holds more
// than one entry in memory.
func writeJSON(w io.Writer, r *analyze.Report, o Options) error {
	j := newJSONWriter(w)
	g := r.Graph
	j.member("schema", schema)
	if r.Drawn {
		// Other programs are given every class of calls, as each says its own.
		o.View.All = true
		d := o.View.Draw(g)
		if d.Left != nil {
			j.member("left", d.Left)
		}
		j.list("services", services(d, o.View.Collapse))
		j.list("calls", calls(d))
	}
	if c := r.Check; c != nil {
		j.member("check", jsonCheck{Rules: c.Rules, Ignored: c.Ignored})
		j.list("findings", each(c.Findings, findingJSON))
	}
	if r.Impacts != nil {
		j.list("impacts", each(r.Impacts, func(in analyze.Incident) any { return incidentJSON(g, &in) }))
	}
	if r.Ranking != nil {
		j.list("ranking", each(r.Ranking, func(k analyze.Rank) any {
			return jsonRank{ID: g.ID(k.Node), Failed: k.Failed, Reached: k.Reached, Direct: k.Direct}
		}))
	}
	if r.Fates != nil {
		j.list("sharedFates", each(r.Fates.Shared, func(f analyze.Fate) any { return fateJSON(g, &f) }))
	}
	if r.Contracts != nil {
		j.list("contracts", each(r.Contracts, func(c analyze.Contracts) any { return contractsJSON(g, &c) }))
	}
	if r.Cycles != nil {
		j.list("cycles", each(r.Cycles.Components, func(c analyze.Cycle) any { return cycleJSON(g, &c) }))
	}
	if r.Fan != nil {
		j.member("fan", fanJSON(g, r.Fan))
	}
	if r.Path != nil {
		j.member("path", pathJSON(g, r.Path))
	}
	if r.Focus != nil {
		j.member("focus", focusJSON(g, r.Focus))
	}
	if m := r.Matrix; m != nil {
		j.list("policies", each(m.Rows, func(row analyze.MatrixRow) any { return protectionJSON(g, &row) }))
	}
	j.member("coverage", coverageJSON(g))
	return j.close()
}

func services(d *Drawing, group string) iter.Seq[any] {
	return func(yield func(any) bool) {
		for i := range d.Graph.Services() {
			s := serviceJSON(d.Graph.Service(graph.Node(i)))
			if d.Graph.Service(graph.Node(i)).Kind == graph.KindUnknown {
				s.Kind, s.Members = group, d.Members(graph.Node(i))
			}
			if !yield(s) {
				return
			}
		}
	}
}

func calls(d *Drawing) iter.Seq[any] {
	return func(yield func(any) bool) {
		for i := range d.Graph.Calls() {
			c := callJSON(d.Graph, graph.Edge(i))
			if n := d.Weight(graph.Edge(i)); n > 1 {
				c.Calls = n
			}
			if !yield(c) {
				return
			}
		}
	}
}

func each[T any](items []T, convert func(T) any) iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, item := range items {
			if !yield(convert(item)) {
				return
			}
		}
	}
}

// A jsonWriter writes the members of one object. The first error stays and is
// returned by close.
type jsonWriter struct {
	w     *bufio.Writer
	buf   bytes.Buffer
	enc   *json.Encoder
	err   error
	comma string
}

func newJSONWriter(w io.Writer) *jsonWriter {
	j := &jsonWriter{w: bufio.NewWriterSize(w, 1<<16), comma: "{\n"}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false) // subjects such as a->b stay readable
	return j
}

func (j *jsonWriter) member(key string, value any) {
	j.key(key)
	j.value(value)
}

func (j *jsonWriter) list(key string, items iter.Seq[any]) {
	j.key(key)
	j.w.WriteByte('[')
	sep := "\n  "
	for item := range items {
		j.w.WriteString(sep)
		j.value(item)
		sep = ",\n  "
	}
	j.w.WriteByte(']')
}

func (j *jsonWriter) key(key string) {
	j.w.WriteString(j.comma)
	j.w.WriteString(`"` + key + `": `)
	j.comma = ",\n"
}

func (j *jsonWriter) value(value any) {
	j.buf.Reset()
	if err := j.enc.Encode(value); err != nil && j.err == nil {
		j.err = err
	}
	j.w.Write(bytes.TrimSuffix(j.buf.Bytes(), []byte("\n")))
}

func (j *jsonWriter) close() error {
	j.w.WriteString("\n}\n")
	if err := j.w.Flush(); err != nil {
		return err
	}
	return j.err
}
