// Package graph defines services and the calls between them.
//
// It has two sides. Facts are what single documents declare, each in its own words;
// readers fill them. A Graph is what package link makes of them: frozen, sorted, the input
// of all analyses. This package has the types of both sides. Package address finds the
// addresses in text, package link links facts into a Graph.
//
// A Graph is directed: a call leads from the service that makes it to the service
// that answers. The callee is upstream, the caller downstream; failure propagates
// in the opposite direction, from callee to caller. Names in code use Callers and Callees.
//
// Algorithms that run on every check walk the slices of a Graph (Out, In, Callees), which
// need 20 bytes a call. Directed is the view for the algorithms of gonum, which cost
// several times as much; its comment has the numbers.
//
// At most one call leads from one service to another, however many documents show it; its
// Evidence lists them. A service may call itself.
package graph

import (
	"reflect"
	"slices"

	"github.com/weirgraph/weir/policy"
)

// Node is the number of a service in one Graph, from 0 to Len()-1 in the order
// of service IDs, so that sorting nodes sorts names. It is valid in this
// Graph and in those that Where makes of it.
type Node int32

// Edge is the number of a call in one Graph, from 0 to Calls()-1, ordered by
// caller, then callee.
type Edge int32

// A Service is a node: anything that calls or is called.
type Service struct {
	ID        string // namespace/name, or name; unique, see Builder
	Name      string
	Namespace string
	Kind      Kind
	Defined   bool // an input declares it; false if it is only addressed
	Outside   bool // an input declares that it is outside the estate
	Role      Role
	Proxy     bool // all of Images pass requests on, each to one of the programs behind them
	Stateful  bool // its replicas are not copies of each other: a StatefulSet
	Headless  bool // callers see its replicas: all its names are headless Services

	*Traits // never nil of a service in a Graph; Own returns those that may be changed

	Served *ServerStats // what traces show of the requests that it answers; nil if nothing

	Aliases []string // all other names that it answers to or is declared under, sorted
	Origins []Origin // where it is declared, else first addressed; sorted
}

// Traits are what inputs declare of a service besides its names. They are apart from it because services of which
// nothing is declared, such as the hundred thousand that only metrics name, share one that is empty.
type Traits struct {
	Tier       policy.Setting[int] // 1 (most critical) to 4
	SLO        policy.Setting[float64]
	Entrypoint policy.Setting[bool]
	Team       string
	Owner      string
	System     string
	Lifecycle  string

	Replicas    policy.Setting[int]
	Scaling     *Scaler
	Disruption  *Budget
	Probes      Probes
	Images      []string     // of its containers, if declared; sorted
	Meshes      []Membership // what is known, one a product
	Ports       []Port
	Labels      Labels
	Annotations Labels

	Versions []string  // the workloads behind it if there are several, sorted
	Workload *Workload // what a cluster runs for it, if that is one workload; nil if it is none or several
	Runs     []Origin  // those of Origins where the platform that runs it declares it; sorted
}

// nothing is the Traits of all services without any.
var nothing Traits

// Own returns the traits of s to be changed: those of it alone if it had none. Copies of s that were made before share
// what it had.
func (s *Service) Own() *Traits {
	if s.Traits == nil || s.Traits == &nothing {
		s.Traits = &Traits{}
	}
	return s.Traits
}

// Settle gives s a copy of these traits, or what all services share if they are empty.
func (s *Service) Settle(t *Traits) {
	s.Traits = &nothing
	if !reflect.ValueOf(t).Elem().IsZero() {
		own := *t
		s.Traits = &own
	}
}

// Entry reports whether s is an entry point. A declaration has precedence over traces;
// seen reports that traces decided.
func (s *Service) Entry() (entry, seen bool) {
	if s.Entrypoint.Set() {
		return s.Entrypoint.Value, false
	}
	entry = s.Served != nil && s.Served.Entry
	return entry, entry
}

// A Workload is the object of which a cluster runs the pods of a service.
type Workload struct {
	Ref
	PodLabels Labels
	Origin    Origin
}

// A Call is an edge with what is known about it. It is a copy, except for Evidence, which
// may be shared and must not be changed.
type Call struct {
	From, To          Node
	Class             Class
	Strength          Strength
	Mode              Mode // Sync or Async, never unknown: sync unless declared or inferred otherwise
	Need              Need // Hard or Soft, never unknown: hard unless declared otherwise
	Protocol          string
	Declared          bool // by a manifest
	Observed          bool // by traces or metrics
	InCode            bool // by source code
	Fallback          bool // made only instead of another call
	Mirror            bool // copies of traffic only
	Tolerant          bool // a degraded answer does not degrade the caller's own
	FreshnessCritical bool // of events: a consumer that gets no new ones is degraded
	Evidence          []Evidence
}

