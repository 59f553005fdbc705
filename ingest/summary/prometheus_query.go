package summary

import (
	"encoding/json"

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
		m.tell(d, f)
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
type point [2]amount

type series struct {
	Metric map[string]string
	Value  *point
	Values []point
}

func (a *answer) count(d *document.Document, line int, m *metrics) {
	r := a.result
	if a.Data != nil {
		r = *a.Data
	}
	switch {
	case a.Status == "error":
		problem(d, line, graph.Failed, "ask again", "is an answer that says %q", document.Clean(a.Error))
		return
	case r.ResultType != "vector" && r.ResultType != "matrix":
		problem(d, line, graph.Skipped, "query a metric with its labels", "is an answer of the type %q, which names no services", document.Clean(r.ResultType))
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
		switch {
		case s.Value != nil:
			one.value = float64(s.Value[1])
		case one.name == "":
			one.value = integral(s.Values)
		default:
			one.value = increase(s.Values)
		}
		m.add(&one, d.Line(line, 0))
	}
}

// increase is by how much a counter rose. One that falls was reset and began from
// nothing; of one point all is taken.
func increase(points []point) float64 {
	if len(points) == 1 {
		return float64(points[0][1])
	}
	sum := amount(0)
	for i := 1; i < len(points); i++ {
		before, now := points[i-1][1], points[i][1]
		if now < before {
			before = 0
		}
		sum += now - before
	}
	return float64(sum)
}

// integral is how many calls a rate stands for: an answer without the name of a
// metric was computed, and what is computed of counters over time are rates.
func integral(points []point) float64 {
	if len(points) == 1 {
		return float64(points[0][1])
	}
	sum := amount(0)
	for i := 1; i < len(points); i++ {
		if step := points[i][0] - points[i-1][0]; step > 0 {
			sum += points[i][1] * step
		}
	}
	return float64(sum)
}
