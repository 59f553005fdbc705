package analyze

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// chains knows for every service a longest chain of calls that begins at it. The
// services of one cycle count as one, since it is unknown how often a request
// goes round.
type chains struct {
	*crossing
	depth []int32      // by component: what the services on the longest chain from it count
	exit  []graph.Node // by component: the service that makes the next call of the chain, none at its end
	entry []graph.Node // by component: the service that this call goes to
}

// deepen finds the longest chains of g, on which a service counts what count
// says, and a cycle as much as one of its services at most.
func deepen(g *graph.Graph, c *components, count func(graph.Node) int32) *chains {
	ch := &chains{crossing: newCrossing(g, c), depth: make([]int32, c.len()), exit: make([]graph.Node, c.len()), entry: make([]graph.Node, c.len())}
	for i := range int32(c.len()) {
		own, below := int32(0), int32(0)
		ch.exit[i] = None
		for _, v := range c.services(i) {
			own = max(own, count(v))
			for _, w := range g.Callees(v) {
				if to := c.Of[w]; to != i && (ch.exit[i] == None || ch.depth[to] > below) {
					below, ch.exit[i], ch.entry[i] = ch.depth[to], v, w
				}
			}
		}
		ch.depth[i] = own + below
	}
	return ch
}

// length returns what the services on the longest chain from v count, v included.
func (ch *chains) length(v graph.Node) int32 { return ch.depth[ch.c.Of[v]] }

// from returns the longest chain that begins at v. Where it crosses a cycle, it
// goes the shortest way from where it enters to where it leaves.
func (ch *chains) from(v graph.Node) []graph.Node {
	var chain []graph.Node
	for {
		i := ch.c.Of[v]
		if ch.exit[i] == None {
			return append(chain, v)
		}
		chain = append(chain, ch.cross(v, ch.exit[i])...)
		v = ch.entry[i]
	}
}

// A LongChain is a chain of calls that nothing leads to.
type LongChain struct {
	Services []graph.Node // caller first
	Hops     int          // calls between those that count
}

// LongestChains returns the longest chains of g with more hops than limit, from where
// no service calls, the longest first. Only services that counts is true for make hops,
// and those of one cycle count as one; a call to the balancer in front of its caller closes none
// (see Onward). Of chains that meet it returns the longest.
func LongestChains(g *graph.Graph, counts func(graph.Node) bool, limit int) []LongChain {
	g = withoutReturns(g)
	ch := deepen(g, findComponents(g), func(v graph.Node) int32 {
		if counts(v) {
			return 1
		}
		return 0
	})
	var entries []graph.Node
	for v := range graph.Node(g.Len()) {
		if ch.hops(v) > limit && ch.begins(g, v) {
			entries = append(entries, v)
		}
	}
	slices.SortFunc(entries, func(a, b graph.Node) int {
		return cmp.Or(cmp.Compare(ch.hops(b), ch.hops(a)), cmp.Compare(a, b))
	})
	marked := make([]bool, ch.c.len())
	var list []LongChain
	for _, v := range entries {
		if ch.mark(v, marked) {
			list = append(list, LongChain{ch.from(v), ch.hops(v)})
		}
	}
	return list
}

// hops returns the calls on the longest chain from v between services that count.
func (ch *chains) hops(v graph.Node) int { return int(ch.length(v)) - 1 }

// begins reports whether no longer chain leads to v: no service calls its component,
// and v is the first of it.
func (ch *chains) begins(g *graph.Graph, v graph.Node) bool {
	members := ch.c.services(ch.c.Of[v])
	return members[0] == v && !slices.ContainsFunc(members, func(w graph.Node) bool {
		return slices.ContainsFunc(g.In(w), func(e graph.Edge) bool { return ch.c.Of[g.From(e)] != ch.c.Of[w] })
	})
}

// mark marks the components on the longest chain from v, and reports whether none
// of them was marked before. Longest chains that meet go on as one, so nothing is
// walked twice.
func (ch *chains) mark(v graph.Node, marked []bool) bool {
	for {
		i := ch.c.Of[v]
		if marked[i] {
			return false
		}
		marked[i] = true
		if ch.exit[i] == None {
			return true
		}
		v = ch.entry[i]
	}
}