// HardSync reports whether a failure of the callee fails the caller.
func (c Call) HardSync() bool { return c.Mode == Sync && c.Need == Hard }

// A Graph is a frozen set of services and calls. All its methods are safe for concurrent
// use. The slices that it returns are shared and must not be changed, unless a method
// states otherwise.
//
// A call needs 24 bytes besides its evidence, which takes 12 if it is a row of a table: see Maker.
type Graph struct {
	services []Service
	ids      []string        // of the services, one behind the other in memory: who writes a million calls needs no more of them
	lookup   map[string]Node // by ID

	out    []int32 // out[v] to out[v+1] are the calls that v makes
	to     []Node  // by Edge
	from   []Node  // by Edge
	in     []int32 // in[v] to in[v+1] index inCall
	inCall []Edge  // calls by callee, then caller

	attrs     []attr // by Edge
	protocols []string
	detail    []int32 // by Edge, its number in shown; nil if there is none at all
	shown     shown

	coverage *Coverage
	observed []*Observed      // by the edge of the original graph; nil if nothing is observed
	routes   map[Edge][]Route // by the edge of the original graph
	groups   []Group          // by the edges of this graph
	placings placings         // of calls in groups
	policies []*BoundPolicy
	original []Edge // by Edge, the same call in the graph that Where made this of; nil if it was not made by Where
}

// attr packs what every call has: protocol<<17 | flags<<9 | need<<7 | mode<<5 | strength<<3 | class.
type attr uint32

const (
	flagDeclared attr = 1 << (9 + iota)
	flagObserved
	flagFallback
	flagMirror
	flagTolerant
	flagFresh
	flagInCode
	flagGrouped // set by setGroups, not by packAttr
)

func packAttr(c *Call, protocol int) attr {
	a := attr(c.Class) | attr(c.Strength)<<3 | attr(c.Mode)<<5 | attr(c.Need)<<7 | attr(protocol)<<17
	for _, f := range []struct {
		on  bool
		bit attr
	}{{c.Declared, flagDeclared}, {c.Observed, flagObserved}, {c.Fallback, flagFallback}, {c.Mirror, flagMirror}, {c.Tolerant, flagTolerant}, {c.FreshnessCritical, flagFresh}, {c.InCode, flagInCode}} {
		if f.on {
			a |= f.bit
		}
	}
	return a
}

func (a attr) class() Class       { return Class(a & 7) }
func (a attr) strength() Strength { return Strength(a >> 3 & 3) }
func (a attr) mode() Mode         { return Mode(a >> 5 & 3) }
func (a attr) need() Need         { return Need(a >> 7 & 3) }

// New freezes services and calls into a Graph, as a Maker does. The calls may come in any order.
func New(services []Service, calls []Call) *Graph {
	m := NewMaker(services, len(calls))
	for i := range calls {
		m.Add(&calls[i])
	}
	return m.Graph()
}

// Details are what a Graph holds besides its services and calls.
type Details struct {
	Coverage *Coverage        // nil is an empty one
	Observed []*Observed      // by Edge, what traces and metrics show of calls; nil if nothing
	Routes   map[Edge][]Route // the parts of calls and the policies that act on them
	Policies []*BoundPolicy   // sorted by origin
	Groups   []Group          // sorted by caller, a group before those in it
}

// With returns a copy of g that has these details in place of its own. It takes them
// over. Their edges are those of g, which must not be a graph made by Where.
func (g *Graph) With(d Details) *Graph {
	h := *g
	h.observed, h.routes, h.policies = d.Observed, d.Routes, d.Policies
	h.setGroups(d.Groups)
	if h.coverage = d.Coverage; h.coverage == nil {
		h.coverage = &Coverage{}
	}
	return &h
}

// index builds both adjacencies from from and to, which are sorted by caller.
func (g *Graph) index() {
	n := len(g.services)
	g.out, g.in = make([]int32, n+1), make([]int32, n+1)
	for i := range g.to {
		g.out[g.from[i]+1]++
		g.in[g.to[i]+1]++
	}
	for v := range n {
		g.out[v+1] += g.out[v]
		g.in[v+1] += g.in[v]
	}
	g.inCall = make([]Edge, len(g.to))
	next := slices.Clone(g.in[:n])
	for i, v := range g.to {
		g.inCall[next[v]] = Edge(i)
		next[v]++
	}
}

