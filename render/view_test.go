package render

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

// arrows writes the calls of a drawing as "a>b c>d".
func arrows(d *drawing) string {
	var words []string
	for i := range d.Graph.Calls() {
		e := graph.Edge(i)
		words = append(words, d.Graph.ID(d.Graph.From(e))+">"+d.Graph.ID(d.Graph.To(e)))
	}
	return strings.Join(words, " ")
}

func boxes(d *drawing) string {
	var words []string
	for _, s := range d.Graph.Services() {
		words = append(words, s.ID)
	}
	return strings.Join(words, " ")
}

func TestViewFocus(t *testing.T) {
	// a -> b -> c -> d, x -> c, y: c is connected to all but y
	const chain = "a:b b:c c:d x:c y"
	for _, tt := range []struct {
		name  string
		graph string
		focus string
		depth int
		want  string
		left  string
	}{
		{"no end", chain, "c", 0, "a b c d x", "1 service not connected to c"},
		{"one call", chain, "c", 1, "b c d x", "2 services more than 1 hop from c"},
		{"alone", chain, "y", 0, "y", "5 services not connected to y"},
		// Siblings of b share its caller, but no failure propagates between them.
		{"no siblings", "a:b,s b:c", "b", 0, "a b c", "1 service not connected to b"},
		{"loop", "a:b b:a c:a", "b", 0, "a b c", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			n, _ := g.Node(tt.focus)
			d := View{Focus: []graph.Node{n}, Depth: tt.depth}.Draw(g)
			if got := boxes(d); got != tt.want {
				t.Errorf("focus on %s in %q shows %q, want %q", tt.focus, tt.graph, got, tt.want)
			}
			if got := strings.Join(d.NotShown, "; "); got != tt.left {
				t.Errorf("left out %q, want %q", got, tt.left)
			}
		})
	}
}

func TestViewReduce(t *testing.T) {
	for _, tt := range []struct{ graph, want string }{
		{"a:b,c b:c", "a>b b>c"},
		{"a:b,c,d b:c c:d", "a>b b>c c>d"},
		// a loop keeps its calls, and what only it implies is not implied
		{"a:b b:a,c a:c", "a>b a>c b>a b>c"},
		{"a:d a:b b:c c:b,d", "a>b b>c c>b c>d"},
		{"a:a,b b:c a:c", "a>a a>b b>c"},
		{"a:b c:d", "a>b c>d"},
		// a chain is no surer than its least sure call
		{"a:b!,c b:c", "a>b a>c b>c"},
		{"a:b!,c! b:c", "a>b b>c"},
		{"a:b,c b:c?", "a>b a>c b>c"},
		{"a:b,c~ b:c", "a>b b>c"},
		{"a:[b|d],c b:c", "a>b a>c a>d b>c"},
		{"a:[b|c] b:c", "a>b b>c"},
		// b and d call each other only perhaps, so a>c is not implied through them
		{"a:b,c b:d! d:b,c", "a>b a>c b>d d>b d>c"},
	} {
		d := View{Reduce: true}.Draw(graphtest.Parse(tt.graph))
		if got := arrows(d); got != tt.want {
			t.Errorf("reducing %q leaves %q, want %q", tt.graph, got, tt.want)
		}
	}
}

// A reduced drawing has the same reachability.
func TestReduceKeepsReachability(t *testing.T) {
	for seed := range uint64(200) {
		g := randomGraph(rand.New(rand.NewPCG(seed, 1)), 12, 30)
		h := View{Reduce: true}.Draw(g).Graph
		for v := range g.Len() {
			before := connectedTo(g, []graph.Node{graph.Node(v)}, 0)
			after := connectedTo(h, []graph.Node{graph.Node(v)}, 0)
			if fmt.Sprint(before) != fmt.Sprint(after) {
				t.Fatalf("seed %d: reduction changes what %s is connected to", seed, g.ID(graph.Node(v)))
			}
		}
	}
}

// What is left out is implied by a chain that is left, none of whose calls has a doubt
// that the one left out has not. On graphs without loops nothing else could be left out.
func TestReducedCallsAreImplied(t *testing.T) {
	dropped, kept := 0, 0
	for seed := range uint64(400) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		loops := seed%2 == 0
		var words []string
		for v := range 7 {
			word := string(rune('a'+v)) + ":"
			for w := range 7 {
				if v != w && (loops || v < w) && rnd.IntN(3) == 0 {
					word += string(rune('a'+w)) + []string{"", "", "!", "?", "~", "!~"}[rnd.IntN(6)] + ","
				}
			}
			words = append(words, word+"[x|y],a,"[:rnd.IntN(2)*6])
		}
		g := graphtest.Parse(strings.Join(words, " "))
		h := View{Reduce: true}.Draw(g).Graph
		for e := range graph.Edge(g.Calls()) {
			u, v := g.From(e), g.To(e)
			surer := func(in *graph.Graph) bool {
				return slices.Contains(longWays(in, u, v, doubtsOf(g, e)), v)
			}
			if _, stays := h.Edge(u, v); !stays {
				dropped++
				if !surer(h) {
					t.Errorf("%q: %s>%s is left out, and nothing that is left implies it", words, g.ID(u), g.ID(v))
				}
			} else if kept++; !loops && surer(g) {
				t.Errorf("%q: %s>%s could be left out", words, g.ID(u), g.ID(v))
			}
		}
	}
	if dropped < 200 || kept < 200 {
		t.Errorf("%d calls were left out and %d were not", dropped, kept)
	}
}

