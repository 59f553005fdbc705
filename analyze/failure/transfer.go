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

// A Deed is what one policy did to a failure on its way to the caller.
type Deed struct {
	Part    string        // the part of the call on which it did: "GET /v2"; empty for all of it, or all the rest
	Policy  string        // "timeout 2s"
	Does    string        // "turned the hang into an error"
	Origin  policy.Origin // where the policy is written; without file if it is nowhere
	Default string        // the product that has the policy by itself, as nobody wrote it: "Consul"
	Assumed bool          // no input that was read could have said otherwise
}

// A phase is one of the two solutions in the making.
type phase struct {
	m      *Model
	inject map[graph.Node]Injection
	state  []State
	partly bool             // some services lose only a part of their replicas
	delay  []time.Duration  // by service: how late it is, as far as the scenario tells; nil if it does not
	open   map[part]breaker // breakers that are open; nil at the onset
}

// A part is one part of one call.
type part struct {
	call graph.Edge
	at   int
}

// contribution is what the call e brings to its caller, by all of its parts: the
// worst counts, since all of them are made.
func (p *phase) contribution(e graph.Edge, deeds *[]Deed) State {
	var s State
	if p.m.g.Fallback(e) {
		return s // it counts where the call does that it is made instead of
	}
	if deeds == nil && !p.partly && p.m.at[e] == p.m.bare {
		return p.state[p.m.g.To(e)] // as most calls of a large graph
	}
	for i := range p.m.guards(e) {
		before := 0
		if deeds != nil {
			before = len(*deeds)
		}
		s = s.join(p.through(part{e, i}, deeds))
		if deeds != nil {
			for j := range (*deeds)[before:] {
				(*deeds)[before+j].Part = p.m.guards(e)[i].match
			}
		}
	}
	return s
}

// through is what one part of a call brings to its caller.
func (p *phase) through(of part, deeds *[]Deed) State {
	d := &p.m.guards(of.call)[of.at]
	if d.async && !d.publish {
		if p.state[p.m.g.To(of.call)].Suffers() {
			note(deeds, setting{words: "event"}, "waits in the queue, not its sender")
		}
		return State{}
	}
	if d.outbox() {
		return d.lessen(p.instead(d, d.stepIn(p.reply(of, nil), nil), deeds), deeds)
	}
	s := d.stepIn(p.reply(of, deeds), deeds)
	if d.publish && s.Suffers() {
		assume(deeds, setting{words: "the sender", at: d.soft.at}, "waits until the broker has its event")
	}
	return d.lessen(p.instead(d, s, deeds), deeds)
}

// outbox reports whether the caller leaves events for another to send, and so never
// waits for the broker.
func (d *guard) outbox() bool { return d.publish && len(d.steps) > 0 && d.steps[0].kept }

// instead is what the fallback of a call makes of s.
func (p *phase) instead(d *guard, s State, deeds *[]Deed) State {
	if s.Suffers() && d.outbox() {
		note(deeds, d.steps[0].setting, "keeps the event until the broker takes it")
		return State{min(s.Answers, Degraded), Fast}
	}
	for _, next := range d.steps {
		if !s.broken() {
			break
		}
		if next.asks == noCall {
			note(deeds, next.setting, "stood in for the answer")
			return State{Degraded, s.Pace}
		}
		other := p.secondary(next.asks)
		if !other.broken() {
			note(deeds, next.setting, "was asked instead")
			return State{Degraded, s.Pace}.join(other)
		}
		s = s.join(other)
		note(deeds, next.setting, "failed, too")
	}
	return s
}

// lessen is what an optional call, or one whose caller tolerates lesser answers,
// makes of s.
func (d *guard) lessen(s State, deeds *[]Deed) State {
	switch {
	case s.broken() && d.soft.set():
		s.Answers = Degraded
		note(deeds, d.soft, "lets the caller answer without it")
	case s.Pace == Hung && len(d.steps) > 0:
		note(deeds, d.steps[0].setting, "never gets its turn: nothing reports the failure")
	case s.Pace == Hung && d.soft.set():
		note(deeds, d.soft, "does not help a caller that waits")
	}
	if s.Answers == Degraded && d.tolerant.set() {
		s.Answers = OK
		note(deeds, d.tolerant, "keeps the answers of the caller whole")
	}
	return s
}

// secondary is what a call brings that is made instead of another. What stands in
// for its own answer counts; that it is made instead of asking a third does not,
// for the third is the next step of the other's fallback or nobody's.
func (p *phase) secondary(e graph.Edge) State {
	var s State
	for i := range p.m.guards(e) {
		d := &p.m.guards(e)[i]
		if d.async && !d.publish {
			continue
		}
		one := d.stepIn(p.reply(part{e, i}, nil), nil)
		if one.broken() && (d.soft.set() || slices.ContainsFunc(d.steps, func(s step) bool { return s.asks == noCall })) {
			one.Answers = Degraded
		}
		s = s.join(one)
	}
	return s
}

