package render

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/page"
)

// A pageState is a graph whose services and calls a page shows, by their numbers in the page: the
// graph of the report, or one of the two states that are compared.
type pageState struct {
	g    *graph.Graph
	node []int // by service; -1 if the page does not have it
	edge []int // by call
}

// stateOf finds the services and calls of g in the graph of a page by their IDs.
func stateOf(of, g *graph.Graph) *pageState {
	st := &pageState{g: g, node: make([]int, g.Len()), edge: make([]int, g.Calls())}
	for v := range graph.Node(g.Len()) {
		st.node[v] = -1
		if of == g {
			st.node[v] = int(v)
		} else if n, ok := of.Node(g.ID(v)); ok {
			st.node[v] = int(n)
		}
	}
	for e := range graph.Edge(g.Calls()) {
		st.edge[e] = -1
		if of == g {
			st.edge[e] = int(e)
			continue
		}
		from, to := st.node[g.From(e)], st.node[g.To(e)]
		if from < 0 || to < 0 {
			continue
		}
		if n, ok := of.Edge(graph.Node(from), graph.Node(to)); ok {
			st.edge[e] = int(n)
		}
	}
	return st
}

// numbers are those of services in the page.
func (st *pageState) numbers(nodes []graph.Node) []int {
	return convert(nodes, func(v graph.Node) int { return st.node[v] })
}

// sources returns for each call of the page the state that it is shown from, and its number there:
// the present state if that has it.
func (b *pageBuilder) sources() []placedCall {
	of := make([]placedCall, b.g.Calls())
	for _, st := range []*pageState{b.before, b.now} {
		if st == nil {
			continue
		}
		for e, n := range st.edge {
			of[n] = placedCall{st, graph.Edge(e)}
		}
	}
	return of
}

// A placedCall is a call of a state.
type placedCall struct {
	state *pageState
	edge  graph.Edge
}

// exploredBefore adds what only the state before a change has, and how the services of both are
// divided.
func (b *pageBuilder) exploredBefore(x *analyze.Exploration) {
	b.data.Clusters = analyze.Clusters(analyze.Scope(b.g, graph.Weak))
	of := b.sources()
	for i := range x.Rows {
		n := b.before.edge[x.Rows[i].Edge]
		if of[n].state == b.before {
			b.data.Calls[n].Parts = append(b.data.Calls[n].Parts, b.part(&x.Rows[i]))
		}
	}
	for v, a := range x.Available {
		s := &b.data.Services[b.before.node[v]]
		if _, stays := b.now.g.Node(s.ID); !stays {
			s.Available = availabilityWords(b.before.g, a)
		}
	}
}

// incidents tries every service and every set of a state. The list has a place for each service
// and set of the page in each mode, which is without victims if the state does not have it.
func (b *pageBuilder) incidents(x *analyze.Exploration, st *pageState) []page.Incident {
	modes := len(x.Modes)
	list := make([]page.Incident, (b.g.Len()+len(b.data.Sets))*modes)
	n := 0
	for in := range x.Incidents() {
		subject, mode := n/modes, n%modes
		at := -1
		if subject < st.g.Len() {
			at = st.node[subject]
		} else if i := b.set(&x.Sets[subject-st.g.Len()], st); i >= 0 {
			at = b.g.Len() + i
		}
		if at >= 0 {
			list[at*modes+mode] = b.incident(st, &in)
		}
		n++
	}
	return list
}

// set returns the number of a set of services in the page; -1 if the page has none with this name
// and these services.
func (b *pageBuilder) set(s *analyze.ServiceSet, st *pageState) int {
	services := st.numbers(s.Services)
	return slices.IndexFunc(b.data.Sets, func(of page.Set) bool {
		return of.Property == s.Property && of.Value == s.Value && slices.Equal(of.Services, services)
	})
}

// change adds what a change does: the same lines as in the other formats for people.
func (b *pageBuilder) change(d *analyze.Diff, sources []string) {
	c := &page.Change{Services: []page.Changed{}, Calls: []page.Changed{}, Policies: []page.Changed{}}
	if len(sources) > 1 {
		c.Old, c.New = sources[0], strings.Join(sources[1:], ", ")
	}
	for _, l := range effectLines(d) {
		c.Effects = append(c.Effects, page.Effect{Mark: l.mark, Words: l.words})
	}
	call := func(from, to string) int {
		u, _ := b.g.Node(from)
		v, _ := b.g.Node(to)
		e, _ := b.g.Edge(u, v)
		return int(e)
	}
	for i, l := range serviceLines(d) {
		v, _ := b.g.Node(d.Services[i].ID)
		c.Services = append(c.Services, changedOf(&l, int(v)))
	}
	for i, l := range callLines(d) {
		c.Calls = append(c.Calls, changedOf(&l, call(d.Calls[i].From, d.Calls[i].To)))
	}
	for i, l := range policyLines(d) {
		c.Policies = append(c.Policies, changedOf(&l, call(d.Policies[i].From, d.Policies[i].To)))
	}
	b.data.Change = c
	b.findings(b.now, d.Found)
	b.findings(b.before, d.Gone)
}

func changedOf(l *diffLine, of int) page.Changed {
	w := page.Changed{Mark: l.mark, Of: of, Words: l.words}
	if l.place.File() != "" {
		w.Place = l.place.String()
	}
	return w
}
