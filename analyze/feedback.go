package analyze

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// This file finds calls to cut: a feedback arc set, a set of arcs without which a
// graph has no loop, of the least cost. No fast way is known to find the best one
// in general (it is one of Karp's 21 problems), so there are three ways:
//
//   - Arcs whose surroundings decide them are settled first. What is left
//     falls apart into components.
//   - A component of up to exactServices services is solved exactly, by a table over
//     all sets of them.
//   - A larger one is put into an order by a greedy rule, which is then improved one
//     service at a time; see feedback_order.go. Where the loops that share no arc
//     cost as much as its answer, there is no better one either.
//
// The greedy rule alone is not enough. On components of random graphs with two to three
// calls a service it costs more than the table for 31 % of those with about 8 services,
// and for 93 % of those with about 20. Above, it costs 24 % (30 services) to 41 % (1,000)
// more than all steps together; with the improvement alone, 6 to 10 %.

// An arc is a call, or several that are cut together.
type arc struct {
	from, to int32
	cost     int64   // at least 1 << tieBits
	calls    []int32 // the arcs that were given, by number
}

// tieBits are the low bits of a cost, which only decide between cuts that otherwise
// cost the same: no cut is called cheaper for them.
const tieBits = 20

// A cutter finds cheapest cuts. Its patience is shared by all components of a graph.
type cutter struct {
	left  int // steps that may still be taken
	cut   []int32
	exact bool
}

// exactServices is how many services of a component are solved exactly: the table
// then has a million entries and takes 30 ms.
const exactServices = 20

// cutPatience bounds the steps for all components of a graph together: under a
// second. Greedy orders are always finished. So many steps in a table take as long
// as one along an arc.
const (
	cutPatience = 20_000_000
	tableSteps  = 8
)

// feedback returns the numbers of arcs whose end leaves no loop among n services,
// sorted, and whether no cheaper set of them exists. An arc from a service to
// itself is a loop like any other. Between two services there may be several.
func feedback(n int, arcs []arc) (cut []int32, exact bool) {
	c := &cutter{left: cutPatience, exact: true}
	given, numbers := make([]arc, len(arcs)), make([]int32, len(arcs))
	for i, a := range arcs {
		numbers[i] = int32(i)
		given[i] = arc{a.from, a.to, a.cost, numbers[i : i+1 : i+1]}
	}
	work := [][]arc{given}
	for len(work) > 0 {
		all := work[len(work)-1]
		work = work[:len(work)-1]
		for _, part := range split(n, all) {
			c.left -= len(part)
			rest, settled := c.settle(part)
			switch {
			case len(rest.arcs) == 0:
			case settled && c.left > 0:
				work = append(work, rest.named())
			default:
				c.solve(rest)
			}
		}
	}
	slices.Sort(c.cut)
	return c.cut, c.exact
}

// split returns the arcs within each strongly connected component that has any.
func split(n int, arcs []arc) [][]arc {
	start := make([]int32, n+1)
	for _, a := range arcs {
		start[a.from+1]++
	}
	for v := range n {
		start[v+1] += start[v]
	}
	to := make([]graph.Node, len(arcs))
	next := slices.Clone(start[:n])
	for _, a := range arcs {
		to[next[a.from]] = graph.Node(a.to)
		next[a.from]++
	}
	c := tarjan(n, func(v graph.Node) []graph.Node { return to[start[v]:start[v+1]] })
	within := make([][]arc, c.len())
	for _, a := range arcs {
		if of := c.Of[a.from]; of == c.Of[a.to] {
			within[of] = append(within[of], a)
		}
	}
	return slices.DeleteFunc(within, func(part []arc) bool { return len(part) == 0 })
}

// A tangle is a component with its services numbered from 0, and at most one arc
// from one to another.
type tangle struct {
	name []int32 // by service: its number before
	arcs []arc
	out  [][]int32 // by service: its arcs, by number
	in   [][]int32
}

// named returns the arcs with the numbers from before.
func (t *tangle) named() []arc {
	arcs := slices.Clone(t.arcs)
	for i := range arcs {
		arcs[i].from, arcs[i].to = t.name[arcs[i].from], t.name[arcs[i].to]
	}
	return arcs
}

