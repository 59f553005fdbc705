package analyze

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/policy"
)

// eachGroupedGraph is eachRandomGraph with groups of all kinds, nested ones too.
func eachGroupedGraph(t *testing.T, f func(t *testing.T, rnd *rand.Rand, g *graph.Graph)) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(27, 18))
	for i := range testlong.N(500, 3000) {
		var words []string
		n := 2 + rnd.IntN(7)
		var member func(depth int) string
		member = func(depth int) string {
			if depth == 0 || rnd.IntN(3) > 0 {
				return string(rune('a'+rnd.IntN(n))) + []string{"", "", "", "", "", "~", "?"}[rnd.IntN(7)]
			}
			kind := rnd.IntN(3)
			var members []string
			for range 1 + rnd.IntN(4) {
				members = append(members, member(depth-1))
			}
			text := "{[("[kind:kind+1] + strings.Join(members, "|") + "}])"[kind:kind+1]
			if kind == 1 {
				text += strconv.Itoa(1 + rnd.IntN(len(members)))
			}
			return text
		}
		for v := range n {
			var callees []string
			for range rnd.IntN(4) {
				callees = append(callees, member(2))
			}
			words = append(words, string(rune('a'+v))+":"+strings.Join(callees, ","))
		}
		notation := strings.Join(words, " ")
		f(t, rnd, graphtest.Parse(notation))
		if t.Failed() {
			t.Fatalf("graph %d: %s", i, notation)
		}
	}
}

// failsIn returns who fails when some are gone, by asking every service again and again
// what it needs. If felt, the caller of a split fails with any of its members.
func failsIn(g *graph.Graph, felt bool, gone ...graph.Node) []bool {
	return failsBy(g, func(id graph.GroupID, works []bool) bool {
		if c := &g.Groups()[id]; c.Kind == graph.Split && felt {
			return slices.Contains(works, false)
		}
		return !slices.Contains(works, true)
	}, gone...)
}

// failsOn is failsIn if requests go one way at each split.
func failsOn(g *graph.Graph, picks map[graph.GroupID]int, gone ...graph.Node) []bool {
	return failsBy(g, func(id graph.GroupID, works []bool) bool {
		if at, split := picks[id]; split {
			return !works[at]
		}
		return !slices.Contains(works, true)
	}, gone...)
}

// failsBy asks again and again; group decides about groups that are no pools.
func failsBy(g *graph.Graph, group func(id graph.GroupID, works []bool) bool, gone ...graph.Node) []bool {
	fails := make([]bool, g.Len())
	for _, v := range gone {
		fails[v] = true
	}
	var broken func(m graph.GroupMember) bool
	broken = func(m graph.GroupMember) bool {
		if m.Group == graph.NoGroup {
			return g.HardSync(m.Call) && fails[g.To(m.Call)]
		}
		c := &g.Groups()[m.Group]
		var works []bool
		up := 0
		for _, m := range c.Members {
			works = append(works, !broken(m))
			if works[len(works)-1] {
				up++
			}
		}
		if c.Kind == graph.Pool {
			return up < min(max(c.Need, 1), len(c.Members))
		}
		return group(m.Group, works)
	}
	for range g.Len() {
		for v := range graph.Node(g.Len()) {
			for _, n := range allNeeds(g, v) {
				if broken(graph.GroupMember{Call: n.Call, Group: n.Group}) {
					fails[v] = true
				}
			}
		}
	}
	return fails
}

func listed(set []bool) (list []graph.Node) {
	for v := range set {
		if set[v] {
			list = append(list, graph.Node(v))
		}
	}
	return list
}

