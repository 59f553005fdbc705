package native

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// A nativeCall is one entry of a service's calls.
type nativeCall struct {
	node     document.Node
	callee   nativeName
	evidence graph.Evidence
}

// calls adds the calls of a service and of its fallbacks.
func (r *native) calls(caller graph.Entity, service document.Node) {
	written := map[string]document.Node{}
	for _, c := range r.entries(caller, service) {
		e := c.evidence
		what := fmt.Sprint(c.callee, e.Methods, e.Mode, e.Protocol, e.Database)
		if first, again := written[what]; again {
			r.d.Problem(graph.Failed, c.node, "merge it with the first, at "+r.d.At(first).String(), "duplicate call to %q", c.callee.String())
		} else {
			written[what] = c.node
		}
		settings := nativeSettings{r.d, []document.Node{c.node, service.Get("defaults")}}
		e.Says = settings.policies()
		r.call(caller, c.callee, e)
		if e.Says != nil && e.Says.Fallback != nil {
			r.fallbackCalls(caller, e)
		}
	}
}

// entries reads the calls of a service without their policies. Of several calls to one
// callee one that is silent is an ordinary one, synchronous and hard, next to one that
// says it is not, and all of them have to tolerate degraded answers.
func (r *native) entries(caller graph.Entity, service document.Node) []nativeCall {
	var list []nativeCall
	modes, needs, choosy := map[nativeName]bool{}, map[nativeName]bool{}, map[nativeName]bool{}
	for _, n := range service.Get("calls").List() {
		to := n // "- payments" is short for "- to: payments"
		if n.IsMap() {
			to = n.Get("to")
		}
		callee, hint := parseName(to.Str())
		if hint != "" || !to.IsScalar() {
			continue
		}
		c := nativeCall{n, callee, r.evidence(caller, n)}
		modes[callee] = modes[callee] || c.evidence.Mode != graph.ModeUnknown
		needs[callee] = needs[callee] || c.evidence.Need != graph.NeedUnknown
		choosy[callee] = choosy[callee] || !c.evidence.Tolerant
		list = append(list, c)
	}
	for i := range list {
		e, callee := &list[i].evidence, list[i].callee
		if modes[callee] && e.Mode == graph.ModeUnknown {
			e.Mode = graph.Sync
		}
		if needs[callee] && e.Need == graph.NeedUnknown {
			e.Need = graph.Hard
		}
		e.Tolerant = !choosy[callee]
	}
	return list
}

func (r *native) call(caller graph.Entity, callee nativeName, e graph.Evidence) {
	r.f.Calls = append(r.f.Calls, graph.CallFact{
		From:     graph.EndpointRef{Ref: caller.Ref},
		To:       graph.EndpointRef{Ref: graph.Ref{Namespace: callee.namespace, Name: callee.name}, Namespace: caller.Namespace},
		Evidence: e,
	})
}

// evidence is what a call says besides its policies.
func (r *native) evidence(caller graph.Entity, n document.Node) graph.Evidence {
	e := graph.Evidence{
		Origin:            r.d.At(n),
		Way:               "native-call",
		Strength:          graph.Strong,
		Class:             graph.ClassCall,
		Mode:              graph.Mode(max(0, slices.Index(graph.Modes, n.Get("mode").Str()))),
		Protocol:          strings.ToLower(n.Get("protocol").Str()),
		Methods:           words(n.Get("methods"), parseUpper),
		Database:          n.Get("database").Str(),
		Idempotent:        setting(r.d, n.Get("idempotent"), parseTruth).Value,
		Tolerant:          setting(r.d, n.Get("toleratesDegraded"), parseTruth).Value,
		FreshnessCritical: n.Get("freshness").Str() == "critical",
	}
	if caller.Kind == graph.KindGateway {
		e.Class = graph.ClassIngress
	}
	if hard := setting(r.d, n.Get("hard"), parseTruth); hard.Set() {
		e.Need = graph.Soft
		if hard.Value {
			e.Need = graph.Hard
		}
	}
	return e
}

// fallbackCalls states the calls that are made instead of one: a fallback that
// asks another service is a call of its own, with its own timeout.
func (r *native) fallbackCalls(caller graph.Entity, instead graph.Evidence) {
	for _, step := range instead.Says.Fallback.Steps {
		callee, hint := parseName(step.To)
		if step.Kind.Value != "service" || hint != "" {
			continue
		}
		e := graph.Evidence{
			Origin: step.Kind.Origin, Way: "native-fallback", Strength: graph.Strong, Class: instead.Class,
			Mode: instead.Mode, Protocol: instead.Protocol, Methods: instead.Methods, Fallback: true,
		}
		if step.Timeout != (policy.Setting[time.Duration]{}) {
			e.Says = &policy.Set{Layer: policy.App, Timeout: &policy.Timeout{Total: step.Timeout}}
		}
		r.call(caller, callee, e)
	}
}

func (n nativeName) String() string {
	if n.namespace == "" {
		return n.name
	}
	return n.namespace + "/" + n.name
}
