package wire

import (
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/sanitize"
)

// Observed is what traces or metrics show of a call. The amounts of several documents
// add up, and so do the sketches.
type Observed struct {
	Calls  Amount `json:"calls"` // of sampled traces, the sampled ones
	Errors Amount `json:"errors,omitempty"`
	// FailedTrace is the id of a trace in which one of Calls failed, in hexadecimal digits.
	FailedTrace string   `json:"failedTrace,omitempty"`
	Retries     Amount   `json:"retries,omitempty"`  // those of Calls that were not the first attempt
	Weighted    Amount   `json:"weighted,omitempty"` // how many calls the sampled ones represent, if known
	Latency     *Latency `json:"latency,omitempty"`  // as the caller sees it

	Requests *Requests `json:"requests,omitempty"`
	Repeats  []Repeat  `json:"repeats,omitempty"` // by During, then Operation
	Beside   []Beside  `json:"beside,omitempty"`  // by To; callees that are not in the document are left out
}

// Latency is how long calls took, to two digits.
type Latency struct {
	P50    Duration `json:"p50"`
	P95    Duration `json:"p95"`
	P99    Duration `json:"p99"`
	Sketch []byte   `json:"sketch"` // a DDSketch in its own encoding, of nanoseconds
}

// Requests are the requests to the caller during which it made the call.
type Requests struct {
	Count Amount `json:"count"`
	Calls Amount `json:"calls"` // made during them
}

// A Repeat is an operation that the caller calls five times or more during one
// request, one call after the other.
type Repeat struct {
	During    string  `json:"during,omitempty"` // the operation of the request
	Operation string  `json:"operation,omitempty"`
	Counts    []Count `json:"counts"` // by Calls
}

// A Count is how often a request made so many calls.
type Count struct {
	Calls    Amount   `json:"calls"`
	Requests Amount   `json:"requests"`         // with so many calls
	Traces   Amount   `json:"traces,omitempty"` // those in which no request made more
	Took     Duration `json:"took,omitempty"`   // all of these calls together
	Of       Duration `json:"of,omitempty"`     // all of these requests together
}

// Beside compares the call to another call of the same caller, over the requests that
// make both.
type Beside struct {
	To          string `json:"to"` // callee of the other call
	Requests    Amount `json:"requests"`
	Overlapping Amount `json:"overlapping,omitempty"` // those in which both were made at the same time
	InTurn      Amount `json:"inTurn,omitempty"`      // those in which one was made after the other
}

// Served is what traces show of the requests that a service answers.
type Served struct {
	Requests   Amount      `json:"requests"`             // without health checks
	Entries    Amount      `json:"entries,omitempty"`    // those without an observed caller
	Entrypoint bool        `json:"entrypoint,omitempty"` // enough for an entry point; set if none is declared
	Origin     Origin      `json:"origin"`               // where it was seen first
	Operations []Operation `json:"operations,omitempty"` // by name
}

// An Operation is what requests ask for.
type Operation struct {
	Name   string `json:"name"`
	Traces Amount `json:"traces"` // with such a request
}

// Quantile is how long the fraction q of calls took at most, to the two digits that a
// sketch is good for; empty if nothing is known.
func Quantile(l *graph.Latency, q float64) Duration {
	d, ok := l.Quantile(q)
	if !ok {
		return ""
	}
	return Duration(english.Duration(twoDigits(d)))
}

func twoDigits(d time.Duration) time.Duration {
	step := time.Duration(1)
	for d/step >= 100 {
		step *= 10
	}
	return d.Round(step)
}

func (w *Observed) fromTraced(g *graph.Graph, o *graph.Traced) {
	w.Retries, w.FailedTrace, w.Weighted = Amount(o.Retries), o.FailedTrace, Amount(o.Weighted)
	if sketch, err := o.Latency.MarshalBinary(); err == nil && len(sketch) > 0 {
		l := &o.Latency
		w.Latency = &Latency{P50: Quantile(l, 0.5), P95: Quantile(l, 0.95), P99: Quantile(l, 0.99), Sketch: sketch}
	}
	if o.Requests > 0 {
		w.Requests = &Requests{Count: Amount(o.Requests), Calls: Amount(o.Within)}
	}
	for i := range o.Repeats {
		w.Repeats = append(w.Repeats, fromRepeat(&o.Repeats[i]))
	}
	for _, b := range o.Pairs {
		if _, ok := g.Node(b.To); ok {
			w.Beside = append(w.Beside, Beside{To: b.To, Requests: Amount(b.Requests), Overlapping: Amount(b.Overlapping), InTurn: Amount(b.InTurn)})
		}
	}
}

// toObserved also returns what is wrong with the sketch; the rest is read either way.
func (w *Observed) toObserved() (o graph.Observed, damaged error) {
	o = graph.Observed{Calls: float64(w.Calls), Errors: float64(w.Errors)}
	if w.Retries != 0 || w.FailedTrace != "" || w.Weighted != 0 {
		t := o.Trace()
		t.Retries, t.FailedTrace, t.Weighted = float64(w.Retries), w.FailedTrace, float64(w.Weighted)
	}
	if w.Requests != nil {
		t := o.Trace()
		t.Requests, t.Within = float64(w.Requests.Count), float64(w.Requests.Calls)
	}
	for i := range w.Repeats {
		o.Trace().Repeats = append(o.Trace().Repeats, w.Repeats[i].toRepeat())
	}
	if w.Latency != nil {
		damaged = o.Trace().Latency.UnmarshalBinary(w.Latency.Sketch)
	}
	return o, damaged
}

func fromRepeat(r *graph.Repeat) Repeat {
	w := Repeat{During: r.During, Operation: r.Operation}
	for _, c := range r.Counts {
		count := Count{Calls: Amount(c.Calls), Requests: Amount(c.Requests), Traces: Amount(c.Traces)}
		if c.Of > 0 {
			count.Took, count.Of = Duration(c.Took.String()), Duration(c.Of.String())
		}
		w.Counts = append(w.Counts, count)
	}
	return w
}

func (w *Repeat) toRepeat() graph.Repeat {
	r := graph.Repeat{During: sanitize.Text(w.During), Operation: sanitize.Text(w.Operation)}
	for _, c := range w.Counts {
		r.Counts = append(r.Counts, graph.RepeatCount{
			Calls: float64(c.Calls), Requests: float64(c.Requests), Traces: float64(c.Traces), Took: c.Took.length(), Of: c.Of.length(),
		})
	}
	return r
}

// length returns 0 for text that is not a duration and for a negative one.
func (d Duration) length() time.Duration {
	v, err := time.ParseDuration(string(d))
	if err != nil {
		return 0
	}
	return max(v, 0)
}

func fromServed(s *graph.Service) *Served {
	if s.Served == nil {
		return nil
	}
	_, seen := s.Entry()
	return &Served{
		Requests: Amount(s.Served.Requests), Entries: Amount(s.Served.Entries), Entrypoint: seen, Origin: FromOrigin(s.Served.Origin),
		Operations: convert(s.Served.Operations, func(o graph.Operation) Operation { return Operation{o.Name, Amount(o.Traces)} }),
	}
}

func (w *Served) toServed() graph.ServerStats {
	s := graph.ServerStats{Requests: float64(w.Requests), Entries: float64(w.Entries)}
	for _, o := range w.Operations {
		s.Operations = append(s.Operations, graph.Operation{Name: sanitize.Text(o.Name), Traces: float64(o.Traces)})
	}
	return s
}
