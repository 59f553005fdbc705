// Package graphtest makes graphs for tests and benchmarks.
package graphtest

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
)

// New is graph.New with the policies that the evidence for the calls declares.
func New(services []graph.Service, calls []graph.Call) *graph.Graph {
	return link.BindOwn(graph.New(services, calls))
}

// Parse reads a graph from a notation that fits into a table of tests: words of
// the form caller:callee,callee. A callee may end in "~" (asynchronous), "?"
// (soft) or "!" (only weak evidence), in any combination. A word without colon
// is a service without calls.
//
//	"web:cart,search? cart:db,events~ cart:cart lonely"
func Parse(s string) *graph.Graph {
	var names []string
	type call struct{ from, to string }
	var calls []call
	for _, word := range strings.Fields(s) {
		from, tos, _ := strings.Cut(word, ":")
		names = append(names, from)
		for _, to := range strings.FieldsFunc(tos, func(r rune) bool { return r == ',' }) {
			names = append(names, strings.TrimRight(to, "~?!"))
			calls = append(calls, call{from, to})
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	services := make([]graph.Service, len(names))
	for i, name := range names {
		services[i] = graph.Service{ID: name, Name: name, Kind: graph.KindService, Defined: true}
		if ns, n, ok := strings.Cut(name, "/"); ok {
			services[i].Namespace, services[i].Name = ns, n
		}
	}
	node := func(name string) graph.Node {
		i, _ := slices.BinarySearch(names, name)
		return graph.Node(i)
	}
	var edges []graph.Call
	for _, c := range calls {
		to := strings.TrimRight(c.to, "~?!")
		e := graph.Call{From: node(c.from), To: node(to), Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Declared: true}
		for _, mark := range c.to[len(to):] {
			switch mark {
			case '~':
				e.Mode = graph.Async
			case '?':
				e.Need = graph.Soft
			case '!':
				e.Strength = graph.Weak
			}
		}
		edges = append(edges, e)
	}
	return graph.New(services, edges)
}
