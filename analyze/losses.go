package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// Losses find for all services at once which others fail with each: what a collapse finds
// for one. Services are taken in blocks, as in closure.go, and a row has a bit for each
// service of the block with which the row's own fails. Where a caller needs some of several,
// its row has what is in enough of theirs.
type losses struct {
	g      *graph.Graph // every call fails its caller, unless it is a member of a group with enough others
	felt   bool         // a split fails with any of its members, because the requests that go there do
	c      *components  // of services that fail together, by the calls in no group: they have one row
	arcs   *dag         // those calls
	groups map[int32][]graph.GroupID
	order  [][]int32 // the components, callees first, those that wait for each other together
	loops  []bool    // by place in order: there are rows that depend on themselves
	rows   []row
}

func newLosses(g *graph.Graph, felt bool) *losses {
	l := &losses{g: g, felt: felt, groups: map[int32][]graph.GroupID{}}
	plain := g.Where(func(e graph.Edge) bool { return !g.Grouped(e) })
	l.c = findComponents(plain)
	l.arcs = condense(plain, l.c)
	l.rows = make([]row, l.c.len())
	next := make([][]graph.Node, l.c.len())
	for i := range next {
		for _, to := range l.arcs.arcs(i) {
			next[i] = append(next[i], graph.Node(to))
		}
	}
	for id := range g.Groups() {
		from := l.c.Of[g.Groups()[id].Caller]
		if g.Groups()[id].In == graph.NoGroup {
			l.groups[from] = append(l.groups[from], graph.GroupID(id))
		}
		for _, m := range g.Groups()[id].Members {
			if m.Group == graph.NoGroup {
				next[from] = append(next[from], graph.Node(l.c.Of[g.To(m.Call)]))
			}
		}
	}
	all := tarjan(len(next), func(v graph.Node) []graph.Node { return next[v] })
	for i := range int32(all.len()) {
		var together []int32
		for _, v := range all.services(i) {
			together = append(together, int32(v))
		}
		l.order = append(l.order, together)
		l.loops = append(l.loops, len(together) > 1 || slices.Contains(next[together[0]], graph.Node(together[0])))
	}
	return l
}

// each calls yield for every block of services.
func (l *losses) each(yield func(l *losses, block []graph.Node)) {
	services := byVertex(l.c.Of, l.c.len())
	for block := range slices.Chunk(services, rowBits) {
		clear(l.rows)
		for bit, v := range block {
			l.rows[l.c.Of[v]].set(bit)
		}
		for i, together := range l.order {
			for changed := true; changed; {
				changed = false
				for _, c := range together {
					changed = l.unite(c) || changed
				}
				changed = changed && l.loops[i]
			}
		}
		yield(l, block)
	}
}

// with returns which services of the block v fails with, itself among them.
func (l *losses) with(v graph.Node) *row { return &l.rows[l.c.Of[v]] }

// unite adds to the row of a component what follows from the rows of its callees, and
// reports whether that is new.
func (l *losses) unite(c int32) (changed bool) {
	r := l.rows[c]
	for _, to := range l.arcs.arcs(int(c)) {
		r.unite(&l.rows[to])
	}
	for _, id := range l.groups[c] {
		of := l.group(id)
		r.unite(&of)
	}
	changed = r != l.rows[c]
	l.rows[c] = r
	return changed
}

// group returns the row of a group: what is in those of more members than it can spare.
func (l *losses) group(id graph.GroupID) row {
	c := &l.g.Groups()[id]
	left := spare(c)
	if l.felt && c.Kind == graph.Split {
		left = 0
	}
	if left >= len(c.Members) {
		return row{} // it has enough that are out of view
	}
	var t tally
	for _, m := range c.Members {
		if m.Group != graph.NoGroup {
			t.add(l.group(m.Group))
		} else {
			t.add(*l.with(l.g.To(m.Call)))
		}
	}
	return t.over(left)
}

func (r *row) set(bit int) { r[bit/64] |= 1 << (bit % 64) }

func (r *row) has(bit int) bool { return r[bit/64]>>(bit%64)&1 != 0 }

func (r *row) unite(with *row) {
	for w := range r {
		r[w] |= with[w]
	}
}

// A tally counts for each bit in how many rows it is set. Plane i has bit i of the counts.
type tally []row

func (t *tally) add(r row) {
	for i := 0; r != (row{}); i++ {
		if i == len(*t) {
			*t = append(*t, row{})
		}
		plane := &(*t)[i]
		for w := range r {
			plane[w], r[w] = plane[w]^r[w], plane[w]&r[w]
		}
	}
}

// over returns the bits that are set in more than n rows.
func (t tally) over(n int) row {
	if n>>len(t) > 0 {
		return row{}
	}
	var more, same row // than the planes of n that have been compared
	for w := range same {
		same[w] = ^uint64(0)
	}
	for i := len(t) - 1; i >= 0; i-- {
		for w, plane := range t[i] {
			if n>>i&1 == 0 {
				more[w] |= same[w] & plane
				plane = ^plane
			}
			same[w] &= plane
		}
	}
	return more
}

func (t tally) at(bit int) (n int32) {
	for i := range t {
		if t[i].has(bit) {
			n |= 1 << i
		}
	}
	return n
}

// failing counts for every service the others that fail with it, by the calls of g.
func failing(g *graph.Graph) []int32 {
	if len(g.Groups()) == 0 {
		return countCallers(g)
	}
	counts := make([]int32, g.Len())
	newLosses(g, false).each(func(l *losses, block []graph.Node) {
		var t tally
		for v := range graph.Node(g.Len()) {
			t.add(*l.with(v))
		}
		for bit, v := range block {
			counts[v] = t.at(bit) - 1
		}
	})
	return counts
}

// failingOf returns the services with which v fails by the calls of g, sorted, without v.
func failingOf(g *graph.Graph, v graph.Node) []graph.Node {
	var list []graph.Node
	newLosses(g, false).each(func(l *losses, block []graph.Node) {
		for bit, w := range block {
			if w != v && l.with(v).has(bit) {
				list = append(list, w)
			}
		}
	})
	slices.Sort(list)
	return list
}

// feltBy returns which services one of others does not answer without, or not all of its
// requests, by the calls of g.
func feltBy(g *graph.Graph, others []graph.Node) []bool {
	felt := make([]bool, g.Len())
	newLosses(g, true).each(func(l *losses, block []graph.Node) {
		var all row
		for _, v := range others {
			all.unite(l.with(v))
		}
		for bit, v := range block {
			felt[v] = all.has(bit)
		}
	})
	return felt
}

// countCallers counts for every service the others that call it, directly or not.
func countCallers(g *graph.Graph) []int32 {
	c := findComponents(g)
	return above(condense(g, c), c)
}

// mostCounted is the most services for which Reached counts callers at any distance.
const mostCounted = 20_000

// Reached returns for every service of Core how many others call it, directly or not. In
// estates of more than mostCounted services, for which that takes long, it counts direct
// callers.
func (r *Analysis) Reached() []int {
	return reached.Of(r, Once{}, func() []int {
		counts := make([]int, r.Core.Len())
		if len(counts) > mostCounted {
			for v := range counts {
				counts[v] = len(r.Core.In(graph.Node(v)))
			}
			return counts
		}
		for v, n := range countCallers(r.Core) {
			counts[v] = int(n)
		}
		return counts
	})
}

var reached = NewMemo[Once, []int]("how many services call this one at any distance")
