package analyze

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
)

// multiplexing is g in which the groups of the callers in names belong to proxies.
func multiplexing(g *graph.Graph, callers ...string) *graph.Graph {
	groups := slices.Clone(g.Groups())
	for i := range groups {
		groups[i].Multiplexes = slices.Contains(callers, g.ID(groups[i].Caller))
	}
	return g.With(graph.Details{Groups: groups})
}

func TestLoopsThroughABalancer(t *testing.T) {
	for _, tt := range []struct{ name, graph, want string }{
		{"only its own kind", "lb:[f1|f2] f1:lb f2:lb", ""},
		{"by weights", "lb:{f1=80|f2=20} f1:lb", ""},
		{"by routes", "lb:{f1|f2} f1:lb", "f1 lb"},
		{"a program that spreads work", "desk:[w1|w2] w1:desk w2:desk", "desk w1"},
		{"another way from the balancer to the caller", "lb:[f1|f2],cart f1:lb cart:f1", "cart f1 lb"},
		{"another caller of the balancer, which its members call", "lb:[f1|f2] f1:cart,lb cart:lb", "cart lb f1"},
		{"another loop", "lb:[f1|f2] f1:lb,cart cart:f1", "cart f1"},
		{"other callees of the balancer", "lb:[f1|f2],cart f1:lb f2:lb", ""},
		{"a pool in a split", "lb:{[f1|f2]|cart} f1:lb cart:f2", ""},
	} {
		g := multiplexing(graphtest.Parse(tt.graph), "lb")
		var got []string
		for _, c := range Loops(g).Components {
			got = append(got, names(g, c.Loop))
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%s: loops of %q: %q, want %q", tt.name, tt.graph, s, tt.want)
		}
	}
}

// What adds up along a way goes through a balancer, and not back through it.
func TestOnwardThroughABalancer(t *testing.T) {
	g := multiplexing(graphtest.Parse("web:lb lb:[f1|f2] f1:lb,stock f2:stock stock:web-db"), "lb")
	o := NewAnalysis(g).Onward()
	for e := range graph.Edge(g.Calls()) {
		from, to := g.ID(g.From(e)), g.ID(g.To(e))
		if want := !(from == "f1" && to == "lb"); o.Leads(e) != want || o.Loops(e) {
			t.Errorf("%s to %s leads on: %v, want %v; in a loop: %v", from, to, o.Leads(e), want, o.Loops(e))
		}
	}
}

func TestLoopThroughABalancerOfReplicas(t *testing.T) {
	for replicas, want := range map[int]int{1: 1, 3: 0} {
		g := graphtest.Parse("lb:front front:lb")
		lb, front := node(t, g, "lb"), node(t, g, "front")
		g.Service(lb).Kind = graph.KindGateway
		g.Service(front).Own().Replicas = policy.Declare(replicas, graph.Origin{})
		if got := len(Loops(g).Components); got != want {
			t.Errorf("%d replicas: %d loops, want %d", replicas, got, want)
		}
	}
}

func TestLoopThroughABalancerOfOneImage(t *testing.T) {
	for notation, want := range map[string]int{
		"lb:[web-1|web-2] web-1:work! work:lb": 0, // a start order
		"lb:[web-1|web-2] web-1:work work:lb":  1,
	} {
		g := graphtest.Parse(notation)
		for _, name := range []string{"web-1", "web-2", "work"} {
			g.Service(node(t, g, name)).Own().Images = []string{"example/app:1"}
		}
		if got := len(Loops(multiplexing(g, "lb")).Components); got != want {
			t.Errorf("%s: %d loops, want %d", notation, got, want)
		}
	}
}
