package analyze

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
	gonumgraph "gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/community"
	"gonum.org/v1/gonum/graph/flow"
	"gonum.org/v1/gonum/graph/path"
	"gonum.org/v1/gonum/graph/topo"
)

// The algorithms of this package walk the flat slices of a graph.Graph. Here they have
// to agree with gonum's, on graphs that are too large for the slow and obvious versions
// of other tests.

func TestComponentsAgreeWithGonum(t *testing.T) {
	for seed := range uint64(5) {
		g := graphtest.Looped(2_000, 5_000, seed)
		var want [][]graph.Node
		for _, component := range topo.TarjanSCC(gonumSimple(g)) {
			var services []graph.Node
			for _, v := range component {
				services = append(services, graph.Node(v.ID()))
			}
			slices.Sort(services)
			want = append(want, services)
		}
		c := findComponents(g)
		var got [][]graph.Node
		for i := range int32(c.len()) {
			got = append(got, c.services(i))
		}
		slices.SortFunc(got, slices.Compare)
		slices.SortFunc(want, slices.Compare)
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("seed %d: %d components, gonum finds %d, or others", seed, len(got), len(want))
		}
	}
}

func TestDominatorsAgreeWithGonum(t *testing.T) {
	for seed := range uint64(5) {
		g := graphtest.Looped(2_000, 5_000, seed)
		h := gonumSimple(g)
		tree := flow.Dominators(h.Node(0), h)
		want := make([][]graph.Node, g.Len())
		for w := range graph.Node(g.Len()) {
			for v := tree.DominatorOf(int64(w)); v != nil; v = tree.DominatorOf(v.ID()) {
				want[v.ID()] = append(want[v.ID()], w)
			}
		}
		for v, got := range dominate(g, []graph.Node{0}).sets(everyNode(g)) {
			if !slices.Equal(got, want[v]) {
				t.Errorf("seed %d: %s dominates %d services, gonum says %d", seed, g.ID(graph.Node(v)), len(got), len(want[v]))
			}
		}
	}
}

func TestSearchCallersAgreesWithGonum(t *testing.T) {
	g := graphtest.Looped(testlong.N(500, 2_000), testlong.N(1_250, 5_000), 1)
	h := gonumSimple(g)
	for v := graph.Node(0); int(v) < g.Len(); v += 97 {
		w := searchCallers(g, []graph.Node{v}, anyCall)
		found := map[graph.Node]int32{}
		for _, u := range w.order {
			found[u] = w.distance[u]
		}
		for u := range graph.Node(g.Len()) {
			if u%61 != 0 {
				continue
			}
			way, length := path.DijkstraFrom(h.Node(int64(u)), h).To(int64(v))
			d, ok := found[u]
			if ok != (way != nil) || ok && float64(d) != length {
				t.Errorf("%s is %d calls from %s (%v), gonum says %v", g.ID(u), d, g.ID(v), ok, length)
			}
		}
	}
}

// Johnson's algorithm lists all loops; the shortest of a component is as long as the
// loop that Loops finds, and every loop has one of its cuts.
func TestLoopsAgreeWithGonum(t *testing.T) {
	loops := 0
	for seed := range uint64(40) {
		g := graphtest.Random(12, 22, seed)
		cycles := Loops(g).Components
		for _, loop := range topo.DirectedCyclesIn(gonumSimple(g)) {
			loops++
			i := slices.IndexFunc(cycles, func(c Cycle) bool { return slices.Contains(c.Services, graph.Node(loop[0].ID())) })
			if i < 0 {
				t.Fatalf("seed %d: no component has %v", seed, loop)
			}
			c, sync, cut := &cycles[i], true, false
			for k := 1; k < len(loop); k++ {
				from, to := graph.Node(loop[k-1].ID()), graph.Node(loop[k].ID())
				e, _ := g.Edge(from, to)
				sync = sync && g.Mode(e) == graph.Sync
				cut = cut || slices.ContainsFunc(c.Cuts, func(k Cut) bool { return k.From == from && k.To == to })
			}
			if c.Sync && !sync {
				continue
			}
			if !cut {
				t.Errorf("seed %d: %v is a loop still without the cuts", seed, loop)
			}
			if len(loop)-1 < len(c.Loop) {
				t.Errorf("seed %d: %v is shorter than the loop %s", seed, loop, names(g, c.Loop))
			}
		}
	}
	if loops < 100 {
		t.Errorf("only %d loops were looked at", loops)
	}
}

// The parts of Clusters are worth about as much as those of gonum, which takes services in random order
// and another path for each seed.
func TestClustersAgreeWithGonum(t *testing.T) {
	graphs := []*graph.Graph{graphtest.Landscape(60), graphtest.Landscape(400), graphtest.Looped(300, 900, 1), graphtest.Random(100, 300, 2), graphtest.Chain(50, true)}
	for i, g := range graphs {
		h := gonumgraph.Undirect{G: gonumSimple(g)}
		parts := map[int][]gonumgraph.Node{}
		for v, p := range Clusters(g) {
			parts[p] = append(parts[p], h.Node(int64(v)))
		}
		var list [][]gonumgraph.Node
		for p := range len(parts) {
			list = append(list, parts[p])
		}
		got, want := community.Q(h, list, 1), 0.0
		for seed := range uint64(3) {
			reduced := community.Modularize(h, 1, rand.NewPCG(seed, 1))
			want = max(want, community.Q(h, reduced.Communities(), 1))
		}
		if got < want-0.03 {
			t.Errorf("graph %d: the modularity is %.3f, gonum reaches %.3f", i, got, want)
		}
	}
}
