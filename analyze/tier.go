package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Tier is how critical a service is, and by whom.
type Tier struct {
	Value int        // 1 to 4, 0 if unknown
	From  graph.Node // whose own tier it is: the service itself, or one that cannot do without it
}

// LowestTier is the least critical one there is.
const LowestTier = 4

// Tiers returns for every service the most critical tier among its own
// and those of the services that fail when it fails: who is needed by a tier 1
// service is of tier 1 itself. Optional, asynchronous and weakly proven calls do
// not pass a tier on, nor do calls with a fallback. A service whose own tier is
// unknown has one if a caller passes it on.
func (r *Analysis) Tiers() []Tier {
	return inherited.Of(r, Once{}, func() []Tier { return inheritTiers(r.Strong) })
}

var inherited = NewMemo[Once, []Tier]("the tiers of services, with those that they inherit")

func inheritTiers(g *graph.Graph) []Tier {
	g = essential(g)
	tiers := make([]Tier, g.Len())
	grouped := groupedTiers(g)
	for value := 1; value <= LowestTier; value++ {
		var queue []graph.Node
		for v := range graph.Node(g.Len()) {
			if own := g.Service(v).Tier; own.Set() && own.Value == value && tiers[v].Value == 0 {
				tiers[v] = Tier{value, v}
				queue = append(queue, v)
			}
		}
		for i := 0; i < len(queue); i++ {
			v := queue[i]
			for e, end := g.Out(v); e < end; e++ {
				w := g.To(e)
				if tiers[w].Value == 0 && !g.Grouped(e) {
					tiers[w] = Tier{value, tiers[v].From}
					queue = append(queue, w)
				}
			}
		}
		for w, t := range grouped {
			if tiers[w].Value == 0 && t.Value == value {
				tiers[w] = t
			}
		}
	}
	return tiers
}

// groupedTiers returns the most critical tier that fails with each service by the calls of
// g, through groups or not; nil if there are no groups.
func groupedTiers(g *graph.Graph) []Tier {
	if len(g.Groups()) == 0 {
		return nil
	}
	tiers := make([]Tier, g.Len())
	newLosses(g, false).each(func(l *losses, block []graph.Node) {
		for v := range graph.Node(g.Len()) {
			own := g.Service(v).Tier
			if !own.Set() {
				continue
			}
			for bit, w := range block {
				if l.with(v).has(bit) && (tiers[w].Value == 0 || tiers[w].Value > own.Value) {
					tiers[w] = Tier{own.Value, v}
				}
			}
		}
	})
	return tiers
}

// essential is the calls of g whose caller fails with their callee, and has nothing to put
// in its place but the other members of a group.
func essential(g *graph.Graph) *graph.Graph {
	return g.Where(func(e graph.Edge) bool { return MayBreak(g, e) && !HasFallback(g, e) })
}

// HasFallback reports whether some input declares what is done instead of e: its
// own documents, or a policy that is for all parts of it.
func HasFallback(g *graph.Graph, e graph.Edge) bool {
	var one [1]graph.Evidence
	for _, ev := range g.EvidenceIn(e, &one) {
		if ev.Says != nil && answersElsewhere(ev.Says.Fallback) {
			return true
		}
	}
	routes := g.Routes(e)
	return len(routes) > 0 && !slices.ContainsFunc(routes, func(r graph.Route) bool {
		return !slices.ContainsFunc(r.Layers, func(s policy.Set) bool { return answersElsewhere(s.Fallback) })
	})
}

// answersElsewhere reports whether a fallback has an answer.
func answersElsewhere(f *policy.Fallback) bool {
	return f != nil && slices.ContainsFunc(f.Steps, func(step policy.FallbackStep) bool {
		return step.Kind.Set() && step.Kind.Value != "none"
	})
}

func DeclaresTier1(s *graph.Service) bool { return s.Tier.Set() && s.Tier.Value == 1 }
