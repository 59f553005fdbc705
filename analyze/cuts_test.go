package analyze

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

func TestCheapestCuts(t *testing.T) {
	tests := []struct{ name, graph, want string }{
		// a -> b -> a: alike, so the first
		{"nothing to choose by", "a:b b:a", "a>b least-cost"},
		// a -> b ..> a
		{"weak evidence", "a:b b:a!", "b>a weak-evidence"},
		// a -> b -> c ?> a
		{"can do without", "a:b b:c c:a?", "c>a soft"},
		// a ~> b ~> c ?> a
		{"an event already", "a:b~ b:c c:a?", "a>b async-able"},
		// a -> b -> c -> a, c ~> q ~> a
		{"something to carry it", "a:b b:c c:a,q~ q:a~", "c>a async-able"},
		// a -> b -> c -> a, b -> d -> a: one call is on both
		{"one for two", "a:b b:c,d c:a d:a", "a>b least-cost"},
		// the same, but each of the two others is cheap
		{"two for less than one", "a:b b:c,d c:a! d:a?", "c>a weak-evidence; d>a soft"},
		// a -> b -> a ~> c -> a: only loops of those who wait
		{"what an event closes stays", "a:b,c~ b:a c:a", "a>b least-cost"},
		// a <-> b ~> c <-> d ~> a: two synchronous parts of one component
		{"two parts", "a:b b:a,c~ c:d d:c,a~", "a>b least-cost; c>d least-cost"},
		// a -> a <-> b
		// a -> x -> one of a, b
		{"a pool costs as much as one call", "x:[a|b] a:x b:x", "x>a least-cost; x>b least-cost"},
		{"the ways of a split are calls", "x:{a|b} a:x b:x?", "b>x soft; a>x least-cost"},
		{"calls to itself are left aside", "a:a,b b:a", "a>b least-cost"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			if v, ok := g.Node("q"); ok {
				g.Service(v).Kind = graph.KindTopic
			}
			cycles := Loops(g).Components
			if len(cycles) != 1 {
				t.Fatalf("%d cycles, want 1", len(cycles))
			}
			var got []string
			for _, c := range cycles[0].Cuts {
				got = append(got, fmt.Sprintf("%s>%s %s", g.ID(c.From), g.ID(c.To), c.Reason))
			}
			if s := strings.Join(got, "; "); s != tt.want || !cycles[0].Exact {
				t.Errorf("Loops(%q): cuts %s (exact %v), want %s", tt.graph, s, cycles[0].Exact, tt.want)
			}
		})
	}
}

// Of calls that are as cheap, the one that is made least goes.
func TestCutsByTraffic(t *testing.T) {
	// a -> b -> c -> a
	g := graphtest.Parse("a:b b:c c:a")
	observed := make([]*graph.Observed, g.Calls())
	for i, seen := range []float64{300, 20, 100} {
		v := graph.Node(i)
		e, _ := g.Edge(v, (v+1)%3)
		observed[e] = &graph.Observed{Calls: seen}
	}
	g = g.With(graph.Details{Observed: observed})
	cuts := Loops(g).Components[0].Cuts
	if len(cuts) != 1 || g.ID(cuts[0].From) != "b" || !strings.HasSuffix(cuts[0].Why, "it was observed 20 times") {
		t.Errorf("cuts %+v, want the call of b, observed 20 times", cuts)
	}
}

func TestAsyncAble(t *testing.T) {
	call := func(protocol string, evidence ...graph.Evidence) string {
		g := graphtest.New([]graph.Service{{ID: "a"}, {ID: "b"}}, []graph.Call{{
			From: 0, To: 1, Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Protocol: protocol, Evidence: evidence,
		}})
		return asyncAble(g, 0)
	}
	methods := func(list ...string) graph.Evidence { return graph.Evidence{Strength: graph.Strong, Methods: list} }
	for _, tt := range []struct{ name, got, want string }{
		{"nothing known", call("http"), ""},
		{"a broker's protocol", call("amqp"), "it uses amqp, a messaging protocol"},
		{"asks", call("http", methods("GET")), ""},
		{"asks and sends", call("http", methods("GET"), methods("POST")), ""},
		{"sends", call("http", methods("PUT"), methods(), methods("POST")), "it only sends (POST and PUT)"},
		{"by its name", call("grpc", methods("/SHOP.MAIL/SENDRECEIPT")), "it only sends (/SHOP.MAIL/SENDRECEIPT)"},
		{"another name", call("grpc", methods("/SHOP.MAIL/GETRECEIPT")), ""},
		{"in part", call("http", graph.Evidence{Mode: graph.Sync}, graph.Evidence{Mode: graph.Async}), "in part it is asynchronous already"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

// The cuts of a component cost no more than any other choice of its calls that
// leaves no loop, tried one by one.
func TestCheapestCutsAgreeWithEveryChoice(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	for range 400 {
		var words []string
		for v := range 5 {
			word := string(rune('a'+v)) + ":"
			for w := range 5 {
				if v != w && rnd.IntN(3) == 0 {
					word += string(rune('a'+w)) + []string{"", "!", "?", "~"}[rnd.IntN(4)] + ","
				}
			}
			words = append(words, word)
		}
		g := graphtest.Parse(strings.Join(words, " "))
		for _, c := range Loops(g).Components {
			h := g
			if c.Sync {
				h = Synchronous(g)
			}
			k := cutting{g: h}
			var calls []graph.Edge
			for e := range graph.Edge(h.Calls()) {
				if slices.Contains(c.Services, h.From(e)) && slices.Contains(c.Services, h.To(e)) {
					calls = append(calls, e)
				}
			}
			least := int64(far)
			for set := range 1 << len(calls) {
				cost := int64(0)
				for i, e := range calls {
					if set>>i&1 != 0 {
						cost += cutCosts[k.reason(e)]
					}
				}
				if cost < least && !inLoop(h, c.Services, func(e graph.Edge) bool {
					i := slices.Index(calls, e)
					return i >= 0 && set>>i&1 == 0
				}) {
					least = cost
				}
			}
			got := int64(0)
			for _, cut := range c.Cuts {
				got += cutCosts[cut.Reason]
			}
			if got != least {
				t.Fatalf("%s: cuts %+v cost %d, want %d", strings.Join(words, " "), c.Cuts, got, least)
			}
		}
	}
}

// inLoop reports whether any of the services is on a loop of the calls that are kept.
func inLoop(g *graph.Graph, services []graph.Node, keep func(graph.Edge) bool) bool {
	reach := reaches(adjacency(g, keep))
	return slices.ContainsFunc(services, func(v graph.Node) bool { return reach[v][v] })
}
