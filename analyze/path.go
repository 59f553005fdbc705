package analyze

import "github.com/weirgraph/weir/graph"

// A Path is how one service is connected to another.
type Path struct {
	From, To graph.Node
	Forward  [][]graph.Node // shortest chains of calls From > ... > To, at most maxPaths
	Back     [][]graph.Node // and those To > ... > From
	More     bool           // there are further chains as short as these
}

// maxPaths is how many shortest chains are listed; more of one length repeat
// themselves.
const maxPaths = 5

// Paths returns the shortest chains of calls from one service to the other,
// both ways. From a service to itself they are the shortest loops through it, and
// there is no way back to show.
func Paths(g *graph.Graph, from, to graph.Node) *Path {
	p := &Path{From: from, To: to}
	p.Forward, p.More = shortestChains(g, from, to)
	if from != to {
		var more bool
		p.Back, more = shortestChains(g, to, from)
		p.More = p.More || more
	}
	return p
}

// shortestChains returns the first maxPaths of the shortest chains in the order of
// their services, and whether there are more.
func shortestChains(g *graph.Graph, from, to graph.Node) (chains [][]graph.Node, more bool) {
	w := searchCallers(g, []graph.Node{to}, func(graph.Edge) bool { return true })
	away := make([]int32, g.Len()) // calls from here to the end, -1 where there is no way
	for v := range away {
		away[v] = -1
	}
	for _, v := range w.order {
		away[v] = w.distance[v]
	}
	length := away[from]
	if from == to {
		length = -1
		for _, v := range g.Callees(from) {
			if d := away[v]; d >= 0 && (length < 0 || d+1 < length) {
				length = d + 1
			}
		}
	}
	if length < 0 {
		return nil, false
	}

	// Every step to a service one call nearer is on a shortest chain, so that the
	// search never turns back without having found one.
	chain := []graph.Node{from}
	next := []int{0} // by place in chain: the callee to try
	for len(chain) > 0 {
		i := len(chain) - 1
		if int32(i) == length {
			if len(chains) == maxPaths {
				return chains, true
			}
			chains = append(chains, append([]graph.Node(nil), chain...))
			chain, next = chain[:i], next[:i]
			continue
		}
		callees := g.Callees(chain[i])
		for next[i] < len(callees) && away[callees[next[i]]] != length-int32(i)-1 {
			next[i]++
		}
		if next[i] == len(callees) {
			chain, next = chain[:i], next[:i]
			continue
		}
		chain, next = append(chain, callees[next[i]]), append(next, 0)
		next[i]++
	}
	return chains, false
}
