package analyze

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Part is a part of the calls from one service to another, and what all layers
// together do to it.
type Part = failure.Part

// Effective is computed once for the calls that have policies, and for the others
// once for each protocol.
func (r *Analysis) Effective(e graph.Edge) []Part {
	if routes := r.Core.Routes(e); routes != nil {
		return effective.Of(r, e, func() []Part { return parts(r.Core, e, routes) })
	}
	protocol := r.Core.Protocol(e)
	return effectiveBare.Of(r, protocol, func() []Part {
		return []Part{{Effective: policy.Combine(nil, policy.CallFacts{Protocol: protocol})}}
	})
}

var (
	effective     = NewMemo[graph.Edge, []Part]("the parts of a call that policies act on")
	effectiveBare = NewMemo[string, []Part]("the parts of calls of a protocol without policies")
)

func parts(g *graph.Graph, e graph.Edge, routes []graph.Route) []Part {
	var list []Part
	add := func(r graph.Route, methods []string) {
		facts := policy.CallFacts{Protocol: g.Protocol(e), Methods: methods, Replicas: Replicas(g.Service(g.To(e))).Setting, Hosts: mostReplicas(g.Service(g.To(e)))}
		list = append(list, Part{Match: r.Match, Methods: methods, Idempotent: r.Idempotent, Effective: policy.Combine(r.Layers, facts)})
	}
	for _, r := range routes {
		if methods := methodsOf(r, routes); len(methods) > 0 || r.Methods == nil { // else the call never takes it
			add(r, methods)
		}
	}
	if list == nil { // what is known of methods contradicts the routes
		for _, r := range routes {
			add(r, r.Methods)
		}
	}
	return list
}

// methodsOf returns the methods by which a route is taken: those of the call that
// its match lets through or, of the route for all the rest, that no other takes
// away as a whole. It is nil where nothing is known.
func methodsOf(r graph.Route, routes []graph.Route) []string {
	matched, _ := matchedMethods(r.Match)
	switch {
	case r.Methods == nil:
		return matched
	case matched != nil:
		return slices.DeleteFunc(slices.Clone(r.Methods), func(m string) bool { return !slices.Contains(matched, m) })
	case r.Match != "":
		return r.Methods
	}
	return slices.DeleteFunc(slices.Clone(r.Methods), func(m string) bool {
		return slices.ContainsFunc(routes, func(other graph.Route) bool {
			taken, whole := matchedMethods(other.Match)
			return whole && slices.Contains(taken, m)
		})
	})
}

// matchedMethods returns the methods that a match names, sorted; nil if one of
// its alternatives is for any method. It is whole if it asks for nothing else.
func matchedMethods(match string) (methods []string, whole bool) {
	whole = true
	for _, alternative := range strings.Split(match, " or ") {
		first, more, _ := strings.Cut(alternative, " ")
		if !slices.Contains(requestMethods, first) {
			return nil, false
		}
		methods, whole = append(methods, first), whole && more == ""
	}
	slices.Sort(methods)
	return slices.Compact(methods), whole
}

var requestMethods = []string{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH"}

// WorstPart is the longest that a caller can be held by any part of a call.
func WorstPart(parts []Part) policy.Limit {
	b := parts[0].Budget
	for _, part := range parts[1:] {
		if worse := part.Budget; worse.State != policy.Finite && b.State == policy.Finite ||
			worse.State == policy.Finite && b.State == policy.Finite && worse.Time > b.Time {
			b = worse
		}
	}
	return b
}
