package analyze

import "github.com/weirgraph/weir/graph"

// NewAnalysis is a run on calls that were chosen already.
func NewAnalysis(core *graph.Graph) *Analysis {
	return &Analysis{Core: core, Strong: proven(core, graph.Strong), Sync: Synchronous(core), memos: map[any]any{}}
}

// A Analysis holds what several rules ask for, computed when the first one does.
type Analysis struct {
	Core   *graph.Graph // see Pass
	Strong *graph.Graph // of core, the calls with strong evidence
	Sync   *graph.Graph // of core, the synchronous calls
	memos  map[any]any  // the answers of each Memo
}

func NewRun(g *graph.Graph) *Analysis { return NewAnalysis(Scope(g, graph.Weak)) }
