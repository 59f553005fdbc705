package failure

import (
	"math"
	"slices"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/saturating"
	"github.com/weirgraph/weir/policy"
)

// A bundle is a wire or a group, in the words of the book.
type bundle struct {
	*graph.Group
	wire int // -1 of a group
	rank int
	of   []bundle
}

// bundles are the groups of g that are in no other.
func bundles(g *graph.Graph, wires []wire) []bundle {
	var make func(id graph.GroupID) bundle
	make = func(id graph.GroupID) bundle {
		n := bundle{Group: &g.Groups()[id], wire: -1}
		for _, m := range n.Members {
			of := bundle{rank: m.Rank, wire: -1}
			if m.Group != graph.NoGroup {
				of = make(m.Group)
				of.rank = m.Rank
			} else {
				of.wire = slices.IndexFunc(wires, func(w wire) bool {
					return w.from == g.ID(g.From(m.Call)) && w.to == g.ID(g.To(m.Call))
				})
			}
			n.of = append(n.of, of)
		}
		if n.Kind == graph.Failover { // of those of one rank any will do
			var ranks []bundle
			for len(n.of) > 0 {
				alike := 1
				for alike < len(n.of) && n.of[alike].rank == n.of[0].rank {
					alike++
				}
				one := n.of[0]
				if alike > 1 {
					pool := *n.Group
					pool.Kind, pool.Need = graph.Pool, 1
					one = bundle{&pool, -1, one.rank, n.of[:alike]}
				}
				ranks, n.of = append(ranks, one), n.of[alike:]
			}
			n.of = ranks
		}
		return n
	}
	var list []bundle
	for id := range g.Groups() {
		if g.Groups()[id].In == graph.NoGroup {
			list = append(list, make(graph.GroupID(id)))
		}
	}
	return list
}

// calls are the wires in n.
func (n *bundle) calls() []int {
	if n.wire >= 0 {
		return []int{n.wire}
	}
	var list []int
	for i := range n.of {
		list = append(list, n.of[i].calls()...)
	}
	return list
}

func (b *book) grouped(i int) bool {
	return slices.ContainsFunc(b.groups, func(n bundle) bool { return slices.Contains(n.calls(), i) })
}

func (b *book) caller(n bundle) string { return b.wires[n.calls()[0]].from }

// calleesFirst are the groups, each after those that it depends on.
func (b *book) calleesFirst() []bundle {
	// above is how many groups there are with a caller that depends on that of n.
	above := func(n bundle) int {
		reach := map[string]bool{b.caller(n): true}
		for range b.wires {
			for _, w := range b.wires {
				reach[w.from] = reach[w.from] || reach[w.to]
			}
		}
		count := 0
		for _, m := range b.groups {
			if reach[b.caller(m)] {
				count++
			}
		}
		return count
	}
	list := slices.Clone(b.groups)
	slices.SortStableFunc(list, func(m, n bundle) int { return above(n) - above(m) })
	return list
}

// common is what all wires of a group have, for the group: it acts when the group fails.
func (b *book) common(n *bundle) wire {
	calls := n.calls()
	first := b.wires[calls[0]]
	c := wire{from: first.from, cache: true, soft: true, tolerant: true, async: true, fallback: b.steps(first)}
	for _, i := range calls {
		w := b.wires[i]
		c.cache, c.soft, c.tolerant = c.cache && w.cache && !outbox(w), c.soft && w.soft, c.tolerant && w.tolerant
		if !slices.Equal(b.steps(w), c.fallback) {
			c.fallback = nil
		}
		if c.to = "q-a"; !w.async || !broker(w.to) {
			c.async = false // no place to keep all their events
		}
	}
	return c
}

// steps are the steps of the fallback of w that there are.
func (b *book) steps(w wire) []string {
	return slices.DeleteFunc(slices.Clone(w.fallback), func(f string) bool { return !own(f) && b.asked(w, f) < 0 })
}

// An around is the outermost pool or failover around a member.
type around struct {
	common wire
	calls  []int
}

