package render

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/pen"
)

// The list of the callees of a service in a table: first those that it needs by themselves,
// then a clause for each group, "2 of (log-1, log-2, log-3)".

// groupClause is a group with its members, each with its share and marks.
func groupClause(g *graph.Graph, id graph.GroupID, name func(graph.Edge) string) string {
	group := &g.Groups()[id]
	words := make([]string, 0, len(group.Members)+1)
	for _, m := range group.Members {
		w := ""
		if m.Group != graph.NoGroup {
			w = groupClause(g, m.Group, name)
		} else {
			w = name(m.Call)
		}
		if m.Share > 0 {
			w += " " + shareText(m.Share, 1)
		}
		words = append(words, w)
	}
	if group.Hidden > 0 {
		words = append(words, fmt.Sprintf("%d not shown", group.Hidden))
	}
	head := "one of"
	switch group.Kind {
	case graph.Pool:
		head = needWords(group)
	case graph.Failover:
		head = "first of"
	}
	return head + " (" + strings.Join(words, ", ") + ")"
}

// needWords is how many members of a pool have to work: "any of", "2 of", "all of".
func needWords(group *graph.Group) string {
	switch n := len(group.Members) + group.Hidden; {
	case group.Need == 0:
		return "some of"
	case group.Need == 1:
		return "any of"
	case group.Need >= n:
		return "all of"
	}
	return fmt.Sprint(group.Need, " of")
}

// groupsOfCall says of what groups a call is a member, and as what: "2 of 3", "80 %",
// "failover", "one of 4, /v2*". It is empty for a call that is needed by itself.
func groupsOfCall(g *graph.Graph, e graph.Edge) string {
	var list []string
	alone := false
	for _, id := range g.GroupsWith(e) {
		for _, m := range g.Groups()[id].Members {
			if m.Group == graph.NoGroup && m.Call == e {
				list = append(list, memberWords(g, id, m))
				alone = alone || m.Alone
			}
		}
	}
	if alone {
		list = append(list, "also by itself")
	}
	return strings.Join(list, "; ")
}

// memberWords says as what m is a member of a group, and that of those around it.
func memberWords(g *graph.Graph, id graph.GroupID, m graph.GroupMember) string {
	group := &g.Groups()[id]
	n := len(group.Members) + group.Hidden
	words := ""
	switch {
	case group.Kind == graph.Pool:
		words = fmt.Sprintf("%s %d", needWords(group), n)
	case group.Kind == graph.Failover && m.Rank > group.Members[0].Rank:
		words = "failover"
	case group.Kind == graph.Failover:
		words = fmt.Sprintf("first of %d", n)
	case m.Share > 0:
		words = shareText(m.Share, 1)
	default:
		words = fmt.Sprintf("one of %d", n)
	}
	if group.Kind == graph.Split && m.Match != "" {
		words += ", " + pen.Short(pen.Clean(m.Match))
	}
	if group.In == graph.NoGroup {
		return words
	}
	for _, outer := range g.Groups()[group.In].Members {
		if outer.Group == id {
			return words + " in " + memberWords(g, group.In, outer)
		}
	}
	return words
}

// groupWords is a group in a picture: "any 2 of 3", "one of 5", "failover", with its name.
func groupWords(group *graph.Group) string {
	n := len(group.Members) + group.Hidden
	words := ""
	switch {
	case group.Kind == graph.Split:
		words = fmt.Sprintf("one of %d", n)
	case group.Kind == graph.Failover:
		words = "failover"
	default:
		words = fmt.Sprintf("%s %d", needWords(group), n)
	}
	if group.Name != "" && group.Name != graph.AllRoutes {
		words = pen.Short(pen.Clean(group.Name)) + ": " + words
	}
	return words
}
