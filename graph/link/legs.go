package link

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// A leg is the part of a call that callers address to one name: to the callee itself, or to a
// service whose routes send it on. Which policies act on it depends on that name.
type leg struct {
	edge graph.Edge
	name graph.Node
}

// legsOf returns the legs of a call that routes send on in part, each with its evidence, that for the
// callee's own name first. What is no evidence for one of them, such as observations, is that of the
// first.
func legsOf(g *graph.Graph, e graph.Edge) iter.Seq2[leg, []graph.Evidence] {
	return func(yield func(leg, []graph.Evidence) bool) {
		evidence := g.Evidence(e)
		var names []graph.Node
		byName := map[graph.Node][]graph.Evidence{}
		var rest []graph.Evidence
		for _, ev := range evidence {
			if !ev.Class.Core() || ev.Observed || ev.Strength <= graph.Allowed {
				rest = append(rest, ev)
				continue
			}
			name := addressee(g, e, &ev)
			if byName[name] == nil {
				names = append(names, name)
			}
			byName[name] = append(byName[name], ev)
		}
		slices.SortFunc(names, func(x, y graph.Node) int {
			return cmp.Or(order(x != g.To(e), y != g.To(e)), cmp.Compare(x, y))
		})
		if names == nil {
			yield(leg{e, g.To(e)}, rest)
		}
		for i, name := range names {
			own := byName[name]
			if i == 0 {
				own = append(own, rest...)
			}
			if !yield(leg{e, name}, own) {
				return
			}
		}
	}
}

// addressee returns the service that callers name in the part of a call that evidence shows.
func addressee(g *graph.Graph, e graph.Edge, ev *graph.Evidence) graph.Node {
	if ev.Through != "" {
		if name, ok := g.Node(ev.Through); ok {
			return name
		}
	}
	return g.To(e)
}

// exactHost is the precision of a host that is no pattern.
const exactHost = math.MaxInt

// precision orders the hosts by which objects name a service: one that is written in full goes
// before patterns, and of two patterns the longer.
func precision(host string) int {
	if strings.HasPrefix(host, "*") {
		return len(host)
	}
	return exactHost
}
