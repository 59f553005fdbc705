package graph

import (
	"cmp"
)

// An Observation is what traces, or somebody who counted for us, saw of the calls
// between two services. Observations of one call add up.
type Observation struct {
	From, To TracePeer
	Origin   Origin
	Way      string // how it was seen, kebab-case: "span", "service-graph"
	Mode     Mode
	Protocol string // in the words of its source: "postgresql", "http"
	Observed
}

// A ObservedService is a service that was seen at work, whether or not it was seen to call
// or to be called.
type ObservedService struct {
	TracePeer
	Origin Origin
	Served ServerStats
}

// Observed is what was seen of the calls from one service to another.
type Observed struct {
	Calls        float64 // as seen; of sampled traces these are the sampled ones
	Errors       float64 // those of Calls that failed
	Retries      float64 // those of Calls that were not the first try
	Weighted     float64 // how many calls the sampled ones stand for; 0 if nothing says so
	Latency      Latency // as the caller sees it, where it is known
	RequestStats         // over the requests of the caller, where they are known
}

// Add adds up what two sources saw, and leaves p as it is.
func (o *Observed) Add(p *Observed) {
	if o.Weighted > 0 || p.Weighted > 0 {
		o.Weighted = cmp.Or(o.Weighted, o.Calls) + cmp.Or(p.Weighted, p.Calls)
	}
	o.Calls += p.Calls
	o.Errors += p.Errors
	o.Retries += p.Retries
	o.Latency.Merge(&p.Latency)
	o.RequestStats.Add(&p.RequestStats)
}

// Observed returns what was seen of e, or nil if nothing was.
func (g *Graph) Observed(e Edge) *Observed { return g.observed[g.OriginalEdge(e)] }