// bundle is what a member brings. In no pool or failover, in is nil.
func (b *book) bundle(n bundle, in *around) meets {
	if n.wire >= 0 {
		w := b.wires[n.wire]
		if in != nil {
			w.cache, w.soft, w.tolerant = w.cache && !in.common.cache, w.soft && !in.common.soft, w.tolerant && !in.common.tolerant
			if len(in.common.fallback) > 0 {
				w.fallback = nil
			}
			w.fallback = slices.DeleteFunc(b.steps(w), func(f string) bool { return !own(f) && slices.Contains(in.calls, b.asked(w, f)) })
		}
		return b.brings(n.wire, w)
	}
	outermost := in == nil && n.Kind != graph.Split
	if outermost {
		in = &around{b.common(&n), n.calls()}
	}
	of := make([]meets, len(n.of))
	for i := range n.of {
		of[i] = b.bundle(n.of[i], in)
	}
	var m meets
	switch n.Kind {
	case graph.Split:
		m = b.splits(n, of)
	case graph.Pool:
		m = b.pools(n, of)
	default:
		m = b.failsOver(n, of)
	}
	if outermost {
		if in.common.cache {
			m = m.helped()
		}
		m = optional(in.common, b.fallenBack(m, in.common, b.loopsIn(n)))
	}
	return m
}

func (m meets) lost() bool { return m.error || m.hang }

// soonest is how late all requests are that end: each goes to one of the members.
func soonest(of []meets) time.Duration {
	soonest, latest, hang := time.Duration(math.MaxInt64), time.Duration(0), true
	for _, m := range of {
		if latest = max(latest, m.all); !m.hang {
			soonest, hang = min(soonest, m.all), false
		}
	}
	if hang {
		return latest
	}
	return soonest
}

func (b *book) splits(n bundle, of []meets) meets {
	var m meets
	lost, hang := 0, 0
	for _, one := range of {
		m = both(m, one)
		m.some = m.some || one.error
		if one.lost() {
			lost++
		}
		if one.hang {
			hang++
		}
	}
	m.all = soonest(of)
	m.error = m.error && lost == len(of)
	if hang > 0 && n.Multiplexes {
		m.hang, m.slow, m.some, m.error, m.few = hang == len(of), true, true, lost == len(of), math.MaxInt64
	}
	return m
}

// A loss is how the caller learns of a member that it lost.
type loss struct {
	elsewhere bool // it asks another one, so often
	tries     int
	each      time.Duration // so long each time
	waits     time.Duration // and between all of them
	late      bool
	endless   bool
	checked   bool
}

func (b *book) loss(n bundle, in *around, hosts, lost int) loss {
	if n.wire < 0 {
		l := loss{elsewhere: true, tries: math.MaxInt32, checked: true}
		for _, of := range n.of {
			if m := b.bundle(of, in); m.lost() || m.some {
				o := b.loss(of, in, hosts, lost)
				l = loss{
					l.elsewhere && o.elsewhere, min(l.tries, o.tries), max(l.each, o.each), max(l.waits, o.waits),
					l.late || o.late, l.endless || o.endless, l.checked && o.checked,
				}
			}
		}
		return l
	}
	w := b.wires[n.wire]
	was, end := b.of[w.to], time.Duration(math.MaxInt64)
	if w.timeout > 0 {
		end = w.timeout
	}
	p := b.inject[w.to]
	full := was.hang && w.timeout == 0 && w.bulkhead
	errors := was.error || was.some || p.Mode == Partial || full
	late := was.slow || was.hang
	if b.open[n.wire] {
		was, late, errors = meets{}, false, true
	}
	l := loss{tries: w.retries + 1, each: min(was.few, end), endless: was.hang && w.timeout == 0 && !full}
	cut := was.few > end || was.hang && w.timeout > 0
	if cut {
		l.each = end
	}
	if errors || cut {
		l.waits = time.Duration(w.retries) * w.backoff
	}
	l.late = late || l.each >= slowLimit
	l.elsewhere = w.retries > 0 && !w.sticky && !l.endless
	l.checked = w.checked
	if w.breaker == "endpoint" || w.breaker == "all" {
		e := w.says().Ejection(policy.Setting[int]{Value: hosts, Provenance: policy.Explicit})
		l.checked = l.checked || e.Works && e.Most >= lost && !l.endless
	}
	if b.bundle(n, in).hang { // what is asked instead of it does
		l.endless, l.elsewhere = true, false
	}
	return l
}

