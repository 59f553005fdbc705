package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
)

// routed are the objects that calls go through, such as routes.
type routed struct {
	calls map[graph.Ref][]graph.Edge
	names map[graph.Ref][]string  // by what an object has beside its name, with the first letter of that
	kinds map[graph.Ref]graph.Ref // a route of any kind, by what it has beside its kind
	at    map[graph.Ref][]string  // the namespaces in which there are some, by what an object has beside that
	near  map[graph.Ref]graph.Ref // what is known of misspelled ones; zero if nothing is near
	work  int                     // comparisons that are left, see nameComparisons
}

var routedOf = analyze.NewMemo[analyze.Once, *routed]("the objects that calls go through")

func (p *Pass) routed() *routed {
	return routedOf.Of(p.Analysis, analyze.Once{}, func() *routed {
		r := &routed{calls: map[graph.Ref][]graph.Edge{}, names: map[graph.Ref][]string{}, kinds: map[graph.Ref]graph.Ref{}, at: map[graph.Ref][]string{}, near: map[graph.Ref]graph.Ref{}, work: nameComparisons}
		for e := range graph.Edge(p.Core.Calls()) {
			for _, ev := range p.Core.Evidence(e) {
				for _, via := range ev.Via {
					if calls := r.calls[via]; len(calls) == 0 || calls[len(calls)-1] != e {
						r.calls[via] = append(calls, e)
					}
				}
			}
		}
		for via := range r.calls {
			r.names[beginning(via)] = append(r.names[beginning(via)], via.Name)
			r.at[anywhere(via)] = append(r.at[anywhere(via)], via.Namespace)
			if other := r.kinds[ofAnyKind(via)]; strings.HasSuffix(via.Kind, routeKind) && (other.IsZero() || via.Kind < other.Kind) {
				r.kinds[ofAnyKind(via)] = via
			}
		}
		return r
	})
}

// beginning is the first letter of an object's name, with what the object has beside its name.
func beginning(of graph.Ref) graph.Ref {
	of.Name = of.Name[:min(1, len(of.Name))]
	return of
}

// anywhere is an object without its namespace.
func anywhere(of graph.Ref) graph.Ref {
	of.Namespace = ""
	return of
}

// routeKind is how the names of all kinds of routes end.
const routeKind = "Route"

// ofAnyKind is an object without its kind.
func ofAnyKind(of graph.Ref) graph.Ref {
	of.Kind = ""
	return of
}

// elsewhere returns the object of the kind and name of the one that a policy belongs to that calls go
// through, in another namespace than that of the policy. It is false if there is none, there are
// several, or it has policies of its own.
func (p *Pass) elsewhere(b *graph.BoundPolicy) (graph.Ref, bool) {
	meant := b.Of
	in := p.routed().at[anywhere(meant)]
	if meant.Namespace == "" || meant.Namespace != b.Namespace || len(in) != 1 || in[0] == meant.Namespace || in[0] == "" {
		return graph.Ref{}, false
	}
	meant.Namespace = in[0]
	return meant, !namesItself(b) || !isTaken(p, meant.Subject())
}

// nearObject returns the object that a policy names in a wrong way, see nearest: by another kind only
// where it is not the route itself that has the policy.
func (p *Pass) nearObject(b *graph.BoundPolicy) (graph.Ref, bool) {
	near, ok := p.routed().nearest(b.Of)
	if ok && namesItself(b) && (isTaken(p, near.Subject()) || p.meantBy(near) > 1) { // what is named is there, or may be one of several
		return near, false
	}
	return near, ok && (near.Kind == b.Of.Kind || !strings.HasPrefix(b.Object, b.Of.Kind+"/"))
}

// meantBy returns how many objects with policies, through which no call goes, have names of which that of an object is a
// misspelling.
func (p *Pass) meantBy(near graph.Ref) int {
	return meantObjects.Of(p.Analysis, analyze.Once{}, func() map[graph.Ref]int {
		r, meant, seen := p.routed(), map[graph.Ref]int{}, map[graph.Ref]bool{}
		for _, b := range p.Graph.Policies() {
			if seen[b.Of] || b.Of.IsZero() || !namesItself(b) || len(r.calls[b.Of]) > 0 {
				continue
			}
			seen[b.Of] = true
			if of, ok := r.nearest(b.Of); ok {
				meant[of]++
			}
		}
		return meant
	})[near]
}

var meantObjects = analyze.NewMemo[analyze.Once, map[graph.Ref]int]("how many objects may be meant by a misspelled name")

// nearest returns the object that the name of another one is a misspelling of: one of the same kind and
// namespace, or a route that has this name and is of another kind. It is false if there is none, or several.
func (r *routed) nearest(of graph.Ref) (graph.Ref, bool) {
	near, known := r.near[of]
	if known || r.work <= 0 {
		return near, !near.IsZero()
	}
	names := r.names[beginning(of)]
	r.work -= len(names)
	found := 0
	for _, name := range names {
		if name != of.Name && didyoumean.IsTypo(name, of.Name) && nearWords(name, of.Name) {
			near, found = of, found+1
			near.Name = name
		}
	}
	switch {
	case found > 1:
		near = graph.Ref{}
	case found == 0 && strings.HasSuffix(of.Kind, routeKind):
		near = r.kinds[ofAnyKind(of)]
	}
	r.near[of] = near
	return near, !near.IsZero()
}

// misspelledReference is how what names an object that is not there names that of a policy, and where it is.
func (p *Pass) misspelledReference(b *graph.BoundPolicy, near graph.Ref) ([]graph.Origin, string, analyze.Fix) {
	var at []graph.Origin
	seen := map[graph.Origin]bool{}
	for _, e := range p.routed().calls[near] {
		for _, ev := range p.Core.Evidence(e) {
			if slices.Contains(ev.Via, near) && !seen[ev.Origin] {
				seen[ev.Origin] = true
				at = append(at, ev.Origin)
			}
		}
	}
	way, ok := b.Product.OrNative().NamedIn[b.Of.Kind]
	if !ok {
		return at, fmt.Sprintf("name %q in the route", b.Of.Name), analyze.Fix{None: analyze.NoEdit}
	}
	edit := analyze.FieldEdit{Edit: policy.Edit{Op: policy.OpReplace, Path: way.Edits[0].Path, Value: b.Of.Name}, Was: near.Name}
	return at, fmt.Sprintf("write %q in %s of the %s", b.Of.Name, way.Edits[0].Path, way.Kind),
		analyze.Fix{Changes: []analyze.ObjectEdit{{Kind: way.Kind, Places: at, Edits: []analyze.FieldEdit{edit}}}}
}

// namesItself reports whether the object that a policy belongs to is the one that declares it.
func namesItself(b *graph.BoundPolicy) bool { return strings.HasSuffix(b.Object, "/"+b.Of.Name) }

// leftOut returns the object with routes for the gateways that refer to it, of which there are none, and
// false for any other policy.
func leftOut(b *graph.BoundPolicy) (graph.Ref, bool) {
	if b.UnboundReason != graph.NoCaller || len(b.From) != 1 {
		return graph.Ref{}, false
	}
	return graph.GatewayObject(b.From[0].Group)
}
