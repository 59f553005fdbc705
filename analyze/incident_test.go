package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/policy"
)

// retrying is a chain a -> b -> c -> d in which every call is tried three times on
// any error, with a timeout of a second.
func retrying() *graph.Graph {
	services := make([]graph.Service, 4)
	for i := range services {
		services[i] = graph.Service{ID: string(rune('a' + i)), Name: string(rune('a' + i)), Kind: graph.KindService}
	}
	at := graph.Source{File: "a.yaml"}.At(4, 0)
	services[0].Own().Entrypoint, services[1].Own().Tier = policy.Declare(true, at), policy.Declare(1, at)
	says := &policy.Set{
		Timeout: &policy.Timeout{PerTry: policy.Declare(time.Second, at)},
		Retry:   &policy.Retry{Retries: policy.Declare(2, at), On: policy.Declare([]string{policy.OnAny}, at)},
	}
	var calls []graph.Call
	for i := range graph.Node(3) {
		calls = append(calls, graph.Call{From: i, To: i + 1, Mode: graph.Sync, Need: graph.Hard, Strength: graph.Strong, Evidence: []graph.Evidence{{Says: says, Strength: graph.Strong}}})
	}
	return graphtest.New(services, calls)
}

func scenario(g *graph.Graph, mode failure.Mode, names ...string) Scenario {
	s := Scenario{Inject: map[graph.Node]failure.Injection{}}
	for _, name := range names {
		v, _ := g.Node(name)
		s.Inject[v] = failure.Injection{Mode: mode}
	}
	return s
}

func TestSimulate(t *testing.T) {
	g := retrying()
	in := Simulate(g, scenario(g, failure.Hang, "c"))
	if got := fmt.Sprint(names(g, in.Entries), "/", names(g, in.Critical), " ", in.Naive, in.Others, in.Suffering()); got != "a/b 2 3 2" {
		t.Errorf("entries/tier 1, naive, others, suffering: %s, want a/b 2 3 2", got)
	}
	if len(in.Loads) != 1 {
		t.Fatalf("loads: %+v, want that of c", in.Loads)
	}
	l := in.Loads[0]
	if got := fmt.Sprint(names(g, l.Path), l.Factor, l.Overload, names(g, l.Also)); got != "a b c9 trued" && got != "a b c 9 true d" {
		t.Errorf("load of c: %s, want nine times over a b c, an overload, the same for d", got)
	}
	if c := in.Change; c == nil || g.ID(g.From(c.Call)) != "a" || !slices.Equal(c.Remedies, []failure.Remedy{failure.AddFallback, failure.MakeOptional}) || c.Failed != 1 || c.Degraded != 1 {
		t.Errorf("change: %+v, want a fallback or none needed on a -> b: one on b -> c comes too late for a", c)
	}
}

func TestFailOverloads(t *testing.T) {
	g := retrying()
	s := scenario(g, failure.Hang, "c")
	if labels := labelsOf(g, Simulate(g, s)); labels != "b:FAILED a:FAILED" {
		t.Errorf("c hangs: %s", labels)
	}
	s.Overload = true
	if _, failed := s.Inject[3]; failed {
		t.Fatal("the scenario was changed")
	}
	in := Simulate(g, s)
	if !slices.Equal(in.Failed, []graph.Node{2}) {
		t.Errorf("failed: %s, want c alone", names(g, in.Failed))
	}
}

func labelsOf(g *graph.Graph, in Incident) string {
	var list []string
	for _, v := range in.Victims {
		list = append(list, g.ID(v.Node)+":"+v.Label.String())
	}
	return strings.Join(list, " ")
}

// a -> b -> c -> b, each call in the loop repeated on errors.
func TestLoadOfALoop(t *testing.T) {
	at := graph.Source{File: "a.yaml"}.At(4, 0)
	says := &policy.Set{Retry: &policy.Retry{Retries: policy.Declare(1, at), On: policy.Declare([]string{policy.OnAny}, at)}}
	call := func(from, to graph.Node) graph.Call {
		return graph.Call{From: from, To: to, Mode: graph.Sync, Need: graph.Hard, Evidence: []graph.Evidence{{Says: says}}}
	}
	g := graphtest.New([]graph.Service{{ID: "a"}, {ID: "b"}, {ID: "c"}}, []graph.Call{call(0, 1), call(1, 2), call(2, 1)})
	in := Simulate(g, scenario(g, failure.Stop, "c"))
	if len(in.Loads) != 1 || !math.IsInf(in.Loads[0].Factor, 1) || !in.Loads[0].Overload {
		t.Errorf("loads of a loop: %+v, want one without end", in.Loads)
	}
}