// stepIn is the bulkhead and the cache.
func (d *guard) stepIn(s State, deeds *[]Deed) State {
	if s.Pace == Hung && d.bulkhead.set() {
		s = State{Failed, Slow}
		note(deeds, d.bulkhead, "kept the rest of the caller from waiting")
	}
	if s.broken() && d.cache.set() {
		s.Answers = Degraded
		note(deeds, d.cache, "answered from earlier calls")
	}
	return s
}

// reply is what comes back on a part of a call after timeouts, retries and the
// breaker. A breaker that opened closes again when its callee is well.
func (p *phase) reply(of part, deeds *[]Deed) State {
	to := p.m.g.To(of.call)
	i, injected := p.inject[to]
	partial := injected && i.partial()
	if b, ok := p.open[of]; ok && (partial || p.state[to].Suffers()) {
		if b.hosts {
			note(deeds, b.setting, "took every replica out: calls fail at once")
		} else {
			note(deeds, b.setting, "is open and answers with an error at once")
		}
		return State{Failed, Fast}
	}
	s := p.tried(of, deeds)
	if partial {
		s = s.join(p.partial(of, i, deeds))
	}
	return s
}

// tried is what comes back after timeouts and retries.
func (p *phase) tried(of part, deeds *[]Deed) State {
	to := p.m.g.To(of.call)
	s, d := p.state[to], &p.m.guards(of.call)[of.at]
	again := d.retried[policy.Errors] || d.retried[policy.Down] && p.down(to)
	switch bounded := d.attempt.State == policy.Finite; {
	case s.Pace == Hung && bounded:
		s, again = State{Failed, Slow}, d.retried[policy.Slow]
		note(deeds, d.limit, "turned the hang into an error")
	case s.Pace == Hung && !d.bulkhead.set():
		none, does := setting{words: "no timeout", at: d.attempt.Origin()}, "ends the wait"
		if d.attempt.State == policy.Undeclared {
			assume(deeds, none, does)
		} else {
			note(deeds, none, does)
		}
	case s.Pace == Slow && bounded && p.late(to) > d.attempt.Time:
		s, again = State{Failed, Slow}, d.retried[policy.Slow]
		note(deeds, d.limit, "is shorter than the delay")
	}
	if s.Answers == Failed && s.Pace != Hung && d.lengthy && again {
		note(deeds, d.retry, "keep the caller waiting")
		s.Pace = Slow
	}
	return s
}

// late is how late a service is, as far as the scenario tells.
func (p *phase) late(v graph.Node) time.Duration {
	if p.delay == nil {
		return 0
	}
	return p.delay[v]
}

// down reports whether nobody listens at v.
func (p *phase) down(v graph.Node) bool {
	i, ok := p.inject[v]
	return ok && i.state().Answers == Failed && i.Mode != Hang
}

// partial is what a caller sees of a service with some replicas down.
func (p *phase) partial(of part, i Injection, deeds *[]Deed) State {
	d := &p.m.guards(of.call)[of.at]
	ejects := d.takesOut(p.m.g.Service(p.m.g.To(of.call)), i.Stopped, i.Replicas)
	down := float64(i.Stopped) / float64(i.Replicas)
	switch {
	case ejects.set() && p.open != nil:
		note(deeds, ejects, "took the stopped replicas out")
		return State{}
	case ejects.set():
		note(deeds, ejects, "takes the stopped replicas out, but not at once")
		return State{Degraded, Fast}
	case (d.retried[policy.Down] || d.retried[policy.Errors]) && !d.sticky:
		does := "reach a replica that is left"
		if left := math.Pow(down, d.tries); left >= 0.001 {
			does += ", but for " + share(left) + " of calls"
		}
		note(deeds, d.retry, does)
		return State{OK, Slow}
	case d.retry.set() && d.sticky:
		note(deeds, d.retry, "ask the same replica again: "+share(down)+" of calls fail")
	default:
		note(deeds, setting{words: "nothing"}, "takes the stopped replicas out: "+share(down)+" of calls fail")
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

func note(deeds *[]Deed, s setting, does string) {
	if deeds != nil {
		*deeds = append(*deeds, Deed{Policy: s.words, Does: does, Origin: s.at, Default: s.by})
	}
}

// assume notes what no input said.
func assume(deeds *[]Deed, s setting, does string) {
	note(deeds, s, does)
	if deeds != nil {
		(*deeds)[len(*deeds)-1].Assumed = true
	}
}
