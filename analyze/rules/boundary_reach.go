package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/boundary"
	"github.com/weirgraph/weir/internal/english"
)

// Rules about chains of calls. A chain is reported from its last service that "from" selects to the
// first one that "to" selects: all others begin or end with such a chain, and break the rule
// because of it.

// mostSteps bounds the search for all ends of chains, in calls that are followed. Past it, only the
// nearest end for each service is reported. It takes about a second.
const mostSteps = 50_000_000

// chains returns the calls that chains consist of: those of the core classes that the rule is about.
func (j *judged) chains(p *Pass) *graph.Graph {
	key := chainKey{j.Mode, strings.Join(j.Protocol, "\n")}
	return chainGraphs.Of(p.Analysis, key, func() *graph.Graph {
		return j.graph.Where(func(e graph.Edge) bool { return j.graph.Class(e).Core() && counts(j.Rule, j.graph, e) == boundary.Yes })
	})
}

// A chainKey is what rules say about the calls of chains.
type chainKey struct {
	mode      graph.Mode
	protocols string
}

var chainGraphs = analyze.NewMemo[chainKey, *graph.Graph]("the calls that chains consist of")

// A chainSearch looks for chains of calls in a graph.
type chainSearch struct {
	graph    *graph.Graph
	starts   []bool       // by node
	ends     []bool       // by node
	barriers []bool       // by node: chains over them are right
	next     []graph.Node // by node: the next service on a shortest way to an end, None if there is no way
	found    []graph.Node // the starts with a way to an end, sorted
	steps    int          // that follow has made

	seen   []graph.Node // by node: the start of the last search that has come here
	before []graph.Node // by node: where that search came from
}

// newChainSearch finds all starts from which calls lead to an end, in one pass over the calls.
func newChainSearch(g *graph.Graph, starts, ends, barriers []bool) *chainSearch {
	s := &chainSearch{graph: g, starts: starts, ends: ends, barriers: barriers}
	s.next, s.seen, s.before = make([]graph.Node, g.Len()), make([]graph.Node, g.Len()), make([]graph.Node, g.Len())
	var queue []graph.Node
	for v := range graph.Node(g.Len()) {
		s.next[v], s.seen[v] = analyze.None, analyze.None
		if ends[v] {
			queue = append(queue, v)
		}
	}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, e := range g.In(v) {
			switch u := g.From(e); {
			case s.next[u] != analyze.None:
			case starts[u]:
				s.next[u] = v
				s.found = append(s.found, u)
			case !ends[u] && !barriers[u]:
				s.next[u] = v
				queue = append(queue, u)
			}
		}
	}
	slices.Sort(s.found)
	return s
}

// nearest returns a shortest chain from a found start to an end.
func (s *chainSearch) nearest(v graph.Node) []graph.Node {
	chain := []graph.Node{v}
	for {
		v = s.next[v]
		chain = append(chain, v)
		if s.ends[v] {
			return chain
		}
	}
}

// all returns a shortest chain from a found start to each end, sorted by end.
func (s *chainSearch) all(start graph.Node) [][]graph.Node {
	var reached []graph.Node
	queue := []graph.Node{start}
	s.seen[start] = start
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, u := range s.graph.Callees(v) {
			s.steps++
			if s.seen[u] == start || !s.ends[u] && (s.starts[u] || s.barriers[u] || s.next[u] == analyze.None) {
				continue
			}
			s.seen[u], s.before[u] = start, v
			if s.ends[u] {
				reached = append(reached, u)
			} else {
				queue = append(queue, u)
			}
		}
	}
	slices.Sort(reached)
	chains := make([][]graph.Node, len(reached))
	for i, v := range reached {
		n := 1
		for u := v; u != start; u = s.before[u] {
			n++
		}
		chains[i] = make([]graph.Node, 0, n)
		for ; v != start; v = s.before[v] {
			chains[i] = append(chains[i], v)
		}
		chains[i] = append(chains[i], start)
		slices.Reverse(chains[i])
	}
	return chains
}

// atLeast is by node whether a truth is not less than another one.
func atLeast(is []boundary.Truth, least boundary.Truth) []bool {
	list := make([]bool, len(is))
	for v, t := range is {
		list[v] = t >= least
	}
	return list
}

func checkUnreachable(p *Pass, j *judged) {
	g := j.chains(p)
	barriers, unsure := make([]bool, g.Len()), make([]boundary.Truth, g.Len())
	if j.Via.Terms != nil {
		unsure = selected(p, &j.Via)
		barriers = atLeast(unsure, boundary.Yes)
	}
	s := newChainSearch(g, atLeast(j.from, boundary.Yes), atLeast(j.to, boundary.Yes), barriers)
	for _, v := range s.found {
		chains := [][]graph.Node{}
		if s.steps < mostSteps {
			chains = s.all(v)
		} else {
			chains = append(chains, s.nearest(v))
		}
		for _, chain := range chains {
			if chain[0] != chain[len(chain)-1] {
				j.reportChain(p, g, chain, unsure)
			}
		}
	}
	j.reportUndecidedStarts(p, g, s, barriers)
}

