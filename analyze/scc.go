package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// components are the strongly connected components of a graph: two services are
// in one when each calls the other, directly or not.
//
// They are numbered callees first: a call that leaves a component leads to one
// with a smaller number. So an ascending walk meets everything a component
// depends on before the component, and a descending walk everything that depends
// on it.
type components struct {
	Of      []int32      // by node: the number of its component
	start   []int32      // members[start[c]:start[c+1]] are the services of c
	members []graph.Node // sorted within a component
}

func (c *components) len() int { return len(c.start) - 1 }

// services returns the services of component i, sorted.
func (c *components) services(i int32) []graph.Node { return c.members[c.start[i]:c.start[i+1]] }

// findComponents finds the components of g by Tarjan's algorithm, on a stack of
// its own, so that a chain of any length fits.
func findComponents(g *graph.Graph) *components { return tarjan(g.Len(), g.Callees) }

// tarjan is findComponents for any graph of n nodes that lists their callees.
func tarjan(n int, callees func(graph.Node) []graph.Node) *components {
	c := &components{Of: make([]int32, n), start: []int32{0}, members: make([]graph.Node, 0, n)}
	const onStack = -1 // in of, while the component of a service is still open
	var (
		index = make([]int32, n) // order of discovery from 1; 0 is undiscovered
		low   = make([]int32, n) // smallest index known to be reached and open
		next  = make([]int32, n) // how many callees are done
		open  []graph.Node       // services whose component is still open
		path  []graph.Node       // from the root of the search to where it is
		clock int32
	)
	enter := func(v graph.Node) {
		clock++
		index[v], low[v], c.Of[v] = clock, clock, onStack
		open = append(open, v)
		path = append(path, v)
	}
	for root := range graph.Node(n) {
		if index[root] != 0 {
			continue
		}
		enter(root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if to := callees(v); int(next[v]) < len(to) {
				w := to[next[v]]
				next[v]++
				if index[w] == 0 {
					enter(w)
				} else if c.Of[w] == onStack {
					low[v] = min(low[v], index[w])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				caller := path[len(path)-1]
				low[caller] = min(low[caller], low[v])
			}
			if low[v] == index[v] {
				open = c.close(v, open)
			}
		}
	}
	return c
}

// close makes a component of the services on top of the stack down to root, and
// returns what is left of the stack.
func (c *components) close(root graph.Node, open []graph.Node) []graph.Node {
	number := int32(len(c.start) - 1)
	first := len(open) - 1
	for open[first] != root {
		first--
	}
	for _, v := range open[first:] {
		c.Of[v] = number
	}
	c.members = append(c.members, open[first:]...)
	c.start = append(c.start, int32(len(c.members)))
	slices.Sort(c.services(number))
	return open[:first]
}

// A dag is the condensation of a graph: its components as vertices, and between
// two of them one arc however many calls there are. An arc leads to a smaller
// number.
type dag struct {
	start []int32 // to[start[c]:start[c+1]] are the arcs of c
	to    []int32
}

func (d *dag) len() int { return len(d.start) - 1 }

func (d *dag) arcs(c int) []int32 { return d.to[d.start[c]:d.start[c+1]] }

// condense returns the condensation of g by its components.
func condense(g *graph.Graph, c *components) *dag {
	d := &dag{start: make([]int32, 1, c.len()+1)}
	seen := make([]int32, c.len()) // by component: the last one that has an arc to it, plus 1
	for i := range int32(c.len()) {
		for _, v := range c.services(i) {
			for _, w := range g.Callees(v) {
				if to := c.Of[w]; to != i && seen[to] != i+1 {
					seen[to] = i + 1
					d.to = append(d.to, to)
				}
			}
		}
		d.start = append(d.start, int32(len(d.to)))
	}
	return d
}

// reverse turns every arc around and numbers the vertices backwards, c becoming
// len()-1-c, so that arcs lead to smaller numbers again.
func (d *dag) reverse() *dag {
	n := d.len()
	r := &dag{start: make([]int32, n+1), to: make([]int32, len(d.to))}
	for _, to := range d.to {
		r.start[n-int(to)]++
	}
	for c := range n {
		r.start[c+1] += r.start[c]
	}
	next := slices.Clone(r.start[:n])
	for c := range n {
		for _, to := range d.arcs(c) {
			from := n - 1 - int(to)
			r.to[next[from]] = int32(n - 1 - c)
			next[from]++
		}
	}
	return r
}