// settle makes a tangle of the arcs of one component, and takes out of it what can
// be decided at once:
//
//   - An arc from a service to itself has to go.
//   - Several arcs from one service to another are kept or cut together.
//   - Where the only arc to a service costs no less than all arcs from it together,
//     cutting those is as good, so the two services can be taken for one; and the
//     other way round.
//
// It reports whether it took out anything after which the rest may fall apart.
func (c *cutter) settle(arcs []arc) (rest *tangle, changed bool) {
	m := newMerger(arcs)
	for len(m.queue) > 0 {
		v := m.queue[len(m.queue)-1]
		m.queue = m.queue[:len(m.queue)-1]
		m.queued[v] = false
		if m.gone[v] {
			continue
		}
		in, out := m.live(m.in[v]), m.live(m.out[v])
		m.in[v], m.out[v] = in, out
		switch {
		case len(in) == 0 || len(out) == 0:
			m.drop(v)
		case len(in) == 1 && m.arcs[in[0]].cost >= m.sum(out):
			m.contract(v, m.arcs[in[0]].from, in[0])
		case len(out) == 1 && m.arcs[out[0]].cost >= m.sum(in):
			m.contract(v, m.arcs[out[0]].to, out[0])
		}
	}
	c.cut = append(c.cut, m.cut...)
	return m.tangle(), m.changed
}

// A merger joins services of a component.
type merger struct {
	name    []int32
	arcs    []arc // those with cost 0 are gone
	between map[[2]int32]int32
	out, in [][]int32 // arcs that are gone stay in until live drops them
	gone    []bool
	queue   []int32
	queued  []bool
	cut     []int32
	changed bool
}

func newMerger(arcs []arc) *merger {
	// A loop of n services is contracted by n arcs that are added to the given ones.
	m := &merger{name: make([]int32, 0, 2*len(arcs)), arcs: make([]arc, 0, 2*len(arcs)), between: make(map[[2]int32]int32, len(arcs))}
	for _, a := range arcs {
		m.name = append(m.name, a.from, a.to)
	}
	slices.Sort(m.name)
	m.name = slices.Compact(m.name)
	n := len(m.name)
	m.out, m.in, m.gone, m.queued = make([][]int32, n), make([][]int32, n), make([]bool, n), make([]bool, n)
	for _, a := range arcs {
		from, _ := slices.BinarySearch(m.name, a.from)
		to, _ := slices.BinarySearch(m.name, a.to)
		m.add(arc{int32(from), int32(to), a.cost, a.calls})
	}
	m.changed = false // an arc to itself ties nothing together
	for v := n - 1; v >= 0; v-- {
		m.ask(int32(v))
	}
	return m
}

// ask has a service looked at again.
func (m *merger) ask(v int32) {
	if !m.queued[v] && !m.gone[v] {
		m.queued[v] = true
		m.queue = append(m.queue, v)
	}
}

func (m *merger) add(a arc) {
	if a.from == a.to {
		m.cut = append(m.cut, a.calls...)
		m.changed = true
		return
	}
	key := [2]int32{a.from, a.to}
	if i, ok := m.between[key]; ok {
		m.arcs[i].cost += a.cost
		m.arcs[i].calls = slices.Concat(m.arcs[i].calls, a.calls)
		return
	}
	i := int32(len(m.arcs))
	m.between[key] = i
	m.arcs = append(m.arcs, a)
	m.out[a.from] = append(m.out[a.from], i)
	m.in[a.to] = append(m.in[a.to], i)
}

func (m *merger) remove(i int32) {
	a := &m.arcs[i]
	delete(m.between, [2]int32{a.from, a.to})
	a.cost = 0
	m.ask(a.from)
	m.ask(a.to)
}

func (m *merger) live(list []int32) []int32 {
	return slices.DeleteFunc(list, func(i int32) bool { return m.arcs[i].cost == 0 })
}

func (m *merger) sum(list []int32) int64 {
	sum := int64(0)
	for _, i := range list {
		sum += m.arcs[i].cost
	}
	return sum
}

// drop takes out a service that no loop goes through.
func (m *merger) drop(v int32) {
	m.gone[v], m.changed = true, true
	for _, i := range slices.Concat(m.in[v], m.out[v]) {
		m.remove(i)
	}
}

// contract takes v for u; the arc between them is never cut.
func (m *merger) contract(v, u, between int32) {
	m.gone[v], m.changed = true, true
	moved := slices.Concat(m.in[v], m.out[v])
	for _, i := range moved {
		a := m.arcs[i]
		m.remove(i)
		if i == between {
			continue
		}
		if a.from == v {
			a.from = u
		}
		if a.to == v {
			a.to = u
		}
		m.add(a)
		m.ask(a.from)
		m.ask(a.to)
	}
}

