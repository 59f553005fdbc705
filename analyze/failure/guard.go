package failure

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// slowLimit is how long a failing call may block its caller until that counts as slow.
const slowLimit = 500 * time.Millisecond

// A Part is a part of the calls from one service to another, and what all layers
// together do to it. Its Attempt and Budget are p and T of the catalogue, its
// Attempts n.
type Part struct {
	Match      string   // which of the calls; empty for all, or all the rest
	Methods    []string // upper case, sorted; nil if unknown
	Idempotent bool     // declared to be
	policy.Effective
}

// A guard is what is between caller and callee on one part of a call, ready
// to be applied.
type guard struct {
	match    string
	looped   bool // caller and callee wait for each other
	replaced bool // others answer where it fails
	patience
	ejection

	breakers []breaker // that can shut the whole callee off, the nearest to it first
	number   int32     // in Model.breakers, from 1; 0 if it is not there

	bulkhead setting
	cache    setting
	steps    []step // of the fallback, in the order in which they are tried
	firm     bool   // people decided that there is none, and said why

	soft     setting
	tolerant setting // a degraded response does not degrade the caller's own
	async    bool
	publish  bool // to a broker: the caller waits for the broker only
}

// patience is how long a caller waits, and how often it tries.
type patience struct {
	attempt policy.Limit // p, the end of one attempt
	limit   setting      // what makes it so
	retry   setting      // set if it tries again
	retried [policy.Slow + 1]bool
	wait    [policy.Slow + 1]policy.Wait // how long the caller is blocked by attempts that fail
	tries   float64                      // of one call to a replica that is down, as far as a budget lets them
}

// ejection is how a caller avoids single replicas that fail.
type ejection struct {
	ejects   setting       // set if failing replicas are detected and left out
	ejectors []*policy.Set // layers that leave some of them out
	sticky   bool          // another try asks the same replica
	sameHost bool          // and the same server of a group
}

// loops reports whether what d asks waits for the caller, or what is asked instead does.
func (d *guard) loops() bool {
	return d.looped || slices.ContainsFunc(d.steps, func(s step) bool { return s.looped })
}

// A breaker answers for a callee of which nothing works any more.
type breaker struct {
	setting
	hosts bool // one that takes out single replicas
	slow  bool // opens on slowness alone
	after policy.Setting[time.Duration]
	needs policy.Quorum
	count string // of calls or failures that open it; empty if unknown
}

// busy is how many calls a second no caller is expected to make of one callee unless they were
// observed: a window that needs as many may never open the breaker.
const busy = 10

// doubtful reports whether b needs more calls than can be expected.
func (b *breaker) doubtful() bool { return b.needs.Rate() >= busy }

// A step of a fallback.
type step struct {
	setting
	looped bool       // that call is in a loop
	asks   graph.Edge // the call that is made instead; noCall for an answer of the caller's own
	kept   bool       // the caller keeps what it has to say, and another says it later: nothing waits
}

const noCall graph.Edge = -1

// asksOthers reports whether another call is made where one fails.
func asksOthers(guards []guard) bool {
	for i := range guards {
		if slices.ContainsFunc(guards[i].steps, func(s step) bool { return s.asks != noCall }) {
			return true
		}
	}
	return false
}

