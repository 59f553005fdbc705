package analyze

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A State is an estate at one time, with what the rules found.
type State struct {
	Graph *graph.Graph
	Check *Check
}

// A Diff is what a change does to an estate. Services are named by their IDs, since their
// numbers differ from one graph to the other.
type Diff struct {
	Old, New *graph.Graph
	Union    *graph.Graph    // the services and calls of both, as New has them where it does; without policies and groups
	Services []ServiceChange // by ID
	Calls    []CallChange    // by caller, then callee
	Policies []PolicyChange  // of calls that are in both, by caller, callee, match and layer, then in the order of a set's fields
	Found    []Finding       // of New that Old does not have, in the order of its check
	Gone     []Finding       // of Old that New does not have
	Effects  Effects
	FailOn   Severity // findings of Found at or above it fail the run; Never if none does
}

// A ServiceChange is a service that one state does not have, or that differs.
type ServiceChange struct {
	ID       string
	Old, New *graph.Service // nil where there is none
	Fields   []FieldChange  // if it is in both
}

// A CallChange is a call that one state does not have, or that differs.
type CallChange struct {
	From, To string
	Old, New *graph.Call
	Fields   []FieldChange // if it is in both
}

// A FieldChange is a property of a service or of a call, in words; "" where it has none.
type FieldChange struct{ Field, Old, New string }

// A PolicyChange is a setting that acts on a call, of one layer.
type PolicyChange struct {
	From, To string
	Match    string // the requests of the call that it is for; "" for all
	Layer    policy.Layer
	Product  *policy.Product
	Field    string           // "timeout.perTry"
	Old, New *policy.Decision // nil where the layer does not declare it
}

// Failing is the number of new findings that fail the run.
func (d *Diff) Failing() int {
	n := 0
	for i := range d.Found {
		if d.Found[i].Severity >= d.FailOn {
			n++
		}
	}
	return n
}

// Empty reports whether the two states are alike in all that is compared.
func (d *Diff) Empty() bool {
	return len(d.Services)+len(d.Calls)+len(d.Policies)+len(d.Found)+len(d.Gone) == 0 && d.Effects.empty()
}

// Compare finds what differs between two states. Findings are the same if their fingerprints
// are, wherever they are declared and however they are worded. It costs about as much as the
// metrics of both graphs, and one walk over the callers of each service whose radius changed.
func Compare(from, to State) *Diff {
	d := &Diff{Old: from.Graph, New: to.Graph, FailOn: Never}
	d.Union = union(from.Graph, to.Graph)
	d.compareServices()
	d.compareCalls()
	d.comparePolicies()
	d.Found = without(to.Check, from.Check)
	d.Gone = without(from.Check, to.Check)
	d.Effects = effectsOf(Scope(from.Graph, graph.Weak), Scope(to.Graph, graph.Weak))
	return d
}

// union puts two graphs together for pictures.
func union(old, now *graph.Graph) *graph.Graph {
	services := slices.Clone(now.Services())
	for _, s := range old.Services() {
		if _, ok := now.Node(s.ID); !ok {
			services = append(services, s)
		}
	}
	slices.SortFunc(services, func(a, b graph.Service) int { return cmp.Compare(a.ID, b.ID) })
	at := map[string]graph.Node{}
	for i := range services {
		at[services[i].ID] = graph.Node(i)
	}
	var calls []graph.Call
	for _, g := range []*graph.Graph{now, old} { // of a call that both have, the first one counts
		for e := range graph.Edge(g.Calls()) {
			c := g.Call(e)
			c.From, c.To = at[g.ID(c.From)], at[g.ID(c.To)]
			calls = append(calls, c)
		}
	}
	return graph.New(services, calls)
}

func (d *Diff) compareServices() {
	for v := range graph.Node(d.New.Len()) {
		s := d.New.Service(v)
		c := ServiceChange{ID: s.ID, New: s}
		if u, ok := d.Old.Node(s.ID); ok {
			c.Old = d.Old.Service(u)
			if c.Fields = changed(c.Old, s, serviceFields); c.Fields == nil {
				continue
			}
		}
		d.Services = append(d.Services, c)
	}
	for u := range graph.Node(d.Old.Len()) {
		s := d.Old.Service(u)
		if _, ok := d.New.Node(s.ID); !ok {
			d.Services = append(d.Services, ServiceChange{ID: s.ID, Old: s})
		}
	}
	slices.SortFunc(d.Services, func(a, b ServiceChange) int { return cmp.Compare(a.ID, b.ID) })
}

// A comparedField is a property that is compared, as words.
type comparedField[T any] struct {
	name  string
	words func(T) string
}