func TestWhoFailsWithWhom(t *testing.T) {
	groups := 0
	eachGroupedGraph(t, func(t *testing.T, rnd *rand.Rand, g *graph.Graph) {
		groups += len(g.Groups())
		for v := range g.Services() {
			if rnd.IntN(2) == 0 {
				g.Service(graph.Node(v)).Own().Tier = policy.Declare(1+rnd.IntN(4), graph.Origin{})
			}
		}
		hard := breaking(g)
		counts, collapse := failing(hard), newCollapse(hard)
		tiers := NewAnalysis(g).Tiers()
		needed := make([][]graph.Node, g.Len())
		for v := range graph.Node(g.Len()) {
			want := listed(failsIn(g, false, v))
			if got := slices.Sorted(slices.Values(collapse.of(v))); !slices.Equal(got, want) {
				t.Errorf("%s fail with %s, want %s", names(g, got), g.ID(v), names(g, want))
			}
			if int(counts[v]) != len(want)-1 {
				t.Errorf("%d fail with %s, want %d", counts[v], g.ID(v), len(want)-1)
			}
			tier := 0
			for _, u := range want {
				if own := g.Service(u).Tier; own.Set() && (tier == 0 || own.Value < tier) {
					tier = own.Value
				}
				if u != v {
					needed[u] = append(needed[u], v)
				}
			}
			if got := tiers[v]; got.Value != tier || tier > 0 && (g.Service(got.From).Tier.Value != tier || !slices.Contains(want, got.From)) {
				t.Errorf("%s is of tier %d, want %d", g.ID(v), got.Value, tier)
			}
			for _, e := range g.In(v) {
				if Breaks(g, e) && !failsIn(g, false, v)[g.From(e)] {
					t.Errorf("%s is said to break %s", g.ID(v), g.ID(g.From(e)))
				}
			}
		}
		for v := range graph.Node(g.Len()) {
			if got := needs(g, v); !slices.Equal(got, needed[v]) {
				t.Errorf("%s needs %s, want %s", g.ID(v), names(g, got), names(g, needed[v]))
			}
		}
	})
	if groups < 500 {
		t.Errorf("only %d groups", groups)
	}
}

func TestChokepointsAreMissed(t *testing.T) {
	absorbed := 0
	eachGroupedGraph(t, func(t *testing.T, rnd *rand.Rand, g *graph.Graph) {
		var entries []graph.Node
		for v := range graph.Node(g.Len()) {
			if rnd.IntN(3) == 0 {
				g.Service(v).Own().Entrypoint = policy.Declare(true, graph.Origin{})
				entries = append(entries, v)
			}
		}
		if entries == nil {
			return
		}
		f := FindChokepoints(g)
		hard := breaking(g)
		all := reachedWithout(hard, entries, None)
		for v := range graph.Node(g.Len()) {
			rest := reachedWithout(hard, entries, v)
			want := 0
			for w := range all {
				if graph.Node(w) != v && all[w] && !rest[w] {
					want++
				}
			}
			fails := failsIn(g, true, v)
			if !slices.ContainsFunc(entries, func(u graph.Node) bool { return fails[u] }) {
				absorbed += min(want, 1)
				want = 0
			}
			if got := int(f.Behind[v].N); got != want {
				t.Errorf("%d are behind %s, want %d", got, g.ID(v), want)
			}
		}
	})
	if absorbed < 20 {
		t.Errorf("only %d services were in the way and not missed", absorbed)
	}
}

func TestGroupsAreAsAvailable(t *testing.T) {
	tests := []struct {
		name, graph string
		want        float64 // of the service site, in percent, if those behind it have 99
	}{
		{"one", "site:a", 99},
		{"any 2 of 3", "site:[a|b|c]2", 99.9702},
		{"any of 3", "site:[a|b|c]", 99.9999},
		{"all of 2", "site:[a|b]2", 98.01},
		{"a failover", "site:(a|b)", 99.99},
		{"a split", "site:{a=80|b=20}", 99},
		{"one way of a split needs more", "site:{a=80|b=20} b:c", 99 - 0.2*0.99},
		{"of unknown shares", "site:{a|b} b:c", 99 - 0.5*0.99},
		{"a split of pools", "site:{[a|b]=50|c=50}", (99.99 + 99) / 2},
		{"what all need is needed", "site:[a|b] a:db b:db", 98.9901},
		{"an optional member works", "site:[a|b?]", 100},
	}
	for _, tt := range tests {
		g := graphtest.Parse(tt.graph)
		for v := range g.Services() {
			if g.ID(graph.Node(v)) != "site" {
				g.Service(graph.Node(v)).Own().SLO = policy.Declare(99., graph.Origin{})
			}
		}
		got := 100.0
		if a := available(g, node(t, g, "site")); a != nil {
			got = a.Expected
		}
		if math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: %q is available %v %%, want %v", tt.name, tt.graph, got, tt.want)
		}
	}
}

