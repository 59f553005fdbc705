// Package summary reads graphs that others have added up already: the dependency
// links of tracing back ends, the metrics of service graphs and meshes, the flows
// that a network saw, tables, and what weir itself wrote.
//
// The format of a file is detected by its beginning, never by its name. The file is read
// as a whole: its rows refer to each other. A number whose meaning its source leaves
// open, rate or count, is taken as it is.
package summary

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/sanitize"
)

// edgeStats add up what a document says of each call.
type edgeStats struct {
	edges map[edgeKey]*graph.Observation
	order []*graph.Observation
}

// An edgeKey distinguishes observed calls.
type edgeKey struct {
	from, to graph.TracePeer
	mode     graph.Mode
	protocol string
}

// call returns where calls of an edge are counted. Its origin is that of the first
// mention.
func (t *edgeStats) call(l edgeKey, o graph.Origin, way string) *graph.Observation {
	if t.edges == nil {
		t.edges = map[edgeKey]*graph.Observation{}
	}
	seen := t.edges[l]
	if seen == nil {
		seen = &graph.Observation{From: l.from, To: l.to, Mode: l.mode, Protocol: l.protocol, Origin: o, Way: way}
		t.edges[l] = seen
		t.order = append(t.order, seen)
	}
	return seen
}

// addTo moves what was counted to the facts.
func (t *edgeStats) addTo(f *graph.Facts) {
	f.Observations = slices.Grow(f.Observations, len(t.order))
	t.edges = nil
	for i, o := range t.order {
		f.Observations = append(f.Observations, *o)
		t.order[i] = nil
	}
	t.order = nil
}

// values hands on the JSON values of a document, one after the other. What is
// wrong with one hides no other, as far as its end can be found.
func values(d *document.Document, read func(raw json.RawMessage, line int)) {
	text := bytes.TrimPrefix(d.Text, []byte("\uFEFF"))
	decoder := json.NewDecoder(bytes.NewReader(text))
	line, counted := 1, 0
	for {
		var raw json.RawMessage
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return
		}
		at := int(decoder.InputOffset())
		start := at - len(raw)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			start = min(int(syntax.Offset), len(text))
		}
		line += bytes.Count(text[counted:max(counted, start)], []byte("\n"))
		counted = max(counted, start)
		if err != nil {
			problem(d, line, graph.Failed, "check that the file is complete; the values before are read", "is not JSON: %v", err)
			return
		}
		read(raw, line)
	}
}

// decode fills v from a JSON value, and reports what does not fit.
func decode(d *document.Document, raw json.RawMessage, line int, v any) bool {
	err := json.Unmarshal(raw, v)
	if err == nil {
		return true
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		problem(d, line, graph.Failed, "", "%q is a %s, which is not expected there", wrong.Field, wrong.Value)
		return true // the rest is filled
	}
	problem(d, line, graph.Failed, "", "cannot be read: %v", err)
	return false
}

// problem reports something about a line that could not be used.
func problem(d *document.Document, line int, level graph.ProblemLevel, hint, format string, args ...any) {
	d.Facts.Problems = append(d.Facts.Problems, graph.Problem{
		Origin: d.Line(line, 0), Message: sanitize.Secrets(fmt.Sprintf(format, args...)), Hint: hint, Level: level,
	})
}

// An amount is a count or a rate, written as a number or as text. What is none, or
// less than none, or without end, is 0.
type amount float64

// UnmarshalJSON accepts anything: sources write "NaN" where they know nothing.
func (a *amount) UnmarshalJSON(b []byte) error {
	*a = amount(number(string(bytes.Trim(b, `"`))))
	return nil
}

// number reads a count or a rate as amount does.
func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return 0
	}
	return v
}
