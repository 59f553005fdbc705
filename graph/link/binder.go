package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A binder binds policies to the calls of a frozen graph.
type binder struct {
	l        *linker
	g        *graph.Graph
	node     map[int]graph.Node
	root     []int // of every node
	policies []*binding
	classes  []*graph.Policy // by which the gateways of a class are known
	via      map[graph.Ref][]graph.Edge
	ofRule   map[ruleMatch][]graph.Edge // the calls with a part that a route with several made
	offered  map[string]*offer
	rival    map[leg][]candidate
	endings  *endings
	matched  map[string][]graph.Node     // the services of hosts with a wildcard
	through  map[graph.Node][]graph.Edge // the calls that routes send on from a name
	sentOn   map[graph.Edge]bool         // the same as a set
	behind   map[graph.Edge][]graph.Node // the Services that a call reaches its callee by, if they have several
	entities map[graph.Node][]int        // of every service; see replicas
	said     overrides
}

// A ruleMatch is what a route matches in a part.
type ruleMatch struct {
	route graph.Ref
	match string
}

// An offer is the calls that the policies of one route for the same callees may be for, sorted.
type offer struct {
	all  []graph.Edge
	rest []graph.Edge // those that may be of any part
}

// A binding is a policy while it is being bound to calls.
type binding struct {
	graph.BoundPolicy
	acts       bool           // on some call; with Merge, if any field of it does
	declaredIn policy.Objects // see objects
	own        [1]string      // what declaredIn usually is, without an allocation
}

// objects are the objects that a policy says something in.
func (b *binding) objects() policy.Objects {
	if b.declaredIn == nil && !b.Says.Empty() {
		if b.declaredIn = b.Says.Objects; b.declaredIn == nil {
			b.own[0] = b.Object
			b.declaredIn = b.own[:]
		}
	}
	return b.declaredIn
}

// count returns the number of calls that the policy is for, whether it acts on them or not.
func (b *binding) count() int {
	n := len(b.Calls) + len(b.Outside) + len(b.Opaque)
	for i := range b.Missed {
		n += len(b.Missed[i].Calls)
	}
	return n
}

// miss adds e to the calls that a condition excludes.
func (b *binding) miss(why graph.UnboundReason, e graph.Edge) {
	at := slices.IndexFunc(b.Missed, func(m graph.Missed) bool { return m.Reason == why })
	if at < 0 {
		b.Missed = append(b.Missed, graph.Missed{Reason: why, Calls: []graph.Edge{e}})
	} else {
		b.Missed[at].Calls = append(b.Missed[at].Calls, e)
	}
}

// ignore adds e to the calls on which a field of a policy is not taken.
func (b *binding) ignore(i graph.Ignored, e graph.Edge) {
	at := slices.IndexFunc(b.Ignored, func(have graph.Ignored) bool { return have.Product == i.Product && have.Field == i.Field })
	if at < 0 {
		i.Calls = []graph.Edge{e}
		b.Ignored = append(b.Ignored, i)
	} else if calls := b.Ignored[at].Calls; calls[len(calls)-1] != e {
		b.Ignored[at].Calls = append(calls, e)
	}
}

// hide adds e to the calls for which a policy, or one of its fields, is shadowed.
func (b *binding) hide(s graph.Shadow, e graph.Edge) {
	for i := range b.Shadows {
		if have := &b.Shadows[i]; have.By.Object == s.By.Object && have.Field == s.Field {
			if have.Calls[len(have.Calls)-1] != e {
				have.Calls = append(have.Calls, e)
			}
			return
		}
	}
	s.Calls = []graph.Edge{e}
	b.Shadows = append(b.Shadows, s)
}

// A candidate is a policy that applies to a call, with its precedence.
type candidate struct {
	bound     *binding
	found     int  // how early its product finds it; greater is earlier
	precision int  // of the host by which a policy for what callers name names it
	exact     bool // the callee has exactly the name in the policy, not a similar one
}

// compareExact orders two policies by how they name the callee, the exact one first.
func (c candidate) compareExact(other candidate) int {
	switch {
	case c.exact == other.exact:
		return 0
	case c.exact:
		return -1
	}
	return 1
}

// An age is what the order of two objects of equal precedence depends on.
type age struct {
	product          *policy.Product
	object, created  string
	document, origin graph.Origin
}

func (b *binding) age() age { return age{b.Product, b.Object, b.Created, b.Document, b.Origin} }

func ageOf(r *graph.RouteRule) age {
	return age{r.Product, r.Object, r.Created, r.Document, r.Document}
}

// compareAge orders two objects of equal precedence, the one that acts first. Of two that were
// created in the same second that is the first by name. If their ages are unknown, they count as
// created in the order of their places.
func compareAge(a, b age) int {
	older := a.origin.Compare(b.origin)
	if a.created != "" && b.created != "" {
		older = cmp.Or(strings.Compare(a.created, b.created), strings.Compare(a.object, b.object), older)
	}
	if a.product.OrNative().OldestActs && (a.object != b.object || a.document == b.document) {
		return older
	} // an object that is declared again is replaced
	return -older
}

// covers reports whether b, which is found first, replaces another policy of its group.
func (b *binding) covers(other *binding) bool {
	same := b.Subset == other.Subset && (b.Match == "" || b.Match == other.Match)
	switch {
	case b.Object == other.Object && b.Document == other.Document:
		return same && b.Rank > other.Rank
	case b.MergeKey != "" && b.MergeKey == other.MergeKey:
		return same
	}
	return true
}

// A part is what acts on one part of a call, in one layer, from one object.
type part struct {
	match   string
	methods []string
	idem    bool
	set     *policy.Set
	from    *binding // nil if declared in the document of the call
	objects policy.Objects
}

// subset returns the subset of the callee that p applies to, "" for all replicas.
func (p *part) subset() string {
	if p.from == nil {
		return ""
	}
	return p.from.Subset
}

// partOf returns the part of a call that evidence shows. Parts of different routes are
// distinct, even if the routes match the same requests of different hosts.
func partOf(ev *graph.Evidence, evidence []graph.Evidence) string {
	if len(ev.Via) > 0 && slices.ContainsFunc(evidence, func(o graph.Evidence) bool {
		return o.Class.Core() && o.Match == ev.Match && len(o.Via) > 0 && o.Via[0] != ev.Via[0] && o.Via[0].Kind == ev.Via[0].Kind
	}) {
		return strings.TrimSpace("route " + ev.Via[0].Name + " " + ev.Match)
	}
	return ev.Match
}
