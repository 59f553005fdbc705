package failure

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/saturating"
	"github.com/weirgraph/weir/policy"
)

// A group is a graph.Group, ready to be applied.
type group struct {
	*graph.Group
	id      graph.GroupID
	members []member
	calls   int  // in it, and in groups in it
	looped  bool // one of them is in a loop
	turn    int32
	// shared is what acts on the group instead of its calls, of pools and failovers that are in
	// no other: a lost member is replaced first, and only then is there anything to fall back from.
	shared *guard
}

// A member of a group is a call or a group.
type member struct {
	graph.GroupMember
	group  *group
	guards []guard // of a call, without what its group shares
}

// addGroups compiles the groups of the graph.
func (m *Model) addGroups() {
	m.outermost = map[graph.GroupID]*group{}
	if len(m.g.Groups()) > 0 {
		m.turn = turns(m.g)
	}
	for i := range m.g.Groups() {
		if id := graph.GroupID(i); m.g.Groups()[i].In == graph.NoGroup {
			n := m.group(id, nil, nil)
			m.mixed, m.outermost[id] = true, n
			for _, e := range m.g.CallsIn(id) {
				l := m.own(e)
				l.groups = append(l.groups, n)
			}
		}
	}
}

// group compiles one group; shared and within are of the outermost pool or failover around it:
// what acts on that, and its calls.
func (m *Model) group(id graph.GroupID, shared *guard, within []graph.Edge) *group {
	n := &group{Group: &m.g.Groups()[id], id: id}
	n.turn = m.turn[n.Caller]
	if n.Kind != graph.Split && shared == nil {
		within = m.g.CallsIn(id)
		n.shared = m.sharedBy(within)
		shared = n.shared
	}
	for _, of := range n.Members {
		mem := member{GroupMember: of}
		if of.Group != graph.NoGroup {
			mem.group = m.group(of.Group, shared, within)
			n.calls += mem.group.calls
			n.looped = n.looped || mem.group.looped
		} else {
			mem.guards = slices.Clone(m.guards(of.Call))
			for i := range mem.guards {
				n.looped = n.looped || mem.guards[i].loops()
				mem.guards[i].without(shared)
				mem.guards[i].withoutSteps(within)
				mem.guards[i].replaced = n.Kind != graph.Split
			}
			n.calls++
		}
		n.members = append(n.members, mem)
	}
	if n.Kind == graph.Failover {
		n.joinRanks()
	}
	return n
}

// joinRanks makes a pool of the members of each rank, any of which will do.
func (n *group) joinRanks() {
	var ranks []member
	for i, m := range n.members {
		if i == 0 || m.Rank != n.members[i-1].Rank {
			ranks = append(ranks, m)
			continue
		}
		last := &ranks[len(ranks)-1]
		if last.group == nil || last.Group != graph.NoGroup {
			first := *last
			alike := &graph.Group{Caller: n.Caller, Kind: graph.Pool, Need: 1, Checked: n.Checked, Multiplexes: n.Multiplexes, Origin: n.Origin}
			*last = member{GroupMember: graph.GroupMember{Call: graph.NoEdge, Group: graph.NoGroup, Rank: m.Rank}}
			last.group = &group{Group: alike, members: []member{first}, calls: first.calls(), looped: n.looped}
		}
		last.group.members = append(last.group.members, m)
		last.group.calls += m.calls()
	}
	n.members = ranks
}

// sharedBy is what all parts of some calls have: cache, fallback, optional, tolerant.
func (m *Model) sharedBy(calls []graph.Edge) *guard {
	first := m.guards(calls[0])[0]
	d := &guard{async: first.async, publish: first.publish, cache: first.cache, steps: first.steps, soft: first.soft, tolerant: first.tolerant}
	for _, e := range calls {
		for _, o := range m.guards(e) {
			if !o.cache.set() {
				d.cache = setting{}
			}
			if !o.soft.set() {
				d.soft = setting{}
			}
			if !o.tolerant.set() {
				d.tolerant = setting{}
			}
			if !slices.EqualFunc(o.steps, d.steps, func(a, b step) bool { return a.words == b.words && a.asks == b.asks && a.kept == b.kept }) {
				d.steps = nil
			}
			d.looped = d.looped || o.loops()
			d.publish = d.publish && o.publish // there is an outbox for events only
		}
	}
	return d
}