// setRoles sets each service's role from its core calls to other services.
func (g *Graph) setRoles() {
	calls, called := make([]bool, g.Len()), make([]bool, g.Len())
	for _, class := range []func(Class) bool{Class.Core, func(c Class) bool { return c == ClassRoute }} {
		leads, led := make([]bool, g.Len()), make([]bool, g.Len())
		for i := range g.to {
			if class(g.attrs[i].class()) && g.from[i] != g.to[i] {
				leads[g.from[i]], led[g.to[i]] = true, true
			}
		}
		for v := range g.services {
			if !calls[v] && !called[v] {
				calls[v], called[v] = leads[v], led[v]
			}
		}
	}
	for v := range g.services {
		switch {
		case calls[v] && called[v]:
			g.services[v].Role = Both
		case calls[v]:
			g.services[v].Role = Downstream
		case called[v]:
			g.services[v].Role = Upstream
		default:
			g.services[v].Role = Isolated
		}
	}
}

// Len is the number of services.
func (g *Graph) Len() int { return len(g.services) }

// Calls is the number of calls.
func (g *Graph) Calls() int { return len(g.to) }

// Service returns the service of v, which is shared.
func (g *Graph) Service(v Node) *Service { return &g.services[v] }

// Services returns all services, sorted by ID.
func (g *Graph) Services() []Service { return g.services }

// ID returns the ID of v.
func (g *Graph) ID(v Node) string { return g.ids[v] }

// Node returns the node of the service with exactly this ID.
func (g *Graph) Node(id string) (Node, bool) {
	v, ok := g.lookup[id]
	return v, ok
}

// Out returns the range of the calls that v makes: lo <= e < hi. They are sorted
// by callee.
func (g *Graph) Out(v Node) (lo, hi Edge) { return Edge(g.out[v]), Edge(g.out[v+1]) }

// In returns the calls that v answers, sorted by caller.
func (g *Graph) In(v Node) []Edge { return g.inCall[g.in[v]:g.in[v+1]] }

// Callees returns the services that v calls, sorted.
func (g *Graph) Callees(v Node) []Node { return g.to[g.out[v]:g.out[v+1]] }

// Callers returns the services that call v, sorted, in a new slice.
func (g *Graph) Callers(v Node) []Node {
	in := g.In(v)
	callers := make([]Node, len(in))
	for i, e := range in {
		callers[i] = g.from[e]
	}
	return callers
}

// From returns the caller of e.
func (g *Graph) From(e Edge) Node { return g.from[e] }

// To returns the callee of e.
func (g *Graph) To(e Edge) Node { return g.to[e] }

// Edge returns the call from u to v, if there is one. It costs a binary search.
func (g *Graph) Edge(u, v Node) (Edge, bool) {
	lo, hi := g.Out(u)
	i, ok := slices.BinarySearch(g.to[lo:hi], v)
	return lo + Edge(i), ok
}

// Class returns the class of e.
func (g *Graph) Class(e Edge) Class { return g.attrs[e].class() }

// Strength returns the strength of the evidence for e.
func (g *Graph) Strength(e Edge) Strength { return g.attrs[e].strength() }

// Mode returns Sync or Async.
func (g *Graph) Mode(e Edge) Mode { return g.attrs[e].mode() }

// Need returns Hard or Soft.
func (g *Graph) Need(e Edge) Need { return g.attrs[e].need() }

// OnlyInCode reports whether source code alone shows the call e: no input declares it, and no trace shows it. What
// inputs only allow, such as the hosts in variables that all programs share, they do not declare.
func (g *Graph) OnlyInCode(e Edge) bool {
	switch g.attrs[e] & (flagInCode | flagDeclared | flagObserved) {
	case flagInCode:
		return true
	case flagInCode | flagDeclared:
		return !slices.ContainsFunc(g.Evidence(e), func(shown Evidence) bool { return !shown.InCode && shown.Strength > Allowed })
	}
	return false
}

// Protocol returns the protocol of e, empty if unknown.
func (g *Graph) Protocol(e Edge) string { return g.protocols[g.attrs[e]>>17] }

// Fallback reports whether e is made only instead of another call.
func (g *Graph) Fallback(e Edge) bool { return g.attrs[e]&flagFallback != 0 }

// Tolerant reports whether a degraded answer to e does not degrade the caller's own.
func (g *Graph) Tolerant(e Edge) bool { return g.attrs[e]&flagTolerant != 0 }

// FreshnessCritical reports whether the callee of e, a consumer of events, is degraded when
// it gets no new ones.
func (g *Graph) FreshnessCritical(e Edge) bool { return g.attrs[e]&flagFresh != 0 }

// HardSync reports whether a failure of the callee of e fails the caller.
func (g *Graph) HardSync(e Edge) bool { return g.Mode(e) == Sync && g.Need(e) == Hard }

