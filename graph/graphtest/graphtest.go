// Package graphtest makes graphs for tests and benchmarks.
package graphtest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
)

// New is graph.New with the policies that the evidence for the calls declares.
func New(services []graph.Service, calls []graph.Call) *graph.Graph {
	return link.BindOwn(graph.New(services, calls))
}

// Parse reads a graph from a notation that fits into a table of tests: words of
// the form caller:callee,callee. A callee may end in "~" (asynchronous), "?"
// (soft) or "!" (only weak evidence), in any combination. A word without colon
// is a service without calls.
//
//	"web:cart,search? cart:db,events~ cart:cart lonely"
//
// Callees that are alternatives are in brackets, with "|" between them: a pool in [ ],
// with the number that has to work behind it, a split in { }, a failover in ( ). Brackets
// nest. "=" gives a member of a split its weight.
//
//	"web:db,[n1|n2|n3]2 gate:{menu=80|menu-b=20},(rates|rates-eu)"
func Parse(s string) *graph.Graph {
	p := parser{calls: map[[2]string]*graph.Call{}}
	for _, word := range strings.Fields(s) {
		from, tos, _ := strings.Cut(word, ":")
		p.from, p.rest = from, tos
		p.names = append(p.names, from)
		for p.rest != "" {
			p.callee(nil)
			p.rest = strings.TrimLeft(p.rest, ",")
		}
	}
	slices.Sort(p.names)
	names := slices.Compact(p.names)
	services := make([]graph.Service, len(names))
	for i, name := range names {
		services[i] = graph.Service{ID: name, Name: name, Kind: graph.KindService, Defined: true}
		if ns, n, ok := strings.Cut(name, "/"); ok {
			services[i].Namespace, services[i].Name = ns, n
		}
	}
	node := func(name string) graph.Node {
		i, _ := slices.BinarySearch(names, name)
		return graph.Node(i)
	}
	var edges []graph.Call
	for _, ends := range p.order {
		c := p.calls[ends]
		c.From, c.To = node(ends[0]), node(ends[1])
		if !slices.ContainsFunc(c.Evidence, func(ev graph.Evidence) bool { return ev.In != nil }) {
			c.Evidence = nil
		}
		edges = append(edges, *c)
	}
	g := graph.New(services, edges)
	if p.grouped {
		return link.BindOwn(g)
	}
	return g
}

// A parser reads what follows the colon of one word.
type parser struct {
	from, rest string
	names      []string
	calls      map[[2]string]*graph.Call
	order      [][2]string
	grouped    bool
}

// The brackets of groups, by graph.GroupKind.
const opening, closing = "{[(", "}])"

// callee reads a callee, or a group of them, that has a place in another group.
func (p *parser) callee(in *graph.Place) {
	if kind := strings.IndexByte(opening, p.rest[0]); kind >= 0 {
		p.group(graph.GroupKind(kind), in)
		return
	}
	end := strings.IndexAny(p.rest, ",=|"+opening+closing)
	if end < 0 {
		end = len(p.rest)
	}
	marked := p.rest[:end]
	to := strings.TrimRight(marked, "~?!")
	p.rest = p.rest[end:]
	p.weigh(in)
	p.names = append(p.names, to)
	ends := [2]string{p.from, to}
	c := p.calls[ends]
	if c == nil {
		c = &graph.Call{Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Declared: true}
		for _, mark := range marked[len(to):] {
			switch mark {
			case '~':
				c.Mode = graph.Async
			case '?':
				c.Need = graph.Soft
			case '!':
				c.Strength = graph.Weak
			}
		}
		p.calls[ends] = c
		p.order = append(p.order, ends)
	}
	c.Evidence = append(c.Evidence, graph.Evidence{Way: "test", Strength: c.Strength, Mode: c.Mode, Need: c.Need, In: in})
}

// group reads a group.
func (p *parser) group(kind graph.GroupKind, in *graph.Place) {
	p.grouped = true
	f := &graph.GroupFact{Kind: kind, In: in}
	for rank := 0; p.rest[0] != closing[kind]; rank++ {
		p.rest = p.rest[1:]
		place := &graph.Place{Group: f}
		if kind == graph.Failover {
			place.Rank = rank
		}
		p.callee(place)
	}
	p.rest = p.rest[1:]
	if kind == graph.Pool {
		f.Need = max(p.number(), 1)
	}
	p.weigh(in)
}

// weigh reads the weight of a member, if there is one.
func (p *parser) weigh(in *graph.Place) {
	if strings.HasPrefix(p.rest, "=") {
		p.rest = p.rest[1:]
		in.Share = float64(p.number())
	}
}

// number reads digits, 0 if there are none.
func (p *parser) number() int {
	digits := len(p.rest) - len(strings.TrimLeft(p.rest, "0123456789"))
	n, _ := strconv.Atoi(p.rest[:digits])
	p.rest = p.rest[digits:]
	return n
}
