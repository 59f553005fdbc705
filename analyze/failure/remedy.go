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
	calls, links := m.Alternatives(e), len(m.links)
	before := make([]int32, len(calls))
	for i, c := range calls {
		cured := slices.Clone(m.guards(c))
		for j := range cured {
			if !cured[j].take(r) {
				m.links = m.links[:links]
				return nil, false
			}
		}
		l := m.links[m.at[c]]
		l.guards, l.shared = cured, false
		before[i] = m.add(l)
	}
	swap := func() {
		for i, c := range calls {
			m.at[c], before[i] = before[i], m.at[c]
		}
		for _, n := range m.links[m.at[e]].groups {
			*n = *m.group(n.id, nil, nil)
		}
	}
	swap()
	o := m.Solve(inject)
	swap()
	m.links = m.links[:links]
	return o, true
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
