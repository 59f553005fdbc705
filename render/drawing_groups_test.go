package render

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

// groupNotation writes the groups of g with the names of callees: "a[b|c]2".
func groupNotation(g *graph.Graph) string {
	var write func(id graph.GroupID) string
	write = func(id graph.GroupID) string {
		group := &g.Groups()[id]
		var members []string
		for _, m := range group.Members {
			var words string
			if m.Group != graph.NoGroup {
				words = write(m.Group)
			} else {
				words = g.ID(g.To(m.Call))
			}
			if m.Share > 0 {
				words += fmt.Sprintf("=%.0f", 100*m.Share)
			}
			if m.Alone {
				words += "!"
			}
			members = append(members, words)
		}
		if group.Hidden > 0 {
			members = append(members, fmt.Sprintf("%d hidden", group.Hidden))
		}
		words := string("{[("[group.Kind]) + strings.Join(members, "|") + string("}])"[group.Kind])
		if group.Need > 1 {
			words += fmt.Sprint(group.Need)
		}
		return words
	}
	var all []string
	for v := range graph.Node(g.Len()) {
		for _, id := range g.GroupsOf(v) {
			all = append(all, g.ID(v)+write(id))
		}
	}
	return strings.Join(all, " ")
}

func TestGroupsOfDrawings(t *testing.T) {
	for _, tt := range []struct{ name, graph, all, collapsed, without string }{
		{"one box is a plain call", "a:[x/b|x/c]", "a[x/b|x/c]", "", "a[x/c|1 hidden]"},
		{"two boxes", "a:[x/b|x/c|y/d]2", "a[x/b|x/c|y/d]2", "a[namespace x|namespace y]2", "a[x/c|y/d|1 hidden]2"},
		{"shares add up", "a:{x/b=60|x/c=30|y/d=10}", "a{x/b=60|x/c=30|y/d=10}", "a{namespace x=90|namespace y=10}", "a{x/c=30|y/d=10|1 hidden}"},
		{"a box that is also needed", "a:[x/b|y/c],x/d", "a[x/b|y/c]", "a[namespace x!|namespace y]", "a[y/c|1 hidden]"},
		{"nested in one box", "a:{[x/b|x/c]|y/d}", "a{y/d|[x/b|x/c]}", "a{namespace x|namespace y}", "a{y/d|[x/c|1 hidden]}"},
		{"nested", "a:([x/b|y/c]|z/d)", "a([x/b|y/c]|z/d)", "a([namespace x|namespace y]|namespace z)", "a([y/c|1 hidden]|z/d)"},
		{"nested, all in one box", "a:{[x/b|x/c]|x/d}", "a{x/d|[x/b|x/c]}", "", "a{x/d|[x/c|1 hidden]}"},
		{"two callers with the same servers", "w/a:[x/b|y/c] w/e:[x/b|y/c]", "w/a[x/b|y/c] w/e[x/b|y/c]", "namespace w[namespace x|namespace y]", "w/a[y/c|1 hidden] w/e[y/c|1 hidden]"},
		{"a member beside the caller", "x/a:[x/b|y/c]", "x/a[x/b|y/c]", "namespace x[namespace y|1 hidden]", "x/a[y/c|1 hidden]"},
	} {
		g := graphtest.Parse(tt.graph)
		if got := groupNotation(g); got != tt.all {
			t.Errorf("%s: %s has the groups %s, want %s", tt.name, tt.graph, got, tt.all)
		}
		if got := groupNotation(View{Collapse: "namespace"}.Draw(g).Graph); got != tt.collapsed {
			t.Errorf("%s: %s collapsed has the groups %s, want %s", tt.name, tt.graph, got, tt.collapsed)
		}
		d := &drawing{Graph: g}
		d.keepOnly(func(v graph.Node) bool { return g.ID(v) != "x/b" })
		if got := groupNotation(d.Graph); got != tt.without {
			t.Errorf("%s: %s without x/b has the groups %s, want %s", tt.name, tt.graph, got, tt.without)
		}
	}
}
