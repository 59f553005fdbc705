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

// A trace is what a group does, in words, as seen on one of its calls.
type trace struct {
	of      graph.Edge
	actions *[]Action
}

// alternatives is what a group brings to its caller.
func (p *phase) alternatives(n *group, t *trace) condition {
	var c condition
	switch n.Kind {
	case graph.Split:
		c = p.split(n, t)
	case graph.Pool:
		c = p.pool(n, t)
	default:
		c = p.failover(n, t)
	}
	if n.shared != nil {
		var actions *[]Action
		if t != nil {
			actions = t.actions
		}
		c = n.shared.degradeIfOptional(p.instead(n.shared, n.shared.applyFallback(c, actions), actions), actions)
	}
	return c
}

// member is what one member brings.
func (p *phase) member(m *member, t *trace) condition {
	if m.group != nil {
		if t != nil && !m.has(t.of) {
			t = nil
		}
		return p.alternatives(m.group, t)
	}
	var actions *[]Action
	if t != nil && t.of == m.Call {
		actions = t.actions
	}
	return p.parts(m.Call, m.guards, actions)
}

// has reports whether a call is m or in it.
func (m *member) has(e graph.Edge) bool {
	if m.group == nil {
		return m.Call == e
	}
	return slices.ContainsFunc(m.group.members, func(o member) bool { return o.has(e) })
}

// split: each request meets one member.
func (p *phase) split(n *group, t *trace) condition {
	var c condition
	failing, waiting, part := 0, 0, 0.0
	var few [4]condition // most groups are small
	of := append(few[:0], make([]condition, len(n.members))...)
	said := 0 // what there is in words before this group
	if t != nil {
		said = len(*t.actions)
	}
	for i := range n.members {
		m := &n.members[i]
		one := p.member(m, t)
		of[i] = one
		if one.any(fails | hangs) {
			failing, part = failing+1, part+m.Share
		}
		if one.any(hangs) {
			waiting++
		}
		c = c.join(one)
	}
	c.delay = least(of)
	all := failing == len(n.members) && (n.members[0].Share == 0 || part > 0.999)
	if c.any(fails) {
		c.signs |= loses // a sign stays when things get worse
	}
	if !all {
		c.signs &^= fails
	}
	if c.any(hangs) && n.Multiplexes {
		c.signs |= late | loses
		c.tail = forever
		if waiting < len(n.members) {
			c.signs &^= hangs
		}
		if all {
			c.signs |= fails
		}
	}
	if t != nil && !all {
		i := slices.IndexFunc(n.members, func(m member) bool { return m.has(t.of) })
		if i >= 0 && (of[i].any(fails|hangs) || n.members[i].group == nil || len(*t.actions) == said) { // not what its group said
			noteRoute(t.actions, n.Group, &n.members[i].GroupMember, of[i], p.m.g.ID(p.m.g.To(t.of)), part)
		}
	}
	return c
}

// A notice is how the caller learns of members that it lost, and what it does then.
type notice struct {
	again   bool // it asks another one instead
	retry   setting
	tries   float64
	try     time.Duration // how long a lost try takes
	waits   time.Duration // between all tries
	wait    bool          // a try ends late
	unended bool          // a try does not end
	checked setting       // it takes the member out after a while
}

// notices is the notice of a member that fails, one of so many lost ones; one is what it brings.
func (p *phase) notices(m *member, one condition, calls, lost int) notice {
	n := notice{again: true, tries: math.Inf(1), checked: setting{words: "-"}}
	add := func(o notice) {
		n.again = n.again && o.again
		n.tries, n.try, n.waits = min(n.tries, o.tries), max(n.try, o.try), max(n.waits, o.waits)
		n.wait, n.unended = n.wait || o.wait, n.unended || o.unended
		if n.checked.set() {
			n.checked = o.checked
		}
		n.retry = o.retry
	}
	if m.group != nil {
		for i := range m.group.members {
			of := &m.group.members[i]
			if one := p.member(of, nil); one.any(fails | loses | hangs) {
				add(p.notices(of, one, calls, lost))
			}
		}
		return n
	}
	for i := range m.guards {
		add(p.noticed(m.Call, &m.guards[i], calls, lost))
	}
	if one.any(hangs) { // it, or what is asked instead of it
		n.unended, n.again = true, false
	}
	return n
}

