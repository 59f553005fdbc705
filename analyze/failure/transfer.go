package failure

import (
	"math"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// forever is a delay that nothing bounds.
const forever = time.Duration(math.MaxInt64)

// A Deed is what one policy did to a failure on its way to the caller.
type Deed struct {
	Policy  string        // "timeout 2s"
	Does    string        // "turned the hang into an error"
	Origin  policy.Origin // where the policy is written; without file if it is nowhere
	Assumed bool          // no input that was read could have said otherwise
}

// A phase is one of the two solutions in the making.
type phase struct {
	m      *Model
	inject map[graph.Node]Injection
	state  []State
	delay  []time.Duration // by service: how late it is, as far as the scenario tells; nil if it does not
	open   map[part]bool   // breakers that are open; nil at the onset
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
	for i := range p.m.guards(e) {
		s = s.join(p.through(part{e, i}, deeds))
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
	s := d.stepIn(p.reply(of, deeds), deeds)
	if d.publish && s.Suffers() {
		assume(deeds, setting{words: "the sender", at: d.soft.at}, "waits until the broker has its event")
	}
	for _, next := range d.steps {
		if !s.broken() {
			break
		}
		if next.asks == noCall {
			s.Answers = Degraded
			note(deeds, next.setting, "stood in for the answer")
			break
		}
		instead := p.secondary(next.asks)
		if instead.broken() {
			s = s.join(instead)
			note(deeds, next.setting, "failed, too")
			continue
		}
		s = State{Degraded, s.Pace}.join(instead)
		note(deeds, next.setting, "was asked instead")
		break
	}
	switch {
	case s.broken() && d.soft.set():
		s.Answers = Degraded
		note(deeds, d.soft, "lets the caller answer without it")
	case s.Pace == Hung && len(d.steps) > 0:
		note(deeds, d.steps[0].setting, "never gets its turn: nothing reports the failure")
	case s.Pace == Hung && d.soft.set():
		note(deeds, d.soft, "does not help a caller that waits")
	}
	return s
}

// secondary is what a call brings that is made instead of another: there is no
// fallback for a fallback but the next step.
func (p *phase) secondary(e graph.Edge) State {
	var s State
	for i := range p.m.guards(e) {
		d := &p.m.guards(e)[i]
		if !d.async || d.publish {
			s = s.join(d.stepIn(p.reply(part{e, i}, nil), nil))
		}
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
// breaker.
func (p *phase) reply(of part, deeds *[]Deed) State {
	if p.open[of] {
		note(deeds, p.m.guards(of.call)[of.at].breaker, "is open and answers with an error at once")
		return State{Failed, Fast}
	}
	s := p.tried(of, deeds)
	if i, ok := p.inject[p.m.g.To(of.call)]; ok && i.partial() {
		s = s.join(p.partial(of, i, deeds))
	}
	return s
}

// tried is what comes back after timeouts and retries.
func (p *phase) tried(of part, deeds *[]Deed) State {
	to := p.m.g.To(of.call)
	s, d := p.state[to], &p.m.guards(of.call)[of.at]
	switch bounded := d.attempt.State == policy.Finite; {
	case s.Pace == Hung && bounded:
		s = State{Failed, Slow}
		note(deeds, d.limit, "turned the hang into an error")
	case s.Pace == Hung && !d.bulkhead.set():
		none, does := setting{words: "no timeout", at: d.attempt.Origin()}, "lets the caller wait for ever"
		if d.attempt.State == policy.Untold {
			assume(deeds, none, does)
		} else {
			note(deeds, none, does)
		}
	case s.Pace == Slow && bounded && p.late(to) > d.attempt.Time:
		s = State{Failed, Slow}
		note(deeds, d.limit, "is shorter than the delay")
	}
	if s.Answers == Failed && d.lengthy && (d.retried[policy.Errors] || d.retried[policy.Down] && p.down(to)) {
		if s.Pace == Fast {
			note(deeds, d.retry, "hold the caller while they try again")
		}
		s.Pace = max(s.Pace, Slow)
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
	ejects := d.ejects
	if d.most < i.Stopped {
		ejects = setting{}
	}
	if s := p.m.g.Service(p.m.g.To(of.call)); s.Probes.Readiness {
		ejects = setting{"readiness check", s.Probes.Origin}
	}
	switch {
	case ejects.set() && p.open != nil:
		note(deeds, ejects, "took the stopped replicas out")
		return State{}
	case ejects.set():
		note(deeds, ejects, "takes the stopped replicas out, but not at once")
		return State{Degraded, Fast}
	case d.retried[policy.Down] || d.retried[policy.Errors]:
		note(deeds, d.retry, "reach a replica that is left")
		return State{OK, Slow}
	}
	note(deeds, setting{words: "nothing"}, "takes the stopped replicas out")
	return State{Degraded, Fast}
}

// opens reports whether what happens on a part opens its breaker.
func (p *phase) opens(of part) bool {
	d := &p.m.guards(of.call)[of.at]
	if !d.breaker.set() || d.async && !d.publish {
		return false
	}
	s := p.tried(of, nil)
	if s.broken() {
		return true
	}
	if !d.slow || s.Pace == Fast {
		return false
	}
	return s.Pace == Hung || !d.slowness.Set() || p.late(p.m.g.To(of.call)) > d.slowness.Value
}

func note(deeds *[]Deed, s setting, does string) {
	if deeds != nil {
		*deeds = append(*deeds, Deed{Policy: s.words, Does: does, Origin: s.at})
	}
}

// assume notes what no input said.
func assume(deeds *[]Deed, s setting, does string) {
	note(deeds, s, does)
	if deeds != nil {
		(*deeds)[len(*deeds)-1].Assumed = true
	}
}
