package analyze

import "github.com/weirgraph/weir/graph"

// An Analysis is a graph with what algorithms find on it. Each answer is computed when
// it is first asked for, and kept: see Memo. It is not for several goroutines at once.
type Analysis struct {
	Core   *graph.Graph // the calls that failures travel along: a Scope
	Strong *graph.Graph // the calls of Core with strong evidence, which more than source code shows
	Sync   *graph.Graph // the synchronous calls of Core

	memos map[any]any // the answers, by *Memo
}

// NewAnalysis returns an Analysis of the calls of core.
func NewAnalysis(core *graph.Graph) *Analysis {
	return &Analysis{Core: core, Strong: core.Where(func(e graph.Edge) bool { return core.Strength(e) == graph.Strong && !core.OnlyInCode(e) }), Sync: Synchronous(core), memos: map[any]any{}}
}
