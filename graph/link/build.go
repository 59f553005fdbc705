package link

import "github.com/weirgraph/weir/graph"

// A Builder collects facts and links them into a Graph: see the package comment for
// the steps.
type Builder struct {
	// Namespace is the namespace of Kubernetes objects that give none.
	Namespace string
	// Coverage is what reading counted; linking completes it.
	Coverage graph.Coverage

	facts graph.Facts
}

// Add takes over the facts of one or more documents. It is not safe for
// concurrent use.
func (b *Builder) Add(f *graph.Facts) {
	t := &b.facts
	t.Entities = append(t.Entities, f.Entities...)
	t.Names = append(t.Names, f.Names...)
	t.Members = append(t.Members, f.Members...)
	t.Calls = append(t.Calls, f.Calls...)
	t.Values = append(t.Values, f.Values...)
	t.Configs = append(t.Configs, f.Configs...)
	t.Uses = append(t.Uses, f.Uses...)
	t.Scalers = append(t.Scalers, f.Scalers...)
	t.Budgets = append(t.Budgets, f.Budgets...)
	t.Policies = append(t.Policies, f.Policies...)
	t.Namespaces = append(t.Namespaces, f.Namespaces...)
	t.ObservedServices = append(t.ObservedServices, f.ObservedServices...)
	t.Observations = append(t.Observations, f.Observations...)
	t.Pairs = append(t.Pairs, f.Pairs...)
	b.Coverage.Problems = append(b.Coverage.Problems, f.Problems...)
}

// Build links everything added so far. The result does not depend on the order
// of the calls of Add. The builder must not be used afterwards.
func (b *Builder) Build() *graph.Graph {
	sortFacts(&b.facts)
	l := &linker{f: &b.facts, coverage: &b.Coverage}
	l.place(b.Namespace)
	l.expandGroups()
	l.assignFiles()
	l.attachConfigPolicies()
	l.declare()
	l.selectWorkloads()
	l.join()
	l.index()
	l.kinds = l.declaredKinds()
	l.connect()
	l.cluster()
	l.observe()
	return l.freeze()
}
