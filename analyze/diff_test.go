package analyze

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
)

func compareGraphs(old, now *graph.Graph) *Diff {
	return Compare(State{Graph: old}, State{Graph: now})
}

// diffText writes what differs in a short notation: "+a" and "-a" for services, "+a>b" for calls,
// "a>b mode sync/async" for changed ones, "!a: b c" for services that fail with a now.
func diffText(d *Diff) string {
	var words []string
	mark := func(was, is bool, name string, fields []FieldChange) {
		switch {
		case !was:
			words = append(words, "+"+name)
		case !is:
			words = append(words, "-"+name)
		}
		for _, f := range fields {
			words = append(words, name+" "+f.Field+" "+f.Old+"/"+f.New)
		}
	}
	for _, c := range d.Services {
		mark(c.Old != nil, c.New != nil, c.ID, c.Fields)
	}
	for _, c := range d.Calls {
		mark(c.Old != nil, c.New != nil, c.From+">"+c.To, c.Fields)
	}
	for _, r := range d.Effects.Radii {
		if r.More != nil {
			words = append(words, "!"+r.ID+": "+strings.Join(r.More, " "))
		}
		if r.Fewer != nil {
			words = append(words, "?"+r.ID+": "+strings.Join(r.Fewer, " "))
		}
	}
	for _, c := range d.Effects.Loops {
		words = append(words, "loop "+names(d.New, c.Loop))
	}
	return strings.Join(words, ", ")
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"the same", "a:b b:c", "a:b b:c", ""},
		{"a call more", "a b", "a:b b", "+a>b, !b: a"},
		{"a new service", "a:b b", "a:b b:c c", "+c, +b>c, !c: a b"},
		{"a call less", "a:b,c b c", "a:b b c", "-a>c, ?c: a"},
		{"a service less", "a:b,c", "a:b", "-c, -a>c"},
		{"no longer waits", "a:b", "a:b~", "a>b mode sync/async, ?b: a"},
		{"optional", "a:b", "a:b?", "a>b need hard/soft, ?b: a"},
		{"what is new does not fail with the old ones", "a:b b", "a:b b c:b", "+c, +c>b"},
		{"a loop", "a:b b:c c", "a:b b:c c:a", "+c>a, loop a b c"},
		{"a larger loop", "a:b b:a b:c c", "a:b b:a b:c c:b", "+c>b, loop a b"},
		{"two of a pool", "a:[b|c] b c", "a:[b|c]2 b c", "a>b alternatives 1 of 2 in a pool/2 of 2 in a pool, a>c alternatives 1 of 2 in a pool/2 of 2 in a pool, !b: a, !c: a"},
		{"from needed to one of several", "a:b b c", "a:[b|c] b c", "a>b alternatives /1 of 2 in a pool, +a>c, ?b: a"},
		{"behind one service", "a:b,c,d b c d", "a:x x:b,c,d b c d", "+x, -a>b, -a>c, -a>d, +a>x, +x>b, +x>c, +x>d, !x: a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := diffText(compareGraphs(graphtest.Parse(tt.old), graphtest.Parse(tt.new))); got != tt.want {
				t.Errorf("%s => %s\n got %s\nwant %s", tt.old, tt.new, got, tt.want)
			}
		})
	}
}

// What one direction adds, the other removes; a state does not differ from itself; and the radii
// are those of the slow definition.
func TestCompareRandomGraphs(t *testing.T) {
	old := graphtest.Parse("a")
	eachRandomGraph(t, func(t *testing.T, now *graph.Graph) {
		defer func() { old = now }()
		if d := compareGraphs(now, now); !d.Empty() {
			t.Fatalf("a graph differs from itself: %s", diffText(d))
		}
		there, back := compareGraphs(old, now), compareGraphs(now, old)
		if len(there.Services) != len(back.Services) || len(there.Calls) != len(back.Calls) {
			t.Fatalf("%d services and %d calls differ, %d and %d the other way round", len(there.Services), len(there.Calls), len(back.Services), len(back.Calls))
		}
		for i, c := range there.Calls {
			b := back.Calls[i]
			if (c.Old == nil) != (b.New == nil) || (c.New == nil) != (b.Old == nil) || c.From != b.From || c.To != b.To {
				t.Fatalf("%s>%s differs one way only", c.From, c.To)
			}
		}
		more, fewer := map[string][]string{}, map[string][]string{}
		for _, r := range there.Effects.Radii {
			more[r.ID], fewer[r.ID] = r.More, r.Fewer
		}
		scopeOld, scopeNew := Scope(old, graph.Weak), Scope(now, graph.Weak)
		for v := range graph.Node(now.Len()) {
			id := now.ID(v)
			is, was := failNames(scopeNew, id), failNames(scopeOld, id)
			var wantMore, wantFewer []string
			for _, s := range is {
				if _, known := old.Node(s); known && !slices.Contains(was, s) && !together(there.Effects.Loops, now, s, id) {
					wantMore = append(wantMore, s)
				}
			}
			for _, s := range was {
				if _, known := now.Node(s); known && !slices.Contains(is, s) {
					wantFewer = append(wantFewer, s)
				}
			}
			if !slices.Equal(more[id], wantMore) || !slices.Equal(fewer[id], wantFewer) {
				t.Fatalf("radius of %s: more %v, fewer %v, want %v and %v", id, more[id], fewer[id], wantMore, wantFewer)
			}
		}
	})
}

