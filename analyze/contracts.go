package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// Contracts are what a change of a service has to be tested against: what others
// expect of it, and it of others. Calls are those of the whole graph.
type Contracts struct {
	Node    graph.Node
	Callers []Contract // who calls it, by ID
	Callees []Contract // whom it calls, by ID; topics too
	Readers []Contract // who gets what it sends to a topic or broker, by topic, then ID; Call is the delivery
	Writers []Contract // who sends what it gets from one; Call is theirs to the topic
	Mates   []Mates    // others that use the same, if writers and readers are unknown; by what they use
}

// A Contract is what one call asks for.
type Contract struct {
	Party   graph.Node // the other side
	Via     graph.Node // the topic or broker between them, none for a call
	Call    graph.Edge
	Methods []string // of HTTP, or operations, that some input names, sorted; nil if none does
	Routes  []string // parts of the calls that some input distinguishes ("GET /v2"), sorted
}

// Bus reports whether a topic or broker is between the two sides.
func (c *Contract) Bus() bool { return c.Via != None }

// Mates are services that use the same database, topic or broker.
type Mates struct {
	Via      graph.Node
	Database string // the one on a server that they share, "" if it is unknown
	Services []graph.Node
}

// FindContracts returns the contracts of v by the calls of scope, a part of g.
func FindContracts(g, scope *graph.Graph, v graph.Node) Contracts {
	c := Contracts{Node: v}
	for _, e := range scope.In(v) {
		if u := scope.From(e); u != v {
			c.Callers = append(c.Callers, contract(scope, e, u, None))
			if isBus(scope, u) {
				c.Writers = append(c.Writers, senders(scope, u, v)...)
			}
		}
	}
	for e, end := scope.Out(v); e < end; e++ {
		w := scope.To(e)
		if w == v {
			continue
		}
		c.Callees = append(c.Callees, contract(scope, e, w, None))
		if isBus(scope, w) {
			c.Readers = append(c.Readers, receivers(scope, w, v)...)
		}
		if mates := matesOf(scope, e); len(mates.Services) > 0 {
			c.Mates = append(c.Mates, mates)
		}
	}
	return c
}

// contract is what a call requests.
func contract(g *graph.Graph, e graph.Edge, party, via graph.Node) Contract {
	c := Contract{Party: party, Via: via, Call: g.OriginalEdge(e)}
	for _, ev := range g.Call(e).Evidence {
		c.Methods = append(c.Methods, ev.Methods...)
		if ev.Match != "" {
			c.Routes = append(c.Routes, ev.Match)
		}
	}
	for _, r := range g.Routes(e) {
		if r.Match != "" {
			c.Routes = append(c.Routes, r.Match)
		}
	}
	slices.Sort(c.Methods)
	slices.Sort(c.Routes)
	c.Methods = slices.Compact(c.Methods)
	// A route that is only a method says no more than the methods do.
	c.Routes = slices.DeleteFunc(slices.Compact(c.Routes), func(r string) bool { return slices.Contains(c.Methods, r) })
	return c
}

// isBus reports whether v hands messages on.
func isBus(g *graph.Graph, v graph.Node) bool {
	k := g.Service(v).Kind
	return k == graph.KindTopic || k == graph.KindBroker
}

// receivers are those but v that a topic or broker delivers to.
func receivers(g *graph.Graph, via, v graph.Node) (list []Contract) {
	for e, end := g.Out(via); e < end; e++ {
		if w := g.To(e); w != v && w != via {
			list = append(list, contract(g, e, w, via))
		}
	}
	return list
}

// senders are those but v that send to a topic or broker.
func senders(g *graph.Graph, via, v graph.Node) (list []Contract) {
	for _, e := range g.In(via) {
		if u := g.From(e); u != v && u != via {
			list = append(list, contract(g, e, u, via))
		}
	}
	return list
}

// matesOf are those who use what the call e goes to just as its caller does: the same
// database, or a topic or broker whose directions are unknown. Of a database only
// those are listed that may use the same one on the server.
func matesOf(g *graph.Graph, e graph.Edge) Mates {
	v, via := g.From(e), g.To(e)
	m := Mates{Via: via}
	data := g.Service(via).Kind == graph.KindDatabase
	lo, hi := g.Out(via)
	if !data && (!isBus(g, via) || lo < hi) {
		return m // the receivers are known
	}
	own := Databases(g.Call(e))
	if data && len(own) == 1 {
		m.Database = own[0]
	}
	for _, f := range g.In(via) {
		u := g.From(f)
		if u == v || u == via || !IsOwn(g.Service(u)) {
			continue
		}
		theirs := Databases(g.Call(f))
		same := slices.ContainsFunc(theirs, func(name string) bool { return name == "" || slices.Contains(own, name) || own[0] == "" })
		if !data || same {
			m.Services = append(m.Services, u)
		}
	}
	return m
}

// Databases returns the names of the databases that a call goes to on a server,
// sorted; "" alone if no evidence names one.
func Databases(c graph.Call) []string {
	var list []string
	for i := range c.Evidence {
		if name := c.Evidence[i].Database; name != "" {
			list = append(list, name)
		}
	}
	if list == nil {
		return []string{""}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
