package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A tripBlocker is why a breaker never opens.
type tripBlocker struct {
	why, hint string
	severity  analyze.Severity
	sure      analyze.Confidence
	values    []analyze.KeyValue
}

// detectsNothing reports whether all detectors of a breaker are disabled.
func detectsNothing(b *policy.Breaker) bool {
	off := func(s policy.Setting[int]) bool {
		return s.Provenance == policy.Disabled || s.Set() && s.Value == 0
	}
	silent := func(s policy.Setting[int]) bool { return !s.Set() || s.Value == 0 }
	return off(b.Failures) && silent(b.Gateway) && !b.ErrorRate.Set()
}

// whyCannotTrip returns why the breaker of a layer never ejects a host of the callee, and
// false if it can or that is unknown.
func whyCannotTrip(l *policy.Effect, hosts policy.Setting[int], callee *graph.Service) (tripBlocker, bool) {
	b := l.Set.Breaker
	count := replicasValue(analyze.ReplicaCount{Setting: hosts})
	switch j := l.Ejection; {
	case b.Kind.Provenance == policy.Disabled:
		return tripBlocker{"it is declared but disabled", "enable the breaker, or remove its declaration", analyze.Info, analyze.Certain, []analyze.KeyValue{value("breaker", b.Kind)}}, true
	case b.Kind.Value != "endpoint" || !b.IsWritten():
	case detectsNothing(b):
		return tripBlocker{"all its detectors are disabled", "set the number of consecutive errors that ejects a host, usually 5", analyze.Warning, analyze.Certain,
			[]analyze.KeyValue{value("failures", b.Failures), value("gatewayFailures", b.Gateway)}}, true
	case callee.Headless && l.Set.KeepsHeadless():
		return tripBlocker{"the callee is a headless Service, so the caller itself selects the replica", fmt.Sprintf("call %s through a Service with a cluster IP", callee.ID), analyze.Warning, analyze.Default,
			[]analyze.KeyValue{keyValue("headless", "true"), count}}, true
	case l.Set.Product.OrNative().EjectsLast:
	case hosts.Set() && hosts.Value == 1 && callee.Kind == graph.KindExternal:
		return tripBlocker{"its only address cannot be ejected", fmt.Sprintf("add a second address of %s, or a breaker in the caller's code", callee.ID), analyze.Warning, sureOf(hosts.Provenance), []analyze.KeyValue{keyValue("addresses", "1")}}, true
	case hosts.Set() && hosts.Value == 1:
		return tripBlocker{"the only replica cannot be ejected", fmt.Sprintf("run 2 or more replicas of %s, or add a breaker in the caller's code", callee.ID), analyze.Warning, sureOf(hosts.Provenance),
			[]analyze.KeyValue{count, value("maxEject", b.MaxEject)}}, true
	case j.Known && j.Hosts > 1 && j.Most == 0:
		return tripBlocker{fmt.Sprintf("%.3g %% of %d replicas is less than one, so no replica may be ejected", b.MaxEject.Value*100, j.Hosts),
			generalRemedy(l.Set.Product, policy.EjectionShare).hint("set", fmt.Sprintf("to %.0f %% or more, which allows one replica", percentOfOne(j.Hosts))), analyze.Warning, sureOf(hosts.Provenance, b.MaxEject.Provenance),
			[]analyze.KeyValue{count, value("maxEject", b.MaxEject)}}, true
	}
	return tripBlocker{}, false
}

// percentOfOne is the smallest share in percent, 50 at least, that is one of hosts.
func percentOfOne(hosts int) float64 {
	const usual = 50
	return max(usual, float64((100+hosts-1)/hosts))
}