// noticed is the notice by the policies of one part of a call.
func (p *phase) noticed(e graph.Edge, d *guard, calls, lost int) notice {
	to := p.m.g.To(e)
	was, end, bounded := p.is[to], forever, d.attempt.State == policy.Finite
	if bounded {
		end = d.attempt.Time
	}
	i, injected := p.inject[to]
	down := p.down(to) || injected && i.partial()
	refused := was.any(hangs) && !bounded && d.bulkhead.set() // by the full bulkhead
	errors := was.any(fails|loses) || injected && i.partial() || refused
	cut := was.any(hangs) && bounded || was.tail > end
	if p.breaker(d) != nil {
		errors, cut, was = true, false, condition{}
	}
	n := notice{retry: d.retry, tries: max(d.tries, 1), try: min(was.tail, end), unended: was.any(hangs) && !bounded && !refused}
	n.again = !n.unended && d.retry.set() && !d.sticky && !d.sameHost
	if errors {
		n.again = n.again && (d.retried[policy.Errors] || d.retried[policy.Down] && down)
		n.waits = d.wait[policy.Errors].Time(0)
		if down {
			n.waits = max(n.waits, d.wait[policy.Down].Time(0))
		}
	}
	if cut {
		n.again = n.again && d.retried[policy.Slow]
		n.try, n.waits = max(n.try, known(end)), max(n.waits, d.wait[policy.Slow].Time(0))
	}
	n.wait = was.any(hangs) || was.any(late) || n.try >= slowLimit
	n.checked = d.ejects
	for _, set := range d.ejectors {
		left := set.Ejection(policy.Setting[int]{Value: calls, Provenance: policy.Explicit})
		if !n.checked.set() && !n.unended && left.Works && left.Most >= lost {
			n.checked = written(set.Product.Ejector(), set, set.Breaker.Kind)
		}
	}
	return n
}

// pool: any Need members will do. The members that are left get the requests of the lost ones.
func (p *phase) pool(n *group, t *trace) condition {
	var c condition
	var few [4]condition // most groups are small
	of := append(few[:0], make([]condition, len(n.members))...)
	lost := 0
	for i := range n.members {
		of[i] = p.member(&n.members[i], t)
		if of[i].any(fails | hangs) {
			lost++
		}
	}
	up, need := len(n.members)-lost, min(max(n.Need, 1), len(n.members))
	var words *[]Action
	for i := range n.members {
		m := &n.members[i]
		one := of[i]
		rest := one
		rest.signs &^= fails | loses | hangs
		if one.any(fails | loses | hangs) {
			if words = nil; t != nil && m.has(t.of) && up >= need {
				words = t.actions
			}
			rest.signs &^= late
			if one.any(fails | hangs) {
				rest.signs &^= degrades // of its requests none gets an answer
			}
			rest.delay, rest.tail = 0, 0
			rest = rest.join(p.replaced(n, m, one, max(lost, 1), words))
		}
		c = c.join(rest)
	}
	c.delay = least(of)
	if up < need {
		for _, one := range of {
			c = c.join(condition{one.signs & (fails | late | hangs), 0, one.tail})
		}
		c.signs |= fails
		if t != nil {
			noteTooFew(t.actions, n.Group, up, len(n.members), need)
		}
	}
	return c
}

// least is the delay that all requests have that end, whichever member they go to.
func least(of []condition) time.Duration {
	soonest, latest, ends := forever, time.Duration(0), false
	for _, one := range of {
		latest = max(latest, one.delay)
		if !one.any(hangs) {
			soonest, ends = min(soonest, one.delay), true
		}
	}
	if !ends {
		return latest
	}
	return soonest
}

// replaced is what comes of a lost member, or of one some of whose requests fail, while
// others answer.
func (p *phase) replaced(n *group, m *member, one condition, lost int, words *[]Action) condition {
	by := p.notices(m, one, n.calls, lost)
	part := float64(lost) / float64(len(n.members))
	var c condition
	if n.Kind == graph.Pool && n.Need == 0 {
		c.signs = loses
		assume(words, setting{words: "only the others", at: n.Origin}, "answer: how many are needed is not declared")
	}
	taken := by.checked.set() || n.Checked
	check := by.checked
	if !check.set() {
		check = setting{words: "the client", at: n.Origin}
	}
	atOnce := n.Checked && !by.wait && !by.unended
	switch {
	case taken && p.open != nil:
		note(words, check, "took it out")
	case by.again && by.tries > float64(lost), atOnce:
		c.tail = n.takes(by, float64(lost))
		if by.again {
			check = by.retry
		}
		if by.wait || c.tail >= slowLimit {
			c.signs |= late
		}
		if words != nil && by.again {
			note(words, check, "ask another one")
		} else {
			note(words, check, "asks another one")
		}
	case by.again:
		c.tail = n.takes(by, by.tries)
		c.signs |= loses
		if by.wait || c.tail >= slowLimit {
			c.signs |= late
		}
		if words != nil {
			note(words, by.retry, "ask another one, but "+share(math.Pow(part, by.tries))+" of its requests fail")
		}
	case taken:
		c.signs |= loses
		c.tail = one.tail
		if by.wait || by.unended {
			c.signs |= late
		}
		note(words, check, "takes it out, but not at once")
	default:
		c = c.join(condition{loses | one.signs&(late|hangs), 0, one.tail})
		if one.any(hangs) && n.Multiplexes {
			c.signs = c.signs&^hangs | late
			c.tail = forever
		}
		if words == nil {
			return c
		}
		fail := "some of its requests fail" // those to what the member lost
		if one.any(fails | hangs) {
			fail = fraction(part) + " of its requests fail"
		}
		note(words, setting{words: "nothing", at: n.Origin}, "takes it out: "+fail)
		return c
	}
	if words == nil {
		return c
	}
	if members, services := p.left(n); 0 < members && members < len(n.members) {
		noteLoad(words, n.Group, p.ids(services), float64(len(n.members))/float64(members))
	}
	return c
}

