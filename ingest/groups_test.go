package ingest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// TestGroups reads every archive in testdata/groups and compares the groups of calls with
// the file "want" in it.
func TestGroups(t *testing.T) { testArchives(t, "groups", groupLines) }

// groupLines writes groups that are in no other one a line each, and the calls that are
// needed by themselves: "web: split [a /a*, pool [b, c] /b*]".
func groupLines(g *graph.Graph) string {
	var b strings.Builder
	for v := range graph.Node(g.Len()) {
		for _, id := range g.GroupsOf(v) {
			fmt.Fprintf(&b, "%s: %s\n", g.ID(v), groupText(g, id))
		}
		for e, end := g.Out(v); e < end; e++ {
			if !g.Grouped(e) {
				c := g.Call(e)
				fmt.Fprintf(&b, "%s: %s, %s %s\n", g.ID(v), g.ID(g.To(e)), c.Strength, c.Class)
			}
		}
	}
	return b.String()
}

func groupText(g *graph.Graph, id graph.GroupID) string {
	group := &g.Groups()[id]
	words := group.Kind.String()
	if group.Need > 1 {
		words += fmt.Sprintf(" %d", group.Need)
	}
	if group.Checked {
		words += " checked"
	}
	var members []string
	for _, m := range group.Members {
		text := ""
		if m.Group != graph.NoGroup {
			text = groupText(g, m.Group)
		} else {
			text = g.ID(g.To(m.Call))
		}
		if m.Share > 0 {
			text += fmt.Sprintf(" %.0f%%", 100*m.Share)
		}
		if m.Rank > 0 {
			text += fmt.Sprintf(" #%d", m.Rank)
		}
		if m.Match != "" {
			text += " " + m.Match
		}
		if m.Alone {
			text += " alone"
		}
		members = append(members, text)
	}
	return words + " [" + strings.Join(members, ", ") + "]"
}
