package analyze

import (
	"cmp"
	"math"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A FailingCall is a call of which traces show that many requests fail.
type FailingCall struct {
	Call   graph.Edge
	Share  float64    // of the observed calls that failed
	Begins graph.Edge // where the errors come from: the last failing call of a chain that starts with Call, which may be Call
}

// What counts as failing: a share of the calls, and enough of them to know it. How many calls
// there were is not known where a source has their rate, such as 0.4 a second.
const (
	failingShare  = 0.05
	failingErrors = 5
	failingCalls  = 10
)

// FailingCalls returns the failing calls of g, those with the greatest share first, then those
// with the most errors.
func FailingCalls(g *graph.Graph) []FailingCall {
	fails := map[graph.Edge]bool{}
	var list []FailingCall
	for e := range graph.Edge(g.Calls()) {
		seen := g.Observed(e)
		if seen == nil || seen.Calls <= 0 || seen.Errors < failingShare*seen.Calls {
			continue
		}
		if rate := seen.Calls != math.Trunc(seen.Calls); !rate && (seen.Calls < failingCalls || seen.Errors < failingErrors) {
			continue
		}
		fails[e] = true
		list = append(list, FailingCall{Call: e, Share: min(seen.Errors/seen.Calls, 1)})
	}
	next := map[graph.Edge]graph.Edge{}
	for e := range fails {
		next[e] = cause(g, e, fails)
	}
	for i := range list {
		list[i].Begins = errorsBegin(g, list[i].Call, next)
	}
	slices.SortStableFunc(list, func(a, b FailingCall) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(g.Observed(b.Call).Errors, g.Observed(a.Call).Errors))
	})
	return list
}

// cause is the failing call of the callee of e that explains at least half of the errors of
// e, the one with the most errors; e itself if there is none.
func cause(g *graph.Graph, e graph.Edge, fails map[graph.Edge]bool) graph.Edge {
	most := e
	for f, end := g.Out(g.To(e)); f < end; f++ {
		if f != e && fails[f] && g.Observed(f).Errors >= g.Observed(e).Errors/2 && (most == e || g.Observed(f).Errors > g.Observed(most).Errors) {
			most = f
		}
	}
	return most
}

// errorsBegin follows the causes of e to the last one. If they form a loop, it is the call of
// the loop with the most errors.
func errorsBegin(g *graph.Graph, e graph.Edge, next map[graph.Edge]graph.Edge) graph.Edge {
	var path []graph.Edge
	for !slices.Contains(path, e) {
		path = append(path, e)
		e = next[e]
	}
	loop := path[slices.Index(path, e):]
	return slices.MinFunc(loop, func(a, b graph.Edge) int {
		return cmp.Or(cmp.Compare(g.Observed(b).Errors, g.Observed(a).Errors), cmp.Compare(a, b))
	})
}