// loopsIn reports whether a call of n, or one that is made instead, is in a loop.
func (b *book) loopsIn(n bundle) bool {
	return slices.ContainsFunc(n.calls(), func(i int) bool {
		w := b.wires[i]
		return b.loops(w) || slices.ContainsFunc(b.steps(w), func(f string) bool { return !own(f) && b.loops(b.wires[b.asked(w, f)]) })
	})
}

func (b *book) pools(n bundle, of []meets) meets {
	var m meets
	lost := 0
	for _, one := range of {
		if one.lost() {
			lost++
		}
	}
	for i, one := range of {
		if !one.lost() && !one.some {
			m = both(m, one)
			continue
		}
		m.less = m.less || one.less && !one.lost()
		m = both(m, b.replacedIn(n, n.of[i], one, max(lost, 1)))
	}
	m.all = soonest(of)
	if up := len(of) - lost; up < min(max(n.Need, 1), len(of)) {
		for _, one := range of {
			m.slow, m.hang, m.few = m.slow || one.slow, m.hang || one.hang, max(m.few, one.few)
		}
		m.error = true
	}
	return m
}

// replacedIn is what comes of the requests that meet a lost member of a pool.
func (b *book) replacedIn(n, of bundle, one meets, lost int) meets {
	in := b.aroundOf(n)
	l := b.loss(of, in, len(n.calls()), lost)
	m := meets{some: n.Need == 0}
	taken := n.Checked || l.checked
	takes := func(tries int) {
		m.few = saturating.Add(saturating.Mul(l.each, int64(tries)), l.waits)
		if b.loopsIn(n) {
			m.few = max(l.each, l.waits)
		}
		m.slow = l.late || m.few >= slowLimit
	}
	switch {
	case taken && b.open != nil:
	case l.elsewhere && l.tries > lost, n.Checked && !l.late && !l.endless:
		takes(lost)
	case l.elsewhere:
		m.some = true
		takes(l.tries)
	case taken:
		m.some, m.slow, m.few = true, l.late || l.endless, one.few
	default:
		m.some, m.slow, m.hang, m.few = true, one.slow, one.hang, one.few
		if one.hang && n.Multiplexes {
			m.hang, m.slow, m.few = false, true, math.MaxInt64
		}
	}
	return m
}

// aroundOf is the outermost pool or failover around n, which is one or in one.
func (b *book) aroundOf(n bundle) *around {
	var find func(m bundle) *bundle
	first := n.calls()[0]
	find = func(m bundle) *bundle {
		if m.wire >= 0 || !slices.Contains(m.calls(), first) {
			return nil
		}
		if m.Kind != graph.Split {
			return &m
		}
		for _, of := range m.of {
			if found := find(of); found != nil {
				return found
			}
		}
		return nil
	}
	for _, top := range b.groups {
		if found := find(top); found != nil {
			return &around{b.common(found), found.calls()}
		}
	}
	return nil
}

func (b *book) failsOver(n bundle, of []meets) meets {
	in := b.aroundOf(n)
	var m meets // of the ranks before
	all := true // all requests go on
	for i, one := range of {
		if i > 0 {
			one.less = one.less || !n.Same
			one.some = one.some || one.error
		}
		if !all {
			one.error, one.all = false, 0
		}
		if b.loopsIn(n) {
			one.all, one.few = max(m.all, one.all), max(m.few, one.few)
		} else {
			one.all, one.few = saturating.Add(m.all, one.all), saturating.Add(m.few, one.few)
		}
		if !one.lost() && !one.some || i == len(of)-1 {
			return both(m, one)
		}
		l := b.loss(n.of[i], in, len(n.calls()), len(n.of[i].calls()))
		all = all && one.lost()
		taken := n.Checked || l.checked
		switch {
		case taken && b.open != nil:
			continue
		case l.elsewhere, !l.endless && !n.Multiplexes, n.Checked && !l.late && !l.endless:
			one.less = one.less && !one.lost()
			one.error, one.some, one.hang = false, false, false
		case taken:
			if one.hang {
				one.hang, one.error, one.slow = false, true, true
			}
			return both(m, one)
		default:
			return both(m, one)
		}
		m = both(m, one)
	}
	return m
}
