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
	"strconv"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/index"
)

// peers are the ends of the calls of a document, each once.
type peers struct {
	list  []*graph.TracePeer
	named numbered[string] // by the name of peers of which nothing else is known: most of them, and a short key
	full  numbered[graph.TracePeer]
}

// numbered are those of a list of peers that have one kind of key.
type numbered[K comparable] struct {
	keys   *index.Index[K] // nil if there are none
	places []int32         // in the list
}

// number returns the number of a peer in the list.
func (s *peers) number(p graph.TracePeer) int32 {
	if p == (graph.TracePeer{Name: p.Name}) {
		return s.named.number(p.Name, s, &p, func(p *graph.TracePeer) string { return p.Name })
	}
	return s.full.number(p, s, &p, func(p *graph.TracePeer) graph.TracePeer { return *p })
}

// take returns the peers and leaves none. What it returns finds none of them again, and needs no memory for that.
func (s *peers) take() peers {
	taken := peers{list: s.list}
	*s = peers{}
	return taken
}

func (m *numbered[K]) number(key K, s *peers, p *graph.TracePeer, keyOf func(*graph.TracePeer) K) int32 {
	if m.keys == nil {
		m.keys = index.New(func(n int32) K { return keyOf(s.list[m.places[n]]) })
	}
	n, known := m.keys.Number(key)
	if !known {
		one := *p
		m.places = append(m.places, int32(len(s.list)))
		s.list = append(s.list, &one)
	}
	return m.places[n]
}

// edgeStats add up what a document says of each call.
type edgeStats struct {
	peers
	rates    bool                // what is counted are requests a second
	edges    *index.Index[edge]  // nil if there are none
	seen     graph.ObservedTable // of which Peers are those of peers
	numbered map[edgeKey]int32   // sightings by an edge without ends
}

// A counted is an observation to which calls are added.
type counted struct {
	*graph.ObservedRow
	in *graph.ObservedTable
}

// Trace returns what is known of the calls besides their counts, to be added to.
func (c counted) Trace() *graph.Traced { return c.in.Trace(c.ObservedRow) }

// An edgeKey distinguishes observed calls.
type edgeKey struct {
	from, to int32 // numbers of peers
	mode     graph.Mode
	protocol string
}

// An edge is an edgeKey with the number of a sighting.
type edge struct{ from, to, sighting int32 }

// portion is how many observations are made at a time.
const portion = 1024

// call returns where calls of an edge are counted. Its origin is that of the first
// mention.
func (t *edgeStats) call(l edgeKey, o graph.Origin, way string) counted {
	key := edge{l.from, l.to, t.sighting(l, o, way)}
	if t.edges == nil {
		t.edges = index.New(func(n int32) edge {
			r := &t.seen.Rows[n/portion][n%portion]
			return edge{r.From, r.To, r.Sighting}
		})
	}
	at, known := t.edges.Number(key)
	if !known {
		if at%portion == 0 {
			t.seen.Rows = append(t.seen.Rows, make([]graph.ObservedRow, 0, portion))
		}
		last := &t.seen.Rows[len(t.seen.Rows)-1]
		*last = append(*last, graph.ObservedRow{From: l.from, To: l.to, ObservedPlace: graph.ObservedPlace{Sighting: key.sighting, Line: o.Line, Column: o.Column}})
	}
	return counted{&t.seen.Rows[at/portion][at%portion], &t.seen}
}

// sighting returns the number of what the calls of an edge have in common with others.
func (t *edgeStats) sighting(l edgeKey, in graph.Origin, way string) int32 {
	l.from, l.to = 0, 0
	n, known := t.numbered[l]
	if !known {
		if t.numbered == nil {
			t.numbered = map[edgeKey]int32{}
		}
		n = int32(len(t.seen.Sightings))
		in.Line, in.Column = 0, 0
		t.seen.Sightings = append(t.seen.Sightings, &graph.Sighting{In: in, Way: way, Mode: l.mode, Protocol: l.protocol, Rate: t.rates})
		t.numbered[l] = n
	}
	return n
}

// addTo moves what was counted to the facts.
func (t *edgeStats) addTo(f *graph.Facts) {
	if t.edges != nil {
		t.seen.Peers = t.list
		f.Observations = append(f.Observations, t.seen)
	}
	*t = edgeStats{}
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
		Origin: d.Line(line, 0), Message: fmt.Sprintf(format, args...), Hint: hint, Level: level,
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
	if text == "" {
		return 0 // without the error that parsing makes
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return 0
	}
	return v
}