// changed lists the properties that differ.
func changed[T any](from, to T, fields []comparedField[T]) []FieldChange {
	var list []FieldChange
	for _, f := range fields {
		if was, is := f.words(from), f.words(to); was != is {
			list = append(list, FieldChange{f.name, was, is})
		}
	}
	return list
}

func settingWords[T any](s policy.Setting[T]) string {
	if !s.Set() {
		return ""
	}
	return fmt.Sprint(s.Value)
}

func yes(b bool, word string) string {
	if b {
		return word
	}
	return ""
}

var serviceFields = []comparedField[*graph.Service]{
	{"kind", func(s *graph.Service) string { return s.Kind.String() }},
	{"tier", func(s *graph.Service) string { return settingWords(s.Tier) }},
	{"slo", func(s *graph.Service) string { return settingWords(s.SLO) }},
	{"entrypoint", func(s *graph.Service) string { return settingWords(s.Entrypoint) }},
	{"team", func(s *graph.Service) string { return s.Team }},
	{"owner", func(s *graph.Service) string { return s.Owner }},
	{"system", func(s *graph.Service) string { return s.System }},
	{"replicas", func(s *graph.Service) string { return settingWords(s.Replicas) }},
	{"autoscaling", func(s *graph.Service) string {
		if s.Scaling == nil {
			return ""
		}
		return strconv.Itoa(s.Scaling.Min) + " to " + strconv.Itoa(s.Scaling.Max)
	}},
	{"disruption budget", func(s *graph.Service) string {
		switch b := s.Disruption; {
		case b == nil:
			return ""
		case b.MinAvailable != "":
			return "minAvailable " + b.MinAvailable
		default:
			return "maxUnavailable " + b.MaxUnavailable
		}
	}},
	{"readiness check", func(s *graph.Service) string { return yes(s.Probes.Readiness, "declared") }},
	{"liveness check", func(s *graph.Service) string { return yes(s.Probes.Liveness, "declared") }},
}

func (d *Diff) compareCalls() {
	for e := range graph.Edge(d.New.Calls()) {
		call := d.New.Call(e)
		c := CallChange{From: d.New.ID(call.From), To: d.New.ID(call.To), New: &call}
		if old, ok := edgeBetween(d.Old, c.From, c.To); ok {
			was := d.Old.Call(old)
			c.Old = &was
			if c.Fields = changed(placed{d.Old, old, &was}, placed{d.New, e, &call}, callFields); c.Fields == nil {
				continue
			}
		}
		d.Calls = append(d.Calls, c)
	}
	for e := range graph.Edge(d.Old.Calls()) {
		from, to := d.Old.ID(d.Old.From(e)), d.Old.ID(d.Old.To(e))
		if _, ok := edgeBetween(d.New, from, to); !ok {
			was := d.Old.Call(e)
			d.Calls = append(d.Calls, CallChange{From: from, To: to, Old: &was})
		}
	}
	slices.SortFunc(d.Calls, func(a, b CallChange) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
}

func edgeBetween(g *graph.Graph, from, to string) (graph.Edge, bool) {
	u, ok := g.Node(from)
	v, ok2 := g.Node(to)
	if !ok || !ok2 {
		return 0, false
	}
	return g.Edge(u, v)
}

// A placed call knows its graph.
type placed struct {
	g    *graph.Graph
	e    graph.Edge
	call *graph.Call
}

var callFields = []comparedField[placed]{
	{"mode", func(p placed) string { return p.call.Mode.String() }},
	{"need", func(p placed) string { return p.call.Need.String() }},
	{"class", func(p placed) string { return p.call.Class.String() }},
	{"evidence", func(p placed) string { return p.call.Strength.String() }},
	{"protocol", func(p placed) string { return p.call.Protocol }},
	{"fallback", func(p placed) string { return yes(p.call.Fallback, "only instead of another call") }},
	{"alternatives", func(p placed) string { return alternativesOf(p.g, p.e) }},
}

// alternativesOf says in which groups a call is; "" if it is needed by itself.
func alternativesOf(g *graph.Graph, e graph.Edge) string {
	if !g.Grouped(e) {
		return ""
	}
	var words []string
	for _, id := range g.GroupsWith(e) {
		for ; id != graph.NoGroup; id = g.Groups()[id].In {
			of := &g.Groups()[id]
			need := len(of.Members) - spare(of)
			words = append(words, fmt.Sprintf("%d of %d in a %s", need, len(of.Members), of.Kind))
		}
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", ")
}

// without returns the findings of a check that another does not have.
func without(check, other *Check) []Finding {
	if check == nil || other == nil {
		return nil
	}
	known := map[string]bool{}
	for f := range other.Singles() {
		known[f.Fingerprint] = true
	}
	var list []Finding
	for f := range check.Singles() {
		if !known[f.Fingerprint] {
			list = append(list, *f)
		}
	}
	return list
}
