package link

import (
	"cmp"
	"maps"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/sanitize"
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
// says of what. Problems, flaws and mistakes have no secrets of addresses any more. The builder must
// not be used afterwards.
func (b *Builder) Build() *graph.Graph {
	defer func() {
		b.hideSecrets()
		b.facts = graph.Facts{} // the graph points to Coverage, and so keeps the builder
	}()
	b.Coverage.Problems = append(b.Coverage.Problems, assemble(&b.facts)...)
	b.complete()
	reduceNames(&b.facts)
	sortFacts(&b.facts)
	l := &linker{f: &b.facts, coverage: &b.Coverage, budget: budgetOf(&b.facts, b.Coverage.Bytes)}
	namespaces := map[string]string{} // by file
	if b.Namespace == "" {
		namespaces = l.namespacesOfFiles()
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
	l.divideByListener()
	l.expandGroups()
	l.assignFiles()
	l.attachConfigPolicies()
	l.declare()
	l.noteTwoMeshes()
	l.selectWorkloads()
	l.join()
	l.leaveEstate()
	l.index()
	l.kinds = l.declaredKinds()
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

// hideSecrets takes users, passwords and other secrets of addresses out of all that is written about
// the inputs: what was read there may be an address where none is expected.
func (b *Builder) hideSecrets() {
	hide := func(texts ...*string) {
		for _, s := range texts {
			*s = sanitize.Secrets(*s)
		}
	}
	for i := range b.Coverage.Problems {
		p := &b.Coverage.Problems[i]
		hide(&p.Message, &p.Hint)
	}
	for i := range b.facts.Policies {
		hide(&b.facts.Policies[i].Object)
		for j := range b.facts.Policies[i].Flaws {
			f := &b.facts.Policies[i].Flaws[j]
			hide(&f.Text, &f.Why, &f.Hint)
		}
	}
	for i := range b.facts.Mistakes {
		m := &b.facts.Mistakes[i]
		hide(&m.Why, &m.Hint)
	}
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
				return cmp.Compare(commonDirectories(x.Origin.File, d.Origin.File), commonDirectories(y.Origin.File, d.Origin.File))
			})
			var found []any
			for _, other := range others {
				found = append(found, other.Object)
			}
			return found
		}))
	}
}
