package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/render/page"
)

// prefixed is g with other names for some of its services, so that their numbers are others.
func prefixed(g *graph.Graph, every int, prefix string) *graph.Graph {
	services := slices.Clone(g.Services())
	for i := range services {
		if i%every == 0 {
			services[i].ID, services[i].Name = prefix+services[i].ID, prefix+services[i].ID
		}
		services[i].Own().Team = fmt.Sprint("team-", i%3)
	}
	var calls []graph.Call
	for e := range graph.Edge(g.Calls()) {
		calls = append(calls, g.Call(e))
	}
	return graphtest.New(services, calls)
}

// exploredChange is the report of a change, with what a page shows beside it.
func exploredChange(d *analyze.Diff) *analyze.Report {
	return &analyze.Report{
		Graph: d.New, Diff: d,
		Explored: analyze.Explore(d.New, analyze.Scope(d.New, graph.Weak)), Before: analyze.Explore(d.Old, analyze.Scope(d.Old, graph.Weak)),
	}
}

// The page of a change has the services and calls of both states, says of each what becomes of it,
// and has the answers of both states in its own numbers.
func TestPageOfChange(t *testing.T) {
	for seed := range uint64(20) {
		old := prefixed(graphtest.Random(12, 20, seed), 3, "a-")
		now := prefixed(graphtest.Random(12, 20, seed+100), 4, "x-")
		r := exploredChange(analyze.Compare(analyze.State{Graph: old}, analyze.State{Graph: now}))
		b := newPage(r, Options{Sources: []string{"before", "after", "more"}})
		d := &b.data
		if d.Change == nil || d.Change.Old != "before" || d.Change.New != "after, more" {
			t.Fatalf("the change is %+v", d.Change)
		}
		marks := map[string]string{}
		for _, c := range d.Change.Services {
			marks[d.Services[c.Of].ID] = c.Mark
		}
		for _, s := range d.Services {
			_, was := old.Node(s.ID)
			_, is := now.Node(s.ID)
			if want := markOf(was, is); marks[s.ID] != want && (want != "~" || marks[s.ID] != "") {
				t.Errorf("seed %d: %s has the mark %q, want %q", seed, s.ID, marks[s.ID], want)
			}
		}
		calls := map[string]string{}
		for _, c := range d.Change.Calls {
			of := d.Calls[c.Of]
			words := d.Services[of.From].ID + " calls " + d.Services[of.To].ID
			calls[words] = c.Mark
			if !strings.HasPrefix(c.Words, words) {
				t.Errorf("seed %d: the change %q is at the call %q", seed, c.Words, words)
			}
		}
		if want := len(r.Diff.Calls); len(calls) != want {
			t.Errorf("seed %d: %d calls have marks, want %d", seed, len(calls), want)
		}
		if len(d.Sets) == 0 {
			t.Error("the page has no sets of services")
		}
		samePageAnswers(t, d, now, b.incidents(r.Explored, b.now))
		samePageAnswers(t, d, old, b.incidents(r.Before, b.before))
	}
}

// samePageAnswers compares the answers of a page with a simulation of one state.
func samePageAnswers(t *testing.T, d *page.Data, g *graph.Graph, list []page.Incident) {
	t.Helper()
	subjects := make([][]int, len(d.Services), len(d.Services)+len(d.Sets))
	for i := range d.Services {
		subjects[i] = []int{i}
	}
	for _, s := range d.Sets {
		subjects = append(subjects, s.Services)
	}
	scope, answered := analyze.Scope(g, graph.Weak), 0
	for i, subject := range subjects {
		nodes := nodesOf(g, d, subject)
		if i >= len(d.Services) {
			if s := d.Sets[i-len(d.Services)]; !slices.Equal(nodes, analyze.Select(g, s.Property, s.Value)) {
				nodes = nil // other services have the property in this state
			}
		}
		for m, mode := range d.Modes {
			got := list[i*len(d.Modes)+m]
			if nodes == nil {
				if got.Victims != nil {
					t.Errorf("there is an answer for %v, which the state does not have", subject)
				}
				continue
			}
			inject, err := analyze.ParseMode(mode)
			if err != nil {
				t.Fatal(err)
			}
			s := analyze.Scenario{Mode: mode, Inject: map[graph.Node]failure.Injection{}}
			for _, v := range nodes {
				s.Inject[v] = inject
			}
			var want, have []string
			for _, v := range analyze.Simulate(scope, s).Victims {
				want = append(want, fmt.Sprint(g.ID(v.Node), " ", int(v.Label), " by ", g.ID(g.From(v.Hop.Call)), " to ", g.ID(g.To(v.Hop.Call))))
			}
			for _, v := range got.Victims {
				call := d.Calls[v[4]]
				have = append(have, fmt.Sprint(d.Services[v[0]].ID, " ", v[3], " by ", d.Services[call.From].ID, " to ", d.Services[call.To].ID))
			}
			if !slices.Equal(want, have) {
				t.Errorf("%v, %s: %q, want %q", subject, mode, have, want)
			}
			answered += len(have)
		}
	}
	if answered == 0 {
		t.Error("no failure has a victim")
	}
}

// nodesOf are services of a page in a graph, nil if that does not have all of them.
func nodesOf(g *graph.Graph, d *page.Data, services []int) []graph.Node {
	var nodes []graph.Node
	for _, i := range services {
		v, ok := g.Node(d.Services[i].ID)
		if !ok {
			return nil
		}
		nodes = append(nodes, v)
	}
	slices.Sort(nodes)
	return nodes
}
