package analyze

import "github.com/weirgraph/weir/graph"

// Clusters divides the services by how they talk: more within a cluster than between two, by
// modularity (Blondel et al., Fast unfolding of communities in large networks, 2008). It returns
// the number of the cluster of each service, counted from 0 by the smallest service in it; nil for a
// graph without calls between two services. A call in either direction or both is one connection. It
// costs a few walks over the calls.
func Clusters(g *graph.Graph) []int {
	n := networkOf(g)
	if len(n.to) == 0 {
		return nil
	}
	of := make([]int32, g.Len()) // the part of each service, which is a node of n
	for v := range of {
		of[v] = int32(v)
	}
	for {
		part, parts := n.divide()
		if parts == len(n.degree) {
			break
		}
		for v := range of {
			of[v] = part[of[v]]
		}
		n = n.merged(part, parts)
	}
	numbers := make([]int, len(n.degree)) // by part, plus one; 0 if it has none yet
	list, next := make([]int, len(of)), 0
	for v, p := range of {
		if numbers[p] == 0 {
			next++
			numbers[p] = next
		}
		list[v] = numbers[p] - 1
	}
	return list
}

// A network is how much nodes talk with each other. The neighbors of node i are to[start[i]:start[i+1]].
type network struct {
	start  []int32
	to     []int32
	weight []float64 // of the connection to the neighbor
	degree []float64 // by node: the weight of all its connections, those within it twice
	total  float64   // of degree
}

// networkOf has the services as nodes, and 1 as the weight of services that call each other. Calls of a
// service to itself are left out.
func networkOf(g *graph.Graph) *network {
	n := &network{start: make([]int32, 1, g.Len()+1), degree: make([]float64, g.Len())}
	seen := make([]int32, g.Len()) // the last node that has this one as neighbor, plus one
	for v := range graph.Node(g.Len()) {
		for _, list := range [][]graph.Node{g.Callees(v), g.Callers(v)} {
			for _, w := range list {
				if w != v && seen[w] != int32(v)+1 {
					seen[w] = int32(v) + 1
					n.to, n.weight = append(n.to, int32(w)), append(n.weight, 1)
					n.degree[v]++
				}
			}
		}
		n.start = append(n.start, int32(len(n.to)))
		n.total += n.degree[v]
	}
	return n
}

// leastGain is the least gain of modularity, times half the total, that is none of rounding.
const leastGain = 1e-9

// divide moves nodes one by one to the part of a neighbor, as long as the modularity grows. It returns
// the part of each node, and how many there are.
func (n *network) divide() (part []int32, parts int) {
	part = make([]int32, len(n.degree))
	sum := make([]float64, len(part)) // by part: the degree of its nodes
	for i := range part {
		part[i], sum[i] = int32(i), n.degree[i]
	}
	talks := make([]float64, len(part)) // by part: the weight of the connections with the node that may move
	var near []int32                    // the parts where talks is not 0
	for moved := true; moved; {
		moved = false
		for i := range part {
			near = near[:0]
			for k := n.start[i]; k < n.start[i+1]; k++ {
				p := part[n.to[k]]
				if talks[p] == 0 {
					near = append(near, p)
				}
				talks[p] += n.weight[k]
			}
			own := part[i]
			sum[own] -= n.degree[i]
			best, most := own, talks[own]-sum[own]*n.degree[i]/n.total
			for _, p := range near {
				if gain := talks[p] - sum[p]*n.degree[i]/n.total; gain > most+leastGain {
					best, most = p, gain
				}
			}
			for _, p := range near {
				talks[p] = 0
			}
			sum[best] += n.degree[i]
			if best != own {
				part[i], moved = best, true
			}
		}
	}
	numbers := make([]int32, len(part)) // by part, plus one
	for i, p := range part {
		if numbers[p] == 0 {
			parts++
			numbers[p] = int32(parts)
		}
		part[i] = numbers[p] - 1
	}
	return part, parts
}

// merged has the parts of n as nodes.
func (n *network) merged(part []int32, parts int) *network {
	members := make([][]int32, parts)
	for i, p := range part {
		members[p] = append(members[p], int32(i))
	}
	m := &network{start: make([]int32, 1, parts+1), degree: make([]float64, parts), total: n.total}
	at := make([]int32, parts) // by neighbor: its place in to, plus one
	for p, nodes := range members {
		first := len(m.to)
		for _, i := range nodes {
			m.degree[p] += n.degree[i]
			for k := n.start[i]; k < n.start[i+1]; k++ {
				q := part[n.to[k]]
				switch {
				case int(q) == p: // within the part: it counts in its degree
				case at[q] == 0:
					m.to, m.weight = append(m.to, q), append(m.weight, n.weight[k])
					at[q] = int32(len(m.to))
				default:
					m.weight[at[q]-1] += n.weight[k]
				}
			}
		}
		for _, q := range m.to[first:] {
			at[q] = 0
		}
		m.start = append(m.start, int32(len(m.to)))
	}
	return m
}
