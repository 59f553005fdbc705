package rules

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/boundary"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
)

// TestChainSearch compares the search with one that follows every chain.
func TestChainSearch(t *testing.T) {
	for seed := range testlong.N(300, 5000) {
		random := rand.New(rand.NewSource(int64(seed)))
		const n = 9
		services, calls := make([]graph.Service, n), []graph.Call{}
		for v := range services {
			services[v].ID = fmt.Sprint(v)
		}
		starts, ends, barriers := make([]bool, n), make([]bool, n), make([]bool, n)
		for v := range n {
			starts[v], ends[v], barriers[v] = random.Intn(4) == 0, random.Intn(4) == 0, random.Intn(6) == 0
			for range random.Intn(4) {
				if to := random.Intn(n); to != v {
					calls = append(calls, graph.Call{From: graph.Node(v), To: graph.Node(to), Strength: graph.Strong})
				}
			}
		}
		g := graph.New(services, calls)
		shortest := map[[2]graph.Node]int{} // by start and end, in services
		var follow func(chain []graph.Node)
		follow = func(chain []graph.Node) {
			for _, v := range g.Callees(chain[len(chain)-1]) {
				if ends[v] && v == chain[0] {
					continue
				}
				if ends[v] {
					if ends := [2]graph.Node{chain[0], v}; shortest[ends] == 0 || len(chain)+1 < shortest[ends] {
						shortest[ends] = len(chain) + 1
					}
				} else if !starts[v] && !barriers[v] && !slices.Contains(chain, v) {
					follow(append(slices.Clone(chain), v))
				}
			}
		}
		for v := range graph.Node(n) {
			if starts[v] {
				follow([]graph.Node{v})
			}
		}
		s := newChainSearch(g, starts, ends, barriers)
		found := 0
		for _, v := range s.found {
			nearest := n + 1
			for _, chain := range s.all(v) {
				found++
				nearest = min(nearest, len(chain))
				if want := shortest[[2]graph.Node{v, chain[len(chain)-1]}]; chain[0] != v || len(chain) != want {
					t.Fatalf("seed %d: chain %v from %d, want one of %d services", seed, chain, v, want)
				}
				for i := range chain[1:] {
					if _, ok := g.Edge(chain[i], chain[i+1]); !ok {
						t.Fatalf("seed %d: chain %v has no call of %d", seed, chain, chain[i])
					}
				}
			}
			if got := s.nearest(v); !ends[v] && len(got) != nearest {
				t.Fatalf("seed %d: nearest chain %v, want one of %d services", seed, got, nearest)
			}
		}
		if found != len(shortest) {
			t.Fatalf("seed %d: %d chains, want %v", seed, found, shortest)
		}
	}
}

// Rules about chains stay within bounds on large estates, also those that select everything.
func TestReachOnLargeEstate(t *testing.T) {
	n := testlong.N(2_000, 50_000)
	g := graphtest.Estate(n)
	even := boundary.Term{Names: []string{"*0", "*2", "*4", "*6", "*8"}}
	for _, tt := range []struct {
		what     string
		from, to boundary.Selector
		want     int // findings
	}{
		{"none", boundary.Selector{Terms: []boundary.Term{{Kinds: []graph.Kind{graph.KindJob}}}}, boundary.Selector{}, 0},
		{"the last ones from the first ones", boundary.Selector{Terms: []boundary.Term{{Names: []string{"service-00000", "service-00001"}}}}, boundary.Selector{Terms: []boundary.Term{{Names: []string{fmt.Sprintf("service-%05d", n-1)}}}}, 2},
		{"half of all", boundary.Selector{Terms: []boundary.Term{even}}, boundary.Selector{Terms: []boundary.Term{{Not: &boundary.Selector{Terms: []boundary.Term{even}}}}}, n - 1},
	} {
		began := time.Now()
		own := Boundaries([]boundary.Rule{{Kind: boundary.Forbid, Name: "r", From: tt.from, To: tt.to, Reach: true}})
		check := runOnly(g, own)
		found := 0
		for range check.Singles() {
			found++
		}
		if found != tt.want {
			t.Errorf("%s: %d findings, want %d", tt.what, found, tt.want)
		}
		t.Logf("%s: %d services in %v", tt.what, n, time.Since(began))
	}
}

// A finding about a very long chain does not hold all of it.
func TestConcerned(t *testing.T) {
	var chain []graph.Node
	for v := range graph.Node(3 * mostConcerned) {
		if len(chain) <= mostConcerned && !slices.Equal(concerned(chain), chain) {
			t.Fatalf("%d services of a chain of %d", len(concerned(chain)), len(chain))
		}
		chain = append(chain, v)
	}
	got := concerned(chain)
	if want := append(slices.Clone(chain[:mostConcerned-1]), chain[len(chain)-1]); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// runOnly runs these rules and no others.
func runOnly(g *graph.Graph, own []*Rule) *analyze.Check {
	o := Options{Own: own, NoAnnotations: true}
	for _, r := range Rules {
		o.Off = append(o.Off, r.ID)
	}
	return Run(g, o)
}
