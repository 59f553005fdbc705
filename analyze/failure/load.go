package failure

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A Shift is more load on the members of a pool that are left.
type Shift struct {
	Caller   graph.Node
	Services []graph.Node // that are left, sorted
	Factor   float64      // of their load before
}

// Shifts lists the pools that go on with fewer members and send those the requests for the
// lost ones, at once or later, by caller.
func (o *Outcome) Shifts() []Shift {
	var list []Shift
	var look func(n *group)
	look = func(n *group) {
		for i := range n.members {
			if m := &n.members[i]; m.group != nil {
				look(m.group)
			}
		}
		if n.Kind != graph.Pool {
			return
		}
		left, services := o.onset.left(n)
		if lost := len(n.members) - left; left >= max(n.Need, 1) && o.onset.moves(n, lost) {
			list = append(list, Shift{Caller: n.Caller, Services: services, Factor: float64(len(n.members)) / float64(left)})
		}
	}
	for i := range o.g().Groups() {
		if n := o.onset.m.outermost[graph.GroupID(i)]; n != nil {
			look(n)
		}
	}
	return list
}

// moves reports whether the requests to one of so many lost members of a pool go to others.
func (p *phase) moves(n *group, lost int) bool {
	return slices.ContainsFunc(n.members, func(m member) bool {
		one := p.member(&m, nil)
		if !one.any(fails | hangs) {
			return false
		}
		by := p.notices(&m, one, n.calls, lost)
		return by.again || by.checked.set() || n.Checked
	})
}
