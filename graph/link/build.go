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
	Join(&b.facts, f)
	b.facts.Problems = nil // they are in the coverage
	b.facts.Projects = append(b.facts.Projects, f.Projects...)
	b.Coverage.Problems = append(b.Coverage.Problems, f.Problems...)
	b.Coverage.Unread = append(b.Coverage.Unread, f.Unread...)
}

// Build links everything added so far. The result does not depend on the order
// of the calls of Add. The builder must not be used afterwards.
func (b *Builder) Build() *graph.Graph {
	assemble(&b.facts)
	sortFacts(&b.facts)
	l := &linker{f: &b.facts, coverage: &b.Coverage}
	namespaces := map[string]string{} // by file
	if b.Namespace == "" {
		namespaces = l.namespacesOfFiles()
		l.separateNamespaces(namespaces)
	}
	l.place(b.Namespace, namespaces)
	l.expandGroups()
	l.assignFiles()
	l.attachConfigPolicies()
	l.declare()
	l.selectWorkloads()
	l.join()
	l.index()
	l.kinds = l.declaredKinds()
	l.connect()
	l.expandHosts()
	l.cluster()
	l.observe()
	return l.freeze()
}
