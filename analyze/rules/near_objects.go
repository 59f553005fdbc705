package rules

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/didyoumean"
)

var routedCalls = analyze.NewMemo[analyze.Once, map[graph.Ref][]graph.Edge]("the calls through each object")

// callsThrough returns the calls that go through each object, such as a route.
func callsThrough(p *Pass) map[graph.Ref][]graph.Edge {
	return routedCalls.Of(p.Analysis, analyze.Once{}, func() map[graph.Ref][]graph.Edge {
		through := map[graph.Ref][]graph.Edge{}
		for e := range graph.Edge(p.Core.Calls()) {
			for _, ev := range p.Core.Evidence(e) {
				for _, via := range ev.Via {
					if calls := through[via]; len(calls) == 0 || calls[len(calls)-1] != e {
						through[via] = append(calls, e)
					}
				}
			}
		}
		return through
	})
}

var routedNames = analyze.NewMemo[analyze.Once, map[graph.Ref][]string]("the names of objects by their beginning")

// namesLike returns the names of objects that calls go through, of the kind and namespace of another one
// and with the same first letter.
func namesLike(p *Pass, of graph.Ref) []string {
	return routedNames.Of(p.Analysis, analyze.Once{}, func() map[graph.Ref][]string {
		names := map[graph.Ref][]string{}
		for via := range callsThrough(p) {
			key := beginning(via)
			names[key] = append(names[key], via.Name)
		}
		return names
	})[beginning(of)]
}

// beginning is the first letter of an object's name, with what the object has beside its name.
func beginning(of graph.Ref) graph.Ref {
	of.Name = of.Name[:min(1, len(of.Name))]
	return of
}

// nearObject returns the object that the name of the one that a policy belongs to is a misspelling of:
// one of the same kind and namespace, which calls go through. It is false if there is none, or several.
func nearObject(p *Pass, b *graph.BoundPolicy) (near graph.Ref, ok bool) {
	for _, name := range namesLike(p, b.Of) {
		if name == b.Of.Name || !didyoumean.IsTypo(name, b.Of.Name) {
			continue
		}
		if ok {
			return graph.Ref{}, false
		}
		near, ok = b.Of, true
		near.Name = name
	}
	return near, ok
}
