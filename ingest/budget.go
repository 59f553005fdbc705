package ingest

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
)

// budget bounds what is kept of the inputs by kind, over all workers: several times what an estate of
// 100,000 services and 1,000,000 calls declares. What a fact takes is hundreds of bytes to a few
// kilobytes, however short its text is. More problems are of no use to a reader.
//
// Of kinds that short texts can multiply, with aliases for example, there may be as many as least,
// and one more for each byte of the inputs.
var budget = []struct {
	kind  string
	most  int
	least int // 0 is most
	count func(*graph.Facts) int
}{
	{"services and objects", 500_000, 0, func(f *graph.Facts) int { return len(f.Entities) + len(f.Names) + len(f.ObservedServices) }},
	{"settings", 4_000_000, 200_000, func(f *graph.Facts) int { return len(f.Values) + len(f.Configs) }},
	{"calls", 4_000_000, 50_000, func(f *graph.Facts) int { return len(f.Calls) + graph.CountObservations(f.Observations) + len(f.Pairs) }},
	{"policies", 1_000_000, 50_000, func(f *graph.Facts) int { return len(f.Policies) }},
	{"names in source code", 8_000_000, 500_000, func(f *graph.Facts) int {
		n := len(f.CodeDirectories) + len(f.CodeLibraries)
		for i := range f.Code {
			n += len(f.Code[i].Places) + len(f.Code[i].Uses) + len(f.Code[i].Unbound) + len(f.Code[i].Settings)
		}
		return n
	}},
	{"problems", 20_000, 0, func(f *graph.Facts) int { return len(f.Problems) }},
	{"inputs that are recognized and not read", 1_000_000, 0, func(f *graph.Facts) int { return len(f.Unread) }},
}

// mostDocuments is how many documents of YAML a run reads: each may be a service or an object. They
// are counted before they are read.
const mostDocuments = 500_000

// spending is what the batches so far have of the budget.
type spending struct {
	facts     []int // by kind
	bytes     int
	documents int
}

// spend counts the facts of a batch. The error is a *link.BudgetError when there are too many. Batches
// come in the order of the inputs, so that it is the same in every run.
func (s *spending) spend(t *batch) error {
	if s.facts == nil {
		s.facts = make([]int, len(budget))
	}
	at := graph.Source{File: t.file.name}.Whole()
	s.bytes += t.bytes
	if s.documents += t.documents; s.documents > mostDocuments {
		return &link.BudgetError{Most: mostDocuments, Kind: "documents", At: at}
	}
	for i, b := range budget {
		s.facts[i] += b.count(&t.facts)
		for j := range t.facts.Projects {
			s.facts[i] += b.count(t.facts.Projects[j].Facts)
		}
		switch n := s.facts[i]; {
		case n > b.most:
			return &link.BudgetError{Most: b.most, Kind: b.kind, At: at}
		case b.least > 0 && n > b.least+s.bytes:
			return &link.BudgetError{Most: b.least + s.bytes, Kind: b.kind, Bytes: int64(s.bytes), At: at}
		}
	}
	return nil
}
