package graph

import (
	"cmp"
	"hash/fnv"
)

// An Observation is what traces or metrics show of the calls from one service to another.
// Observations of one call add up.
type Observation struct {
	From, To TracePeer
	Origin   Origin
	Way      string // how it was observed, kebab-case: "span", "service-graph"
	Mode     Mode
	Protocol string // in the words of the source: "postgresql", "http"
	Observed
}

// An ObservedService is a service of which traces show spans, with calls or without.
type ObservedService struct {
	TracePeer
	Origin Origin
	Served ServerStats
}

// Observed is what traces or metrics show of the calls from one service to another.
type Observed struct {
	Calls        float64 // of sampled traces, the sampled ones
	Errors       float64 // those of Calls that failed
	Retries      float64 // those of Calls that were not the first attempt
	FailedTrace  string  // the id of a trace in which one of Calls failed; empty if none is known
	Weighted     float64 // how many calls the sampled ones represent; 0 if unknown
	Latency      Latency // as the caller sees it; empty if unknown
	RequestStats         // over the requests to the caller; zero if unknown
}

// Add adds what another source observed. It does not change p.
func (o *Observed) Add(p *Observed) {
	if o.Weighted > 0 || p.Weighted > 0 {
		o.Weighted = cmp.Or(o.Weighted, o.Calls) + cmp.Or(p.Weighted, p.Calls)
	}
	o.FailedTrace = FirstTrace(o.FailedTrace, p.FailedTrace)
	o.Calls += p.Calls
	o.Errors += p.Errors
	o.Retries += p.Retries
	o.Latency.Merge(&p.Latency)
	o.RequestStats.Add(&p.RequestStats)
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

// Observed returns what was observed of e, nil if nothing was.
func (g *Graph) Observed(e Edge) *Observed { return g.observed[g.OriginalEdge(e)] }
