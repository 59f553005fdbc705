package rules

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

const repeatedCalls = 5 // of one operation in one request; traces keep no fewer

const fewTraces = 3 // to be sure of what they show

// A repetition is an operation that requests of one kind ask for again and again.
type repetition struct {
	*graph.Repeat
	sum    graph.RepeatCount // of the requests that do
	traces float64           // that have such requests
}

// seenAt is where a call was seen first.
func seenAt(c graph.Call) graph.Origin {
	for i := range c.Evidence {
		if c.Evidence[i].Observed {
			return c.Evidence[i].Origin
		}
	}
	return graph.Origin{}
}

const repeatedQueries = 10 // to a store, to which a request has many questions

const repeatedShare = 0.1 // of the traces that have such requests

// rareCalls are too few to speak about: a try, a probe, a test.
const rareCalls = 5

// repeatsOf returns what the calls of e ask for again and again, those that cost most time
// first.
func repeatsOf(g *graph.Graph, e graph.Edge) (repeats []repetition) {
	seen := g.Observed(e)
	if seen == nil {
		return nil
	}
	least := float64(repeatedCalls)
	if k := g.Service(g.To(e)).Kind; k == graph.KindDatabase || k == graph.KindCache {
		least = repeatedQueries
	}
	for i := range seen.More().Repeats {
		l := repetition{Repeat: &seen.More().Repeats[i]}
		l.sum = l.AtLeast(least)
		l.traces = math.Max(l.sum.Traces, g.Service(g.From(e)).Served.Traces(l.During))
		if l.sum.Traces > 0 && l.sum.Traces >= repeatedShare*l.traces {
			repeats = append(repeats, l)
		}
	}
	slices.SortFunc(repeats, func(a, b repetition) int {
		return cmp.Or(cmp.Compare(b.sum.Took, a.sum.Took), strings.Compare(a.During, b.During), strings.Compare(a.Operation, b.Operation))
	})
	return repeats
}

// declares reports whether manifests know of any call that v makes.
func declares(g *graph.Graph, v graph.Node) bool {
	lo, hi := g.Out(v)
	for e := lo; e < hi; e++ {
		if c := g.Call(e); c.Declared && c.Strength > graph.Allowed {
			return true
		}
	}
	return false
}

// percent writes a share of at most the whole.
func percent(share float64) string {
	if share < 0.01 {
		return "less than 1 %"
	}
	return english.Number(math.Round(100*share)) + " %"
}

// rounded writes a time that was measured to the two digits that a sketch knows.
func rounded(d time.Duration) string {
	step := time.Duration(1)
	for d/step >= 100 {
		step *= 10
	}
	return english.Duration(d.Round(step))
}

// enoughTimings are enough calls to know how long the slowest of a hundred take.
const enoughTimings = 200
