package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A group is calls with one cause, which a rule reports in one finding instead of one
// by one. The calls are in the order of the graph. A finding begins with one of
// aboutCaller, aboutInputs and aboutObject; the rule adds message and hint.
type group []graph.Edge

// groupOf is the calls of each element of a list.
func groupOf[T any](list []T, call func(T) graph.Edge) group {
	calls := make(group, len(list))
	for i := range list {
		calls[i] = call(list[i])
	}
	return calls
}

// byCaller splits a list that is sorted by call where the caller changes.
func byCaller[T any](g *graph.Graph, list []T, call func(T) graph.Edge) [][]T {
	var callers [][]T
	for i := range list {
		if i == 0 || g.From(call(list[i])) != g.From(call(list[i-1])) {
			callers = append(callers, nil)
		}
		callers[len(callers)-1] = append(callers[len(callers)-1], list[i])
	}
	return callers
}

// callers returns the services that make the calls, sorted.
func (calls group) callers(g *graph.Graph) []graph.Node { return calls.nodes(g.From) }

// callees returns the services that answer the calls, sorted.
func (calls group) callees(g *graph.Graph) []graph.Node { return calls.nodes(g.To) }

func (calls group) nodes(ends ...func(graph.Edge) graph.Node) []graph.Node {
	var list []graph.Node
	for _, e := range calls {
		for _, end := range ends {
			list = append(list, end(e))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// subjects are those that findings about each call would have.
func (calls group) subjects(g *graph.Graph) []string {
	list := make([]string, len(calls))
	for i, e := range calls {
		list[i] = callID(g, e)
	}
	return list
}

// aboutCaller begins a finding about the calls of one service, with a confidence of at
// most sure. It is superseded where each of the calls is.
func (calls group) aboutCaller(p *Pass, sure analyze.Confidence) analyze.Finding {
	g := p.Core
	caller, callees := g.From(calls[0]), calls.callees(g)
	return analyze.Finding{
		Confidence: min(sure, confidence(g, calls)),
		Subject:    g.ID(caller),
		Values:     []analyze.KeyValue{number("calls", len(calls)), keyValue("callees", joinIDs(g, callees, ", "))},
		Origins:    written(g, calls),
		Services:   append([]graph.Node{caller}, callees...),
		Covers:     calls.subjects(g),
		Owners:     []graph.Node{caller},
	}
}

// aboutInputs begins a finding about calls of many services, of which the inputs do
// not declare enough. Its place is that of the first call.
func (calls group) aboutInputs(p *Pass) analyze.Finding {
	return analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    "inputs",
		Values:     []analyze.KeyValue{number("calls", len(calls)), number("callers", len(calls.callers(p.Core)))},
		Origins:    written(p.Core, calls[:1]),
	}
}

// aboutObject begins a finding about calls that have a setting from one place: the
// object that declares it, or the first call where it has no name. It supersedes what
// other rules find about each of the calls.
func (calls group) aboutObject(p *Pass, name string, at graph.Origin, sure analyze.Confidence) analyze.Finding {
	g := p.Core
	f := aboutCall(p, calls[0], sure, at)
	if name != "" {
		f.Subject = name
	}
	f.AlsoAbout = calls.subjects(g)
	f.Services, f.Owners = calls.nodes(g.From, g.To), nil
	f.Values = []analyze.KeyValue{number("calls", len(calls)), keyValue("callees", joinIDs(g, calls.callees(g), ", "))}
	return f
}
