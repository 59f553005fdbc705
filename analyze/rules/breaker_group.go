package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// breakerObject is the name of the policy object whose breaker is declared at o, ""
// if there is none.
func breakerObject(p *Pass, o graph.Origin) string {
	return breakerObjects.Of(p.Analysis, analyze.Once{}, func() map[graph.Origin]string {
		names := map[graph.Origin]string{}
		for _, b := range p.Graph.Policies() {
			if b.Says.Breaker != nil {
				names[breakerOrigin(b.Says.Breaker)] = b.Object
			}
		}
		return names
	})[o]
}

// calling writes "2 calls of a to b and c", or "7 calls to b, c and 5 more".
func calling(p *Pass, group []breakerCall) string {
	from := p.Core.From(group[0].call)
	if slices.ContainsFunc(group, func(c breakerCall) bool { return p.Core.From(c.call) != from }) {
		return fmt.Sprintf("%s to %s", english.Count(len(group), "call"), someIDs(p.Core, calleesOf(p, group)))
	}
	return fmt.Sprintf("%s of %s to %s", english.Count(len(group), "call"), p.Core.ID(from), someIDs(p.Core, calleesOf(p, group)))
}

// fewBreakerCalls is the most calls or callees of one breaker that are reported one by
// one.
const fewBreakerCalls = 3

// byBreaker groups calls by the place that declares their breaker, in the order of the
// first call of each. A call whose breaker has no place is a group of its own.
func byBreaker(list []breakerCall) [][]breakerCall {
	at := map[graph.Origin]int{}
	var groups [][]breakerCall
	for _, c := range list {
		o := breakerOrigin(c.layer.Set.Breaker)
		i, known := at[o]
		if !known || o.File() == "" {
			i = len(groups)
			at[o] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], c)
	}
	return groups
}

// breakerCall is a call, and the layer of it whose breaker a rule finds fault with.
type breakerCall struct {
	call graph.Edge
	faultyLayer
}

func (c breakerCall) edge() graph.Edge { return c.call }

// aboutBreaker begins a finding about all the calls of one breaker: its subject is
// the object that declares it, where it is one.
func aboutBreaker(p *Pass, list []breakerCall, sure analyze.Confidence) analyze.Finding {
	at := breakerOrigin(list[0].layer.Set.Breaker)
	return groupOf(list, breakerCall.edge).aboutObject(p, breakerObject(p, at), at, sure)
}

// calleesOf returns the services that calls of a group lead to, sorted.
func calleesOf(p *Pass, list []breakerCall) []graph.Node {
	return groupOf(list, breakerCall.edge).callees(p.Core)
}

var breakerObjects = analyze.NewMemo[analyze.Once, map[graph.Origin]string]("the policy objects that declare breakers, by place")
