package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// A poolBox is a box in a picture around the members of pools.
type poolBox struct {
	label string
	nodes []graph.Node
}

// pictureGroups is how the groups of a drawing are shown: a pool as a box around its members,
// as far as boxes do not overlap, all others as labels of arrows.
type pictureGroups struct {
	g     *graph.Graph
	boxOf map[graph.Node]*poolBox // boxes by their first node, and by all others
	boxed map[graph.GroupID]bool
}

func groupsInPicture(g *graph.Graph) *pictureGroups {
	p := &pictureGroups{g: g, boxOf: map[graph.Node]*poolBox{}, boxed: map[graph.GroupID]bool{}}
	type pool struct {
		nodes  []graph.Node
		groups []graph.GroupID
	}
	pools := map[string]*pool{} // by members
	var order []*pool
	for id := range graph.GroupID(len(g.Groups())) {
		nodes, ok := p.poolMembers(id)
		if !ok {
			continue
		}
		key := fmt.Sprint(nodes)
		if pools[key] == nil {
			pools[key] = &pool{nodes: nodes}
			order = append(order, pools[key])
		}
		pools[key].groups = append(pools[key].groups, id)
	}
	in := map[graph.Node]int{} // pools with a node
	for _, one := range order {
		for _, v := range one.nodes {
			in[v]++
		}
	}
	for _, one := range order {
		if slices.ContainsFunc(one.nodes, func(v graph.Node) bool { return in[v] > 1 }) {
			continue
		}
		box := &poolBox{label: groupWords(&g.Groups()[one.groups[0]]), nodes: one.nodes}
		for _, id := range one.groups {
			if groupWords(&g.Groups()[id]) != box.label {
				box.label = "pool"
			}
		}
		for _, id := range one.groups {
			p.boxed[id] = box.label != "pool"
		}
		for _, v := range one.nodes {
			p.boxOf[v] = box
		}
	}
	return p
}

// poolMembers returns the members of a pool that can be drawn as a box: services of one
// namespace without the caller.
func (p *pictureGroups) poolMembers(id graph.GroupID) ([]graph.Node, bool) {
	group := &p.g.Groups()[id]
	if group.Kind != graph.Pool || len(group.Members) < 2 {
		return nil, false
	}
	var nodes []graph.Node
	for _, m := range group.Members {
		if m.Group != graph.NoGroup {
			return nil, false
		}
		v := p.g.To(m.Call)
		if v == group.Caller || len(nodes) > 0 && p.g.Service(v).Namespace != p.g.Service(nodes[0]).Namespace {
			return nil, false
		}
		nodes = append(nodes, v)
	}
	slices.Sort(nodes)
	return nodes, true
}

// arrowWords says of what groups a call is a member, but for the pools that are boxes, the
// first of a failover, and the routes of a gateway without a share. Most calls have none.
func (p *pictureGroups) arrowWords(e graph.Edge) string {
	if !p.g.Grouped(e) {
		return ""
	}
	var all []string
	for _, id := range p.g.GroupsWith(e) {
		words := ""
		isMember := func(m graph.GroupMember) bool { return m.Group == graph.NoGroup && m.Call == e }
		for id != graph.NoGroup {
			group := &p.g.Groups()[id]
			k := slices.IndexFunc(group.Members, isMember)
			if w := p.memberWords(id, group.Members[k]); w != "" && words != "" {
				words += " in " + w
			} else {
				words += w
			}
			within := id
			isMember = func(m graph.GroupMember) bool { return m.Group == within }
			id = group.In
		}
		if words != "" && !slices.Contains(all, words) {
			all = append(all, words)
		}
	}
	return strings.Join(all, "; ")
}

func (p *pictureGroups) memberWords(id graph.GroupID, m graph.GroupMember) string {
	group := &p.g.Groups()[id]
	n := len(group.Members) + group.Hidden
	switch {
	case group.Kind == graph.Split && m.Share > 0:
		return shareText(m.Share, 1)
	case group.Kind == graph.Split && group.Name != graph.AllRoutes:
		return fmt.Sprintf("one of %d", n)
	case group.Kind == graph.Pool && !p.boxed[id]:
		return fmt.Sprintf("%s %d", needWords(group), n)
	case group.Kind == graph.Failover && m.Rank > group.Members[0].Rank:
		return "failover"
	}
	return ""
}

// labelMeanings are the meanings of the words that memberWords writes, by how they begin or end.
var labelMeanings = []struct{ part, says string }{
	{" %", "percent at an arrow: share of the requests"},
	{"one of", "\"one of\" at an arrow: a request goes to one of so many"},
	{"some of", "\"some of\" at an arrow: how many are needed is unknown"},
	{"any of", "\"any of\" at an arrow: one of so many is needed"},
	{"all of", "\"all of\" at an arrow: all of a pool are needed"},
	{"failover", "\"failover\" at an arrow: called when others fail"},
}

const (
	poolMeaning = "frame in grey: a pool, of which a caller needs so many"
	someMeaning = "\"2 of\" and the like at an arrow: only so many are needed"
)

// legend returns the meaning of the labels of arrows.
func (p *pictureGroups) legend() []string {
	used := make([]bool, len(labelMeanings)+1)
	for id := range graph.GroupID(len(p.g.Groups())) {
		for _, m := range p.g.Groups()[id].Members {
			words := p.memberWords(id, m)
			if words == "" {
				continue
			}
			k := slices.IndexFunc(labelMeanings, func(l struct{ part, says string }) bool { return strings.Contains(words, l.part) })
			if k < 0 {
				k = len(labelMeanings)
			}
			used[k] = true
		}
	}
	var lines []string
	for k, yes := range used {
		switch {
		case yes && k < len(labelMeanings):
			lines = append(lines, labelMeanings[k].says)
		case yes:
			lines = append(lines, someMeaning)
		}
	}
	return lines
}