// longWays returns what u reaches without the call to v and without other doubts.
func longWays(g *graph.Graph, u, v graph.Node, d doubts) []graph.Node {
	found := []graph.Node{u}
	for i := 0; i < len(found); i++ {
		for e, end := g.Out(found[i]); e < end; e++ {
			if w := g.To(e); !(found[i] == u && w == v) && doubtsOf(g, e)&^d == 0 && !slices.Contains(found, w) {
				found = append(found, w)
			}
		}
	}
	return found
}

// Components must be numbered callees first, and be those of mutual reach.
func TestComponents(t *testing.T) {
	for seed := range uint64(200) {
		g := randomGraph(rand.New(rand.NewPCG(seed, 2)), 10, 18)
		comp, n := components(g)
		reach := make([][]bool, g.Len())
		for v := range reach {
			reach[v] = reachedFrom(g, graph.Node(v))
		}
		for u := range reach {
			if comp[u] < 0 || comp[u] >= n {
				t.Fatalf("seed %d: component %d of %d", seed, comp[u], n)
			}
			for v := range reach {
				if mutual := reach[u][v] && reach[v][u]; mutual != (comp[u] == comp[v]) {
					t.Fatalf("seed %d: %d and %d reach each other: %v, in components %d and %d", seed, u, v, mutual, comp[u], comp[v])
				}
				if reach[u][v] && comp[u] < comp[v] {
					t.Fatalf("seed %d: %d calls %d but has the smaller component", seed, u, v)
				}
			}
		}
	}
}

func reachedFrom(g *graph.Graph, v graph.Node) []bool {
	met := make([]bool, g.Len())
	met[v] = true
	for queue := []graph.Node{v}; len(queue) > 0; queue = queue[1:] {
		for _, w := range g.Callees(queue[0]) {
			if !met[w] {
				met[w] = true
				queue = append(queue, w)
			}
		}
	}
	return met
}

func TestViewCollapse(t *testing.T) {
	g := graphtest.Parse("shop/web:shop/cart,pay/api~ shop/cart:pay/api pay/api:stripe.com")
	d := View{Collapse: "namespace"}.Draw(g)
	if got, want := arrows(d), "namespace pay>stripe.com namespace shop>namespace pay"; got != want {
		t.Fatalf("collapsed calls %q, want %q", got, want)
	}
	shop, _ := d.Graph.Node("namespace shop")
	pay, _ := d.Graph.Node("namespace pay")
	e, _ := d.Graph.Edge(shop, pay)
	if d.Members(shop) != 2 || d.Weight(e) != 2 {
		t.Errorf("shop holds %d services and calls pay %d times, want 2 and 2", d.Members(shop), d.Weight(e))
	}
	if d.Graph.Mode(e) != graph.Sync {
		t.Errorf("a synchronous and an asynchronous call together are %s, want sync", d.Graph.Mode(e))
	}
	cart, _ := g.Node("shop/cart")
	if box, ok := d.Box(cart); !ok || box != shop {
		t.Errorf("shop/cart is drawn in box %d, %v, want %d", box, ok, shop)
	}
	if got, want := strings.Join(d.NotShown, "; "), "3 services drawn as 2 namespaces, calls within one not drawn"; got != want {
		t.Errorf("left out %q, want %q", got, want)
	}
}

func TestViewCollapseByNothing(t *testing.T) {
	d := View{Collapse: "team"}.Draw(graphtest.Parse("a:b"))
	if boxes(d) != "a b" || len(d.NotShown) != 1 {
		t.Errorf("without teams there are boxes %q and the account %q, want both services and one clause", boxes(d), d.NotShown)
	}
}

