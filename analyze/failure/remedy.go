package failure

import (
	"math"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Remedy is something that people can add to a call.
type Remedy uint8

const (
	AddTimeout Remedy = iota
	AddFallback
	MakeOptional
	AddTimeoutAndFallback
)

// Try solves the scenario with a remedy on all parts of e, and on those of the calls that may
// be made instead. It is false if one has the remedy already, or people decided against it.
func (m *Model) Try(e graph.Edge, r Remedy, inject map[graph.Node]Injection) (*Outcome, bool) {
	calls := m.Alternatives(e)
	cured := make([][]guard, len(calls))
	for i, c := range calls {
		cured[i] = slices.Clone(m.guards(c))
		for j := range cured[i] {
			if !cured[i][j].take(r) {
				return nil, false
			}
		}
	}
	before, links := make([]int32, len(calls)), len(m.links)
	for i, c := range calls {
		before[i] = m.at[c]
		m.add(c, link{cured[i], m.links[m.at[c]].beside})
	}
	m.regroup(e)
	o := m.Solve(inject)
	for i, c := range calls {
		m.at[c] = before[i]
	}
	m.regroup(e)
	m.links = m.links[:links]
	return o, true
}

// regroup compiles the groups of e again.
func (m *Model) regroup(e graph.Edge) {
	for _, n := range m.groups(e) {
		*n = *m.group(n.id, nil, nil)
	}
}

// take puts a remedy on d.
func (d *guard) take(r Remedy) bool {
	if d.async && !d.publish {
		return false
	}
	bounded := d.attempt.State == policy.Finite
	switch r {
	case AddTimeout:
		if bounded {
			return false
		}
	case AddFallback:
		if len(d.steps) > 0 || d.firm {
			return false
		}
	case MakeOptional:
		if d.soft.set() || d.firm {
			return false
		}
	case AddTimeoutAndFallback:
		if bounded || len(d.steps) > 0 || d.firm {
			return false
		}
	}
	if r == AddTimeout || r == AddTimeoutAndFallback {
		d.attempt = policy.Limit{State: policy.Finite, Time: math.MaxInt64}
	}
	if r == AddFallback || r == AddTimeoutAndFallback {
		d.steps = []step{{setting: setting{words: "fallback static"}, asks: noCall}}
	}
	if r == MakeOptional {
		d.soft.words = "optional"
	}
	return true
}
