package analyze

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
)

var fallbackSharesFate = &Rule{
	ID:       "fallback-shares-fate",
	Title:    "a fallback fails together with what it stands in for",
	Doc:      fallbackSharesFateDoc,
	Severity: Warning,
	Check:    checkFallbackSharesFate,
}

const fallbackSharesFateDoc = `
A service that is asked instead helps only when it can work while the first one
cannot. One that reads the same database, or asks the first one itself, is one more
timeout before the same error.

Fires for a fallback to a service that cannot do without something the primary
cannot do without either, and that runs as a single copy or is no infrastructure;
that is the primary, or calls it.

    services:
    - name: web
      calls: [{to: product, timeout: 1s, fallback: {kind: service, to: product-readonly}}]
    - {name: product, calls: [product-db]}
    - {name: product-readonly, calls: [product-db]}
    - {name: product-db, kind: database}

Stays silent about values, caches and placeholders; where both have stores of their
own; and where all they share is a database, cache or broker that is declared with
two replicas or more.

    - {name: product-readonly, calls: [product-replica]}

**The way out.** A store of its own (a read replica, a copy), or a fallback that needs
nobody: a cached or static answer. Steps that come after in a chain of fallbacks
still help, later.

- Native manifest: "fallback: [{kind: cache}, {kind: static}]", "replicas" of what
  they share, if it has several.
- Consul: "failover" of the resolver to another datacenter. Gateway API: a Backend
  elsewhere.
`

func checkFallbackSharesFate(p *Pass) {
	for e := range p.Requests() {
		if p.Core.Call(e).Fallback {
			continue
		}
		var told []graph.Node
		for _, f := range p.run.standIns(e) {
			if instead := p.Core.To(f); !slices.Contains(told, instead) {
				told = append(told, instead)
				p.checkFate(e, f)
			}
		}
	}
}

// checkFate looks for what the callee of e and that of f, its fallback, both
// cannot do without.
func (p *Pass) checkFate(e, f graph.Edge) {
	g := p.Core
	primary, instead := g.To(e), g.To(f)
	if primary == instead {
		p.reportFate(e, f, fmt.Sprintf("falls back on %s itself", g.ID(primary)), nil)
		return
	}
	needs := p.run.needs(instead)
	if slices.Contains(needs, primary) {
		p.reportFate(e, f, fmt.Sprintf("falls back on %s, which cannot do without %s either", g.ID(instead), g.ID(primary)), []graph.Node{primary})
		return
	}
	var shared []graph.Node
	for _, v := range p.run.needs(primary) {
		if slices.Contains(needs, v) && !redundant(g.Service(v)) {
			shared = append(shared, v)
		}
	}
	if len(shared) > 0 {
		p.reportFate(e, f, fmt.Sprintf("falls back on %s, which fails with it when %s does", g.ID(instead), someIDs(g, shared)), shared)
	}
}

// needs returns v and everything that v cannot do without, by hard synchronous
// calls that nothing stands in for, v first.
func (r *run) needs(v graph.Node) []graph.Node {
	g := r.core
	seen := map[graph.Node]bool{v: true}
	list := []graph.Node{v}
	for i := 0; i < len(list); i++ {
		for e, end := g.Out(list[i]); e < end; e++ {
			if w := g.To(e); !seen[w] && breaks(g, e) && !hasFallback(g.Call(e)) {
				seen[w] = true
				list = append(list, w)
			}
		}
	}
	return list
}

// redundant reports whether something is infrastructure that is declared to
// survive the loss of one copy.
func redundant(s *graph.Service) bool {
	n := replicas(s)
	return keepsData(s) && n.Set() && n.Value > 1
}

func (p *Pass) reportFate(e, instead graph.Edge, what string, shared []graph.Node) {
	g := p.Core
	f := p.about(e, Certain, written(g, []graph.Edge{instead})...)
	f.Message = fmt.Sprintf("%s, and %s", p.ends(e), what)
	f.Hint = "give it a store of its own, or fall back on what needs nobody: a cached or static answer"
	f.Values = []KeyValue{{"fallback", g.ID(g.To(instead))}, {"shared", joinIDs(g, shared, ", ")}}
	if len(shared) == 0 {
		f.Values = f.Values[:1]
	}
	for _, v := range append([]graph.Node{g.To(instead)}, shared...) {
		if !slices.Contains(f.Services, v) {
			f.Services = append(f.Services, v)
		}
	}
	for _, v := range shared {
		f.Origins = append(f.Origins, places(g.Service(v))...)
	}
	f.detail = g.ID(g.To(instead))
	p.At(p.calm(e, Warning), f)
}
