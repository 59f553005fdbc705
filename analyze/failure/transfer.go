package failure

import (
	"math"
	"slices"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/saturating"
	"github.com/weirgraph/weir/policy"
)

// A phase is one of the two solutions in the making.
type phase struct {
	m      *Model
	inject map[graph.Node]Injection
	is     []condition // by service
	state  []State     // the same, when it is complete
	partly bool        // some services lose only a part of their replicas
	open   []*breaker  // by number of a guard: its breaker, if it is open; nil at the onset
	ways   *walk       // how a failure came to everybody; nil while that is not known
}

// contribution is what the call e brings to its caller: by itself, unless it is only made as
// a member of groups, and by the groups that it is in.
func (p *phase) contribution(e graph.Edge, actions *[]Action) condition {
	if actions == nil && !p.partly && p.m.at[e] == bare {
		return p.is[p.m.g.To(e)] // as most calls of a large graph
	}
	c := p.alone(e, actions)
	for _, n := range p.m.groups(e) {
		var t *trace
		if actions != nil {
			t = &trace{e, actions}
		}
		c = c.join(p.alternatives(n, t))
	}
	return c
}

// alone is what e brings by itself. A fallback counts where the call does that it is made
// instead of.
func (p *phase) alone(e graph.Edge, actions *[]Action) condition {
	if p.m.g.Fallback(e) || p.m.g.Grouped(e) {
		return condition{}
	}
	return p.parts(e, p.m.guards(e), actions)
}

// parts is what the parts of a call bring: the worst counts, since all of them are made.
func (p *phase) parts(e graph.Edge, guards []guard, actions *[]Action) condition {
	var c condition
	for i := range guards {
		before := 0
		if actions != nil {
			before = len(*actions)
		}
		c = c.join(p.through(e, &guards[i], actions))
		if actions != nil {
			for j := range (*actions)[before:] {
				(*actions)[before+j].Part = guards[i].match
			}
		}
	}
	return c
}

// through is what one part of a call brings to its caller.
func (p *phase) through(e graph.Edge, d *guard, actions *[]Action) condition {
	if d.async && !d.publish {
		if p.is[p.m.g.To(e)].signs != 0 {
			note(actions, setting{words: "event"}, "waits in the queue, not its sender")
		}
		return condition{}
	}
	if d.outbox() {
		return d.degradeIfOptional(p.instead(d, d.applyFallback(p.reply(e, d, nil), nil), actions), actions)
	}
	c := d.applyFallback(p.reply(e, d, actions), actions)
	if d.publish && c.signs != 0 && !d.replaced {
		p.waitForBroker(e, d, actions)
	}
	return d.degradeIfOptional(p.instead(d, c, actions), actions)
}

// waitForBroker notes what callers of a broker suffer. Where no delivery of the broker is known,
// each of them may be a consumer as well.
func (p *phase) waitForBroker(e graph.Edge, d *guard, actions *[]Action) {
	does := "waits until the broker has its event"
	if !delivers(p.m.g, p.m.g.To(e)) {
		does += ", a consumer gets none"
	}
	assume(actions, setting{words: "a sender", at: d.soft.at}, does)
}

// outbox reports whether the caller leaves events for another to send, and so never
// waits for the broker.
func (d *guard) outbox() bool { return d.publish && len(d.steps) > 0 && d.steps[0].kept }

// instead is what the fallback of a call makes of c.
func (p *phase) instead(d *guard, c condition, actions *[]Action) condition {
	if c.signs != 0 && d.outbox() {
		note(actions, d.steps[0].setting, "keeps the event until the broker takes it")
		if c.any(loses|fails|hangs) || c.tail == forever {
			return condition{signs: degrades}
		}
		return condition{}
	}
	if c.any(hangs) {
		actions = nil // it does not help
	}
	for _, next := range d.steps {
		if !c.any(fails | loses) {
			break
		}
		if next.asks == noCall {
			note(actions, next.setting, "answered instead")
			return c.eased()
		}
		other := p.secondary(next.asks)
		c = c.then(other, d.loops())
		if !other.any(fails) {
			note(actions, next.setting, "was asked instead")
			return c.eased()
		}
		note(actions, next.setting, "was asked instead and fails, too"+p.because(next.asks))
	}
	return c
}

// then is c for a caller that asks another where it gets an error, which adds to the delay but
// in a loop. Where only some requests fail, only they meet what the other does.
func (c condition) then(other condition, looped bool) condition {
	add := saturating.Add
	if looped {
		add = func(a, b time.Duration) time.Duration { return max(a, b) }
	}
	if other.any(fails) {
		other.signs |= loses | degrades // signs stay when things get worse
	}
	if c.any(fails) {
		c.delay = add(c.delay, other.delay)
	} else {
		other.signs &^= fails
	}
	c.tail = add(c.tail, other.tail)
	c.signs |= other.signs
	return c
}

