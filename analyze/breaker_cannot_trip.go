package analyze

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var breakerCannotTrip = &Rule{
	ID:       "breaker-cannot-trip",
	Title:    "a breaker that ejects hosts has none that it may eject",
	Doc:      breakerCannotTripDoc,
	Severity: Warning,
	Check:    checkBreakerCannotTrip,
}

const breakerCannotTripDoc = `
Outlier detection takes sick replicas out of the balancing, and no more of them than
a share allows. 10 % of three replicas is none: the breaker is configured, valid, and
never acts. With a single replica there is nobody left to send the calls to.

Fires for a breaker that ejects hosts when the share of the replicas rounds down to
none; when there is one replica; and when all its detectors are off.

    kind: DestinationRule
    spec:
      host: payments               # three replicas
      trafficPolicy:
        outlierDetection: {consecutive5xxErrors: 5}   # maxEjectionPercent is 10

Stays silent when at least one host may go and one stays, when a product ejects one
host in any case, and when nobody knows how many replicas there are. An autoscaler
counts with its minimum. A call that several services make is told once for each
breaker.

    outlierDetection: {consecutive5xxErrors: 5, maxEjectionPercent: 50}

Envoy versions before the strict check eject one host whatever the share, so that a
share that nobody wrote is only presumed to be too small.

**The way out.** With several replicas, a share of 50 % or more. With one, more
replicas, or a breaker around the whole call in the caller's code.

- Istio: "maxEjectionPercent" of "outlierDetection". Consul: "maxEjectionPercent" of
  "passiveHealthCheck". Kuma, Envoy Gateway, Envoy: the field of that name.
- Native manifest: "breaker.maxEject".
`

func checkBreakerCannotTrip(p *Pass) {
	type cause struct {
		callee graph.Node
		at     graph.Origin
	}
	stuck := map[cause][]graph.Edge{}
	var causes []cause
	for e := range p.Requests() {
		found, ok := p.stuck(e)
		if !ok {
			continue
		}
		c := cause{p.Core.To(e), breakerOrigin(found.layer.Set.Breaker)}
		if c.at.File == "" {
			c.at = graph.Origin{File: callID(p.Core, e)} // of a product, call by call
		}
		if stuck[c] == nil {
			causes = append(causes, c)
		}
		stuck[c] = append(stuck[c], e)
	}
	for _, c := range causes {
		p.reportStuck(stuck[c])
	}
}

func (p *Pass) stuck(e graph.Edge) (layered, bool) {
	return worstLayer(p.Effective(e), (*Part).broken, func(part *Part, l *policy.Effect) bool {
		why, _, _ := whyStuck(l, part.Facts.Replicas)
		return why != ""
	})
}

// whyStuck tells why the breaker of a layer never takes a host out, "" if it does
// or nobody knows.
func whyStuck(l *policy.Effect, hosts policy.Setting[int]) (why, hint string, sure Confidence) {
	b := l.Set.Breaker
	if b.Kind.Value != "endpoint" || b.Kind.Provenance == policy.PlatformDefault {
		return "", "", Assumed
	}
	switch j := l.Ejection; {
	case detectsNothing(b):
		return "all its detectors are off", "let it count errors in a row, 5 is usual", Certain
	case hosts.Set() && hosts.Value == 1:
		return "the only replica cannot be taken out", "run two or more, or guard the whole call with a breaker in the caller's code", sureOf(hosts.Provenance)
	case j.Known && j.Hosts > 1 && j.Most == 0:
		return fmt.Sprintf("%.3g %% of %d replicas is none that it may take out", b.MaxEject.Value*100, j.Hosts),
			fmt.Sprintf("let it take out %.0f %%, which is one of them", percentOfOne(j.Hosts)), sureOf(hosts.Provenance, b.MaxEject.Provenance)
	}
	return "", "", Assumed
}

// percentOfOne is the smallest round share that is one host of so many.
func percentOfOne(hosts int) float64 {
	const usual = 50
	return max(usual, float64((100+hosts-1)/hosts))
}

// detectsNothing reports whether a breaker is told to count no errors.
func detectsNothing(b *policy.Breaker) bool {
	off := func(s policy.Setting[int]) bool {
		return s.Provenance == policy.Disabled || s.Set() && s.Value == 0
	}
	silent := func(s policy.Setting[int]) bool { return !s.Set() || s.Value == 0 }
	return off(b.Failures) && silent(b.Gateway) && !b.ErrorRate.Set()
}

func (p *Pass) reportStuck(calls []graph.Edge) {
	g := p.Core
	e := calls[0]
	found, _ := p.stuck(e)
	b := found.layer.Set.Breaker
	hosts := found.part.Facts.Replicas
	why, hint, sure := whyStuck(found.layer, hosts)
	f := p.about(e, sure, breakerOrigin(b), b.MaxEject.Origin, hosts.Origin)
	f.Message = fmt.Sprintf("the breaker of %s->%s%s never opens: %s", g.ID(g.From(e)), g.ID(g.To(e)), found.named, why)
	if others := len(calls) - 1; others > 0 {
		f.Message += fmt.Sprintf("; nor does it for %s", english.Count(others, "other caller"))
		for _, other := range calls[1:] {
			if from := g.From(other); !slices.Contains(f.Services, from) {
				f.Services = append(f.Services, from)
			}
		}
	}
	f.Hint = hint
	if s := g.Service(g.To(e)); s.Scaling != nil {
		f.Hint += "; its autoscaler's minimum was counted"
	}
	f.Values = []KeyValue{copies{Setting: hosts}.value(), value("maxEject", b.MaxEject)}
	p.At(p.calm(e, Warning), f)
}
