package link

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// groupsInWords writes groups one a line: "web split [v1 80%, v2 20%]".
func groupsInWords(g *graph.Graph) string {
	var b strings.Builder
	var write func(id graph.GroupID)
	write = func(id graph.GroupID) {
		group := &g.Groups()[id]
		b.WriteString(group.Kind.String())
		if group.Need > 1 {
			fmt.Fprintf(&b, " %d", group.Need)
		}
		b.WriteString(" [")
		for i, m := range group.Members {
			if i > 0 {
				b.WriteString(", ")
			}
			if m.Group != graph.NoGroup {
				write(m.Group)
			} else {
				b.WriteString(g.ID(g.To(m.Call)))
			}
			if m.Share > 0 {
				fmt.Fprintf(&b, " %.0f%%", 100*m.Share)
			}
			if m.Rank > 0 {
				fmt.Fprintf(&b, " #%d", m.Rank)
			}
			if m.Match != "" {
				fmt.Fprintf(&b, " %s", m.Match)
			}
			if m.Alone {
				b.WriteString(" alone")
			}
		}
		b.WriteString("]")
	}
	for v := range graph.Node(g.Len()) {
		for _, id := range g.GroupsOf(v) {
			b.WriteString(g.ID(v) + " ")
			write(id)
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestAlternatives(t *testing.T) {
	split := func() *graph.GroupFact { return &graph.GroupFact{Kind: graph.Split} }
	type call struct {
		to string
		ev graph.Evidence
	}
	in := func(g *graph.GroupFact, share float64) graph.Evidence {
		return graph.Evidence{Strength: graph.Strong, In: &graph.Place{Group: g, Share: share}}
	}
	route := func(match string) graph.Evidence {
		return graph.Evidence{Strength: graph.Strong, Class: graph.ClassIngress, Match: match}
	}
	weighted, pool, lone := split(), &graph.GroupFact{Kind: graph.Pool, Need: 2}, split()
	rule := split()
	two := func() []*graph.GroupFact {
		return []*graph.GroupFact{{Kind: graph.Pool, Need: 1}, {Kind: graph.Pool, Need: 1}}
	}()
	for _, c := range []struct {
		name  string
		calls []call
		want  string
	}{
		{"shares", []call{{"a", in(weighted, 80)}, {"b", in(weighted, 20)}}, "web split [a 80%, b 20%]\n"},
		{"a share is unknown", []call{{"a", in(weighted, 80)}, {"b", in(weighted, 0)}}, "web split [a, b]\n"},
		{"one member is no group", []call{{"a", in(lone, 1)}}, ""},
		{"pool", []call{{"a", in(pool, 0)}, {"b", in(pool, 0)}, {"c", in(pool, 0)}}, "web pool 2 [a, b, c]\n"},
		{"routes", []call{{"a", route("/a*")}, {"b", route("/b*")}}, "web split [a /a*, b /b*]\n"},
		{"one route", []call{{"a", route("/a*")}, {"a", route("/b*")}}, ""},
		{"weights in a route", []call{{"a", route("/a*")}, {"b", graph.Evidence{Strength: graph.Strong, Class: graph.ClassIngress, In: &graph.Place{Group: rule, Share: 9}}}, {"c", graph.Evidence{Strength: graph.Strong, Class: graph.ClassIngress, In: &graph.Place{Group: rule, Share: 1}}}},
			"web split [a /a*, split [b 90%, c 10%]]\n"},
		{"needed alone", []call{{"a", in(pool, 0)}, {"b", in(pool, 0)}, {"a", graph.Evidence{Strength: graph.Strong, Key: "A"}}}, "web pool 2 [a alone, b]\n"},
		{"a start order does not need it alone", []call{{"a", in(pool, 0)}, {"b", in(pool, 0)}, {"a", graph.Evidence{Strength: graph.Weak, Key: "A"}}}, "web pool 2 [a, b]\n"},
		{"one list written twice", []call{{"a", in(two[0], 0)}, {"b", in(two[0], 0)}, {"a", in(two[1], 0)}, {"b", in(two[1], 0)}}, "web pool [a, b]\n"},
		{"weight 0", []call{{"a", in(weighted, 100)}, {"b", graph.Evidence{Strength: graph.Allowed, In: &graph.Place{Group: weighted}}}}, ""},
	} {
		var b Builder
		facts := graph.Facts{}
		for i, one := range c.calls {
			f := graph.CallFact{From: graph.EndpointRef{Ref: named("native", "", "", "web")}, To: graph.EndpointRef{Ref: named("native", "", "", one.to)}, Evidence: one.ev}
			f.Origin = at(i + 1)
			facts.Calls = append(facts.Calls, f)
		}
		b.Add(&facts)
		if got := groupsInWords(b.Build()); got != c.want {
			t.Errorf("%s:\n%swant:\n%s", c.name, got, c.want)
		}
	}
}
