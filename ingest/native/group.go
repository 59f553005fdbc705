package native

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// group states the group that an entry of calls is.
func (r *native) group(caller graph.Entity, n document.Node, key string, in *graph.Place) *graph.GroupFact {
	f := &graph.GroupFact{Name: n.Get("name").Str(), In: in, Origin: r.d.At(n), Multiplexes: caller.Kind == graph.KindGateway}
	for _, k := range groupKinds {
		if k.key == key {
			f.Kind = k.kind
		}
	}
	if f.Kind == graph.Pool {
		f.Need = neededOf(n)
	}
	if f.Kind != graph.Split {
		f.Checked = setting(r.d, n.Get("checked"), parseTruth).Value
	}
	if f.Kind == graph.Failover {
		f.Same = setting(r.d, n.Get("same"), parseTruth).Value
	}
	return f
}

// neededOf is how many members of a pool have to work: one unless it says otherwise.
func neededOf(n document.Node) int {
	written := n.Get("need")
	need, hint := parseNeed(written.Str())
	switch {
	case !written.IsScalar() || hint != "":
		return 1
	case need == needMajority:
		return len(n.Get("anyOf").List())/2 + 1
	}
	return need
}

// place is the place of a member, the rank-th of its group.
func (r *native) place(group *graph.GroupFact, rank int, member document.Node) *graph.Place {
	p := &graph.Place{Group: group}
	switch group.Kind {
	case graph.Split:
		p.Share, p.Match = setting(r.d, member.Get("weight"), parseWeight).Value, member.Get("match").Str()
	case graph.Failover:
		p.Rank = rank
	}
	return p
}

// used reports whether requests are sent to a call: neither it nor a group around it has the
// weight 0.
func (r *native) used(where []document.Node) bool {
	for _, n := range where {
		if weight := setting(r.d, n.Get("weight"), parseWeight); weight.Set() && weight.Value == 0 {
			return false
		}
	}
	return true
}
