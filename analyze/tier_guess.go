package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A TierGuess is what the tier of a service may be that declares none.
type TierGuess struct {
	Node graph.Node
	Tier int
	Why  string
}

// GuessTiers guesses tiers from the way of requests in g, a Scope, sorted by service. Most services
// have no guess: those that others need have a tier from them, see Tiers.
func GuessTiers(g *graph.Graph) []TierGuess {
	entries, presumed := entryPoints(g)
	awaited := make([]bool, g.Len())
	queue := slices.Clone(entries)
	for _, v := range entries {
		awaited[v] = true
	}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for lo, hi := g.Out(v); lo < hi; lo++ {
			if u := g.To(lo); g.Mode(lo) == graph.Sync && !awaited[u] {
				awaited[u] = true
				queue = append(queue, u)
			}
		}
	}
	var guesses []TierGuess
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		if s.Tier.Set() || !s.Defined || s.Kind != graph.KindService && s.Kind != graph.KindJob {
			continue
		}
		entry, seen := s.Entry()
		lo, hi := g.Out(v)
		switch gateway := gatewayOf(g, v); {
		case seen:
			guesses = append(guesses, TierGuess{v, 1, "traces show requests from outside"})
		case entry:
			guesses = append(guesses, TierGuess{v, 1, "it is an entry point"})
		case gateway != None:
			guesses = append(guesses, TierGuess{v, 1, "requests from outside arrive over " + g.ID(gateway)})
		case !presumed && len(entries) > 0 && !awaited[v] && (lo < hi || len(g.In(v)) > 0):
			guesses = append(guesses, TierGuess{v, 3, "no entry point waits for it"})
		}
	}
	return guesses
}

// gatewayOf returns the first gateway without callers that sends requests to v, None if there is none.
func gatewayOf(g *graph.Graph, v graph.Node) graph.Node {
	for _, e := range g.In(v) {
		if u := g.From(e); g.Service(u).Kind == graph.KindGateway && len(g.In(u)) == 0 {
			return u
		}
	}
	return None
}
