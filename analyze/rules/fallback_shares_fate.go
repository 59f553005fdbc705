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
		standIn
	}
	told := map[key]bool{} // a mesh declares one fallback for all callers
	for e := range graph.Edge(p.Core.Calls()) {
		if p.Core.Call(e).Fallback || p.Core.Mode(e) != graph.Sync {
			continue
		}
		for _, s := range instead(p, e) {
			if k := (key{p.Core.To(e), s}); !told[k] {
				told[k] = true
				checkFate(p, e, s)
			}
		}
	}
}

// A standIn is a service that is asked in place of another.
type standIn struct {
	service graph.Node
	at      graph.Origin
}

// instead returns the services that the fallback of e asks, whether the caller
// calls them itself or a mesh does so for it.
func instead(p *Pass, e graph.Edge) []standIn {
	g := p.Core
	var list []standIn
	for step := range p.Analysis.FallbackSteps(e) {
		if call, ok := p.Analysis.CallTo(g.From(e), step.To); ok {
			list = append(list, standIn{g.To(call), placed(append(written(g, []graph.Edge{call}), step.Kind.Origin)...)})
		} else if v, ok := near(g, g.Service(g.To(e)), step.To); ok {
			list = append(list, standIn{v, step.Kind.Origin})
		}
	}
	return list
}

// near finds a service by the name that it has in the namespace of another.
func near(g *graph.Graph, s *graph.Service, name string) (graph.Node, bool) {
	if s.Namespace != "" {
		if v, ok := g.Node(s.Namespace + "/" + name); ok {
			return v, true
		}
	}
	return g.Node(name)
}

// checkFate looks for what the callee of e and what is asked instead of it both
// cannot do without.
func checkFate(p *Pass, e graph.Edge, s standIn) {
	g := p.Core
	primary, instead := g.To(e), s.service
	if primary == instead {
		reportFate(p, e, s, fmt.Sprintf("falls back on %s itself", g.ID(primary)), nil)
		return
	}
	needs := needsOf(p, instead)
	if slices.Contains(needs, primary) {
		reportFate(p, e, s, fmt.Sprintf("falls back on %s, which depends on %s itself", g.ID(instead), g.ID(primary)), []graph.Node{primary})
		return
	}
	var shared []graph.Node
	for _, v := range needsOf(p, primary) {
		if slices.Contains(needs, v) && !analyze.IsRedundant(g.Service(v)) {
			shared = append(shared, v)
		}
	}
	if len(shared) > 0 {
		reportFate(p, e, s, fmt.Sprintf("falls back on %s, which fails with it when %s does", g.ID(instead), someIDs(g, shared)), shared)
	}
}

// needsOf returns v and everything that v cannot do without, by hard synchronous
// calls that nothing stands in for, v first.
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

func reportFate(p *Pass, e graph.Edge, instead standIn, what string, shared []graph.Node) {
	g := p.Core
	f := aboutCall(p, e, analyze.Certain, instead.at)
	f.Message = fmt.Sprintf("%s, and %s", callText(p, e), what)
	f.Hint = "give it a store of its own, or use a fallback without dependencies: a cached or static response"
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