// The availability of groups is that of all cases of who fails and which ways requests go.
func TestGroupsAreAsAvailableAsTheirCases(t *testing.T) {
	weighed := 0
	eachGroupedGraph(t, func(t *testing.T, rnd *rand.Rand, g *graph.Graph) {
		var splits []graph.GroupID
		ways := 1
		for id := range g.Groups() {
			if c := &g.Groups()[id]; c.Kind == graph.Split {
				splits = append(splits, graph.GroupID(id))
				ways *= len(c.Members)
			}
		}
		if g.Len() > 6 || ways > 64 {
			return
		}
		weighed++
		for v := range g.Services() {
			if rnd.IntN(3) > 0 {
				g.Service(graph.Node(v)).Own().SLO = policy.Declare(50+50*rnd.Float64(), graph.Origin{})
			}
		}
		for v := range graph.Node(g.Len()) {
			want := 0.0
			for set := range 1 << g.Len() {
				odds := 1.0
				var down []graph.Node
				for u := range graph.Node(g.Len()) {
					p := 1.0
					if slo := g.Service(u).SLO; slo.Set() && u != v {
						p = slo.Value / 100
					}
					if set>>u&1 != 0 {
						down, p = append(down, u), 1-p
					}
					odds *= p
				}
				if odds == 0 {
					continue
				}
				for way := range ways {
					picks := map[graph.GroupID]int{}
					for _, id := range splits {
						n := len(g.Groups()[id].Members)
						picks[id], way = way%n, way/n
					}
					if !failsOn(g, picks, down...)[v] {
						want += odds / float64(ways)
					}
				}
			}
			got := 1.0
			if a := available(g, v); a != nil {
				got = a.Expected / 100
				if !a.Exact {
					t.Errorf("%s is not weighed exactly", g.ID(v))
				}
			}
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("%s is available in %v, want %v", g.ID(v), got, want)
			}
		}
	})
	if weighed < 100 {
		t.Errorf("only %d graphs", weighed)
	}
}

func TestFatesOfGroupsAgreeWithAskingAll(t *testing.T) {
	lost := 0
	eachGroupedGraph(t, func(t *testing.T, rnd *rand.Rand, g *graph.Graph) {
		for v := range g.Services() {
			if rnd.IntN(3) == 0 {
				g.Service(graph.Node(v)).Kind = graph.KindDatabase
			}
		}
		for _, f := range SharedFates(g).Shared {
			want := slices.DeleteFunc(listed(failsIn(g, false, f.Node)), func(v graph.Node) bool { return v == f.Node })
			if got := slices.Sorted(slices.Values(slices.Concat(f.Fail, f.Also))); !slices.Equal(got, want) {
				t.Errorf("with %s fail %s, want %s", g.ID(f.Node), names(g, got), names(g, want))
			}
			for _, l := range f.Lost {
				lost++
				split := slices.ContainsFunc(g.Groups(), func(c graph.Group) bool { return c.Kind == graph.Split })
				if !split && !l.Left && l.From != f.Node && !slices.Contains(want, l.From) {
					t.Errorf("a group of %s is said to be lost with %s", g.ID(l.From), g.ID(f.Node))
				}
			}
		}
	})
	if lost < 20 {
		t.Errorf("only %d groups were lost", lost)
	}
}
