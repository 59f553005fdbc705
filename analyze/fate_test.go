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

func TestSharedFates(t *testing.T) {
	tests := []struct{ name, graph, want string }{
		// a -> db, b -> db, web -> a
		{"a database", "web:a a:db b:db", "db fail a b also web"},
		{"of one service alone", "a:db b", ""},
		{"of one that can do without, and one that cannot", "a:db? b:db", "db fail b suffer a"},
		{"a service that all need is no shared thing", "a:c b:c", ""},
		{"by events", "a:q~ b:q~", "q suffer a b"},
		{"several, that with more behind it first", "a:db b:db c:q d:q e:c", "q fail c d also e; db fail a b"},
		{"a database behind a pool", "till:[a|b|c] a:db b:db c", "db fail a b lost a b of till, others left"},
		{"all of a pool", "till:[a|b] a:db b:db", "db fail a b also till lost a b of till"},
		{"the second of a failover", "desk:(a|b) a:db b:db", "db fail a b also desk lost a b of desk"},
		{"ways of a split", "site:{a|b|c} a:db b:db c", "db fail a b"},
		{"a namespace", "x/a y/b x/c:y/b", "x fail x/a x/c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			for id, kind := range map[string]graph.Kind{"db": graph.KindDatabase, "q": graph.KindBroker} {
				if v, ok := g.Node(id); ok {
					g.Service(v).Kind = kind
				}
			}
			var got []string
			for _, f := range SharedFates(g).Shared {
				text := f.Name
				if f.Node != None {
					text = g.ID(f.Node)
				}
				for _, part := range []struct {
					word  string
					nodes []graph.Node
				}{{"fail", f.Fail}, {"suffer", f.Suffer}, {"also", f.Also}} {
					if len(part.nodes) > 0 {
						text += " " + part.word + " " + names(g, part.nodes)
					}
				}
				for _, l := range f.Lost {
					text += " lost " + names(g, append([]graph.Node{l.To}, l.Instead...)) + " of " + g.ID(l.From)
					if l.Left {
						text += ", others left"
					}
				}
				got = append(got, text)
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("SharedFates(%q) = %s, want %s", tt.graph, s, tt.want)
			}
		})
	}
}

// Who fails with what is shared, and which fallbacks are lost with it, is what asking
// every service again and again who it fails with finds.
func TestSharedFatesAgreeWithAskingAll(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 3))
	lost := 0
	for range 500 {
		n := 3 + rnd.IntN(6)
		g := promisingGraph(rnd, n)
		for v := range graph.Node(n) {
			if rnd.IntN(3) == 0 {
				g.Service(v).Kind = graph.KindDatabase
			}
		}
		never := func(graph.Node) bool { return false }
		for _, f := range SharedFates(g).Shared {
			down := make([]bool, n)
			down[f.Node] = true
			var want []graph.Node
			for u := range graph.Node(n) {
				if u != f.Node && !worksIn(g, u, down, never) {
					want = append(want, u)
				}
			}
			got := slices.Sorted(slices.Values(slices.Concat(f.Fail, f.Also)))
			if !slices.Equal(got, want) {
				t.Fatalf("with %s fail %s, want %s: %s", g.ID(f.Node), names(g, got), names(g, want), describeCalls(g))
			}
			for _, u := range f.Suffer {
				if slices.Contains(want, u) {
					t.Fatalf("%s fails with %s and is said to do without: %s", g.ID(u), g.ID(f.Node), describeCalls(g))
				}
			}
			for _, l := range f.Lost {
				lost++
				for _, u := range append([]graph.Node{l.To}, l.Instead...) {
					if u != f.Node && !slices.Contains(want, u) {
						t.Fatalf("%s is said to be gone with %s: %s", g.ID(u), g.ID(f.Node), describeCalls(g))
					}
				}
			}
		}
	}
	if lost < 20 {
		t.Errorf("only %d fallbacks were lost", lost)
	}
}

func TestContracts(t *testing.T) {
	// web -> a ~> q ~> b, c ~> q; a -> db <- d
	g := graphtest.Parse("web:a a:q~,db c:q~ q:b~ d:db b")
	for id, kind := range map[string]graph.Kind{"db": graph.KindDatabase, "q": graph.KindTopic} {
		v, _ := g.Node(id)
		g.Service(v).Kind = kind
	}
	list := func(contracts []Contract) string {
		var words []string
		for _, c := range contracts {
			word := g.ID(c.Party)
			if c.Bus() {
				word += " by " + g.ID(c.Via)
			}
			words = append(words, word)
		}
		return strings.Join(words, ", ")
	}
	for id, want := range map[string]string{
		"a":   "callers web; callees db, q; readers b by q; writers ; mates [db: d]",
		"b":   "callers q; callees ; readers ; writers a by q, c by q; mates []",
		"q":   "callers a, c; callees b; readers ; writers ; mates []",
		"web": "callers ; callees a; readers ; writers ; mates []",
	} {
		c := FindContracts(g, g, node(t, g, id))
		var mates []string
		for _, m := range c.Mates {
			mates = append(mates, g.ID(m.Via)+": "+names(g, m.Services))
		}
		got := fmt.Sprintf("callers %s; callees %s; readers %s; writers %s; mates %v", list(c.Callers), list(c.Callees), list(c.Readers), list(c.Writers), mates)
		if got != want {
			t.Errorf("contracts of %s: %s, want %s", id, got, want)
		}
	}
}

func BenchmarkSharedFates(b *testing.B) {
	benchmark(b, func(g *graph.Graph) {
		for v := 0; v < g.Len(); v += 100 {
			g.Service(graph.Node(v)).Kind = graph.KindDatabase
		}
		SharedFates(g)
	})
}