// newGuard puts the policies of one part into the form in which they act.
func newGuard(g *graph.Graph, e graph.Edge, p Part) guard {
	d := plainGuard(g, e)
	d.match, d.attempt = p.Match, p.Attempt
	if d.attempt.State == policy.Finite {
		d.limit = setting{words: "timeout " + english.Duration(d.attempt.Time), at: d.attempt.Origin()}
		if d.attempt.OfSilence() {
			d.limit.words = "read " + d.limit.words
		}
		if by := d.attempt.By; len(by) > 0 && by[0].Provenance == policy.PlatformDefault {
			d.limit.by = by[0].Product.DisplayName()
		}
	}
	d.retries(&p)
	// From the inside out: what is nearest to the callee acts first.
	for _, l := range slices.Backward(p.Layers) {
		d.limits(g, e, &l.Set)
		d.breaks(&l)
		d.leavesOut(&l)
		if c := l.Set.Cache; c != nil && !(c.TTL.Set() && c.TTL.Value <= 0) && c.TTL.Provenance != policy.Disabled {
			d.cache = written("cache", &l.Set, c.TTL)
		}
		if b := l.Set.Balance; b != nil && b.Strategy.Set() && b.Strategy.Value == "consistent-hash" && !l.Set.Product.OrNative().NextServer {
			d.sticky = true
		}
		if f := l.Set.Fallback; f != nil {
			d.steps = append(d.steps, steps(g, e, f)...)
			d.firm = d.firm || slices.ContainsFunc(f.Steps, func(s policy.FallbackStep) bool { return s.Reason != "" })
		}
	}
	if d.outbox() {
		d.cache = setting{} // nothing is asked
	}
	return d
}

// plainGuard is the guard of a call without policies.
func plainGuard(g *graph.Graph, e graph.Edge) guard {
	d := guard{async: g.Mode(e) == graph.Async}
	d.publish = d.async && passesOn(g, g.To(e))
	if g.Need(e) == graph.Soft {
		d.soft = setting{words: "optional call", at: firstOrigin(g, e)}
	}
	if g.Tolerant(e) {
		d.tolerant = setting{words: "tolerance of degraded answers", at: firstOrigin(g, e)}
	}
	return d
}

// firstOrigin is where a call is declared; without file if unknown.
func firstOrigin(g *graph.Graph, e graph.Edge) policy.Origin {
	if evidence := g.Call(e).Evidence; len(evidence) > 0 {
		return evidence[0].Origin
	}
	return policy.Origin{}
}

// passesOn reports whether v takes events in to hand them on to others.
func passesOn(g *graph.Graph, v graph.Node) bool {
	k := g.Service(v).Kind
	return k == graph.KindBroker || k == graph.KindTopic
}

// delivers reports whether it is known to whom a broker hands events on.
func delivers(g *graph.Graph, broker graph.Node) bool {
	for e, end := g.Out(broker); e < end; e++ {
		if g.Mode(e) == graph.Async {
			return true
		}
	}
	return false
}

// Waits reports whether the caller of e waits: for the answer, or, where e is an
// event, for the broker that takes it.
func Waits(g *graph.Graph, e graph.Edge) bool {
	return g.Mode(e) == graph.Sync || passesOn(g, g.To(e))
}

// retries notes on which failures a call is repeated, and how long that takes.
func (d *guard) retries(p *Part) {
	for f := range d.wait {
		d.wait[f] = p.Wait(policy.Failure(f))
	}
	if p.Attempts == 1 {
		return
	}
	for f := range d.retried {
		d.retried[f] = d.retried[f] || p.Amplification(policy.Failure(f)) > 1
	}
	d.tries = max(p.Amplification(policy.Down), p.Amplification(policy.Errors))
	for i := range p.Layers {
		if l := &p.Layers[i]; l.Attempts != 1 && l.Set.Retry != nil {
			d.retry = written("retries", &l.Set, l.Set.Retry.Retries)
			d.sameHost = l.Set.Retry.SameHost.Value
			break
		}
	}
}

// limits notes a limit on the calls that may wait at once. The pool of a driver is
// none: who finds it empty waits, too.
func (d *guard) limits(g *graph.Graph, e graph.Edge, s *policy.Set) {
	b := s.Bulkhead
	if b == nil {
		return
	}
	limits := []policy.Setting[int]{b.MaxConcurrent, b.MaxPending, b.MaxConnections}
	switch g.Service(g.To(e)).Kind {
	case graph.KindDatabase, graph.KindCache, graph.KindBroker:
		limits = limits[:2]
	default:
		limits = append(limits, b.PoolSize)
	}
	for _, l := range limits {
		if l.Set() {
			d.bulkhead = written("bulkhead", s, l)
			return
		}
	}
}

