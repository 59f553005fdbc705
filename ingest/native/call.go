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

// A nativeCall is one call of a service's calls, or of the groups in them.
type nativeCall struct {
	node     document.Node
	callee   nativeName
	settings nativeSettings // of the call, else of the groups around it, the innermost first
	evidence graph.Evidence
}

// A writtenCall is what makes a call another one than those beside it.
type writtenCall struct {
	callee                      nativeName
	methods, protocol, database string
	mode                        graph.Mode
	in                          *graph.GroupFact // nil if it is in none
}

func (c *nativeCall) written() writtenCall {
	e := &c.evidence
	w := writtenCall{callee: c.callee, methods: strings.Join(e.Methods, ","), protocol: e.Protocol, database: e.Database, mode: e.Mode}
	if e.In != nil {
		w.in = e.In.Group
	}
	return w
}

// calls adds the calls of a service and of its fallbacks.
func (r *native) calls(caller graph.Entity, service document.Node) {
	written := map[writtenCall]document.Node{}
	instead := map[string]bool{}
	for _, c := range r.entries(caller, service) {
		e := c.evidence
		what := c.written()
		if first, again := written[what]; again {
			r.d.Problem(graph.Failed, c.node, "merge it with the first, at "+r.d.At(first).String(), "duplicate call to %q", c.callee.String())
		} else {
			written[what] = c.node
		}
		settings := nativeSettings{r.d, append(slices.Clip(c.settings.where), service.Get("defaults"))}
		e.Says = settings.policies()
		r.call(caller, c.callee, e)
		if e.Says != nil && e.Says.Fallback != nil {
			r.fallbackCalls(caller, e, instead)
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
		list = r.entry(list, caller, n, nil, nil)
	}
	for i := range list {
		c := &list[i]
		modes[c.callee] = modes[c.callee] || c.evidence.Mode != graph.ModeUnknown
		needs[c.callee] = needs[c.callee] || c.evidence.Need != graph.NeedUnknown
		choosy[c.callee] = choosy[c.callee] || !c.evidence.Tolerant
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

// entry appends a call, or the calls in a group. Around are the groups around it, the
// innermost first; in is its place in that one.
func (r *native) entry(list []nativeCall, caller graph.Entity, n document.Node, around []document.Node, in *graph.Place) []nativeCall {
	settings := nativeSettings{r.d, append([]document.Node{n}, around...)}
	if key, isGroup := groupKey(n); isGroup {
		if len(around) == maxNested {
			return list
		}
		group := r.group(caller, n, key, in)
		for rank, m := range n.Get(key).List() {
			list = r.entry(list, caller, m, settings.where, r.place(group, rank, m))
		}
		return list
	}
	to := n // "- payments" is short for "- to: payments"
	if n.IsMap() {
		to = n.Get("to")
	}
	callee, hint := parseName(to.Str())
	if hint != "" || !to.IsScalar() {
		return list
	}
	c := nativeCall{n, callee, settings, r.evidence(caller, n, settings)}
	if c.evidence.In = in; !r.used(settings.where) {
		c.evidence.Strength = graph.Allowed
	}
	return append(list, c)
}

func (r *native) call(caller graph.Entity, callee nativeName, e graph.Evidence) {
	r.f.Calls = append(r.f.Calls, graph.CallFact{
		From:     graph.EndpointRef{Ref: caller.Ref},
		To:       graph.EndpointRef{Ref: graph.Ref{Namespace: callee.namespace, Name: callee.name}, Namespace: caller.Namespace},
		Evidence: e,
	})
}

// evidence is what a call says besides its policies.
func (r *native) evidence(caller graph.Entity, n document.Node, s nativeSettings) graph.Evidence {
	e := graph.Evidence{
		Origin:            r.d.At(n),
		Way:               "native-call",
		Strength:          graph.Strong,
		Class:             graph.ClassCall,
		Mode:              graph.Mode(max(0, slices.Index(graph.Modes, s.get("mode").Str()))),
		Protocol:          strings.ToLower(s.get("protocol").Str()),
		Methods:           words(s.get("methods"), parseUpper),
		Database:          s.get("database").Str(),
		Idempotent:        setting(r.d, s.get("idempotent"), parseTruth).Value,
		Tolerant:          setting(r.d, s.get("toleratesDegraded"), parseTruth).Value,
		FreshnessCritical: s.get("freshness").Str() == "critical",
	}
	if caller.Kind == graph.KindGateway {
		e.Class = graph.ClassIngress
	}
	if hard := setting(r.d, s.get("hard"), parseTruth); hard.Set() {
		e.Need = graph.Soft
		if hard.Value {
			e.Need = graph.Hard
		}
	}
	return e
}

// fallbackCalls states the calls that are made instead of one: a fallback that
// asks another service is a call of its own, with its own timeout. That of a group or of
// the defaults is stated once for the calls that are alike; stated has those that were.
func (r *native) fallbackCalls(caller graph.Entity, instead graph.Evidence, stated map[string]bool) {
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
		if what := fmt.Sprint(e.Origin, callee, e.Mode, e.Protocol, e.Methods); !stated[what] {
			stated[what] = true
			r.call(caller, callee, e)
		}
	}
}
