package graph

// A Builder collects facts and links them into a Graph.
//
// Linking goes through these steps, one file each:
//
//	place     objects without a namespace get one, where the inputs tell (place.go)
//	disband   facts between groups become facts between their members     (groups.go)
//	settle    configuration files are given to whoever uses them          (files.go)
//	lend      policies in configuration are given to whoever uses it      (lend.go)
//	declare   one cell for each thing and each name                       (cells.go)
//	select    names are joined with the workloads behind them             (select.go)
//	join      things of one name from different formats become one        (join.go)
//	resolve   hosts and refs to cells                                     (resolve.go)
//	connect   facts and settings become evidence between cells            (connect.go, values.go)
//	observe   what was seen to happen is added up                         (observed.go, witness.go)
//	freeze    cells become services with an ID and a kind, evidence calls (freeze.go)
type Builder struct {
	// Namespace is the namespace of Kubernetes objects that give none.
	Namespace string
	// Coverage is the account that reading began and linking completes.
	Coverage Coverage

	facts Facts
}

// Add takes over the facts of one or more documents. It is not safe for
// concurrent use.
func (b *Builder) Add(f *Facts) {
	t := &b.facts
	t.Things = append(t.Things, f.Things...)
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
	t.Sightings = append(t.Sightings, f.Sightings...)
	t.Observations = append(t.Observations, f.Observations...)
	t.Companions = append(t.Companions, f.Companions...)
	b.Coverage.Problems = append(b.Coverage.Problems, f.Problems...)
}

// Build links everything added so far. The result does not depend on the order
// of the calls of Add. The builder is of no use afterwards.
func (b *Builder) Build() *Graph {
	sortFacts(&b.facts)
	l := &linker{f: &b.facts, coverage: &b.Coverage}
	l.place(b.Namespace)
	l.disband()
	l.settleFiles()
	l.lendPolicies()
	l.declare()
	l.selectWorkloads()
	l.join()
	l.index()
	l.kinds = l.declaredKinds()
	l.connect()
	l.observe()
	return l.freeze()
}
