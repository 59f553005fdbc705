package failure

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
)

func TestVictims(t *testing.T) {
	g := frontPage()
	tests := []struct {
		failed string
		mode   Mode
		want   []string
	}{
		{"recs-db", Hang, []string{
			"recs FAILED recs>recs-db: no timeout ends the wait (assumed)",
			"checkout DEGRADED checkout>recs>recs-db: timeout 300ms turned the hang into an error, fallback static answered instead; no timeout ends the wait (assumed)",
			"web DEGRADED web>checkout>recs>recs-db: ; timeout 300ms turned the hang into an error, fallback static answered instead; no timeout ends the wait (assumed)",
		}},
		{"mail", Stop, []string{"checkout PROTECTED checkout>mail: event waits in the queue, not its sender"}},
		{"search", Hang, []string{"web FAILED web>search: no timeout ends the wait (assumed), optional call does not help a caller that waits"}},
	}
	for _, tt := range tests {
		o := modelOf(g).Solve(map[graph.Node]Injection{node(t, g, tt.failed): {Mode: tt.mode}})
		var got []string
		for _, v := range o.Victims() {
			got = append(got, describe(g, &v))
		}
		if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%s fails:\n%s\nwant\n%s", tt.failed, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
}

func describe(g *graph.Graph, v *Victim) string {
	var path, hops []string
	for _, n := range v.Path() {
		path = append(path, g.ID(n))
	}
	for _, h := range v.Hops() {
		var actions []string
		for _, d := range h.Actions {
			s := d.Policy + " " + d.Does
			if d.Assumed {
				s += " (assumed)"
			}
			actions = append(actions, s)
		}
		hops = append(hops, strings.Join(actions, ", "))
	}
	return fmt.Sprintf("%s %s %s: %s", g.ID(v.Node), v.Label, strings.Join(path, ">"), strings.Join(hops, "; "))
}

// Whoever suffers has a chain of calls to a cause, along which everybody suffers.
func TestWitnesses(t *testing.T) {
	eachRandomEstate(t, func(t *testing.T, _ *rand.Rand, wires []wire, inject map[string]Injection) {
		g := estate(wires)
		o := solved(g, inject)
		listed := map[graph.Node]bool{}
		for _, v := range o.Victims() {
			listed[v.Node] = true
			path := v.Path()
			last := path[len(path)-1]
			if _, ok := inject[g.ID(last)]; !ok || path[0] != v.Node || path[1] != v.Via || v.Distance != len(v.Hops()) {
				t.Errorf("the way of the failure to %s is %v", g.ID(v.Node), path)
			}
			for i, n := range path[1:] {
				_, calls := g.Edge(path[i], n)
				back, called := g.Edge(n, path[i])
				event := called && g.Mode(back) == graph.Async
				if !calls && !event {
					t.Errorf("the way to %s leads over %s, which is not called and sends nothing", g.ID(v.Node), g.ID(n))
				}
				if queue := g.ID(n) == "q-a"; !o.Onset[n].Suffers() && !o.Steady[n].Suffers() && !(queue && i+2 < len(path)) && inject[g.ID(n)].Mode != Partial {
					t.Errorf("the way to %s leads over %s, which suffers nothing", g.ID(v.Node), g.ID(n))
				}
			}
		}
		for v := range graph.Node(g.Len()) {
			if _, injected := inject[g.ID(v)]; !injected && o.Onset[v].Suffers() && !listed[v] {
				t.Errorf("%s suffers and is not listed", g.ID(v))
			}
		}
	})
}
