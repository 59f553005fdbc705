package analyze

import (
	"slices"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
)

// A Focus is one service in perspective.
type Focus struct {
	Node     graph.Node
	Calls    []graph.Edge // what it calls, all classes
	Called   []graph.Edge // who calls it, all classes
	Impact   Incident     // what its own failure reaches
	Needs    []graph.Node // every service it calls by hard synchronous calls, directly or not, sorted
	Row      FanRow
	Cycle    *Cycle    // the loop it is on, if any
	Findings []Finding // that concern it
	Matrix   *Matrix   // what protects its calls, those it makes and those it answers
}

// DescribeService puts one service of g into perspective. Its calls are those of g, of every
// class; what follows from them is computed on scope. Findings are those of check
// that concern it; check may be nil.
func DescribeService(g, scope *graph.Graph, v graph.Node, check *Check) *Focus {
	f := &Focus{
		Node: v, Called: g.In(v), Impact: Simulate(scope, stopping(v)), Needs: needs(scope, v),
		Matrix: PolicyMatrix(g, scope, MatrixFilter{Service: &v}),
	}
	for e, end := g.Out(v); e < end; e++ {
		f.Calls = append(f.Calls, e)
	}
	for _, row := range Metrics(scope).Services {
		if row.Node == v {
			f.Row = row
			f.Row.Available = available(scope, v)
		}
	}
	for _, cycle := range Loops(scope).Components {
		if _, on := slices.BinarySearch(cycle.Services, v); on {
			f.Cycle = &cycle
		}
	}
	if check != nil {
		for _, finding := range check.Findings {
			if slices.Contains(finding.Services, v) {
				f.Findings = append(f.Findings, finding)
			}
		}
	}
	return f
}

// stopping is the plainest scenario: v stops.
func stopping(v graph.Node) Scenario {
	return Scenario{Mode: "stop", Inject: map[graph.Node]failure.Injection{v: {Mode: failure.Stop}}}
}

// needs returns every service without which v fails, sorted, v itself left out.
func needs(g *graph.Graph, v graph.Node) []graph.Node {
	hard := breaking(g)
	if len(hard.Groups()) == 0 {
		return calledBy(hard, v)
	}
	return failingOf(hard, v)
}
