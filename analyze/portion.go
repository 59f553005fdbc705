package analyze

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// Portion is for which of the caller's requests a call in a group is made, in words that
// follow "calls pricing": "in 20 % of its requests", "in its requests for /v2", "as one of 3
// of KAFKA_BROKERS", "after another has failed". It is empty for a call that is in no group,
// or needed outside of it, too.
func Portion(g *graph.Graph, e graph.Edge) string {
	in := g.GroupsWith(e)
	if len(in) == 0 || !g.Grouped(e) {
		return ""
	}
	var words []string
	share, id := 1.0, in[0]
	is := func(m graph.GroupMember) bool { return m.Call == e }
	for id != graph.NoGroup {
		group := &g.Groups()[id]
		for _, m := range group.Members {
			if !is(m) {
				continue
			}
			switch {
			case group.Kind == graph.Pool:
				words = append(words, fmt.Sprintf("as one of %d%s", len(group.Members), ofName(group)))
			case group.Kind == graph.Failover && m.Rank > group.Members[0].Rank:
				words = append(words, "after another has failed")
			case group.Kind == graph.Split && m.Share > 0:
				share *= m.Share
			case group.Kind == graph.Split && m.Match != "":
				words = append(words, "in its requests for "+shortMatch(m.Match))
			}
		}
		inner := id
		is = func(m graph.GroupMember) bool { return m.Call == graph.NoEdge && m.Group == inner }
		id = group.In
	}
	if share < 1 {
		words = append([]string{fmt.Sprintf("in %.3g %% of its requests", 100*share)}, words...)
	}
	return strings.Join(words, ", ")
}

func ofName(group *graph.Group) string {
	if group.Name == "" {
		return ""
	}
	return " of " + group.Name
}

// shortMatch is the first of several matches, and how many others there are.
func shortMatch(match string) string {
	first, others, _ := strings.Cut(match, ", ")
	if others == "" {
		return first
	}
	return fmt.Sprintf("%s and %s", first, english.Count(strings.Count(others, ", ")+1, "other"))
}
