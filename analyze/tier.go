package analyze

import "github.com/weirgraph/weir/graph"

// A tier is how critical a service is, and by whom.
type tier struct {
	value int        // 1 to 4, 0 if unknown
	from  graph.Node // whose own tier it is: the service itself, or one that cannot do without it
}

// lowestTier is the least critical one there is.
const lowestTier = 4

// inheritedTiers returns for every service the most critical tier among its own
// and those of the services that fail when it fails: who is needed by a tier 1
// service is of tier 1 itself. Optional, asynchronous and weakly proven calls do
// not pass a tier on, nor do calls with a fallback. A service whose own tier is
// unknown has one if somebody passes it on.
func (r *run) inheritedTiers() []tier {
	if r.tiers != nil {
		return r.tiers
	}
	g := r.strong
	r.tiers = make([]tier, g.Len())
	for value := 1; value <= lowestTier; value++ {
		var queue []graph.Node
		for v := range graph.Node(g.Len()) {
			if own := g.Service(v).Tier; own.Set() && own.Value == value && r.tiers[v].value == 0 {
				r.tiers[v] = tier{value, v}
				queue = append(queue, v)
			}
		}
		for i := 0; i < len(queue); i++ {
			v := queue[i]
			for e, end := g.Out(v); e < end; e++ {
				w := g.To(e)
				if r.tiers[w].value == 0 && breaks(g, e) && !hasFallback(g.Call(e)) {
					r.tiers[w] = tier{value, r.tiers[v].from}
					queue = append(queue, w)
				}
			}
		}
	}
	return r.tiers
}

// hasFallback reports whether some input declares what the caller does instead.
func hasFallback(c graph.Call) bool {
	for i := range c.Evidence {
		says := c.Evidence[i].Says
		if says == nil || says.Fallback == nil {
			continue
		}
		for _, step := range says.Fallback.Steps {
			if step.Kind.Set() && step.Kind.Value != "none" {
				return true
			}
		}
	}
	return false
}
