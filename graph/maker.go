package graph

import (
	"cmp"
	"slices"
)

// A Maker freezes services and calls into a Graph, call by call: it keeps of each call what the
// graph does, and nothing of its slice of Evidence if that is one that a row of a table shows.
type Maker struct {
	g         *Graph
	protocols map[string]int
}

// NewMaker returns a Maker for these services, which must be sorted by ID without repetition. It
// takes over the slice and sets the Role of each service. There is room for so many calls.
func NewMaker(services []Service, calls int) *Maker {
	g := &Graph{services: services, lookup: make(map[string]Node, len(services)), coverage: &Coverage{}}
	for i := range services {
		g.lookup[services[i].ID] = Node(i)
	}
	g.from, g.to, g.attrs = make([]Node, 0, calls), make([]Node, 0, calls), make([]attr, 0, calls)
	return &Maker{g, map[string]int{}}
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
		g.detail = append(g.detail, g.shown.add(c.Evidence))
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
	type key struct {
		ends uint64
		at   int32
	}
	keys, sorted := make([]key, len(g.from)), true
	for i := range keys {
		keys[i] = key{uint64(g.from[i])<<32 | uint64(g.to[i]), int32(i)}
		sorted = sorted && (i == 0 || keys[i-1].ends < keys[i].ends)
	}
	if sorted {
		return
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.ends, b.ends), cmp.Compare(a.at, b.at)) })
	keys = slices.CompactFunc(keys, func(a, b key) bool { return a.ends == b.ends })
	attrs, detail := make([]attr, len(keys)), make([]int32, len(keys))
	for i, k := range keys {
		attrs[i] = g.attrs[k.at]
		if g.detail != nil {
			detail[i] = g.detail[k.at]
		}
	}
	if g.attrs = attrs; g.detail != nil {
		g.detail = detail
	}
	for i, k := range keys {
		g.from[i], g.to[i] = Node(k.ends>>32), Node(uint32(k.ends))
	}
	g.from, g.to = g.from[:len(keys)], g.to[:len(keys)]
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

// add returns the number of a list: 0 for an empty one, below it one with a place of its own.
func (s *shown) add(list []Evidence) int32 {
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
