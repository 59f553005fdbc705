package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// byNeed splits a list about calls so that those about the members of one
// group are together, in the order of the first of each.
func byNeed[T any](g *graph.Graph, list []T, call func(T) graph.Edge) [][]T {
	at := map[analyze.Need]int{}
	var needs [][]T
	for _, l := range list {
		n := analyze.NeedOf(g, call(l))
		i, known := at[n]
		if !known {
			i = len(needs)
			at[n] = i
			needs = append(needs, nil)
		}
		needs[i] = append(needs[i], l)
	}
	return needs
}

// aboutGroup begins a finding about members of one group of a caller. Its callees distinguish
// it from those about other groups of the caller.
func (calls group) aboutGroup(p *Pass, sure analyze.Confidence) analyze.Finding {
	f := calls.aboutCaller(p, sure)
	f.AlsoAbout = f.Covers
	f.Detail = joinIDs(p.Core, calls.callees(p.Core), ",")
	return f
}

// oneOfText writes "a calls one of b, c and d".
func oneOfText(p *Pass, calls group) string {
	return p.Core.ID(p.Core.From(calls[0])) + " calls one of " + someIDs(p.Core, calls.callees(p.Core))
}

// needNames writes "a, b or 2 others and c", of long lists the ends as someIDs does: a group
// by its first callee.
func needNames(g *graph.Graph, needs []analyze.Need) string {
	names := make([]string, len(needs))
	for i, n := range needs {
		callees := group(n.Calls(g)).callees(g)
		names[i] = g.ID(callees[0])
		if others := len(callees) - 1; others > 0 {
			names[i] += " or " + english.Count(others, "other")
		}
	}
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:2], ", "), len(names)-2)
	}
	return english.List(names)
}

// noticesLoss reports whether the caller of e has others for the callee and goes on to them:
// it checks them, ejects those that fail, or tries another one.
func noticesLoss(p *Pass, e graph.Edge) bool {
	return analyze.Replaceable(p.Core, e) && (analyze.Checked(p.Core, e) || ejectsFailing(p, e) || !slices.ContainsFunc(p.Effective(e), func(part analyze.Part) bool {
		return len(repeating(&part)) == 0
	}))
}
