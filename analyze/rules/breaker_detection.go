package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A standstill is why a breaker never opens.
type standstill struct {
	why, hint string
	severity  analyze.Severity
	sure      analyze.Confidence
	values    []analyze.KeyValue
}

// detectsNothing reports whether a breaker is told to count no errors.
func detectsNothing(b *policy.Breaker) bool {
	off := func(s policy.Setting[int]) bool {
		return s.Provenance == policy.Disabled || s.Set() && s.Value == 0
	}
	silent := func(s policy.Setting[int]) bool { return !s.Set() || s.Value == 0 }
	return off(b.Failures) && silent(b.Gateway) && !b.ErrorRate.Set()
}

// whyStuck tells why the breaker of a layer never takes out a host of the callee,
// and false if it does or nobody knows.
func whyStuck(l *policy.Effect, hosts policy.Setting[int], callee *graph.Service) (standstill, bool) {
	b := l.Set.Breaker
	count := replicasValue(analyze.ReplicaCount{Setting: hosts})
	switch j := l.Ejection; {
	case b.Kind.Provenance == policy.Disabled:
		return standstill{"it is declared and switched off", "switch it on, or remove what is written of it", analyze.Info, analyze.Certain, []analyze.KeyValue{value("breaker", b.Kind)}}, true
	case b.Kind.Value != "endpoint" || !b.IsWritten():
	case detectsNothing(b):
		return standstill{"all its detectors are off", "let it count errors in a row, 5 is usual", analyze.Warning, analyze.Certain,
			[]analyze.KeyValue{value("failures", b.Failures), value("gatewayFailures", b.Gateway)}}, true
	case callee.Headless && l.Set.Product.OrNative().KeepsHeadless:
		return standstill{"the callee is a headless Service, whose replicas the caller itself chooses among", "give it a Service with an address of its own", analyze.Warning, analyze.Default,
			[]analyze.KeyValue{keyValue("headless", "true"), count}}, true
	case hosts.Set() && hosts.Value == 1 && callee.Kind == graph.KindExternal:
		return standstill{"its only address cannot be taken out", "list a second address, or guard the whole call with a breaker in the caller's code", analyze.Warning, sureOf(hosts.Provenance), []analyze.KeyValue{keyValue("addresses", "1")}}, true
	case hosts.Set() && hosts.Value == 1:
		return standstill{"the only replica cannot be taken out", "run two or more, or guard the whole call with a breaker in the caller's code", analyze.Warning, sureOf(hosts.Provenance),
			[]analyze.KeyValue{count, value("maxEject", b.MaxEject)}}, true
	case j.Known && j.Hosts > 1 && j.Most == 0:
		return standstill{fmt.Sprintf("%.3g %% of %d replicas is none that it may take out", b.MaxEject.Value*100, j.Hosts),
			generalRemedy(l.Set.Product, policy.EjectionShare).hint("set", fmt.Sprintf("to %.0f %%, which is one of them", percentOfOne(j.Hosts))), analyze.Warning, sureOf(hosts.Provenance, b.MaxEject.Provenance),
			[]analyze.KeyValue{count, value("maxEject", b.MaxEject)}}, true
	}
	return standstill{}, false
}

// percentOfOne is the smallest round share that is one host of so many.
func percentOfOne(hosts int) float64 {
	const usual = 50
	return max(usual, float64((100+hosts-1)/hosts))
}
