package analyze

import (
	"testing"

	"github.com/weirgraph/weir/graph/graphtest"
)

func TestPortion(t *testing.T) {
	for _, tt := range []struct{ graph, want string }{
		{"a:b", ""},
		{"a:[b|c]", "as one of 2"},
		{"a:[b|c],b", ""},
		{"a:{b=1|c=4}", "in 20 % of its requests"},
		{"a:{b|c}", ""},
		{"a:(b|c)", ""},
		{"a:(c|b)", "after another has failed"},
		{"a:{[b|c|d]=1|e=1}", "in 50 % of its requests, as one of 3"},
	} {
		g := graphtest.Parse(tt.graph)
		e, _ := g.Edge(node(t, g, "a"), node(t, g, "b"))
		if got := Portion(g, e); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.graph, got, tt.want)
		}
	}
}
