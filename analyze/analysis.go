package analyze

import "github.com/weirgraph/weir/graph"

// runOn is a run on calls that were chosen already.
func runOn(core *graph.Graph) *run {
	return &run{core: core, strong: proven(core, graph.Strong), sync: synchronous(core), memos: map[any]any{}}
}

// A run holds what several rules ask for, computed when the first one does.
type run struct {
	core   *graph.Graph // see Pass
	strong *graph.Graph // of core, the calls with strong evidence
	sync   *graph.Graph // of core, the synchronous calls
	memos  map[any]any  // the answers of each Memo
}

func newRun(g *graph.Graph) *run { return runOn(Scope(g, graph.Weak)) }
