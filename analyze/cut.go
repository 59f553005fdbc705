package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// bestCut returns the one of the cuts on the loop of a cycle without which the
// fewest of services, a component, stay on loops, and how many those are; of several
// such calls the first. Calls of services to themselves do not count as loops, unless
// one is all there is.
func bestCut(g *graph.Graph, of []int32, services []graph.Node, c *Cycle) (cut [2]graph.Node, left int) {
	loop := c.Loop
	if len(loop) == 1 {
		return [2]graph.Node{loop[0], loop[0]}, 0
	}
	p := newPart(g, of, services)
	left = len(services) + 1
	walked := 0
	for i, v := range loop {
		w := loop[(i+1)%len(loop)]
		if !slices.ContainsFunc(c.Cuts, func(k Cut) bool { return k.From == v && k.To == w }) {
			continue
		}
		if n := p.onLoopsWithout(v, w); n < left {
			cut, left = [2]graph.Node{v, w}, n
		}
		if walked += len(p.to) + len(services); left == 0 || walked > patience {
			break
		}
	}
	return cut, left
}

// A part is one component of a graph with the calls within it, its services
// numbered from 0.
type part struct {
	number map[graph.Node]graph.Node
	start  []int32
	to     []graph.Node
}

func newPart(g *graph.Graph, of []int32, services []graph.Node) *part {
	p := &part{number: make(map[graph.Node]graph.Node, len(services)), start: make([]int32, 1, len(services)+1)}
	for i, v := range services {
		p.number[v] = graph.Node(i)
	}
	for _, v := range services {
		for _, w := range g.Callees(v) {
			if of[w] == of[v] {
				p.to = append(p.to, p.number[w])
			}
		}
		p.start = append(p.start, int32(len(p.to)))
	}
	return p
}

func (p *part) callees(v graph.Node) []graph.Node { return p.to[p.start[v]:p.start[v+1]] }

// onLoopsWithout counts the services that are on loops with others when v does
// not call w.
func (p *part) onLoopsWithout(v, w graph.Node) int {
	v, w = p.number[v], p.number[w]
	for i, to := range p.callees(v) {
		if to == w {
			p.callees(v)[i] = v // a call to itself does not matter here
			defer func() { p.callees(v)[i] = w }()
		}
	}
	c := tarjan(len(p.start)-1, p.callees)
	n := 0
	for i := range int32(c.len()) {
		if size := len(c.services(i)); size > 1 {
			n += size
		}
	}
	return n
}
