package analyze

import (
	"math"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A crossing finds shortest chains of calls within components of a graph, one after the
// other in the same memory.
type crossing struct {
	g       *graph.Graph
	c       *components
	walked  int          // calls that were looked at in all searches
	search  int32        // the number of the last one
	reached []int32      // by service: the last search that reached it
	before  []graph.Node // by service: where that search came from
	queue   []graph.Node
}

func newCrossing(g *graph.Graph, c *components) *crossing { return &crossing{g: g, c: c} }

// cross returns a shortest chain from v to w, which are of one component.
func (s *crossing) cross(v, w graph.Node) []graph.Node { return s.within(v, w, math.MaxInt) }

// within returns a shortest chain from v to w of at most so many services; nil if there is none.
func (s *crossing) within(v, w graph.Node, most int) []graph.Node {
	if v == w {
		return []graph.Node{v}
	}
	if s.reached == nil {
		s.reached, s.before = make([]int32, s.g.Len()), make([]graph.Node, s.g.Len())
	}
	s.search++
	s.reached[v], s.before[v] = s.search, None
	s.queue = append(s.queue[:0], v)
	length, last := 1, 0 // of the chains to those that are walked now, and where these end in the queue
	for i := 0; i < len(s.queue); i++ {
		if i > last {
			length, last = length+1, len(s.queue)-1
		}
		if length >= most {
			return nil
		}
		for _, u := range s.g.Callees(s.queue[i]) {
			s.walked++
			if s.reached[u] == s.search || s.c.Of[u] != s.c.Of[v] {
				continue
			}
			s.reached[u], s.before[u] = s.search, s.queue[i]
			if u == w {
				return s.back(w)
			}
			s.queue = append(s.queue, u)
		}
	}
	return nil
}

// back returns the chain that the last search found to w.
func (s *crossing) back(w graph.Node) []graph.Node {
	var chain []graph.Node
	for ; w != None; w = s.before[w] {
		chain = append(chain, w)
	}
	slices.Reverse(chain)
	return chain
}
