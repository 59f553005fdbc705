package analyze

import (
	"cmp"
	"slices"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Matrix is what protects every call, part by part.
type Matrix struct {
	Rows []MatrixRow // by call, then by match
	Lost int         // rows that a filter left out
}

// Of returns the rows of a call of Report.Graph, by match. It costs the logarithm of the
// number of rows.
func (m *Matrix) Of(e graph.Edge) []MatrixRow {
	byCall := func(r MatrixRow, e graph.Edge) int { return cmp.Compare(r.Edge, e) }
	first, _ := slices.BinarySearchFunc(m.Rows, e, byCall)
	after, _ := slices.BinarySearchFunc(m.Rows, e+1, byCall)
	return m.Rows[first:after]
}

// A MatrixRow is one part of one call and what acts on it.
type MatrixRow struct {
	Edge graph.Edge // of Report.Graph
	Part
	Hidden  []Hidden
	NeedMax policy.Limit  // the longest single call that the callee makes may hold it
	NeedSum time.Duration // all its hard calls one after the other; 0 if one has no known end
	Why     []Why         // why its bounds are what they are; nil unless that is asked for
}

// Hidden is a policy object that is for a call and does not act on it, because
// another one goes before it.
type Hidden struct{ Object, By *graph.Policy }

// A Protection is a kind of policy, by which a matrix is filtered.
type Protection struct {
	Name string // "rate-limit"
	acts func(s *policy.Set) bool
}

// Protections are the kinds of policies, in the order of a matrix's columns.
var Protections = []Protection{
	{"timeout", func(s *policy.Set) bool { return s.Timeout != nil && (s.Timeout.Total.Set() || s.Timeout.PerTry.Set()) }},
	{"retry", func(s *policy.Set) bool { return s.Retry != nil && s.Retry.Retries.Set() }},
	{"breaker", func(s *policy.Set) bool {
		return s.Breaker != nil && s.Breaker.Kind.Set() && s.Breaker.Kind.Value != "none"
	}},
	{"bulkhead", func(s *policy.Set) bool {
		b := s.Bulkhead
		return b != nil && (b.MaxConcurrent.Set() || b.MaxConnections.Set() || b.MaxPending.Set() || b.PoolSize.Set())
	}},
	{"rate-limit", func(s *policy.Set) bool { return s.RateLimit != nil }},
	{"fallback", func(s *policy.Set) bool {
		return s.Fallback != nil && slices.ContainsFunc(s.Fallback.Steps, func(f policy.FallbackStep) bool { return f.Kind.Value != "none" })
	}},
	{"cache", func(s *policy.Set) bool { return s.Cache != nil }},
	{"balance", func(s *policy.Set) bool { return s.Balance != nil && s.Balance.Strategy.Set() }},
}

// A MatrixFilter says which rows are wanted. The zero filter wants all.
type MatrixFilter struct {
	Service *graph.Node  // that makes or answers the call
	Has     []Protection // each acts on the part
	Missing []Protection // none acts on the part
}

// PolicyMatrix returns the matrix of the calls of scope, which is a part of g.
func PolicyMatrix(g, scope *graph.Graph, filter MatrixFilter) *Matrix {
	r := NewAnalysis(scope)
	hidden := hiddenPolicies(g)
	m := &Matrix{}
	for e := range graph.Edge(scope.Calls()) {
		for _, part := range r.Effective(e) {
			if !filter.wants(scope, e, &part) {
				m.Lost++
				continue
			}
			whole := scope.OriginalEdge(e)
			n := r.LatencyBudget(scope.To(e))
			m.Rows = append(m.Rows, MatrixRow{Edge: whole, Part: part, Hidden: hidden[whole], NeedMax: n.Max, NeedSum: n.Sum})
		}
	}
	return m
}

func (f *MatrixFilter) wants(g *graph.Graph, e graph.Edge, part *Part) bool {
	if f.Service != nil && g.From(e) != *f.Service && g.To(e) != *f.Service {
		return false
	}
	return !slices.ContainsFunc(f.Has, func(p Protection) bool { return !p.protects(part) }) &&
		!slices.ContainsFunc(f.Missing, func(p Protection) bool { return p.protects(part) })
}

// protects reports whether some layer of a part has the policy.
func (p Protection) protects(part *Part) bool {
	return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return p.acts(&l.Set) })
}

func hiddenPolicies(g *graph.Graph) map[graph.Edge][]Hidden {
	hidden := map[graph.Edge][]Hidden{}
	for _, b := range g.Policies() {
		for _, s := range b.Shadows {
			for _, e := range s.Calls {
				if s.Field == "" && !slices.ContainsFunc(hidden[e], func(h Hidden) bool { return h.Object.Object == b.Object && h.By.Object == s.By.Object }) {
					hidden[e] = append(hidden[e], Hidden{b.Policy, s.By})
				}
			}
		}
	}
	return hidden
}
