package analyze

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
)

// promisingGraph is n services with calls of all kinds, some of them with fallbacks,
// and objectives of most.
func promisingGraph(rnd *rand.Rand, n int) *graph.Graph {
	services := make([]graph.Service, n)
	for v := range services {
		name := string(rune('a' + v))
		services[v] = graph.Service{ID: name, Name: name, Kind: graph.KindService}
		if rnd.IntN(4) > 0 {
			services[v].Own().SLO = policy.Declare(50+50*rnd.Float64(), graph.Origin{})
		}
	}
	var calls []graph.Call
	for v := range n {
		var to []int
		for w := range n {
			if rnd.IntN(3) == 0 {
				to = append(to, w)
			}
		}
		for i, w := range to {
			c := graph.Call{From: graph.Node(v), To: graph.Node(w), Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard}
			var f *policy.Fallback
			switch k := rnd.IntN(8); {
			case k == 0:
				c.Need = graph.Soft
			case k == 1:
				c.Mode = graph.Async
			case k == 2:
				f = &policy.Fallback{Steps: []policy.FallbackStep{{Kind: policy.Declare("static", graph.Origin{})}}}
			case k < 6 && i > 0:
				f = &policy.Fallback{}
				for range 1 + rnd.IntN(2) {
					f.Steps = append(f.Steps, policy.FallbackStep{Kind: policy.Declare("service", graph.Origin{}), To: services[to[rnd.IntN(i)]].ID})
				}
			}
			c.Fallback = rnd.IntN(6) == 0
			c.Evidence = []graph.Evidence{{Strength: graph.Strong}}
			if f != nil {
				c.Evidence[0].Says = &policy.Set{Fallback: f}
			}
			calls = append(calls, c)
		}
	}
	return graphtest.New(services, calls)
}

// worksIn reports whether v answers when those that are down do not, by asking again
// and again who fails with whom.
func worksIn(g *graph.Graph, v graph.Node, down []bool, ends func(graph.Node) bool) bool {
	fails := append([]bool{}, down...)
	fails[v] = false
	for range g.Len() {
		for u := range graph.Node(g.Len()) {
			if ends(u) {
				continue
			}
			for e, end := g.Out(u); e < end; e++ {
				c := g.Call(e)
				if !c.HardSync() || c.Fallback || !fails[c.To] {
					continue
				}
				lost := true
				if says := c.Evidence[0].Says; says != nil {
					for _, step := range says.Fallback.Steps {
						w, _ := g.Node(step.To)
						lost = lost && step.Kind.Value == "service" && fails[w]
					}
				}
				fails[u] = fails[u] || lost
			}
		}
	}
	return !fails[v]
}

func TestAvailableAgreesWithEveryCase(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 9))
	weighed := 0
	for range 400 {
		n := 2 + rnd.IntN(6)
		g := promisingGraph(rnd, n)
		for v := range graph.Node(n) {
			a := available(g, v)
			for _, believed := range []bool{false, true} {
				ends := func(u graph.Node) bool { return believed && u != v && g.Service(u).SLO.Set() }
				want := 0.0
				for set := range 1 << n {
					down := make([]bool, n)
					odds := 1.0
					for u := range n {
						p := 1.0
						if slo := g.Service(graph.Node(u)).SLO; slo.Set() && graph.Node(u) != v {
							p = slo.Value / 100
						}
						if down[u] = set>>u&1 != 0; down[u] {
							p = 1 - p
						}
						odds *= p
					}
					if odds > 0 && worksIn(g, v, down, ends) {
						want += odds
					}
				}
				got := 1.0
				if a != nil {
					if got = a.Expected / 100; believed {
						got = a.Promised / 100
					}
				}
				if math.Abs(got-want) > 1e-9 {
					t.Fatalf("%s (objectives believed: %v) is available in %v, want %v: %s", g.ID(v), believed, got, want, describeCalls(g))
				}
			}
			l := NewReliance(NewAnalysis(g))
			never := func(graph.Node) bool { return false }
			certain := l.Closure(v, never)
			var asked []*condition
			for _, u := range certain {
				asked = append(asked, l.asks[u]...)
			}
			if c := l.choose(certain, asked, never); c != nil && len(c.unsure) > 0 {
				weighed++
				if exact, _ := c.chance(); c.least() > exact+1e-9 {
					t.Fatalf("%s is said to have %v at least, and has %v", g.ID(v), c.least(), exact)
				}
			}
		}
	}
	if weighed < 50 {
		t.Errorf("only %d services had alternatives to weigh", weighed)
	}
}

// describeCalls writes a graph with its fallbacks.
func describeCalls(g *graph.Graph) string {
	text := ""
	for e := range graph.Edge(g.Calls()) {
		c := g.Call(e)
		text += g.ID(c.From) + ">" + g.ID(c.To)
		if !c.HardSync() || c.Fallback {
			text += "?"
		}
		if says := c.Evidence[0].Says; says != nil {
			for _, step := range says.Fallback.Steps {
				text += "|" + step.Kind.Value + step.To
			}
		}
		text += " "
	}
	return text
}

func TestPercent(t *testing.T) {
	for v, want := range map[float64]string{
		100: "100 %", 99.9: "99.9 %", 99.8001499500062: "99.8 %", 99.75025: "99.75 %", 99.99621: "99.99621 %", 99.95: "99.95 %", 99.98999: "99.99 %", 12.3456: "12.35 %", 0.05: "0.05 %",
	} {
		if got := Percent(v); got != want {
			t.Errorf("Percent(%v) = %q, want %q", v, got, want)
		}
	}
}
