package wire

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/sanitize"
)

// maxNested bounds how deep groups are nested that are read.
const maxNested = 32

// A placed call is a call fact that a document puts into a group.
type placed struct {
	call  int // its number among the facts
	to    string
	group int
}

// linkGroups puts the calls into the groups that the document has for them, when all of it
// was read. What refers to a group that is not there is in none.
func (im *importer) linkGroups() {
	facts := make([]*graph.GroupFact, len(im.groups))
	depth := make([]int, len(im.groups))
	declared := im.declaredGroups()
	alike := map[string]int{}
	for i := range im.groups {
		w := &im.groups[i]
		kind, known := graph.ParseGroupKind(w.Kind)
		if !known || !declared[i] {
			continue
		}
		f := &graph.GroupFact{
			Kind: kind, Name: sanitize.Text(w.Name), Need: max(w.Need, 0), Checked: w.Checked, Same: w.Same, Multiplexes: w.Multiplexes,
			Origin: toOrigin(w.Origin),
		}
		if w.In != nil && *w.In >= 0 && *w.In < i && facts[*w.In] != nil && depth[*w.In] < maxNested {
			around := &im.groups[*w.In]
			if k := slices.IndexFunc(around.Members, func(m GroupMember) bool { return m.Group != nil && *m.Group == i }); k >= 0 {
				f.In, depth[i] = around.Members[k].toPlace(facts[*w.In]), depth[*w.In]+1
			}
		}
		f.Key = fmt.Sprint(w.Caller, " ", f.Kind, " ", f.Name, " ", f.Origin)
		if f.In != nil {
			f.Key += " in " + f.In.Group.Key
		}
		alike[f.Key]++
		f.Key += fmt.Sprint(" ", alike[f.Key])
		facts[i] = f
	}
	for _, p := range im.placed {
		if p.group < 0 || p.group >= len(facts) || facts[p.group] == nil {
			continue
		}
		members := im.groups[p.group].Members
		k := slices.IndexFunc(members, func(m GroupMember) bool { return m.Group == nil && m.To == p.to })
		if k >= 0 {
			im.facts.Calls[p.call].In = members[k].toPlace(facts[p.group])
		}
	}
}

// declaredGroups marks the groups that evidence puts calls in, and those around them. The
// others are made by the builder: the routes of gateways that only traces show.
func (im *importer) declaredGroups() []bool {
	declared := make([]bool, len(im.groups))
	for _, p := range im.placed {
		for i := p.group; i >= 0 && i < len(declared) && !declared[i]; {
			declared[i] = true
			if in := im.groups[i].In; in != nil && *in < i {
				i = *in
			}
		}
	}
	return declared
}

func (m *GroupMember) toPlace(f *graph.GroupFact) *graph.Place {
	return &graph.Place{Group: f, Share: max(m.Share, 0), Rank: m.Rank, Match: sanitize.Text(m.Match)}
}