// Without policies the model says what reachability says.
func TestFailAgreesWithDistances(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		hard := distances(adjacency(g, g.HardSync))
		sync := distances(adjacency(g, func(e graph.Edge) bool { return g.Mode(e) == graph.Sync }))
		for v := range graph.Node(g.Len()) {
			in, fail, wait := Simulate(g, stopping(v)), callersOf(v, hard), callersOf(v, sync)
			if fails, degrades := in.Count(failure.Fails), in.Count(failure.Degrades); fails != fail || degrades != wait-fail {
				t.Errorf("%s stops: %d fail and %d degrade, want %d and %d", g.ID(v), fails, degrades, fail, wait-fail)
			}
			if in.Naive != wait {
				t.Errorf("%s stops: %d wait for it, want %d", g.ID(v), in.Naive, wait)
			}
		}
	})
}

// The model, its explanations, dominators and the rules have no recursion that a long
// chain could exhaust, nor take quadratic time on it. A loop at its end, retries and
// breakers give each something to do.
func TestFailLongChain(t *testing.T) {
	n := testlong.N(10_000, 100_000)
	at := graph.Source{File: "a.yaml"}.At(4, 0)
	says := &policy.Set{
		Timeout: &policy.Timeout{PerTry: policy.Declare(time.Second, at)},
		Retry:   &policy.Retry{Retries: policy.Declare(1, at), On: policy.Declare([]string{policy.OnConnect}, at)},
		Breaker: &policy.Breaker{Kind: policy.Declare("call", at)},
	}
	services, calls := make([]graph.Service, n), make([]graph.Call, 0, n)
	for i := range services {
		services[i] = graph.Service{ID: fmt.Sprintf("s%06d", i), Kind: graph.KindService}
		to := graph.Node(i + 1)
		if i == n-1 {
			to = graph.Node(n - 10)
		}
		c := graph.Call{From: graph.Node(i), To: to, Mode: graph.Sync, Need: graph.Hard, Strength: graph.Strong, Declared: true}
		if i%2 == 0 {
			c.Evidence = []graph.Evidence{{Says: says, Strength: graph.Strong, Origin: at}}
		}
		calls = append(calls, c)
	}
	g := graphtest.New(services, calls)
	first, last := graph.Node(0), graph.Node(n-1)
	for _, mode := range []failure.Mode{failure.Stop, failure.Hang, failure.SlowDown} {
		in := Simulate(g, Scenario{Inject: map[graph.Node]failure.Injection{last: {Mode: mode, Delay: time.Minute}}})
		if in.Suffering() != n-1 || len(in.Victims[n-2].Path()) != n {
			t.Errorf("the end of a chain of %d brings %d down", n, in.Suffering())
		}
	}
	if d := dominate(g, []graph.Node{first}); len(d.order) != n+1 {
		t.Errorf("dominators of %d services, want %d", len(d.order)-1, n)
	}
}

func TestSelect(t *testing.T) {
	g := graphtest.Parse("shop/web:shop/cart,data/db shop/cart:data/db")
	g.Service(0).Own().Team, g.Service(0).Own().Labels = "stores", graph.Labels{zoneLabel: "eu-1a"}
	for _, tt := range []struct{ property, value, want string }{
		{"namespace", "shop", "shop/cart shop/web"}, {"team", "stores", "data/db"}, {"zone", "eu-1a", "data/db"},
		{"team", "", ""}, {"kind", "service", "data/db shop/cart shop/web"}, {"owner", "stores", ""},
	} {
		if got := names(g, Select(g, tt.property, tt.value)); got != tt.want {
			t.Errorf("Select(%s, %q) = %q, want %q", tt.property, tt.value, got, tt.want)
		}
	}
}