// without takes from d what acts on its group.
func (d *guard) without(shared *guard) {
	if shared == nil {
		return
	}
	if shared.cache.set() {
		d.cache = setting{}
	}
	if shared.soft.set() {
		d.soft = setting{}
	}
	if shared.tolerant.set() {
		d.tolerant = setting{}
	}
	if len(shared.steps) > 0 {
		d.steps = nil
	}
}

// withoutSteps takes from d the steps of its fallback that ask other members of its pool or
// failover: the group says when these are asked. A split does not ask another member.
func (d *guard) withoutSteps(within []graph.Edge) {
	asksMember := func(s step) bool { return s.asks != noCall && slices.Contains(within, s.asks) }
	if slices.ContainsFunc(d.steps, asksMember) {
		d.steps = slices.DeleteFunc(slices.Clone(d.steps), asksMember)
	}
}

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
	of := make([]condition, len(n.members))
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
	hung := c.any(hangs)
	if hung && n.Multiplexes {
		c.signs |= late | loses
		c.tail = forever
		if waiting < len(n.members) {
			c.signs &^= hangs
		}
		if all {
			c.signs |= fails
		}
	}
	if t != nil {
		p.splitWords(n, t, all, hung, part)
	}
	return c
}

// splitWords notes which requests suffer.
func (p *phase) splitWords(n *group, t *trace, all, hung bool, part float64) {
	i := slices.IndexFunc(n.members, func(m member) bool { return m.has(t.of) })
	if i < 0 || all {
		return
	}
	m := &n.members[i]
	one := p.member(m, nil)
	whose := "requests routed to " + p.m.g.ID(p.m.g.To(t.of))
	verb := [2]string{"fail", "wait"}
	switch {
	case one.any(fails|hangs) && part > 0:
		whose, verb = fraction(part)+" of its requests", [2]string{"fails", "waits"}
	case m.Match != "":
		whose = "requests for " + m.Match
	}
	words := setting{words: whose, at: n.Origin}
	switch {
	case one.any(hangs) && n.Multiplexes:
		note(t.actions, words, verb[1])
	case one.any(hangs):
		note(t.actions, setting{words: "its workers", at: n.Origin}, "wait for "+p.m.g.ID(p.m.g.To(t.of)))
	case one.any(fails):
		does := verb[0]
		if one.delay > 0 && one.delay < forever {
			does += " after " + english.Duration(one.delay)
		}
		note(t.actions, words, does)
	case one.any(loses | degrades):
		note(t.actions, setting{words: "requests routed to " + p.m.g.ID(p.m.g.To(t.of)), at: n.Origin}, "get degraded answers")
	case one.any(late):
		note(t.actions, setting{words: "requests routed to " + p.m.g.ID(p.m.g.To(t.of)), at: n.Origin}, "are late")
	}
}