// Call returns everything known about e.
func (g *Graph) Call(e Edge) Call {
	c := g.Attributes(e)
	c.Evidence = g.Evidence(e)
	return c
}

// Attributes returns what Call does but for the Evidence, at less cost.
func (g *Graph) Attributes(e Edge) Call {
	a := g.attrs[e]
	return Call{
		From: g.from[e], To: g.to[e],
		Class: a.class(), Strength: a.strength(), Mode: a.mode(), Need: a.need(),
		Protocol: g.protocols[a>>17],
		Declared: a&flagDeclared != 0, Observed: a&flagObserved != 0, InCode: a&flagInCode != 0,
		Fallback: a&flagFallback != 0, Mirror: a&flagMirror != 0, Tolerant: a&flagTolerant != 0, FreshnessCritical: a&flagFresh != 0,
	}
}

// Evidence returns the evidence for e, the strongest first. The list may be made for each call of
// Evidence: what asks for that of many calls uses EvidenceIn.
func (g *Graph) Evidence(e Edge) []Evidence {
	if g.detail == nil {
		return nil
	}
	return g.shown.of(g.detail[e], new([1]Evidence))
}

// EvidenceIn is Evidence that allocates nothing: a list of one may be in one.
func (g *Graph) EvidenceIn(e Edge, one *[1]Evidence) []Evidence {
	if g.detail == nil {
		return nil
	}
	return g.shown.of(g.detail[e], one)
}

// Observed returns what was observed of e, nil if nothing was.
func (g *Graph) Observed(e Edge) *Observed {
	if g.observed == nil {
		return nil
	}
	return g.observed[g.OriginalEdge(e)]
}

// Coverage returns what the inputs were and what could not be used of them. It is never
// nil.
func (g *Graph) Coverage() *Coverage { return g.coverage }

// Where returns the graph with the same services, under the same numbers, and
// only the calls that keep reports true for. Roles stay those of the original graph.
func (g *Graph) Where(keep func(Edge) bool) *Graph {
	first := Edge(0) // that is left out
	for int(first) < g.Calls() && keep(first) {
		first++
	}
	if int(first) == g.Calls() { // rules ask for much that most estates have throughout: it costs no copies
		h := *g
		return &h
	}
	h := &Graph{
		services: g.services, ids: g.ids, lookup: g.lookup, protocols: g.protocols, shown: g.shown, coverage: g.coverage,
		from: make([]Node, 0, g.Calls()), to: make([]Node, 0, g.Calls()), attrs: make([]attr, 0, g.Calls()),
		routes: g.routes, observed: g.observed, policies: g.policies, original: make([]Edge, 0, g.Calls()),
	}
	var here []Edge // by call, its number in h
	if len(g.groups) > 0 {
		here = make([]Edge, g.Calls())
	}
	for i := range g.to {
		kept := Edge(i) < first || Edge(i) > first && keep(Edge(i))
		if here != nil {
			here[i] = NoEdge
			if kept {
				here[i] = Edge(len(h.to))
			}
		}
		if !kept {
			continue
		}
		h.from, h.to, h.attrs = append(h.from, g.from[i]), append(h.to, g.to[i]), append(h.attrs, g.attrs[i])
		if g.detail != nil {
			h.detail = append(h.detail, g.detail[i])
		}
		h.original = append(h.original, g.OriginalEdge(Edge(i)))
	}
	h.index()
	if here != nil {
		h.setGroups(g.groupsAmong(here))
	}
	return h
}

// Apart returns g as a graph by itself: the original of each of its calls is the call.
func (g *Graph) Apart() *Graph {
	if g.original == nil {
		return g
	}
	h := *g
	h.original, h.policies = nil, g.Policies()
	h.routes = map[Edge][]Route{}
	if g.observed != nil {
		h.observed = make([]*Observed, g.Calls())
	}
	for e := range Edge(g.Calls()) {
		if routes := g.Routes(e); routes != nil {
			h.routes[e] = routes
		}
		if g.observed != nil {
			h.observed[e] = g.Observed(e)
		}
	}
	return &h
}

// OriginalEdge returns the number of e in the graph that Where made this one of, e itself
// if it was not made by Where.
func (g *Graph) OriginalEdge(e Edge) Edge {
	if g.original == nil {
		return e
	}
	return g.original[e]
}

// Core returns the graph of the calls that propagate failure: calls and ingress, without
// mirrored traffic.
func (g *Graph) Core() *Graph {
	return g.Where(func(e Edge) bool { return g.Class(e).Core() && g.attrs[e]&flagMirror == 0 })
}
