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
	ByPeople: "the fallback needs other means",
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

A failover is read as a first service with fallbacks. Of a pool it is reported if a
member requires another one, since losing that one takes both.

Not reported: pools whose members share a database: they are for the loss of a server
("weir fate" lists them); static values, caches and placeholders; services with separate stores;
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
		if p.Core.Mode(e) != graph.Sync || p.Core.Fallback(e) && !p.Core.Grouped(e) {
			continue
		}
		checkPool(p, e)
		targets := fallbackTargets(p, e)
		for _, s := range laterRanks(p, e) { // the routes of a mesh show a failover that its policy shows, too
			if !slices.ContainsFunc(targets, func(o fallbackTarget) bool { return o.service == s.service }) {
				targets = append(targets, s)
			}
		}
		for _, s := range targets {
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

// laterRanks returns the services that a failover asks after the callee of e, if that is
// the first.
func laterRanks(p *Pass, e graph.Edge) []fallbackTarget {
	g := p.Core
	var list []fallbackTarget
	for _, id := range g.GroupsWith(e) {
		c := &g.Groups()[id]
		if first := c.Members[0]; c.Kind != graph.Failover || first.Call != e {
			continue
		}
		for _, m := range c.Members[1:] {
			if m.Group == graph.NoGroup && m.Rank > c.Members[0].Rank {
				list = append(list, fallbackTarget{g.To(m.Call), placed(written(g, []graph.Edge{m.Call})...)})
			}
		}
	}
	return list
}

// checkPool reports the callee of e if it is a member of a pool and requires another one.
func checkPool(p *Pass, e graph.Edge) {
	g := p.Core
	for _, id := range g.GroupsWith(e) {
		c := &g.Groups()[id]
		if c.Kind != graph.Pool || !analyze.Replaceable(g, e) {
			continue
		}
		needs := needsOf(p, g.To(e))
		for _, m := range c.Members {
			if m.Call == e || m.Group != graph.NoGroup || !slices.Contains(needs[1:], g.To(m.Call)) {
				continue
			}
			other := g.To(m.Call)
			f := aboutCall(p, e, analyze.Certain, placed(written(g, []graph.Edge{m.Call})...))
			f.Message = fmt.Sprintf("%s or %s, but %s requires %s and fails with it", callText(p, e), g.ID(other), g.ID(g.To(e)), g.ID(other))
			f.Hint = fmt.Sprintf("remove the dependency of %s on %s, or do not count on it when %s is lost", g.ID(g.To(e)), g.ID(other), g.ID(other))
			f.Values = []analyze.KeyValue{keyValue("shared", g.ID(other))}
			f.Services = append(f.Services, other)
			f.Detail = g.ID(other)
			p.At(capForJobs(p, e, analyze.Warning), f)
			return
		}
	}
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
