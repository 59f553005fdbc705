package ingest

import (
	"fmt"

	"github.com/weirgraph/weir/graph"
)

// A BudgetError ends reading: the inputs declare more than a run keeps.
type BudgetError struct {
	Most int    // that a run keeps
	Kind string // of facts, in the plural
	At   graph.Origin
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("%s: the inputs have more than %d %s", e.At, e.Most, e.Kind)
}

// Hint is how to read them nevertheless.
func (e *BudgetError) Hint() string {
	return "leave out what is not needed with exclude in weir.yaml, or check parts of the inputs by themselves"
}

// budget bounds what is kept of the inputs by kind, over all workers: several times what an estate of
// 100,000 services and 1,000,000 calls declares. What a fact takes is hundreds of bytes to a few
// kilobytes, however short its text is. More problems are of no use to a reader.
var budget = []struct {
	kind  string
	most  int
	count func(*graph.Facts) int
}{
	{"services and objects", 500_000, func(f *graph.Facts) int { return len(f.Entities) + len(f.Names) + len(f.ObservedServices) }},
	{"settings", 4_000_000, func(f *graph.Facts) int { return len(f.Values) + len(f.Configs) }},
	{"calls", 4_000_000, func(f *graph.Facts) int { return len(f.Calls) + len(f.Observations) + len(f.Pairs) }},
	{"policies", 1_000_000, func(f *graph.Facts) int { return len(f.Policies) }},
	{"problems", 20_000, func(f *graph.Facts) int { return len(f.Problems) }},
	{"inputs that are recognized and not read", 1_000_000, func(f *graph.Facts) int { return len(f.Unread) }},
}

// spend counts the facts of a batch. The error is a *BudgetError when there are too many. Batches
// come in the order of the inputs, so that it is the same in every run.
func (a *coverage) spend(t *batch) error {
	if a.spent == nil {
		a.spent = make([]int, len(budget))
	}
	for i, b := range budget {
		a.spent[i] += b.count(&t.facts)
		for j := range t.facts.Projects {
			a.spent[i] += b.count(t.facts.Projects[j].Facts)
		}
		if a.spent[i] > b.most {
			return &BudgetError{b.most, b.kind, graph.Origin{File: t.file.name}}
		}
	}
	return nil
}