// breaks notes a breaker that can shut off a callee of which nothing works any
// more. One that ejects single hosts can do so only if it may eject the last.
func (d *guard) breaks(l *policy.Effect) {
	b := l.Set.Breaker
	if b == nil || !b.Kind.Set() || never(b) {
		return
	}
	opens := breaker{setting: written("breaker", &l.Set, b.Kind), needs: b.Quorum()}
	if opens.count = opens.needs.String(); b.Failures.Set() && b.Failures.Value > 0 {
		opens.count = english.Count(b.Failures.Value, "failure")
	}
	switch b.Kind.Value {
	case "call":
		opens.slow, opens.after = b.Slow.Set() && b.Slow.Value || b.SlowAfter.Set(), b.SlowAfter
	case "endpoint":
		if !l.Ejection.All {
			return
		}
		opens.words, opens.hosts = l.Set.Product.Ejector(), true
	default:
		return
	}
	d.breakers = append(d.breakers, opens)
}

// never reports whether a breaker is configured to open on nothing.
func never(b *policy.Breaker) bool {
	off := func(s policy.Setting[int]) bool { return s.Set() && s.Value == 0 }
	return off(b.Failures) && (off(b.Gateway) || !b.Gateway.Set()) && !b.ErrorRate.Set() && !b.Slow.Set() && !b.SlowAfter.Set()
}

// leavesOut notes what takes replicas that fail out of the rotation.
func (d *guard) leavesOut(l *policy.Effect) {
	if h := l.Set.HealthCheck; h != nil && h.Interval.Provenance != policy.Disabled {
		d.ejects = written("health check", &l.Set, h.Interval)
		return
	}
	if b := l.Set.Breaker; b != nil && b.Kind.Set() && b.Kind.Value == "endpoint" && !never(b) {
		d.ejectors = append(d.ejectors, &l.Set)
	}
}

// takesOut returns what takes some of the replicas of a service out, once they have
// stopped: a probe that its platform makes, a check that the caller's proxy makes,
// or outlier detection that may eject so many.
func (d *guard) takesOut(s *graph.Service, stopped, replicas int) setting {
	if s.Probes.Readiness {
		return setting{words: "readiness check", at: s.Probes.Origin}
	}
	if d.ejects.set() {
		return d.ejects
	}
	for _, set := range d.ejectors {
		e := set.Ejection(policy.Setting[int]{Value: replicas, Provenance: policy.Explicit})
		if e.Works && e.Most >= stopped {
			return written(set.Product.Ejector(), set, set.Breaker.Kind)
		}
	}
	return setting{}
}

// steps are the steps of a fallback that do something. One that asks a service of
// which the graph has no call protects from nothing.
func steps(g *graph.Graph, e graph.Edge, f *policy.Fallback) []step {
	var list []step
	for _, s := range f.Steps {
		if !s.Kind.Set() {
			continue
		}
		switch s.Kind.Value {
		case "static", "cache":
			list = append(list, step{setting: setting{words: "fallback " + s.Kind.Value, at: s.Kind.Origin}, asks: noCall})
		case "outbox":
			list = append(list, step{setting: setting{words: "outbox", at: s.Kind.Origin}, asks: noCall, kept: true})
		case "service":
			if asks := callNamed(g, g.From(e), s.To); asks != noCall && asks != e {
				list = append(list, step{setting: setting{words: "fallback " + s.To, at: s.Kind.Origin}, asks: asks})
			}
		}
	}
	return list
}

// callNamed returns the call of a service to another of that name, rather one that
// is made only instead of another.
func callNamed(g *graph.Graph, from graph.Node, name string) graph.Edge {
	found := noCall
	namespace, base, qualified := strings.Cut(name, "/")
	for e, end := g.Out(from); e < end; e++ {
		s := g.Service(g.To(e))
		if s.ID != name && s.Name != name && !slices.Contains(s.Aliases, name) && !(qualified && s.Namespace == namespace && s.Name == base) {
			continue
		}
		if g.Fallback(e) {
			return e
		}
		if found == noCall {
			found = e
		}
	}
	return found
}
