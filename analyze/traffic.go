package analyze

import (
	"slices"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
)

// Traffic is how much of what was seen an incident hits. A call is hit if whoever
// makes it waits for the answer, and who should give it has failed or suffers: it
// fails, degrades or is slow, at once or later. What the caller makes of that, by
// its policies, is not asked.
//
// Calls are counted as they were seen; sampled ones count for as many as they represent,
// where that is known.
type Traffic struct {
	Calls, Hit      float64
	Entry, EntryHit float64      // of those, the calls that requests begin with
	Entries         []graph.Node // who makes these, sorted: entry points, or, if none was seen to call, whoever was not seen to be called
}

// traffic returns nil if nothing was seen.
func traffic(g *graph.Graph, in *Incident) *Traffic {
	bad := make([]bool, g.Len())
	for _, v := range in.Failed {
		bad[v] = true
	}
	for i := range in.Victims {
		if v := &in.Victims[i]; v.Label != failure.Protected {
			bad[v.Node] = true
		}
	}
	t := &Traffic{Entries: enterers(g)}
	for e := range graph.Edge(g.Calls()) {
		seen := g.Observed(e)
		if seen == nil || seen.Calls <= 0 {
			continue
		}
		calls := seen.Amount()
		_, enters := slices.BinarySearch(t.Entries, g.From(e))
		t.Calls += calls
		if enters {
			t.Entry += calls
		}
		if !bad[g.To(e)] || !failure.Waits(g, e) {
			continue
		}
		t.Hit += calls
		if enters {
			t.EntryHit += calls
		}
	}
	if t.Calls == 0 {
		return nil
	}
	return t
}

// enterers returns the services with whose calls requests were seen to begin,
// sorted.
func enterers(g *graph.Graph) []graph.Node {
	calls, called := make([]bool, g.Len()), make([]bool, g.Len())
	for e := range graph.Edge(g.Calls()) {
		if seen := g.Observed(e); seen != nil && seen.Calls > 0 && g.From(e) != g.To(e) {
			calls[g.From(e)], called[g.To(e)] = true, true
		}
	}
	entries, presumed := entryPoints(g)
	entries = slices.DeleteFunc(entries, func(v graph.Node) bool { return presumed || !calls[v] })
	if len(entries) > 0 {
		return entries
	}
	for v := range graph.Node(g.Len()) {
		if calls[v] && !called[v] {
			entries = append(entries, v)
		}
	}
	return entries
}

// ObservedCalls is how many calls were seen that a service makes, and that it makes or
// answers.
func ObservedCalls(g *graph.Graph, v graph.Node) (made, all float64) {
	lo, hi := g.Out(v)
	for e := lo; e < hi; e++ {
		if o := g.Observed(e); o != nil {
			made += o.Calls
		}
	}
	all = made
	for _, e := range g.In(v) {
		if o := g.Observed(e); o != nil && g.From(e) != v {
			all += o.Calls
		}
	}
	return made, all
}
