package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

var fallbackSharesFate = &Rule{
	ID:       "fallback-shares-fate",
	Title:    "fallback that shares a dependency with the primary",
	Doc:      fallbackSharesFateDoc,
	Severity: analyze.Warning,
	Check:    checkFallbackSharesFate,
}

const fallbackSharesFateDoc = `
A fallback service helps only if it works while the primary does not. A fallback that
reads the same database, or calls the primary, fails together with it.

Reported for a fallback service that shares a hard dependency with the primary, if
that dependency is a single replica or is not infrastructure; and for a fallback that
is the primary, or calls it.

    services:
    - name: web
      calls: [{to: product, timeout: 1s, fallback: {kind: service, to: product-readonly}}]
    - {name: product, calls: [product-db]}
    - {name: product-readonly, calls: [product-db]}
    - {name: product-db, kind: database}

Not reported: static values, caches and placeholders; services with separate stores;
and a shared database, cache or broker that is declared with two replicas or more.

    - {name: product-readonly, calls: [product-replica]}

**Fix.** Use a store of its own (a read replica, a copy), or a fallback without
dependencies: a cached or static response. Later steps of a chain of fallbacks still
help.

- Native manifest: "fallback: [{kind: cache}, {kind: static}]", or "replicas" of the
  shared dependency if it has several.
`

func checkFallbackSharesFate(p *Pass) {
	type key struct {
		primary graph.Node
		fallbackTarget
	}
	checked := map[key]bool{} // a mesh declares one fallback for all callers
	for e := range graph.Edge(p.Core.Calls()) {
		if p.Core.Call(e).Fallback || p.Core.Mode(e) != graph.Sync {
			continue
		}
		for _, s := range fallbackTargets(p, e) {
			if k := (key{p.Core.To(e), s}); !checked[k] {
				checked[k] = true
				checkFate(p, e, s)
			}
		}
	}
}

// A fallbackTarget is a service that a fallback calls in place of another.
type fallbackTarget struct {
	service graph.Node
	at      graph.Origin
}

// fallbackTargets returns the services that the fallback of e calls, in the caller's
// code or in its mesh.
func fallbackTargets(p *Pass, e graph.Edge) []fallbackTarget {
	g := p.Core
	var list []fallbackTarget
	for step := range p.Analysis.FallbackSteps(e) {
		if call, ok := p.Analysis.CallTo(g.From(e), step.To); ok && g.Evidence(call)[0].Through == "" {
			list = append(list, fallbackTarget{g.To(call), placed(append(written(g, []graph.Edge{call}), step.Kind.Origin)...)})
		} else if v, ok := inNamespaceOf(g, g.Service(g.To(e)), step.To); ok {
			list = append(list, fallbackTarget{v, step.Kind.Origin})
		}
	}
	return list
}

// inNamespaceOf finds a service by name, in the namespace of s first.
func inNamespaceOf(g *graph.Graph, s *graph.Service, name string) (graph.Node, bool) {
	if s.Namespace != "" {
		if v, ok := g.Node(s.Namespace + "/" + name); ok {
			return v, true
		}
	}
	return g.Node(name)
}

// checkFate reports dependencies that the callee of e and its fallback both require.
func checkFate(p *Pass, e graph.Edge, s fallbackTarget) {
	g := p.Core
	primary, instead := g.To(e), s.service
	if primary == instead {
		reportFate(p, e, s, fmt.Sprintf("is %s itself", g.ID(primary)), nil)
		return
	}
	needs := needsOf(p, instead)
	if slices.Contains(needs, primary) {
		reportFate(p, e, s, fmt.Sprintf("%s requires %s and fails with it", g.ID(instead), g.ID(primary)), []graph.Node{primary})
		return
	}
	var shared []graph.Node
	for _, v := range needsOf(p, primary) {
		if slices.Contains(needs, v) && !analyze.IsRedundant(g.Service(v)) {
			shared = append(shared, v)
		}
	}
	if len(shared) > 0 {
		reportFate(p, e, s, fmt.Sprintf("%s fails together with it when %s fails", g.ID(instead), someIDs(g, shared)), shared)
	}
}

// needsOf returns v and all services that v requires, directly or not, by synchronous
// calls without a fallback, v first.
func needsOf(p *Pass, v graph.Node) []graph.Node {
	g := p.Core
	seen := map[graph.Node]bool{v: true}
	list := []graph.Node{v}
	for i := 0; i < len(list); i++ {
		for e, end := g.Out(list[i]); e < end; e++ {
			if w := g.To(e); !seen[w] && analyze.Breaks(g, e) && !analyze.HasFallback(g, e) {
				seen[w] = true
				list = append(list, w)
			}
		}
	}
	return list
}

func reportFate(p *Pass, e graph.Edge, instead fallbackTarget, what string, shared []graph.Node) {
	g := p.Core
	f := aboutCall(p, e, analyze.Certain, instead.at)
	f.Message = fmt.Sprintf("%s; its fallback %s", callText(p, e), what)
	f.Hint = "remove the shared dependency of the fallback, or fall back to a cached or static response"
	f.Values = []analyze.KeyValue{keyValue("fallback", g.ID(instead.service)), keyValue("shared", joinIDs(g, shared, ", "))}
	if len(shared) == 0 {
		f.Values = f.Values[:1]
	}
	for _, v := range append([]graph.Node{instead.service}, shared...) {
		if !slices.Contains(f.Services, v) {
			f.Services = append(f.Services, v)
		}
	}
	for _, v := range shared {
		f.Origins = append(f.Origins, places(g.Service(v))...)
	}
	f.Detail = g.ID(instead.service)
	p.At(capForJobs(p, e, analyze.Warning), f)
}