// because names what a callee suffers from, if not from itself.
func (p *phase) because(e graph.Edge) string {
	to := p.m.g.To(e)
	if p.ways == nil || p.ways.via[to] == noService {
		return ""
	}
	path := p.ways.path(to)
	return ": it needs " + p.m.g.ID(path[len(path)-1])
}

// degradeIfOptional is what an optional call, or one whose caller tolerates degraded responses,
// makes of c.
func (d *guard) degradeIfOptional(c condition, actions *[]Action) condition {
	if d.soft.set() {
		if c.state().broken() {
			note(actions, d.soft, "lets the caller answer without it")
		}
		c = c.eased()
	}
	switch {
	case c.any(hangs) && len(d.steps) > 0:
		note(actions, d.steps[0].setting, "never gets its turn: nothing reports the failure")
	case c.any(hangs) && d.soft.set():
		note(actions, d.soft, "does not help a caller that waits")
	}
	if d.tolerant.set() {
		if c.state().Answers == Degraded {
			note(actions, d.tolerant, "keeps the answers of the caller complete")
		}
		c.signs &^= degrades | loses
	}
	return c
}

// secondary is what a call brings that is made instead of another. A call of a
// fallback counts by its own answer; that it replaces a third call does not count,
// for the third is the next step of the other's fallback, if there is one.
func (p *phase) secondary(e graph.Edge) condition {
	var c condition
	for i := range p.m.guards(e) {
		d := &p.m.guards(e)[i]
		if d.async && !d.publish {
			continue
		}
		one := d.applyFallback(p.reply(e, d, nil), nil)
		if d.soft.set() || slices.ContainsFunc(d.steps, func(s step) bool { return s.asks == noCall }) {
			one = one.eased()
		}
		c = c.join(one)
	}
	return c
}

// applyFallback is the bulkhead and the cache.
func (d *guard) applyFallback(c condition, actions *[]Action) condition {
	if c.any(hangs) && d.bulkhead.set() {
		c.signs = c.signs&^hangs | fails | late
		c.tail = forever
		note(actions, d.bulkhead, "kept the rest of the caller from waiting")
	}
	if d.cache.set() {
		if c.state().broken() {
			note(actions, d.cache, "answered from earlier calls")
		}
		c = c.eased()
	}
	return c
}

// reply is what comes back on a part of a call after timeouts, retries and the
// breaker. A breaker that opened closes again when its callee is well.
func (p *phase) reply(e graph.Edge, d *guard, actions *[]Action) condition {
	to := p.m.g.To(e)
	i, injected := p.inject[to]
	partial := injected && i.partial()
	if b := p.breaker(d); b != nil && (partial || p.is[to].signs != 0) {
		if b.hosts {
			note(actions, b.setting, "took every replica out: calls fail at once")
		} else {
			does := "is open"
			if b.count != "" {
				does += " after " + b.count
			}
			note(actions, b.setting, does+" and answers with an error at once")
		}
		return condition{signs: fails}
	}
	c := p.tried(e, d, actions)
	if actions != nil {
		if b := p.tripped(e, d); b != nil && b.doubtful() {
			note(actions, b.setting, "opens only if there are "+b.needs.String())
			(*actions)[len(*actions)-1].Unsure = true
		}
	}
	if partial {
		c = c.join(p.partial(e, d, i, actions))
	}
	return c
}

// tried is what comes back after timeouts and retries. Each thing that requests meet is
// handled by itself: those that fail, those that hang, those that take longer than an attempt
// may.
func (p *phase) tried(e graph.Edge, d *guard, actions *[]Action) condition {
	to := p.m.g.To(e)
	was := p.is[to]
	bounded, end := d.attempt.State == policy.Finite, forever
	if bounded {
		end = d.attempt.Time
	}
	cut := was.any(hangs) && bounded || was.delay > end // attempts that would not fail sooner
	c := condition{was.signs, min(was.delay, end), min(was.tail, end)}
	again := d.retried[policy.Errors] || d.retried[policy.Down] && p.down(to)
	switch {
	case was.any(hangs) && bounded:
		c.signs = c.signs&^hangs | fails | late
		again = d.retried[policy.Slow]
		note(actions, d.limit, "turned the hang into an error")
	case was.any(hangs) && !d.bulkhead.set():
		none, does := setting{words: "no timeout", at: d.attempt.Origin()}, "ends the wait"
		if d.attempt.State == policy.Undeclared {
			assume(actions, none, does)
		} else {
			note(actions, none, does)
		}
	case was.delay > end:
		c.signs |= fails
		again = d.retried[policy.Slow]
		note(actions, d.limit, "is shorter than the delay"+ofTime(was.delay))
	case was.tail > end:
		note(actions, d.limit, "is shorter than the delay"+ofTime(was.tail)+" of some requests")
	}
	if was.tail > end {
		c.signs |= loses
	}
	tries := condition{delay: c.delay, tail: c.tail}
	if was.any(fails) {
		tries.delay = max(tries.delay, d.failing(c.delay, p.down(to)))
	}
	if was.any(fails | loses) {
		tries.tail = max(tries.tail, d.failing(c.tail, p.down(to)))
	}
	if cut || was.tail > end {
		waits := d.wait[policy.Slow].Time(known(end))
		tries.tail = max(tries.tail, waits)
		if was.delay > end || cut && !d.bulkhead.set() { // most of them, a full bulkhead refuses
			tries.delay = max(tries.delay, waits)
		}
	}
	if tries.tail >= slowLimit {
		tries.signs = late
	}
	if c.state().broken() && again && !d.replaced && tries.delay > c.delay && tries.delay >= slowLimit {
		note(actions, d.retry, "keep the caller waiting")
	}
	return c.join(tries)
}

