package link

import (
	"cmp"
	"maps"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A Builder collects facts and links them into a Graph: see the package comment for
// the steps.
type Builder struct {
	// Namespace is the namespace of Kubernetes objects that give none.
	Namespace string
	// Namespaces are those of the objects of single files, by the file in their origins. They
	// count before Namespace.
	Namespaces map[string]string
	// Coverage is what reading counted; linking completes it.
	Coverage graph.Coverage

	// Over is why Build returned a graph of nothing; nil if it did not.
	Over *BudgetError

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
	b.Coverage.Excuses = append(b.Coverage.Excuses, f.Excuses...)
	b.Coverage.Ignores = append(b.Coverage.Ignores, f.Ignores...)
	b.Coverage.Below = append(b.Coverage.Below, f.Below...)
	b.Coverage.Estate = append(b.Coverage.Estate, f.Estate...)
}

// Build links everything added so far. The result does not depend on the order
// of the calls of Add. It is a graph of nothing if the facts mean more than a run keeps; then Over
// says of what. What is written of the inputs has no secrets of addresses: see hideSecrets. The builder must
// not be used afterwards.
func (b *Builder) Build() *graph.Graph {
	defer func() {
		hideSecrets(&b.Coverage)
		b.facts = graph.Facts{} // the graph points to Coverage, and so keeps the builder
	}()
	b.Coverage.Problems = append(b.Coverage.Problems, assemble(&b.facts)...)
	b.complete()
	hideSecrets(&b.facts)
	reduceNames(&b.facts)
	sortFacts(&b.facts)
	l := newLinker(&b.facts, &b.Coverage)
	namespaces := map[string]string{} // by file
	if b.Namespace == "" {
		namespaces = l.namespacesOfFiles()
		l.addTargets(namespaces)
	}
	maps.Copy(namespaces, b.Namespaces)
	if b.Namespace == "" {
		l.separateNamespaces(namespaces)
	}
	l.place(b.Namespace, namespaces)
	l.selectTargets()
	if b.Over = l.over; b.Over != nil {
		return graph.New(nil, nil)
	}
	l.missingSubsets()
	l.dropNotAdmitted()
	l.divideByListener()
	l.expandGroups()
	l.assignFiles()
	l.attachConfigPolicies()
	l.declare()
	l.noteTwoMeshes()
	l.selectWorkloads()
	l.join()
	l.leaveEstate()
	l.useFilesBeside()
	l.index()
	l.kinds = l.declaredKinds()
	l.dropInactive()
	l.connect()
	if l.over == nil {
		l.expandHosts()
		l.cluster()
		l.observe()
		g := l.freeze()
		if l.over == nil {
			return g
		}
	}
	b.Over = l.over
	return graph.New(nil, nil)
}

// complete adds the facts of objects that depend on others.
func (b *Builder) complete() {
	all := b.facts.Deferred
	b.facts.Deferred = nil
	slices.SortStableFunc(all, func(x, y graph.Deferred) int { return x.Origin.Compare(y.Origin) })
	byRef, used := map[graph.Ref][]*graph.Deferred{}, map[graph.Ref]bool{}
	for i := range all {
		byRef[all[i].Ref] = append(byRef[all[i].Ref], &all[i])
		for _, ref := range all[i].Uses {
			used[ref] = true
		}
	}
	for i := range all {
		d := &all[i]
		if used[d.Ref] {
			continue
		}
		b.Add(d.Complete(func(ref graph.Ref) []any {
			others := slices.SortedStableFunc(slices.Values(byRef[ref]), func(x, y *graph.Deferred) int {
				return cmp.Compare(commonDirectories(x.Origin.File(), d.Origin.File()), commonDirectories(y.Origin.File(), d.Origin.File()))
			})
			var found []any
			for _, other := range others {
				found = append(found, other.Object)
			}
			return found
		}))
	}
}
