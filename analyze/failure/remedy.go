package failure

import (
	"math"

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

// Try solves the scenario with a remedy on all parts of e. It is false if e has
// the remedy already, or people decided against it.
func (m *Model) Try(e graph.Edge, r Remedy, inject map[graph.Node]Injection) (*Outcome, bool) {
	cured := make([]guard, len(m.guards(e)))
	for i, d := range m.guards(e) {
		if !d.take(r) {
			return nil, false
		}
		cured[i] = d
	}
	before := m.at[e]
	m.at[e] = int32(len(m.sets))
	m.sets = append(m.sets, cured)
	o := m.Solve(inject)
	m.at[e], m.sets = before, m.sets[:len(m.sets)-1]
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
