package failure

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// slowLimit is how long retries may hold a caller until it counts as slow.
const slowLimit = 500 * time.Millisecond

// A Part is a part of the calls from one service to another, and what all layers
// do to it.
type Part struct {
	Match string // which of the calls; empty for all, or all the rest
	policy.Effective
}

// A guard is what stands between caller and callee on one part of a call, ready
// to be applied.
type guard struct {
	match   string
	attempt policy.Bound // p, the end of one attempt
	limit   setting      // what makes it so
	held    policy.Bound // T, the end of the whole call

	retry   setting // set if it tries again
	retried [policy.Slow + 1]bool
	lengthy bool // trying again takes the caller slowLimit or more

	breaker  setting // set if it can shut the whole callee off
	slowness policy.Setting[time.Duration]
	slow     bool // the breaker opens on slowness

	bulkhead setting
	cache    setting
	steps    []step // of the fallback, in the order in which they are tried
	firm     bool   // people decided that there is none, and said why

	ejects setting // set if replicas that fail are left out
	most   int     // of them, so many

	soft    setting
	async   bool
	publish bool // to a broker: the caller waits for the broker, if for nobody else
}

// A setting is where something is written, and its words. Without words it is not
// there.
type setting struct {
	words string
	at    policy.Origin
}

func (s setting) set() bool { return s.words != "" }

// A step of a fallback.
type step struct {
	setting
	asks graph.Edge // the call that is made instead; noCall for an answer of the caller's own
}

const noCall graph.Edge = -1

// newGuard puts the policies of one part into the form in which they act.
func newGuard(g *graph.Graph, e graph.Edge, p Part) guard {
	d := plainGuard(g, e)
	d.match, d.attempt, d.held = p.Match, p.Attempt, p.Budget
	if d.attempt.State == policy.Finite {
		d.limit = setting{"timeout " + d.attempt.Time.String(), d.attempt.Origin()}
	}
	for i := range p.Layers {
		d.readGap(&p.Layers[i].Set)
	}
	d.retries(&p)
	// From the inside out: what is nearest to the callee acts first.
	for _, l := range slices.Backward(p.Layers) {
		d.limits(g, e, &l.Set)
		d.breaks(&l)
		d.leavesOut(&l)
		if c := l.Set.Cache; c != nil && !(c.TTL.Set() && c.TTL.Value <= 0) && c.TTL.Provenance != policy.Disabled {
			d.cache = setting{"cache", c.TTL.Origin}
		}
		if f := l.Set.Fallback; f != nil {
			d.steps = append(d.steps, steps(g, e, f)...)
			d.firm = d.firm || slices.ContainsFunc(f.Steps, func(s policy.FallbackStep) bool { return s.Reason != "" })
		}
	}
	return d
}

// plainGuard is the guard of a call without policies.
func plainGuard(g *graph.Graph, e graph.Edge) guard {
	d := guard{async: g.Mode(e) == graph.Async}
	d.publish = d.async && g.Service(g.To(e)).Kind == graph.KindBroker
	if g.Need(e) == graph.Soft {
		d.soft.words = "optional call"
		if evidence := g.Call(e).Evidence; len(evidence) > 0 {
			d.soft.at = evidence[0].Origin
		}
	}
	return d
}

// readGap takes a client's own read timeout for the end of an attempt: few answers
// trickle, and a callee that hangs sends nothing at all.
func (d *guard) readGap(s *policy.Set) {
	if s.Layer != policy.App || s.Timeout == nil || !s.Timeout.ReadGap.Set() || s.Timeout.ReadGap.Value <= 0 {
		return
	}
	gap := s.Timeout.ReadGap
	if d.attempt.State == policy.Finite && d.attempt.Time <= gap.Value {
		return
	}
	d.attempt = policy.Bound{State: policy.Finite, Time: gap.Value}
	d.limit = setting{"read timeout " + gap.Value.String(), gap.Origin}
	if d.held.State != policy.Finite {
		d.held = d.attempt
	}
}

// retries notes on which failures a call is repeated, and whether that takes long.
func (d *guard) retries(p *Part) {
	if p.Attempts == 1 {
		return
	}
	for f := range d.retried {
		d.retried[f] = p.Amplification(policy.Failure(f)) > 1
	}
	var waits time.Duration
	for i := range p.Layers {
		l := &p.Layers[i]
		if l.Attempts == 1 {
			continue
		}
		if r := l.Set.Retry; r != nil && !d.retry.set() {
			d.retry = setting{"retries", r.Retries.Origin}
		}
		if l.Waits.State != policy.Finite || l.Waits.Time >= slowLimit {
			waits = slowLimit
		}
		waits = max(waits, l.Waits.Time)
	}
	if p.Budget.State == policy.Finite {
		d.lengthy = p.Budget.Time >= slowLimit
	} else {
		d.lengthy = waits >= slowLimit
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
			d.bulkhead = setting{"bulkhead", l.Origin}
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
	switch {
	case b.Kind.Value == "call":
	case b.Kind.Value != "endpoint":
		return
	case l.Set.Product == "linkerd":
	case l.Set.Product == "istio" && b.MaxEject.Set() && b.MaxEject.Value >= 1:
	default:
		return
	}
	d.breaker = setting{"breaker", b.Kind.Origin}
	d.slow = b.Kind.Value == "call" && (b.Slow.Set() && b.Slow.Value || b.SlowAfter.Set())
	d.slowness = b.SlowAfter
}

// never reports whether a breaker was told to open on nothing.
func never(b *policy.Breaker) bool {
	off := func(s policy.Setting[int]) bool { return s.Set() && s.Value == 0 }
	return off(b.Failures) && (off(b.Gateway) || !b.Gateway.Set()) && !b.ErrorRate.Set() && !b.Slow.Set() && !b.SlowAfter.Set()
}

// leavesOut notes what takes replicas that fail out of the rotation.
func (d *guard) leavesOut(l *policy.Effect) {
	switch h := l.Set.HealthCheck; {
	case h != nil && h.Interval.Provenance != policy.Disabled:
		d.ejects, d.most = setting{"health check", h.Interval.Origin}, everything
	case l.Ejection.Works && l.Ejection.Most > d.most:
		d.ejects, d.most = setting{"outlier detection", l.Set.Breaker.Kind.Origin}, l.Ejection.Most
	case l.Set.Product == "linkerd" && l.Set.Breaker != nil && l.Set.Breaker.Kind.Set() && l.Set.Breaker.Kind.Value == "endpoint":
		d.ejects, d.most = setting{"failure accrual", l.Set.Breaker.Kind.Origin}, everything
	}
}

const everything = 1 << 30

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
			list = append(list, step{setting{"fallback " + s.Kind.Value, s.Kind.Origin}, noCall})
		case "service":
			if asks := callNamed(g, g.From(e), s.To); asks != noCall && asks != e {
				list = append(list, step{setting{"fallback " + s.To, s.Kind.Origin}, asks})
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