// fraction is a part of one in words.
func fraction(part float64) string {
	for _, f := range []struct {
		of    float64
		words string
	}{{1. / 2, "half"}, {1. / 3, "a third"}, {2. / 3, "two thirds"}, {1. / 4, "a quarter"}, {3. / 4, "three quarters"}, {1. / 5, "a fifth"}, {1. / 10, "a tenth"}} {
		if math.Abs(part-f.of) < 0.001 {
			return f.words
		}
	}
	return share(part)
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

// notices is the notice of a member that fails, one of so many lost ones.
func (p *phase) notices(m *member, calls, lost int) notice {
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
			if of := &m.group.members[i]; p.member(of, nil).any(fails | loses | hangs) {
				add(p.notices(of, calls, lost))
			}
		}
		return n
	}
	for i := range m.guards {
		add(p.noticed(m.Call, &m.guards[i], calls, lost))
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
	errors := was.any(fails|loses) || injected && i.partial()
	cut := was.any(hangs) && bounded || was.tail > end
	if p.breaker(d) != nil {
		errors, cut, was = true, false, condition{}
	}
	n := notice{retry: d.retry, tries: max(d.tries, 1), try: min(was.tail, end), unended: was.any(hangs) && !bounded}
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
	of := make([]condition, len(n.members))
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
			left, are := fmt.Sprintf("none of %d", len(n.members)), "is left"
			if up > 0 {
				left, are = fmt.Sprintf("%d of %d", up, len(n.members)), fmt.Sprintf("left, and %d needed", need)
			}
			note(t.actions, setting{words: left, at: n.Origin}, are)
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
	by := p.notices(m, n.calls, lost)
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
		note(words, by.retry, "ask another one, but "+share(math.Pow(part, by.tries))+" of its requests fail")
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
		fail := "some of its requests fail" // those to what the member lost
		if one.any(fails | hangs) {
			fail = fraction(part) + " of its requests fails"
		}
		note(words, setting{words: "nothing", at: n.Origin}, "takes it out: "+fail)
		return c
	}
	if words != nil {
		p.survivors(n, words)
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

// survivors names who answers instead, and how much more that is.
func (p *phase) survivors(n *group, words *[]Action) {
	members, services := p.left(n)
	if members == 0 || members == len(n.members) {
		return
	}
	factor := float64(len(n.members)) / float64(members)
	left := make([]string, len(services))
	for i, v := range services {
		left[i] = p.m.g.ID(v)
	}
	who, verbs := english.List(left), "answer instead and carry "
	if len(left) == 1 {
		verbs = "answers instead and carries "
	}
	if len(left) > 4 {
		who = english.Count(len(left), "other")
	}
	note(words, setting{words: who, at: n.Origin}, verbs+english.Number(math.Round(factor*10)/10)+"x the load")
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

// names are those of the callees of m.
func (m *member) names(g *graph.Graph) []string {
	var list []string
	for _, v := range m.callees(g) {
		list = append(list, g.ID(v))
	}
	return list
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
		if t != nil && m.has(t.of) {
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
			note(t.actions, setting{words: english.List(m.names(p.m.g)), at: n.Origin}, does)
		}
		if !lost || i == len(n.members)-1 {
			return c.join(one)
		}
		by := p.notices(m, n.calls, m.calls())
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

// calls is how many calls there are in m.
func (m *member) calls() int {
	if m.group == nil {
		return 1
	}
	return m.group.calls
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

// Alternatives are the calls that a remedy on e has to be put on: it, and all that may be made
// instead. Sorted.
func (m *Model) Alternatives(e graph.Edge) []graph.Edge {
	calls := []graph.Edge{e}
	for _, id := range m.g.GroupsWith(e) {
		top := graph.NoGroup
		for ; id != graph.NoGroup && m.g.Groups()[id].Kind != graph.Split; id = m.g.Groups()[id].In {
			top = id
		}
		if top != graph.NoGroup {
			calls = append(calls, m.g.CallsIn(top)...)
		}
	}
	slices.Sort(calls)
	return slices.Compact(calls)
}

// A Shift is more load on the members of a pool that are left.
type Shift struct {
	Caller   graph.Node
	Services []graph.Node // that are left, sorted
	Factor   float64      // of their load before
}

// Shifts lists the pools that go on with fewer members and send those the requests for the
// lost ones, at once or later, by caller.
func (o *Outcome) Shifts() []Shift {
	var list []Shift
	var look func(n *group)
	look = func(n *group) {
		for i := range n.members {
			if m := &n.members[i]; m.group != nil {
				look(m.group)
			}
		}
		if n.Kind != graph.Pool {
			return
		}
		left, services := o.onset.left(n)
		if lost := len(n.members) - left; left >= max(n.Need, 1) && o.onset.moves(n, lost) {
			list = append(list, Shift{Caller: n.Caller, Services: services, Factor: float64(len(n.members)) / float64(left)})
		}
	}
	for i := range o.g().Groups() {
		if n := o.onset.m.outermost[graph.GroupID(i)]; n != nil {
			look(n)
		}
	}
	return list
}

// moves reports whether the requests to one of so many lost members of a pool go to others.
func (p *phase) moves(n *group, lost int) bool {
	return slices.ContainsFunc(n.members, func(m member) bool {
		if !p.member(&m, nil).any(fails | hangs) {
			return false
		}
		by := p.notices(&m, n.calls, lost)
		return by.again || by.checked.set() || n.Checked
	})
}

// callees are those of m.
func (m *member) callees(g *graph.Graph) []graph.Node {
	if m.group == nil {
		return []graph.Node{g.To(m.Call)}
	}
	var list []graph.Node
	for i := range m.group.members {
		list = append(list, m.group.members[i].callees(g)...)
	}
	return list
}
