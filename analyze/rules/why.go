package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// Explain says of each row of a matrix of g why its bounds are what they are. The rows are those of
// calls of scope, which is a part of g.
func Explain(g, scope *graph.Graph, m *analyze.Matrix) {
	p := &Pass{Graph: g, Core: scope, Limits: Limits{}.orDefault(), Analysis: analyze.NewAnalysis(scope)}
	here := map[graph.Edge]graph.Edge{}
	for e := range graph.Edge(scope.Calls()) {
		here[scope.OriginalEdge(e)] = e
	}
	for i := range m.Rows {
		r := &m.Rows[i]
		r.Why = p.whys(here[r.Edge], &r.Part)
	}
}

// whys explains the bounds of a part of e that a layer sets or that an object declares, and the
// timeout, the retries and the breaker in any case.
func (p *Pass) whys(e graph.Edge, part *analyze.Part) []analyze.Why {
	var list []analyze.Why
	for _, c := range part.Chains() {
		w := analyze.Why{Chain: c, Lost: p.lost(e, c.Of)}
		set := false
		for i, l := range c.Links {
			link := analyze.WhyLink{Link: l, Object: writtenIn(p, l.Decision)}
			if l.By.Field != "" {
				link.By = writtenIn(p, l.By)
			}
			first := i == 0 || c.Links[i-1].In != l.In
			if first && l.IsDefault() && !c.Written(l.In) {
				if r, ok := remedyIn(p, e, &part.Layers[l.In].Set, c.Of.Purpose()); ok {
					link.Change = r.sentence("set")
				}
			}
			set = set || l.Role != policy.RoleNone
			w.Links = append(w.Links, link)
		}
		always := c.Of == policy.TimeoutBound || c.Of == policy.RetriesBound || c.Of == policy.BreakerBound
		if !set && len(w.Lost) == 0 && !always {
			continue
		}
		if !set && !driverManaged(p.Core, e) {
			w.Change = strings.TrimSuffix(remedyOf(p, e, part, c.Of.Purpose()).sentence("set"), ",")
		}
		list = append(list, w)
	}
	return list
}

// lost are the objects that declare a bound for a call and do not act on it, the nearest to acting first.
func (p *Pass) lost(e graph.Edge, of policy.Bound) []analyze.Lost {
	var list []analyze.Lost
	add := func(l analyze.Lost) {
		if !slices.ContainsFunc(list, func(other analyze.Lost) bool { return other.Object == l.Object && other.Origin == l.Origin }) {
			list = append(list, l)
		}
	}
	for _, d := range fieldShadows(p)[e] {
		if of.Has(d.Field) {
			add(analyze.Lost{
				Object: d.object, Origin: d.Origin,
				Text: fmt.Sprintf("%s declares %s, but %s is in its place (%s)", d.object, strings.TrimSpace(d.Field+" "+amountText(d.Value)), d.by.Object, d.by.Origin),
			})
		}
	}
	if of != policy.LimitsBound && of != policy.BackoffBound {
		var one [1]graph.Evidence
		for _, ev := range p.Core.EvidenceIn(e, &one) {
			if ev.Loose != nil {
				add(analyze.Lost{Object: ev.Loose.Text, Origin: ev.Loose.Origin, Text: fmt.Sprintf("the code has %q, of which it is not known whether it acts on the call", ev.Loose.Text)})
			}
		}
	}
	for _, n := range nearMisses(p)[e] {
		if gives(&n.policy.Says, of.Purpose()) {
			c := n.explain(p, e)
			add(analyze.Lost{Object: n.policy.Object, Origin: c.origin, Text: c.text, Hint: c.hint})
		}
	}
	return list
}

// amountText writes the value of a setting.
func amountText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []string:
		return strings.Join(v, ",")
	}
	if d := asTime(v); d > 0 {
		return english.Duration(d)
	}
	return fmt.Sprint(v)
}

// A fieldShadow is a setting of a policy in whose place another policy has one.
type fieldShadow struct {
	policy.Decision
	object string
	by     *graph.Policy
}

var fieldShadowsOf = analyze.NewMemo[analyze.Once, map[graph.Edge][]fieldShadow]("the settings in whose place others are, by call")

func fieldShadows(p *Pass) map[graph.Edge][]fieldShadow {
	return fieldShadowsOf.Of(p.Analysis, analyze.Once{}, func() map[graph.Edge][]fieldShadow {
		of := map[graph.Edge][]fieldShadow{}
		for _, b := range p.Core.Policies() {
			for _, s := range b.Shadows {
				if s.Field == "" {
					continue
				}
				for _, d := range b.Says.DecisionsOn(s.Field) {
					for _, e := range s.Calls {
						of[e] = append(of[e], fieldShadow{d, b.Object, s.By})
					}
				}
			}
		}
		return of
	})
}
