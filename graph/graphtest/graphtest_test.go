package graphtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestParseGroups(t *testing.T) {
	tests := []struct{ text, want string }{
		{"a:b,c~", ""},
		{"a:[b|c]", "a pool 1 (b c)"},
		{"a:x,[b|c|d]2,e", "a pool 2 (b c d)"},
		{"a:{b=80|c=20}", "a split (b 0.8 c 0.2)"},
		{"a:(c|b)", "a failover (c b)"},
		{"a:{b=1|[c|d]=3}", "a split (b 0.25 group 0.75); a pool 1 (c d)"},
		{"a:b,[b|c]", "a pool 1 (b alone c)"},
	}
	for _, tt := range tests {
		g := Parse(tt.text)
		var got []string
		for i := range g.Groups() {
			group := &g.Groups()[i]
			words := g.ID(group.Caller) + " " + group.Kind.String()
			if group.Kind == graph.Pool {
				words += fmt.Sprint(" ", group.Need)
			}
			var members []string
			for _, m := range group.Members {
				member := "group"
				if m.Call != graph.NoEdge {
					member = g.ID(g.To(m.Call))
				}
				if m.Alone {
					member += " alone"
				}
				if m.Share > 0 {
					member += fmt.Sprint(" ", m.Share)
				}
				members = append(members, member)
			}
			got = append(got, words+" ("+strings.Join(members, " ")+")")
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("groups of %q = %s, want %s", tt.text, s, tt.want)
		}
	}
}

// A group in a part of a graph counts the members that are out of view.
func TestHiddenMembers(t *testing.T) {
	g := Parse("a:{[b|c~|d]2|e}")
	sync := g.Where(func(e graph.Edge) bool { return g.Mode(e) == graph.Sync && g.ID(g.To(e)) != "e" })
	groups := sync.Groups()
	if len(groups) != 2 || groups[0].Hidden != 1 || groups[1].Hidden != 1 || len(groups[1].Members) != 2 {
		t.Errorf("groups = %+v, want a split with e hidden, and in it a pool with c hidden", groups)
	}
}
