package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var breakerCannotTrip = &Rule{
	ID:       "breaker-cannot-trip",
	Title:    "breaker that can never open",
	Doc:      breakerCannotTripDoc,
	Severity: analyze.Warning,
	NoFix:    analyze.NoWay,
	Check:    checkBreakerCannotTrip,
}

const breakerCannotTripDoc = `
Outlier detection removes failing replicas from load balancing, up to a share of
them. 10 % of three replicas is none: the breaker is declared, valid, and never acts.
With a single replica there is no other one to send the calls to.

Reported for a breaker that ejects hosts if the share of the replicas rounds down to
zero; if there is one replica, or one address in a ServiceEntry; if all its detectors
are off; and in Istio if the callee is a headless Service, for which the proxy
forwards calls to the replica that the caller chose. A breaker that is declared and
disabled as a whole ("disabled: true", thresholds of 0) is info, unless its product
would have one by itself: "max_fails=0" is how nginx has none.

    kind: DestinationRule
    spec:
      host: payments               # three replicas
      trafficPolicy:
        outlierDetection: {consecutive5xxErrors: 5}   # maxEjectionPercent is 10

Not reported: at least one host can be ejected and one stays; products that always
eject one host; and an unknown number of replicas. An autoscaler counts with its
minimum. A call from several services is reported once for each breaker. Breakers in
code that need more calls than occur in their window are not reported: the inputs do
not contain the number of calls.

    outlierDetection: {consecutive5xxErrors: 5, maxEjectionPercent: 50}

Envoy versions before the strict check eject one host whatever the share, so that a
share that is a default is only assumed to be too small.

**Fix.** With several replicas, set the share to 50 % or more. With one, add replicas,
or use a breaker around the call in the caller's code.

- Istio: "outlierDetection.maxEjectionPercent". Consul: "maxEjectionPercent" in
  "passiveHealthCheck". Kuma, Envoy Gateway, Envoy: the field of that name.
- Native manifest: "breaker.maxEject".
`

func checkBreakerCannotTrip(p *Pass) {
	var idle []breakerCall
	for e := range p.Requests() {
		if found, ok := cannotTrip(p, e); ok {
			idle = append(idle, breakerCall{e, found})
		}
	}
	for _, group := range byBreaker(idle) {
		callees := calleesOf(p, group)
		if len(callees) > fewBreakerCalls {
			reportNoneCanTrip(p, group, callees)
			continue
		}
		for _, v := range callees {
			reportCannotTrip(p, slices.DeleteFunc(slices.Clone(group), func(c breakerCall) bool { return p.Core.To(c.call) != v }))
		}
	}
}

func cannotTrip(p *Pass, e graph.Edge) (faultyLayer, bool) {
	bad := func(part *analyze.Part, l *policy.Effect) bool {
		_, found := whyCannotTrip(l, hostsOf(p, e, part), p.Core.Service(p.Core.To(e)))
		return found
	}
	parts := p.Effective(e)
	if found, ok := firstFaultyLayer(parts, breakerLayers, bad); ok {
		return found, ok
	}
	return firstFaultyLayer(parts, disabledBreakers, bad)
}

// hostsOf returns how many hosts a breaker chooses from, unknown of a call to one of several
// servers: what is left without one are the others.
func hostsOf(p *Pass, e graph.Edge, part *analyze.Part) policy.Setting[int] {
	if analyze.Replaceable(p.Core, e) {
		return policy.Setting[int]{}
	}
	return part.Facts.Replicas
}

