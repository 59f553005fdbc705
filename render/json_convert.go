package render

import (
	"math"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
)

// convert returns a slice that is never nil, so that an empty list is written as
// a list.
func convert[T, U any](items []T, to func(T) U) []U {
	converted := make([]U, len(items))
	for i, item := range items {
		converted[i] = to(item)
	}
	return converted
}

// finite returns a number that JSON can write, nil for an infinite one.
func finite(f float64) *float64 {
	if math.IsInf(f, 0) {
		return nil
	}
	return &f
}

func same(s string) string { return s }

func rawIDs(g *graph.Graph, nodes []graph.Node) []string { return convert(nodes, g.ID) }

func findingJSON(f analyze.Finding) wire.Finding {
	j := wire.Finding{
		Rule: f.Rule, Severity: f.Severity.String(), Confidence: f.Confidence.String(),
		Subject: f.Subject, Message: f.Message, Hint: f.Hint,
		Origins: wire.FromOrigins(f.Origins), Fingerprint: f.Fingerprint, Variants: f.Variants,
	}
	j.Values, j.Fix = valuesJSON(f.Values), fixJSON(&f.Fix)
	for i := range f.Each {
		one := &f.Each[i]
		w := wire.OneOf{
			Subject: one.Subject, Message: one.Message, Values: valuesJSON(one.Values),
			Origins: wire.FromOrigins(one.Origins), Fingerprint: one.Fingerprint, Fix: fixJSON(&one.Fix),
		}
		if one.Hint != f.Hint {
			w.Hint = one.Hint
		}
		j.Each = append(j.Each, w)
	}
	return j
}

func valuesJSON(list []analyze.KeyValue) map[string]string {
	if len(list) == 0 {
		return nil
	}
	values := make(map[string]string, len(list))
	for _, v := range list {
		values[v.Key] = v.Value
	}
	return values
}

func checkJSON(c *analyze.Check) wire.Check {
	w := wire.Check{
		Rules: len(c.Rules), Ignored: c.Ignored(), Known: c.Known(), NotShown: c.NotShown, Failing: c.Failing(),
		Unjudged: convert(c.Unjudged, findingJSON),
		ByRule: convert(c.ByRule, func(s analyze.RuleSum) wire.RuleSum {
			return wire.RuleSum{
				Rule: s.Rule, Errors: s.Findings[analyze.Error], Warnings: s.Findings[analyze.Warning], Infos: s.Findings[analyze.Info], Subjects: s.Subjects,
			}
		}),
		Excused: convert(c.Excused, func(e analyze.Excused) wire.Excused {
			return wire.Excused{
				Rule: e.Rule, Severity: e.Severity.String(), Subject: e.Subject, Message: e.Message, Origins: wire.FromOrigins(e.Origins), Fingerprint: e.Fingerprint,
				Variants: e.Variants, By: e.By.String(), Reason: e.Reason, Origin: wire.KnownOrigin(e.Origin),
			}
		}),
	}
	if c.FailOn < analyze.Never {
		w.FailOn = c.FailOn.String()
	}
	return w
}

func cycleJSON(g *graph.Graph, c *analyze.Cycle) wire.Cycle {
	return wire.Cycle{
		Services: rawIDs(g, c.Services), Loop: rawIDs(g, c.Loop), Portions: portions(g, c.Loop), Sync: c.Sync, Calls: c.Calls,
		SelfCalls: rawIDs(g, c.SelfCalls), Exact: c.Exact, Cut: rawIDs(g, c.Cut[:]), Left: c.Left, Factor: finite(c.Factor), Storm: rawIDs(g, c.Storm),
		Cuts: convert(c.Cuts, func(k analyze.Cut) wire.Cut {
			return wire.Cut{From: g.ID(k.From), To: g.ID(k.To), Reason: k.Reason.String(), Why: k.Why}
		}),
	}
}

// portions are those of the calls of a loop, nil if all are made for every request.
func portions(g *graph.Graph, loop []graph.Node) []string {
	var list []string
	some := false
	for i, v := range loop {
		words := ""
		if e, ok := g.Edge(v, loop[(i+1)%len(loop)]); ok {
			words = analyze.Portion(g, e)
		}
		list = append(list, words)
		some = some || words != ""
	}
	if !some {
		return nil
	}
	return list
}

func fanJSON(g *graph.Graph, f *analyze.Fan) wire.Fan {
	return wire.Fan{
		Services: convert(f.Services, func(row analyze.FanRow) wire.FanRow { return fanRowJSON(g, row) }),
		Deepest:  rawIDs(g, f.Deepest), Depth: f.Depth, Layers: f.Layers,
		Gates: convert(f.Chokepoints, func(gate analyze.Chokepoint) wire.Chokepoint {
			return wire.Chokepoint{ID: g.ID(gate.Node), Or: rawIDs(g, gate.Or), Behind: rawIDs(g, gate.Behind), Lacks: convert(gate.Lacks, same)}
		}),
	}
}

func fanRowJSON(g *graph.Graph, r analyze.FanRow) wire.FanRow {
	return wire.FanRow{
		ID: g.ID(r.Node), FanOut: r.Out, Needs: r.Needs, FanIn: r.In, Depth: r.Depth, Layer: r.Layer,
		Role: r.Role.String(), Reach: r.Reach, Impact: r.Impact, Behind: r.Behind, Availability: availabilityJSON(g, r.Available),
		Amp: finite(r.Amp), AmpPath: rawIDs(g, r.AmpPath),
	}
}

func availabilityJSON(g *graph.Graph, a *analyze.Availability) *wire.Availability {
	if a == nil {
		return nil
	}
	j := &wire.Availability{
		Expected: rounded(a.Expected), Promised: rounded(a.Promised), Exact: a.Exact, Counted: a.Counted, Unknown: a.Unknown, Silent: rawIDs(g, a.Silent),
		Worst: convert(a.Worst, func(c analyze.Contributor) wire.Contributor {
			return wire.Contributor{ID: g.ID(c.Node), Objective: c.Objective}
		}),
	}
	if a.Objective > 0 {
		j.Objective = &a.Objective
	}
	return j
}

// rounded is a percentage without errors of floating-point numbers, the same on every
// machine.
func rounded(percent float64) float64 { return math.Round(percent*1e8) / 1e8 }

func pathJSON(g *graph.Graph, p *analyze.Path) wire.Path {
	chains := func(cs [][]graph.Node) [][]string {
		return convert(cs, func(c []graph.Node) []string { return rawIDs(g, c) })
	}
	return wire.Path{From: g.ID(p.From), To: g.ID(p.To), Forward: chains(p.Forward), Back: chains(p.Back), More: p.More}
}

func focusJSON(g *graph.Graph, f *analyze.Focus) wire.Focus {
	call := func(e graph.Edge) wire.Call { return wire.FromCall(g, e) }
	j := wire.Focus{
		Service: wire.FromService(g.Service(f.Node)),
		Calls:   convert(f.Calls, call), CalledBy: convert(f.Called, call),
		Impact: impactJSON(g, &f.Impact), Needs: rawIDs(g, f.Needs), Fan: fanRowJSON(g, f.Row),
		Findings: convert(f.Findings, findingJSON),
	}
	if f.Cycle != nil {
		c := cycleJSON(g, f.Cycle)
		j.Cycle = &c
	}
	for i := range f.Matrix.Rows {
		if r := &f.Matrix.Rows[i]; r.Why != nil {
			j.Policies = append(j.Policies, protectionJSON(g, r))
		}
	}
	return j
}