// takes is how long so many lost tries take. In a loop they do not add up.
func (n *group) takes(by notice, tries float64) time.Duration {
	if n.looped {
		return max(by.try, by.waits)
	}
	return saturating.Add(saturating.Mul(by.try, int64(min(tries, math.MaxInt32))), by.waits)
}

// ids are the names of services.
func (p *phase) ids(services []graph.Node) []string {
	list := make([]string, len(services))
	for i, v := range services {
		list[i] = p.m.g.ID(v)
	}
	return list
}

// left returns how many members of a group do not fail, and the services behind them, sorted.
func (p *phase) left(n *group) (members int, services []graph.Node) {
	for i := range n.members {
		if m := &n.members[i]; !p.member(m, nil).any(fails | hangs) {
			members++
			services = append(services, m.callees(p.m.g)...)
		}
	}
	slices.Sort(services)
	return members, slices.Compact(services)
}

// failover: the first rank that works. The code of an ordinary caller notices every error; a
// proxy only what its policies or checks do.
func (p *phase) failover(n *group, t *trace) condition {
	var c condition // of the ranks so far
	whole := true   // all requests go on to the next
	for i := range n.members {
		m := &n.members[i]
		one := p.member(m, t)
		var words *[]Action
		if t != nil && m.has(t.of) && (m.group == nil || one.any(fails|hangs)) { // else its group has said it
			words = t.actions
		}
		if i > 0 && !n.Same {
			one.signs |= degrades
		}
		if one.any(fails) && i > 0 {
			one.signs |= loses
		}
		if !whole {
			one.delay = 0
			one.signs &^= fails
		}
		one = one.after(c, n.looped)
		lost := one.any(fails | loses | hangs)
		if i > 0 && t != nil {
			does := "answers instead"
			if one.any(fails | hangs) {
				does = "is asked instead and fails, too"
			}
			note(t.actions, setting{words: english.List(p.ids(m.callees(p.m.g))), at: n.Origin}, does)
		}
		if !lost || i == len(n.members)-1 {
			return c.join(one)
		}
		by := p.notices(m, one, n.calls, m.calls())
		whole = whole && one.any(fails|hangs)
		taken := by.checked.set() || n.Checked
		check := by.checked
		if !check.set() {
			check = setting{words: "a check", at: n.Origin}
		}
		switch {
		case taken && p.open != nil:
			one = condition{}
			note(words, check, "took it out")
		case by.again, !by.unended && !n.Multiplexes, n.Checked && !by.wait && !by.unended:
			if one.any(fails | hangs) {
				one.signs &^= degrades // none of its requests gets an answer
			}
			one.signs &^= fails | loses | hangs
		case taken:
			if one.any(hangs) {
				one.signs = one.signs&^hangs | fails | late
			}
			note(words, check, "takes it out, but not at once")
			return c.join(one)
		default:
			note(words, setting{words: "nothing", at: n.Origin}, "notices its failure: no other is asked")
			return c.join(one)
		}
		c = c.join(one)
	}
	return c
}

// after is c for requests that met o first.
func (c condition) after(o condition, looped bool) condition {
	if looped {
		c.delay, c.tail = max(c.delay, o.delay), max(c.tail, o.tail)
	} else {
		c.delay, c.tail = saturating.Add(c.delay, o.delay), saturating.Add(c.tail, o.tail)
	}
	return c
}

// reached reports whether it matters to a group what a call of it brings: it is in no failover
// whose earlier members work.
func (p *phase) reached(n *group, e graph.Edge) bool {
	for i := range n.members {
		m := &n.members[i]
		if m.has(e) && p.member(m, nil).signs != 0 && (m.group == nil || p.reached(m.group, e)) {
			return true
		}
		if n.Kind == graph.Failover && !p.member(m, nil).any(fails|loses|hangs) {
			return false
		}
	}
	return false
}
