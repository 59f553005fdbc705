package summary

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// PrometheusQuery reads the answers of the query API of Prometheus and of what
// speaks like it.
var PrometheusQuery = &document.Reader{
	Name:  "prometheus-query",
	Doc:   "answers of the Prometheus query API about the same metrics",
	Reads: []string{"data.resultType"},
	Whole: func(text []byte) bool { return shaped(text, `"resultType"`, "data.resultType", "resultType") },
	Read: func(d *document.Document, f *graph.Facts) {
		var m metrics
		values(d, func(raw json.RawMessage, line int) {
			var a answer
			if decode(d, raw, line, &a) {
				a.count(d, line, &m)
			}
		})
		m.addTo(d, f)
	},
}

type answer struct {
	Status, Error string
	Data          *result
	result        // of an answer that was taken out of its envelope
}

type result struct {
	ResultType string
	Result     json.RawMessage
}

// A point is a time in seconds and a value.
type point struct{ time, value float64 }

// points are those that say something: between them a source may write "NaN" where
// it knows nothing, which must not look like a counter that begins anew.
type points []point

// UnmarshalJSON accepts anything, as amount does.
func (p *points) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	for _, raw := range list {
		p.add(raw)
	}
	return nil
}

func (p *points) add(raw json.RawMessage) {
	var pair []json.RawMessage
	if json.Unmarshal(raw, &pair) != nil || len(pair) != 2 {
		return
	}
	value, err := strconv.ParseFloat(string(bytes.Trim(pair[1], `"`)), 64)
	if err == nil && !math.IsNaN(value) && !math.IsInf(value, 0) {
		*p = append(*p, point{number(string(pair[0])), max(0, value)})
	}
}

type series struct {
	Metric map[string]string
	Value  json.RawMessage
	Values points
}

// total is what a series of this name counts, and false if it does not know. Of one
// point all is taken.
func (s *series) total(name string) (float64, bool) {
	if s.Value != nil {
		s.Values = nil
		s.Values.add(s.Value)
	}
	switch {
	case len(s.Values) == 0:
		return 0, false
	case len(s.Values) == 1:
		return s.Values[0].value, true
	case name == "":
		return s.Values.integral(), true
	}
	return s.Values.increase(), true
}

func (a *answer) count(d *document.Document, line int, m *metrics) {
	r := a.result
	if a.Data != nil {
		r = *a.Data
	}
	switch {
	case a.Status == "error":
		problem(d, line, graph.Failed, "ask again", "is an answer with the error %q", document.Clean(a.Error))
		return
	case r.ResultType != "vector" && r.ResultType != "matrix":
		problem(d, line, graph.Skipped, "query a metric with its labels", "is an answer of type %q, which has no labels of services", document.Clean(r.ResultType))
		return
	}
	var list []series
	if !decode(d, r.Result, line, &list) {
		return
	}
	for _, s := range list {
		one := sample{name: s.Metric["__name__"], labels: make(map[string]string, len(s.Metric))}
		for k, v := range s.Metric {
			one.labels[k] = document.Clean(v)
		}
		var known bool
		if one.value, known = s.total(one.name); !known {
			one.value = math.NaN()
		}
		m.add(&one, d.Line(line, 0))
	}
}

// increase is by how much a counter rose. One that falls was reset and began from
// nothing.
func (list points) increase() (sum float64) {
	for i := 1; i < len(list); i++ {
		before, now := list[i-1].value, list[i].value
		if now < before {
			before = 0
		}
		sum += now - before
	}
	return sum
}

// integral is how many calls a rate amounts to: an answer without the name of a
// metric was computed, and what is computed of counters over time are rates.
func (list points) integral() (sum float64) {
	for i := 1; i < len(list); i++ {
		if step := list[i].time - list[i-1].time; step > 0 {
			sum += list[i].value * step
		}
	}
	return sum
}