// reportUndecidedStarts reports services of which it is not known whether a chain from them breaks
// the rule.
func (j *judged) reportUndecidedStarts(p *Pass, g *graph.Graph, s *chainSearch, barriers []bool) {
	if !slices.Contains(j.from, boundary.Unknown) && !slices.Contains(j.to, boundary.Unknown) {
		return
	}
	maybe := newChainSearch(g, atLeast(j.from, boundary.Unknown), atLeast(j.to, boundary.Unknown), barriers)
	undecided := slices.DeleteFunc(maybe.found, func(v graph.Node) bool {
		_, found := slices.BinarySearch(s.found, v)
		return found
	})
	if len(undecided) > 0 {
		what := fmt.Sprintf("%s (%s)", english.Count(len(undecided), "service"), namesOf(g, undecided))
		reportUndecided(p, j.Rule, what, len(undecided), places(g.Service(undecided[0]))[:1])
	}
}

// mostOfChain is how many services and places of a chain a finding has: no reader follows more.
const mostOfChain = 30

// mostConcerned is how many services of a chain a finding is about. Rules about one long chain, each from
// another service of it, would otherwise take the memory of the square of its length.
const mostConcerned = 200

// concerned returns the services that a finding about a chain is about: all, of a very long chain the first of
// them and the last.
func concerned(chain []graph.Node) []graph.Node {
	if len(chain) <= mostConcerned {
		return chain
	}
	return append(slices.Clone(chain[:mostConcerned-1]), chain[len(chain)-1])
}

// chainText writes the services of a chain, of a long one the first of them and the last.
func chainText(g *graph.Graph, chain []graph.Node) string {
	if len(chain) <= mostOfChain {
		return joinIDs(g, chain, " > ")
	}
	return fmt.Sprintf("%s > %d more > %s", joinIDs(g, chain[:mostOfChain-1], " > "), len(chain)-mostOfChain, g.ID(chain[len(chain)-1]))
}

// reportChain reports a chain that breaks the rule. unsure is by node whether a chain over it is right.
func (j *judged) reportChain(p *Pass, g *graph.Graph, chain []graph.Node, unsure []boundary.Truth) {
	calls := make([]graph.Edge, 0, len(chain)-1)
	sure := analyze.Certain
	for i, v := range chain[1:] {
		e, _ := g.Edge(chain[i], v)
		calls = append(calls, e)
		if i > 0 && (unsure[chain[i]] == boundary.Unknown || analyze.IsRoute(g, e)) {
			sure = analyze.Assumed // it may go over a service of via; a request from behind a gateway may take another route
		}
	}
	sure = min(sure, j.confidenceOf(p, g, calls))
	from, to := g.ID(chain[0]), g.ID(chain[len(chain)-1])
	says := because("although it is forbidden", j.Comment)
	f := analyze.Finding{
		Confidence: sure,
		Subject:    from + "->" + to,
		Message:    fmt.Sprintf("%s reaches %s over %s %s", from, to, someIDs(g, chain[1:max(len(chain)-1, 2)]), says),
		Hint:       "remove a call of the chain",
		Values:     []analyze.KeyValue{number("calls", len(calls)), keyValue("chain", chainText(g, chain))},
		Origins:    append(written(g, calls[:min(len(calls), mostOfChain)]), j.Origin),
		Services:   concerned(chain),
		Owners:     []graph.Node{chain[0]}, // not a part of the chain, which it would keep
		Alike:      analyze.Alike{Cause: to, Says: "reach " + to + " " + says, Hint: "remove calls of the chains to " + to, One: true},
	}
	if len(calls) == 1 {
		f.Message = fmt.Sprintf("%s calls %s %s", from, to, says)
		f.Hint = removal(g, calls[0])
	}
	if j.Via.Terms != nil {
		f.Hint += ", or make it go over " + j.Via.String()
		f.Alike.Hint += ", or make them go over " + j.Via.String()
	}
	p.Report(f)
}

// reaching is by node whether calls lead from it to a service that the rule asks for.
func (j *judged) reaching(p *Pass) []boundary.Truth {
	g := j.chains(p)
	none, does := make([]bool, g.Len()), make([]boundary.Truth, g.Len())
	for _, least := range []boundary.Truth{boundary.Unknown, boundary.Yes} {
		s := newChainSearch(g, none, atLeast(j.to, least), none)
		for v, next := range s.next {
			if next != analyze.None {
				does[v] = least
			}
		}
	}
	return does
}
