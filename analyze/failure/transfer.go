package failure

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// forever is a delay that nothing bounds.
const forever = time.Duration(math.MaxInt64)

// A Action is what one policy did to a failure on its way to the caller.
type Action struct {
	Part    string        // the part of the call on which it did: "GET /v2"; empty for all of it, or all the rest
	Policy  string        // "timeout 2s"
	Does    string        // "turned the hang into an error"
	Origin  policy.Origin // where the policy is written; without file if it is nowhere
	Default string        // the product that has the policy by default: "Consul"
	Assumed bool          // no input that was read could have said otherwise
}

// A phase is one of the two solutions in the making.
type phase struct {
	m      *Model
	inject map[graph.Node]Injection
	state  []State
	partly bool             // some services lose only a part of their replicas
	delay  []time.Duration  // by service: how late it is, as far as the scenario says; nil if it does not
	open   map[part]breaker // breakers that are open; nil at the onset
}

// A part is one part of one call.
type part struct {
	call graph.Edge
	at   int
}

// contribution is what the call e brings to its caller, by all of its parts: the
// worst counts, since all of them are made.
func (p *phase) contribution(e graph.Edge, actions *[]Action) State {
	var s State
	if p.m.g.Fallback(e) {
		return s // it counts where the call does that it is made instead of
	}
	if actions == nil && !p.partly && p.m.at[e] == p.m.bare {
		return p.state[p.m.g.To(e)] // as most calls of a large graph
	}
	for i := range p.m.guards(e) {
		before := 0
		if actions != nil {
			before = len(*actions)
		}
		s = s.join(p.through(part{e, i}, actions))
		if actions != nil {
			for j := range (*actions)[before:] {
				(*actions)[before+j].Part = p.m.guards(e)[i].match
			}
		}
	}
	return s
}

// through is what one part of a call brings to its caller.
func (p *phase) through(of part, actions *[]Action) State {
	d := &p.m.guards(of.call)[of.at]
	if d.async && !d.publish {
		if p.state[p.m.g.To(of.call)].Suffers() {
			note(actions, setting{words: "event"}, "waits in the queue, not its sender")
		}
		return State{}
	}
	if d.outbox() {
		return d.degradeIfOptional(p.instead(d, d.applyFallback(p.reply(of, nil), nil), actions), actions)
	}
	s := d.applyFallback(p.reply(of, actions), actions)
	if d.publish && s.Suffers() {
		assume(actions, setting{words: "the sender", at: d.soft.at}, "waits until the broker has its event")
	}
	return d.degradeIfOptional(p.instead(d, s, actions), actions)
}

// outbox reports whether the caller leaves events for another to send, and so never
// waits for the broker.
func (d *guard) outbox() bool { return d.publish && len(d.steps) > 0 && d.steps[0].kept }

// instead is what the fallback of a call makes of s.
func (p *phase) instead(d *guard, s State, actions *[]Action) State {
	if s.Suffers() && d.outbox() {
		note(actions, d.steps[0].setting, "keeps the event until the broker takes it")
		return State{min(s.Answers, Degraded), Fast}
	}
	for _, next := range d.steps {
		if !s.broken() {
			break
		}
		if next.asks == noCall {
			note(actions, next.setting, "stood in for the answer")
			return State{Degraded, s.Pace}
		}
		other := p.secondary(next.asks)
		if !other.broken() {
			note(actions, next.setting, "was asked instead")
			return State{Degraded, s.Pace}.join(other)
		}
		s = s.join(other)
		note(actions, next.setting, "failed, too")
	}
	return s
}

// degradeIfOptional is what an optional call, or one whose caller tolerates degraded responses,
// makes of s.
func (d *guard) degradeIfOptional(s State, actions *[]Action) State {
	switch {
	case s.broken() && d.soft.set():
		s.Answers = Degraded
		note(actions, d.soft, "lets the caller answer without it")
	case s.Pace == Hung && len(d.steps) > 0:
		note(actions, d.steps[0].setting, "never gets its turn: nothing reports the failure")
	case s.Pace == Hung && d.soft.set():
		note(actions, d.soft, "does not help a caller that waits")
	}
	if s.Answers == Degraded && d.tolerant.set() {
		s.Answers = OK
		note(actions, d.tolerant, "keeps the answers of the caller whole")
	}
	return s
}

// secondary is what a call brings that is made instead of another. A call of a
// fallback counts by its own answer; that it replaces a third call does not count,
// for the third is the next step of the other's fallback, if there is one.
func (p *phase) secondary(e graph.Edge) State {
	var s State
	for i := range p.m.guards(e) {
		d := &p.m.guards(e)[i]
		if d.async && !d.publish {
			continue
		}
		one := d.applyFallback(p.reply(part{e, i}, nil), nil)
		if one.broken() && (d.soft.set() || slices.ContainsFunc(d.steps, func(s step) bool { return s.asks == noCall })) {
			one.Answers = Degraded
		}
		s = s.join(one)
	}
	return s
}

