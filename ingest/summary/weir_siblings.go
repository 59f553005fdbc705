package summary

import (
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// weirServed is what a service was seen to answer, as the file has it.
type weirServed struct {
	Requests, Entries amount
	Origin            graph.Origin
	Operations        []struct {
		Name   string
		Traces amount
	}
}

// weirSpread is how calls fall on the requests of their caller, as the file has it.
type weirSpread struct {
	Requests *struct{ Count, Calls amount }
	Repeats  []struct {
		During, Operation string
		Counts            []weirCount
	}
	Beside []struct {
		To                            string
		Requests, Overlapping, InTurn amount
	}
}

type weirCount struct {
	Calls, Requests, Traces amount
	Took, Of                duration
}

// A duration is written as "1.5s". What is none is 0.
type duration time.Duration

// UnmarshalText accepts anything.
func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err == nil && v > 0 {
		*d = duration(v)
	}
	return nil
}

// served takes what a service was seen to answer.
func (w *weir) served(s *weirService) {
	if s.Served == nil {
		return
	}
	seen := graph.Sighting{Seen: s.seen(0), Origin: s.Served.Origin}
	seen.Served.Requests, seen.Served.Entries = float64(s.Served.Requests), float64(s.Served.Entries)
	for _, o := range s.Served.Operations {
		seen.Served.Operations = append(seen.Served.Operations, graph.Operation{Name: document.Clean(o.Name), Traces: float64(o.Traces)})
	}
	w.f.Sightings = append(w.f.Sightings, seen)
}

// spread is how the calls of an edge fall on requests.
func (s *weirSpread) spread() (told graph.Spread) {
	if s.Requests != nil {
		told.Requests, told.Within = float64(s.Requests.Count), float64(s.Requests.Calls)
	}
	for _, r := range s.Repeats {
		repeat := graph.Repeat{During: document.Clean(r.During), Operation: document.Clean(r.Operation)}
		for _, c := range r.Counts {
			repeat.Counts = append(repeat.Counts, graph.RepeatCount{
				Calls: float64(c.Calls), Requests: float64(c.Requests), Traces: float64(c.Traces),
				Took: time.Duration(c.Took), Of: time.Duration(c.Of),
			})
		}
		told.Repeats = append(told.Repeats, repeat)
	}
	return told
}

// beside takes how calls of one service to two others lie in its requests.
func (w *weir) beside(from, to *weirService, o *weirObserved) {
	for _, b := range o.Beside {
		with := w.services[document.Clean(b.To)]
		if with == nil {
			w.lost++
			continue
		}
		w.f.Companions = append(w.f.Companions, graph.Companions{
			From: from.seen(0), To: to.seen(0), With: with.seen(0),
			Requests: float64(b.Requests), Overlapping: float64(b.Overlapping), InTurn: float64(b.InTurn),
		})
	}
}
