package graph

import (
	"cmp"
	"hash/fnv"
)

// An Observation is what a source shows of the calls from one service to another. Observations
// of one call add up.
type Observation struct {
	From, To *TracePeer
	*Sighting
	Line, Column int32 // of its Origin
	Observed
}

// A Sighting is where and how calls were observed.
type Sighting struct {
	In       Origin // without a line
	Way      string // how they were observed, kebab-case: "span", "service-graph"
	Mode     Mode
	Protocol string // in the words of the source: "postgresql", "http"

	// Rate is set if the counts are requests a second. Documents with rates of one call show the
	// same traffic, each in its own way, and are not added up.
	Rate bool
}

// Origin is the place of a line and column where calls were observed.
func (s *Sighting) Origin(line, column int32) Origin {
	at := s.In
	at.Line, at.Column = line, column
	return at
}

// SetOrigin sets the place of an observation whose Sighting no other has.
func (o *Observation) SetOrigin(at Origin) {
	o.Line, o.Column = at.Line, at.Column
	at.Line, at.Column = 0, 0
	o.In = at
}

// An ObservedService is a service of which traces show spans, with calls or without.
type ObservedService struct {
	*TracePeer
	Origin Origin
	Served ServerStats
}

// Observed is what traces or metrics show of the calls from one service to another.
type Observed struct {
	Calls  float64 // of sampled traces, the sampled ones
	Errors float64 // those of Calls that failed
	Traced *Traced // what the source knows besides; nil if only the counts are known
}

// Traced is what spans, and metrics that time calls, show of calls besides their counts.
type Traced struct {
	Retries      float64 // those of Calls that were not the first attempt
	FailedTrace  string  // the id of a trace in which one of Calls failed; empty if none is known
	Weighted     float64 // how many calls the sampled ones represent; 0 if unknown
	Latency      Latency // as the caller sees it; empty if unknown
	RequestStats         // over the requests to the caller; zero if unknown
}

// counted is what is known besides of calls of which only the counts are known.
var counted Traced

// More returns Traced, an empty one if that is nil. It must not be changed.
func (o *Observed) More() *Traced {
	if o.Traced == nil {
		return &counted
	}
	return o.Traced
}

// Trace returns Traced, which it makes if it is nil.
func (o *Observed) Trace() *Traced {
	if o.Traced == nil {
		o.Traced = &Traced{}
	}
	return o.Traced
}

// Amount returns how many calls there were: as many as the sampled ones represent, if that is known.
func (o *Observed) Amount() float64 { return cmp.Or(o.More().Weighted, o.Calls) }

// Add adds what another source observed. It does not change p.
func (o *Observed) Add(p *Observed) {
	if o.Traced != nil || p.Traced != nil {
		into, from := o.Trace(), p.More()
		if into.Weighted > 0 || from.Weighted > 0 {
			into.Weighted = o.Amount() + p.Amount()
		}
		into.FailedTrace = FirstTrace(into.FailedTrace, from.FailedTrace)
		into.Retries += from.Retries
		into.Latency.Merge(&from.Latency)
		into.RequestStats.Add(&from.RequestStats)
	}
	o.Calls += p.Calls
	o.Errors += p.Errors
}

// FirstTrace returns the one of two ids of traces whose TraceOrder is lower, the other one if one
// is empty. So parts of an input have the same example together as the whole.
func FirstTrace(a, b string) string {
	switch {
	case a == b, b == "":
		return a
	case a == "", TraceOrder(b) < TraceOrder(a):
		return b
	}
	return a
}

// TraceOrder is a hash of the id of a trace. Ids that begin with the time are spread by it.
func TraceOrder(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return h.Sum64()
}
