package graph

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/internal/pairs"
)

// A Maker freezes services and calls into a Graph, call by call: it keeps of each call what the
// graph does, and nothing of its slice of Evidence if that is one that a row of a table shows.
type Maker struct {
	g         *Graph
	protocols map[string]int
}

// NewMaker returns a Maker for these services, which must be sorted by ID without repetition. It
// takes over the slice and sets the Role of each service, and its Traits if it has none. There is room for so many calls.
func NewMaker(services []Service, calls int) *Maker {
	g := &Graph{services: services, ids: idsOf(services), lookup: make(map[string]Node, len(services)), coverage: &Coverage{}}
	for i, id := range g.ids {
		g.lookup[id] = Node(i)
		if services[i].Traits == nil {
			services[i].Traits = &nothing
		}
	}
	g.from, g.to, g.attrs = make([]Node, 0, calls), make([]Node, 0, calls), make([]attr, 0, calls)
	return &Maker{g, map[string]int{}}
}

// idsOf returns the IDs of services as parts of one text.
func idsOf(services []Service) []string {
	var all strings.Builder
	for i := range services {
		all.WriteString(services[i].ID)
	}
	ids, rest := make([]string, len(services)), all.String()
	for i := range services {
		n := len(services[i].ID)
		ids[i], rest = rest[:n], rest[n:]
	}
	return ids
}

// Add adds a call between nodes that are positions in the services. Of several between the same two
// services only the first counts. The Evidence is copied.
func (m *Maker) Add(c *Call) {
	p, ok := m.protocols[c.Protocol]
	if !ok {
		p = len(m.g.protocols)
		m.protocols[c.Protocol] = p
		m.g.protocols = append(m.g.protocols, c.Protocol)
	}
	g := m.g
	g.from, g.to, g.attrs = append(g.from, c.From), append(g.to, c.To), append(g.attrs, packAttr(c, p))
	if g.detail == nil && len(c.Evidence) > 0 {
		g.detail = make([]int32, len(g.from)-1, cap(g.from))
	}
	if g.detail != nil {
		g.detail = append(g.detail, g.shown.add(c.Evidence, cap(g.from)-len(g.from)+1))
	}
}

// Graph returns the graph. It has no policies and no observations: see With. The Maker must not be
// used afterwards.
func (m *Maker) Graph() *Graph {
	g := m.g
	g.sort()
	g.shown.known = nil
	g.index()
	g.setRoles()
	return g
}

// sort orders the calls by caller, then callee, and keeps the first of several between the same two.
func (g *Graph) sort() {
	if order := pairs.Order(g.from, g.to, len(g.services)); order != nil {
		g.from, g.to, g.attrs, g.detail = moved(g.from, order), moved(g.to, order), moved(g.attrs, order), moved(g.detail, order)
	}
	kept := 0
	for i := range g.from {
		if i > 0 && g.from[i] == g.from[kept-1] && g.to[i] == g.to[kept-1] {
			continue
		}
		g.from[kept], g.to[kept], g.attrs[kept] = g.from[i], g.to[i], g.attrs[i]
		if g.detail != nil {
			g.detail[kept] = g.detail[i]
		}
		kept++
	}
	g.from, g.to, g.attrs = g.from[:kept], g.to[:kept], g.attrs[:kept]
	if g.detail != nil {
		g.detail = g.detail[:kept]
	}
}

// moved returns the entries of a list in an order, nil if there are none.
func moved[T any](list []T, order []int32) []T {
	if list == nil {
		return nil
	}
	sorted := make([]T, len(order))
	for i, at := range order {
		sorted[i] = list[at]
	}
	return sorted
}

// shown holds the evidence of calls, each list under a number. One that differs from others by its
// line only, like that of the rows of a table, takes 12 bytes.
type shown struct {
	lists  [][]Evidence
	common []sameEvidence
	places []shownPlace
	known  map[sameEvidence]int32 // in common
}

// A sameEvidence is what pieces of evidence have in common, all but line and column.
type sameEvidence struct {
	in            Origin
	way, protocol string
	port          int
	strength      Strength
	class         Class
	observed      bool
	mode          Mode
	need          Need
}

type shownPlace struct{ common, line, column int32 }

// add returns the number of a list: 0 for an empty one, below it one with a place of its own. If there is one such,
// room is for how many there may be.
func (s *shown) add(list []Evidence, room int) int32 {
	if len(list) == 0 {
		return 0
	}
	if same, ok := sameOf(list); ok {
		last := int32(len(s.common)) - 1
		if last < 0 || s.common[last] != same {
			n, known := s.known[same]
			if !known {
				if s.known == nil {
					s.known = map[sameEvidence]int32{}
				}
				n = int32(len(s.common))
				s.common, s.known[same] = append(s.common, same), n
			}
			last = n
		}
		if s.places == nil {
			s.places = make([]shownPlace, 0, room)
		}
		s.places = append(s.places, shownPlace{last, list[0].Origin.Line, list[0].Origin.Column})
		return -int32(len(s.places))
	}
	s.lists = append(s.lists, slices.Clone(list))
	return int32(len(s.lists))
}

// sameOf returns what the only piece of a list has in common with others, unless it says more than
// that.
func sameOf(list []Evidence) (sameEvidence, bool) {
	e := &list[0]
	if len(list) > 1 || e.Methods != nil || e.Database != "" || e.Mirror || e.Fallback || e.Tolerant || e.FreshnessCritical || e.Asked || e.InCode ||
		e.Idempotent || e.Key != "" || e.Match != "" || e.Via != nil || e.In != nil || e.Through != "" || e.ThroughPort != 0 || e.Says != nil || e.Loose != nil {
		return sameEvidence{}, false
	}
	in := e.Origin
	in.Line, in.Column = 0, 0
	return sameEvidence{in, e.Way, e.Protocol, e.Port, e.Strength, e.Class, e.Observed, e.Mode, e.Need}, true
}

// of returns the list with a number. One that is only a place is made in one.
func (s *shown) of(number int32, one *[1]Evidence) []Evidence {
	switch {
	case number == 0:
		return nil
	case number > 0:
		return s.lists[number-1]
	}
	at := s.places[-number-1]
	c := &s.common[at.common]
	one[0] = Evidence{Origin: c.in, Way: c.way, Protocol: c.protocol, Port: c.port, Strength: c.strength, Class: c.class, Observed: c.observed, Mode: c.mode, Need: c.need}
	one[0].Origin.Line, one[0].Origin.Column = at.line, at.column
	return one[:]
}