func TestViewPicksCalls(t *testing.T) {
	call := func(to graph.Node, class graph.Class, strength graph.Strength, declared, observed bool) graph.Call {
		return graph.Call{To: to, Class: class, Strength: strength, Mode: graph.Sync, Need: graph.Hard, Declared: declared, Observed: observed}
	}
	var services []graph.Service
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		services = append(services, graph.Service{ID: id, Name: id, Kind: graph.KindService, Defined: true})
	}
	g := graphtest.New(services, []graph.Call{
		call(1, graph.ClassCall, graph.Strong, true, false),
		call(2, graph.ClassCall, graph.Weak, true, true),
		call(3, graph.ClassTelemetry, graph.Strong, true, false),
		call(4, graph.ClassRoute, graph.Strong, false, true),
	})
	for _, tt := range []struct {
		name string
		view View
		want string
		left string
	}{
		{"default", View{}, "a>b a>c a>e", "1 call for telemetry"},
		{"all", View{All: true}, "a>b a>c a>d a>e", ""},
		{"strong", View{MinStrength: graph.Strong}, "a>b a>e", "1 call for telemetry; 1 call with weaker evidence than strong"},
		{"declared", View{All: true, Only: "declared"}, "a>b a>c a>d", "1 call not declared"},
		{"observed", View{All: true, Only: "observed"}, "a>c a>e", "2 calls not observed"},
		{"both", View{All: true, Only: "both"}, "a>c", "3 calls not both declared and observed"},
	} {
		d := tt.view.Draw(g)
		if got := arrows(d); got != tt.want {
			t.Errorf("%s: calls %q, want %q", tt.name, got, tt.want)
		}
		if got := strings.Join(d.NotShown, "; "); got != tt.left {
			t.Errorf("%s: left out %q, want %q", tt.name, got, tt.left)
		}
	}
}

func TestHiddenCallsTakeTheirCollectorsAlong(t *testing.T) {
	services := []graph.Service{
		{ID: "a", Kind: graph.KindService, Defined: true},
		{ID: "collector", Kind: graph.KindTelemetry, Defined: true},
		{ID: "external", Kind: graph.KindExternal},
		{ID: "silent", Kind: graph.KindTelemetry, Defined: true}, // without callers: not hidden
		{ID: "web", Kind: graph.KindService, Defined: true},
	}
	g := graphtest.New(services, []graph.Call{
		{From: 0, To: 1, Class: graph.ClassTelemetry}, {From: 0, To: 2, Class: graph.ClassControl}, {From: 0, To: 4, Class: graph.ClassHealth},
	})
	d := View{}.Draw(g)
	if got, want := boxes(d), "a silent web"; got != want {
		t.Errorf("boxes %q, want %q", got, want)
	}
	if got, want := strings.Join(d.NotShown, "; "), "3 calls for control, telemetry and health; 2 services with no other call"; got != want {
		t.Errorf("left out %q, want %q", got, want)
	}
}

// A view is for the eye: it must not change the graph that verdicts are about.
func TestDrawLeavesTheGraphAlone(t *testing.T) {
	g := shopGraph()
	before := written(t, jsonFormat, reportOf(g), Options{})
	for _, v := range []View{{Collapse: "team"}, {Reduce: true}, {Focus: []graph.Node{1}}, {MinStrength: graph.Strong}} {
		v.Draw(g)
	}
	if after := written(t, jsonFormat, reportOf(g), Options{}); after != before {
		t.Errorf("drawing changed the graph:\n%s", after)
	}
}

// Roles are places in the whole estate, not in the part that is drawn.
func TestFocusKeepsRoles(t *testing.T) {
	g := graphtest.Parse("a:b b:c")
	n, _ := g.Node("b")
	d := View{Focus: []graph.Node{n}, Depth: 1, MinStrength: graph.Strong}.Draw(g)
	b, _ := d.Graph.Node("b")
	if got := d.Graph.Service(b).Role; got != graph.Both {
		t.Errorf("b is %s when focused, want both", got)
	}
	c, _ := g.Node("c")
	d = View{Focus: []graph.Node{c}, Depth: 1}.Draw(g)
	b, _ = d.Graph.Node("b")
	if got := d.Graph.Service(b).Role; got != graph.Both {
		t.Errorf("b is %s when its caller is not drawn, want both", got)
	}
}

func randomGraph(r *rand.Rand, services, calls int) *graph.Graph {
	ss := make([]graph.Service, services)
	for i := range ss {
		id := fmt.Sprintf("ns%02d/s%05d", i*20/services, i)
		ss[i] = graph.Service{ID: id, Name: id[5:], Namespace: id[:4], Kind: graph.KindService, Defined: true}
	}
	cs := make([]graph.Call, calls)
	for i := range cs {
		cs[i] = graph.Call{
			From: graph.Node(r.IntN(services)), To: graph.Node(r.IntN(services)),
			Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Protocol: "http", Declared: true,
			Evidence: []graph.Evidence{{Way: "env-url", Origin: graph.Source{Reader: "kubernetes", File: "a.yaml"}.At(int32(i+1), 0)}},
		}
	}
	return graph.New(ss, cs)
}