// applyFallback is the bulkhead and the cache.
func (d *guard) applyFallback(s State, actions *[]Action) State {
	if s.Pace == Hung && d.bulkhead.set() {
		s = State{Failed, Slow}
		note(actions, d.bulkhead, "kept the rest of the caller from waiting")
	}
	if s.broken() && d.cache.set() {
		s.Answers = Degraded
		note(actions, d.cache, "answered from earlier calls")
	}
	return s
}

// reply is what comes back on a part of a call after timeouts, retries and the
// breaker. A breaker that opened closes again when its callee is well.
func (p *phase) reply(of part, actions *[]Action) State {
	to := p.m.g.To(of.call)
	i, injected := p.inject[to]
	partial := injected && i.partial()
	if b, ok := p.open[of]; ok && (partial || p.state[to].Suffers()) {
		if b.hosts {
			note(actions, b.setting, "took every replica out: calls fail at once")
		} else {
			note(actions, b.setting, "is open and answers with an error at once")
		}
		return State{Failed, Fast}
	}
	s := p.tried(of, actions)
	if partial {
		s = s.join(p.partial(of, i, actions))
	}
	return s
}

// tried is what comes back after timeouts and retries.
func (p *phase) tried(of part, actions *[]Action) State {
	to := p.m.g.To(of.call)
	s, d := p.state[to], &p.m.guards(of.call)[of.at]
	again := d.retried[policy.Errors] || d.retried[policy.Down] && p.down(to)
	switch bounded := d.attempt.State == policy.Finite; {
	case s.Pace == Hung && bounded:
		s, again = State{Failed, Slow}, d.retried[policy.Slow]
		note(actions, d.limit, "turned the hang into an error")
	case s.Pace == Hung && !d.bulkhead.set():
		none, does := setting{words: "no timeout", at: d.attempt.Origin()}, "ends the wait"
		if d.attempt.State == policy.Undeclared {
			assume(actions, none, does)
		} else {
			note(actions, none, does)
		}
	case s.Pace == Slow && bounded && p.late(to) > d.attempt.Time:
		s, again = State{Failed, Slow}, d.retried[policy.Slow]
		note(actions, d.limit, "is shorter than the delay")
	}
	if s.Answers == Failed && s.Pace != Hung && d.lengthy && again {
		note(actions, d.retry, "keep the caller waiting")
		s.Pace = Slow
	}
	return s
}

// late is how late a service is, as far as the scenario says.
func (p *phase) late(v graph.Node) time.Duration {
	if p.delay == nil {
		return 0
	}
	return p.delay[v]
}

// down reports whether v refuses connections.
func (p *phase) down(v graph.Node) bool {
	i, ok := p.inject[v]
	return ok && i.state().Answers == Failed && i.Mode != Hang
}

// partial is what a caller sees of a service with some replicas down.
func (p *phase) partial(of part, i Injection, actions *[]Action) State {
	d := &p.m.guards(of.call)[of.at]
	ejects := d.takesOut(p.m.g.Service(p.m.g.To(of.call)), i.Stopped, i.Replicas)
	down := float64(i.Stopped) / float64(i.Replicas)
	switch {
	case ejects.set() && p.open != nil:
		note(actions, ejects, "took the stopped replicas out")
		return State{}
	case ejects.set():
		note(actions, ejects, "takes the stopped replicas out, but not at once")
		return State{Degraded, Fast}
	case (d.retried[policy.Down] || d.retried[policy.Errors]) && !d.sticky:
		does := "reach a replica that is left"
		if left := math.Pow(down, d.tries); left >= 0.001 {
			does += ", but for " + share(left) + " of calls"
		}
		note(actions, d.retry, does)
		return State{OK, Slow}
	case d.retry.set() && d.sticky:
		note(actions, d.retry, "ask the same replica again: "+share(down)+" of calls fail")
	default:
		note(actions, setting{words: "nothing"}, "takes the stopped replicas out: "+share(down)+" of calls fail")
	}
	return State{Degraded, Fast}
}

// share writes a part of one in percent.
func share(part float64) string {
	return strconv.FormatFloat(max(0.1, math.Round(part*1000)/10), 'f', -1, 64) + " %"
}

// opened returns the breaker that what happens on a part opens.
func (p *phase) opened(of part) (breaker, bool) {
	d := &p.m.guards(of.call)[of.at]
	if len(d.breakers) == 0 || d.async && !d.publish {
		return breaker{}, false
	}
	s, late := p.tried(of, nil), p.late(p.m.g.To(of.call))
	for _, b := range d.breakers {
		slow := b.slow && s.Pace != Fast && (s.Pace == Hung || !b.after.Set() || late > b.after.Value)
		if s.broken() || slow {
			return b, true
		}
	}
	return breaker{}, false
}

func note(actions *[]Action, s setting, does string) {
	if actions != nil {
		*actions = append(*actions, Action{Policy: s.words, Does: does, Origin: s.at, Default: s.by})
	}
}

// assume notes what no input said.
func assume(actions *[]Action, s setting, does string) {
	note(actions, s, does)
	if actions != nil {
		(*actions)[len(*actions)-1].Assumed = true
	}
}
