package rules

import (
	"fmt"
	"slices"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// proposed are the settings that Propose has a fix for, with their purposes.
var proposed = map[string]policy.Purpose{
	"timeout.total": policy.TotalTimeout, "timeout.perTry": policy.AttemptTimeout, "retry.retries": policy.Retries, "breaker.kind": policy.CircuitBreaker,
	"bulkhead.maxConcurrent": policy.ConcurrencyLimit, "fallback.kind": policy.FallbackAnswer, "balance.strategy": policy.LoadBalancing,
}

// Propose returns how the inputs of g would declare what the overrides in a file do to them, as the
// graph tried shows it: a finding with a fix for each of the settings and each number of replicas
// that the file has. The fix is in the object of the product by which the setting acts, and there is
// none for what is in code.
func Propose(g, tried *graph.Graph, file string) []analyze.Finding {
	r := analyze.NewAnalysis(analyze.Scope(g, graph.Weak))
	p := &Pass{Graph: g, Core: r.Core, Limits: Limits{}.orDefault(), Analysis: r, fixes: true}
	var list []analyze.Finding
	for v := range graph.Node(tried.Len()) {
		s := tried.Service(v)
		if was, ok := g.Node(s.ID); ok && s.Replicas.Origin.File() == file {
			list = append(list, analyze.Finding{
				Subject: s.ID, Message: fmt.Sprintf("replicas %d", s.Replicas.Value), Fix: replicasFix(g.Service(was), s.Replicas.Value),
			})
		}
	}
	for e := range graph.Edge(tried.Calls()) {
		from, known := g.Node(tried.ID(tried.From(e)))
		to, also := g.Node(tried.ID(tried.To(e)))
		was, calls := r.Core.Edge(from, to)
		if !known || !also || !calls {
			continue
		}
		for _, route := range tried.Routes(e) {
			for i := range route.Layers {
				for _, d := range route.Layers[i].Decisions() {
					if purpose, ok := proposed[d.Field]; ok && d.Origin.File() == file {
						list = append(list, p.propose(was, route.Match, &d, purpose))
					}
				}
			}
		}
	}
	return list
}

// propose is the fix that makes a decision the one of a part of a call.
func (p *Pass) propose(e graph.Edge, match string, d *policy.Decision, purpose policy.Purpose) analyze.Finding {
	layer := &policy.Set{Layer: d.Layer, Product: d.Product}
	var part *analyze.Part
	parts := p.Effective(e)
	for i := range parts {
		if parts[i].Match != match {
			continue
		}
		part = &parts[i]
		if at := slices.IndexFunc(part.Layers, func(l policy.Effect) bool { return l.Set.Layer == d.Layer && l.Set.Product.Is(d.Product) }); at >= 0 {
			layer = &part.Layers[at].Set
		}
	}
	f := analyze.Finding{Subject: p.Core.ID(p.Core.From(e)) + "->" + p.Core.ID(p.Core.To(e)), Message: fmt.Sprintf("%s %v", d.Field, d.Value)}
	remedy := remedyFor(p, e, layer, purpose)
	remedy.part = part
	var value any = d.Value
	switch {
	case d.Provenance != policy.Disabled:
	case purpose == policy.Retries:
		f.Message, value = "no retries", 0
	default: // products differ in how they switch something off
		f.Message, f.Fix = d.Field+" off", analyze.Fix{None: analyze.NoEdit}
		return f
	}
	f.Hint = remedy.sentence("set")
	if wait, ok := value.(time.Duration); ok {
		f.Message = fmt.Sprintf("%s %s", d.Field, wait)
	}
	if d.Product == nil && !slices.ContainsFunc(p.Core.Evidence(e), isNative) {
		f.Fix = analyze.Fix{None: analyze.InCode}
	} else {
		f.Fix = remedy.fix(p, value)
	}
	return f
}