// failing is how long all attempts take that fail after so long. Calls of a loop do not
// add up: each would wait for itself.
func (d *guard) failing(after time.Duration, down bool) time.Duration {
	each := after
	if d.looped {
		each = 0
	}
	t := max(after, d.wait[policy.Errors].Time(each))
	if down {
		t = max(t, d.wait[policy.Down].Time(each))
	}
	return t
}

// mixes reports whether more than the hang matters of a callee some of whose requests hang:
// its errors may be tried again where timeouts are not. Usually the hang decides alone.
func (d *guard) mixes() bool {
	if d.attempt.State != policy.Finite || d.bulkhead.set() {
		return d.bulkhead.set()
	}
	end := known(d.attempt.Time)
	hang := d.wait[policy.Slow].Time(end)
	return d.wait[policy.Errors].Time(end) > hang || d.wait[policy.Down].Time(end) > hang
}

// known is a limit of which it is known how long it is, see Model.Try.
func known(end time.Duration) time.Duration {
	if end == forever {
		return 0
	}
	return end
}

// ofTime is " of 2s" for a delay that ends.
func ofTime(delay time.Duration) string {
	if delay == forever {
		return ""
	}
	return " of " + english.Duration(delay)
}

// down reports whether v refuses connections.
func (p *phase) down(v graph.Node) bool {
	i, ok := p.inject[v]
	return ok && i.condition().any(fails)
}

// partial is what a caller sees of a service with some replicas down.
func (p *phase) partial(e graph.Edge, d *guard, i Injection, actions *[]Action) condition {
	ejects := d.takesOut(p.m.g.Service(p.m.g.To(e)), i.Stopped, i.Replicas)
	down := float64(i.Stopped) / float64(i.Replicas)
	switch {
	case ejects.set() && p.open != nil:
		note(actions, ejects, "took the stopped replicas out")
		return condition{}
	case (d.retried[policy.Down] || d.retried[policy.Errors]) && !d.sticky:
		does := "reach a replica that is left"
		if left := math.Pow(down, d.tries); left >= 0.001 {
			does += ", but for " + share(left) + " of calls"
		}
		note(actions, d.retry, does)
		c := condition{tail: d.failing(0, true)}
		if c.tail >= slowLimit {
			c.signs = late
		}
		return c
	case ejects.set():
		note(actions, ejects, "takes the stopped replicas out, but not at once")
	case d.retry.set() && d.sticky:
		note(actions, d.retry, "ask the same replica again: "+share(down)+" of calls fail")
	default:
		note(actions, setting{words: "nothing"}, "takes the stopped replicas out: "+share(down)+" of calls fail")
	}
	return condition{signs: loses}
}

// opened returns the breaker that what happens on a part opens; nil if none.
func (p *phase) opened(e graph.Edge, d *guard) *breaker {
	if b := p.tripped(e, d); b != nil && !b.doubtful() {
		return b
	}
	return nil
}

// tripped returns the breaker that what happens on a part opens, where there are enough calls;
// nil if none. One that opens sooner or later goes before one that may never do.
func (p *phase) tripped(e graph.Edge, d *guard) *breaker {
	s, delay := p.tried(e, d, nil).state(), p.is[p.m.g.To(e)].delay
	var tripped *breaker
	for i := range d.breakers {
		b := &d.breakers[i]
		slow := b.slow && s.Pace != Fast && (s.Pace == Hung || !b.after.Set() || delay > b.after.Value)
		if (s.broken() || slow) && (tripped == nil || tripped.doubtful() && !b.doubtful()) {
			tripped = b
		}
	}
	return tripped
}

// breaker is the one of d that is open; nil if none is.
func (p *phase) breaker(d *guard) *breaker {
	if p.open == nil || d.number == 0 {
		return nil
	}
	return p.open[d.number-1]
}