// tangle numbers what is left.
func (m *merger) tangle() *tangle {
	t := &tangle{}
	number := make([]int32, len(m.name))
	for v, gone := range m.gone {
		if !gone {
			number[v] = int32(len(t.name))
			t.name = append(t.name, m.name[v])
		}
	}
	t.out, t.in = make([][]int32, len(t.name)), make([][]int32, len(t.name))
	for _, a := range m.arcs {
		if a.cost == 0 {
			continue
		}
		a.from, a.to = number[a.from], number[a.to]
		t.out[a.from] = append(t.out[a.from], int32(len(t.arcs)))
		t.in[a.to] = append(t.in[a.to], int32(len(t.arcs)))
		t.arcs = append(t.arcs, a)
	}
	return t
}

// solve cuts a component of which nothing more is decided directly.
func (c *cutter) solve(t *tangle) {
	n := len(t.name)
	var order []int32
	if n <= exactServices && n<<n/tableSteps <= c.left {
		c.left -= n << n / tableSteps
		order = t.bestOrder()
	} else {
		var proven bool
		order, proven = c.goodOrder(t)
		c.exact = c.exact && proven
	}
	for _, i := range c.necessary(t, order) {
		c.cut = append(c.cut, t.arcs[i].calls...)
	}
}

// bestOrder returns the services so that the arcs from a later one to an earlier
// one cost the least: cut, they leave no loop. best is by set of services, one bit
// each, what the arcs within it cost in its best order; the last of a set that is
// in its best order goes after the best order of the others (Held and Karp).
func (t *tangle) bestOrder() []int32 {
	n := len(t.name)
	back := t.backward()
	best := make([]int64, 1<<n)
	for set := 1; set < len(best); set++ {
		least := int64(-1)
		for rest := set; rest != 0; rest &= rest - 1 {
			one := rest & -rest
			if cost := best[set^one] + back.cost(bits.TrailingZeros(uint(one)), set^one); least < 0 || cost < least {
				least = cost
			}
		}
		best[set] = least
	}
	order := make([]int32, n)
	for set, at := len(best)-1, n-1; set != 0; at-- {
		for v := n - 1; v >= 0; v-- {
			if others := set &^ (1 << v); others != set && best[others]+back.cost(v, others) == best[set] {
				order[at], set = int32(v), others
				break
			}
		}
	}
	return order
}

// A backward knows for up to exactServices services what the arcs from one to a set
// of others cost, from tables over both halves of the set.
type backward struct{ low, high [][]int64 }

const halfServices = exactServices / 2

func (b *backward) cost(v, set int) int64 {
	return b.low[v][set&(1<<halfServices-1)] + b.high[v][set>>halfServices]
}

func (t *tangle) backward() *backward {
	b := &backward{}
	for v := range t.name {
		var to [exactServices]int64
		for _, i := range t.out[v] {
			to[t.arcs[i].to] = t.arcs[i].cost
		}
		b.low, b.high = append(b.low, sums(to[:halfServices])), append(b.high, sums(to[halfServices:]))
	}
	return b
}

// sums returns for every set of the costs their sum.
func sums(costs []int64) []int64 {
	list := make([]int64, 1<<len(costs))
	for set := 1; set < len(list); set++ {
		one := set & -set
		list[set] = list[set^one] + costs[bits.TrailingZeros(uint(one))]
	}
	return list
}

// necessary returns the arcs of a component that lead backward in order, without
// those that need not be cut once the others are: the dearest are spared first.
func (c *cutter) necessary(t *tangle, order []int32) []int32 {
	at := make([]int32, len(order))
	for i, v := range order {
		at[v] = int32(i)
	}
	var cut []int32
	kept := make([]bool, len(t.arcs))
	for i, a := range t.arcs {
		if kept[i] = at[a.from] < at[a.to]; !kept[i] {
			cut = append(cut, int32(i))
		}
	}
	slices.SortFunc(cut, func(a, b int32) int {
		return cmp.Or(cmp.Compare(t.arcs[b].cost, t.arcs[a].cost), cmp.Compare(a, b))
	})
	seen := make([]int32, len(order))
	return slices.DeleteFunc(cut, func(i int32) bool {
		if c.left <= 0 {
			return false
		}
		kept[i] = !c.leads(t, kept, t.arcs[i].to, t.arcs[i].from, seen, i+1)
		return kept[i]
	})
}

// leads reports whether kept arcs lead from one service to another. seen is
// scratch, of which no entry is stamp yet.
func (c *cutter) leads(t *tangle, kept []bool, from, to int32, seen []int32, stamp int32) bool {
	stack := []int32{from}
	seen[from] = stamp
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if v == to {
			return true
		}
		c.left -= len(t.out[v])
		for _, i := range t.out[v] {
			if w := t.arcs[i].to; kept[i] && seen[w] != stamp {
				seen[w] = stamp
				stack = append(stack, w)
			}
		}
	}
	return false
}
