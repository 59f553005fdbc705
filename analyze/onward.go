package analyze

import "github.com/weirgraph/weir/graph"

// Onward is where requests go from service to service: the synchronous calls of Core. How often
// one goes round in a loop is unknown, so that what adds up along a way ends there. A service that
// asks the balancer in front of itself is in no loop: the balancer leads on to it, and its own call
// leads nowhere.
//
// That is for what adds up: attempts, time, hops. What fails together is found by the components
// over all calls, in availability.go and losses.go: a service whose own call needs the balancer
// is down with it, whoever of its kind would answer.
type Onward struct {
	g    *graph.Graph
	c    *components // over these calls
	back []bool      // by call: it is one to the balancer in front of its caller; nil if there are none
}

// Onward is kept.
func (r *Analysis) Onward() *Onward {
	return onwards.Of(r, Once{}, func() *Onward {
		o := &Onward{g: r.Core, back: returns(r.Core)}
		if o.back == nil {
			o.c = r.syncComponents()
		} else {
			o.c = findComponents(r.Core.Where(func(e graph.Edge) bool { return r.Core.Mode(e) == graph.Sync && !o.back[e] }))
		}
		return o
	})
}

// Loops reports whether the caller and the callee of e are in a loop with each other.
func (o *Onward) Loops(e graph.Edge) bool { return o.c.Of[o.g.From(e)] == o.c.Of[o.g.To(e)] }

// Leads reports whether requests go on through e to a service that leads to no earlier one.
func (o *Onward) Leads(e graph.Edge) bool {
	return o.g.Mode(e) == graph.Sync && !o.Loops(e) && (o.back == nil || !o.back[e])
}

var (
	onwards        = NewMemo[Once, *Onward]("where requests go on")
	waitComponents = NewMemo[Once, *components]("the components over synchronous calls")
)

// syncComponents are those over all synchronous calls, by node.
func (r *Analysis) syncComponents() *components {
	return waitComponents.Of(r, Once{}, func() *components { return findComponents(r.Sync) })
}