// tripFix is the fix of a breaker that is switched off, detects nothing, or may eject too few.
func tripFix(p *Pass, c breakerCall) analyze.Fix {
	const usualFailures = 5 // in a row
	b, hosts := c.layer.Set.Breaker, hostsOf(p, c.call, c.part)
	switch {
	case b.Kind.Provenance == policy.Disabled:
		return writtenFix(p, c, b.Kind.Origin, policy.Edit{Op: policy.OpRemove})
	case detectsNothing(b) && b.Failures.Provenance == policy.Explicit:
		return writtenFix(p, c, b.Failures.Origin, policy.Edit{Value: strconv.Itoa(usualFailures)})
	case c.layer.Ejection.Known && c.layer.Ejection.Hosts > 1 && c.layer.Ejection.Most == 0 && hosts.Value > 1:
		return remedyFor(p, c.call, &c.layer.Set, policy.EjectionShare).fix(p, shareOfOne(c.layer.Ejection.Hosts))
	case hosts.Value == 1 && p.Core.Service(p.Core.To(c.call)).Workload != nil:
		f := redundancyFix(p.Core.Service(p.Core.To(c.call)))
		if b.MaxEject.Value*2 < 1 {
			f = f.And(remedyFor(p, c.call, &c.layer.Set, policy.EjectionShare).fix(p, shareOfOne(2)))
		}
		return f
	}
	return analyze.Fix{}
}

// writtenFix edits a setting of a breaker where it is written.
func writtenFix(p *Pass, c breakerCall, at graph.Origin, e policy.Edit) analyze.Fix {
	if at.Line == 0 {
		return analyze.Fix{}
	}
	kind, object := "breaker", ""
	if name := writtenIn(p, policy.Decision{Field: "breaker.kind", Origin: at}); name != "" {
		kind, object, _ = strings.Cut(name, "/")
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{{
		Kind: kind, Object: object, Places: []graph.Origin{at}, Base: policy.BasePlace, Edits: []analyze.FieldEdit{{Edit: e, Written: at}},
	}}}
}

// tripBlockerOf is why the breaker of c never opens.
func tripBlockerOf(p *Pass, c breakerCall) tripBlocker {
	s, _ := whyCannotTrip(c.layer, hostsOf(p, c.call, c.part), p.Core.Service(p.Core.To(c.call)))
	return s
}

// reportCannotTrip reports one callee, whose callers share the breaker.
func reportCannotTrip(p *Pass, calls []breakerCall) {
	c, s := calls[0], tripBlockerOf(p, calls[0])
	hosts := c.part.Facts.Replicas
	f := aboutCall(p, c.call, s.sure, breakerOrigin(c.layer.Set.Breaker), c.layer.Set.Breaker.MaxEject.Origin, hosts.Origin)
	f.Routes = c.named
	f.Message = fmt.Sprintf("the breaker of %s%s never opens: %s", callID(p.Core, c.call), c.named, s.why)
	if others := len(calls) - 1; others > 0 {
		f.Message += fmt.Sprintf("; the same holds for %s", english.Count(others, "other caller"))
		for _, other := range calls[1:] {
			if from := p.Core.From(other.call); !slices.Contains(f.Services, from) {
				f.Services = append(f.Services, from)
			}
		}
	}
	f.Hint, f.Fix = s.hint, tripFix(p, c)
	if p.Core.Service(p.Core.To(c.call)).Scaling != nil && hosts.Set() {
		f.Hint += " (replicas: the minimum of its autoscaler)"
	}
	f.Values = s.values
	p.At(capForJobs(p, c.call, s.severity), f)
}

// reportNoneCanTrip reports many callees that share the breaker in one finding.
func reportNoneCanTrip(p *Pass, group []breakerCall, callees []graph.Node) {
	s := tripBlockerOf(p, group[0])
	sure, severity := s.sure, analyze.Info
	for _, c := range group {
		each := tripBlockerOf(p, c)
		sure, severity = min(sure, each.sure), max(severity, capForJobs(p, c.call, each.severity))
	}
	f := aboutBreaker(p, group, sure)
	f.Message = fmt.Sprintf("one breaker covers the calls to %s (%s) and never opens; for %s: %s",
		english.Count(len(callees), "service"), someIDs(p.Core, callees), p.Core.ID(p.Core.To(group[0].call)), s.why)
	f.Hint, f.Fix = s.hint, tripFix(p, group[0])
	f.Values = append(f.Values, s.values...)
	p.At(severity, f)
}