// together reports whether two services are on one of the loops.
func together(loops []Cycle, g *graph.Graph, a, b string) bool {
	return slices.ContainsFunc(loops, func(c Cycle) bool {
		ids := idsOf(g, c.Services)
		return slices.Contains(ids, a) && slices.Contains(ids, b)
	})
}

// failNames lists which services fail with one, by the slow definition.
func failNames(g *graph.Graph, id string) []string {
	v, ok := g.Node(id)
	if !ok {
		return nil
	}
	var list []string
	for u, fails := range failsIn(breaking(g), false, v) {
		if fails && graph.Node(u) != v {
			list = append(list, g.ID(graph.Node(u)))
		}
	}
	return list
}

// Of services that others can be reached only through, those are reported that are known not to be
// redundant.
func TestCompareBottlenecks(t *testing.T) {
	for replicas, want := range map[int]int{0: 0, 1: 1, 3: 0} {
		old, now := graphtest.Parse("a:b,c,d b c d"), graphtest.Parse("a:x x:b,c,d b c d")
		services := slices.Clone(now.Services())
		for i := range services {
			if replicas > 0 && services[i].ID == "x" {
				services[i].Own().Replicas = policy.Declare(replicas, graph.Source{File: "x.yaml"}.At(1, 0))
				services[i].Own().Disruption = &graph.Budget{MaxUnavailable: "1"}
			}
		}
		var calls []graph.Call
		for e := range graph.Edge(now.Calls()) {
			calls = append(calls, now.Call(e))
		}
		d := compareGraphs(old, graph.New(services, calls))
		if got := len(d.Effects.Bottlenecks); got != want || got > 0 && d.Effects.Bottlenecks[0] != (BottleneckChange{"x", 3}) {
			t.Errorf("%d replicas: %v, want %d bottlenecks", replicas, d.Effects.Bottlenecks, want)
		}
	}
}

func TestComparePolicies(t *testing.T) {
	at := func(line int32) graph.Origin { return graph.Source{File: "a.yaml"}.At(line, 0) }
	with := func(sets ...policy.Set) *graph.Graph {
		g := graphtest.Parse("a:b")
		if sets == nil {
			return g
		}
		return g.With(graph.Details{Routes: map[graph.Edge][]graph.Route{0: {{Layers: sets}}}})
	}
	timeout := func(d time.Duration, line int32) policy.Set {
		return policy.Set{Layer: policy.App, Timeout: &policy.Timeout{Total: policy.Declare(d, at(line))}}
	}
	text := func(d *Diff) []string {
		var list []string
		for _, c := range d.Policies {
			words := c.From + ">" + c.To + " " + c.Field
			for _, x := range []*policy.Decision{c.Old, c.New} {
				if x == nil {
					words += " -"
				} else {
					words += " " + x.Value.(time.Duration).String()
				}
			}
			list = append(list, words)
		}
		return list
	}
	for _, tt := range []struct {
		name     string
		old, new *graph.Graph
		want     []string
	}{
		{"another value", with(timeout(time.Second, 3)), with(timeout(2*time.Second, 3)), []string{"a>b timeout.total 1s 2s"}},
		{"another place", with(timeout(time.Second, 3)), with(timeout(time.Second, 9)), nil},
		{"a new layer", with(), with(timeout(time.Second, 3)), []string{"a>b timeout.total - 1s"}},
		{"a layer less", with(timeout(time.Second, 3)), with(), []string{"a>b timeout.total 1s -"}},
		{"of two layers the second", with(timeout(time.Second, 3), timeout(2*time.Second, 4)), with(timeout(time.Second, 3), timeout(3*time.Second, 4)),
			[]string{"a>b timeout.total 2s 3s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, text(compareGraphs(tt.old, tt.new))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompareFindings(t *testing.T) {
	one := func(fingerprint string) Finding {
		return Finding{Rule: "r", Fingerprint: fingerprint, Message: fingerprint, Severity: Warning}
	}
	group := Finding{Rule: "r", Fingerprint: "group", Each: []Finding{one("1"), one("2")}}
	g := graphtest.Parse("a")
	d := Compare(State{g, &Check{Findings: []Finding{group, one("3")}}}, State{g, &Check{Findings: []Finding{one("2"), one("4")}}})
	got := [2]string{}
	for _, f := range d.Found {
		got[0] += f.Fingerprint
	}
	for _, f := range d.Gone {
		got[1] += f.Fingerprint
	}
	if got != [2]string{"4", "13"} {
		t.Errorf("found and gone %v", got)
	}
	d.FailOn = Error
	if d.Failing() != 0 {
		t.Error("a warning fails a run that only errors fail")
	}
	if d.FailOn = Warning; d.Failing() != 1 {
		t.Errorf("%d findings fail the run, want 1", d.Failing())
	}
}
