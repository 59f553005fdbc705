package analyze

import (
	"cmp"
	"slices"
	"time"

	"github.com/weirgraph/weir/graph"
)

// Calls of one service that are made at the same time need as long as the longest of
// them, calls that are made in turn as long as all together. Traces show which is
// which, and which are never made for the same request; without traces it is
// presumed that all calls are made in turn.

// A ordering is how two calls of one service are ordered in its requests.
type ordering uint8

const (
	orderingUnknown ordering = iota // unknown: one after the other
	sequential                      // traces show them one after the other
	notSequential                   // traces show them at the same time, or never in one request
)

// enoughRequests are those of a call that must be seen before it means anything that
// none of them makes another call as well.
const enoughRequests = 10

// orderingOf returns how the calls e and f of one service are ordered in its requests.
func orderingOf(g *graph.Graph, e, f graph.Edge) ordering {
	if g.Observed(e) == nil || g.Observed(f) == nil {
		return orderingUnknown
	}
	a, b := g.Observed(e).More(), g.Observed(f).More()
	if g.To(e) > g.To(f) {
		a, b, e, f = b, a, f, e
	}
	i, ok := slices.BinarySearchFunc(a.Pairs, g.ID(g.To(f)), func(b graph.PairStats, id string) int { return cmp.Compare(b.To, id) })
	switch {
	case !ok && min(a.Requests, b.Requests) >= enoughRequests:
		return notSequential
	case !ok || a.Pairs[i].Overlapping+a.Pairs[i].InTurn == 0:
		return orderingUnknown
	case a.Pairs[i].Overlapping >= a.Pairs[i].InTurn:
		return notSequential
	}
	return sequential
}

// A waitingCall is a call and how long it can hold its caller.
type waitingCall struct {
	graph.Edge
	time time.Duration
}

// maxSeeds bounds how many calls the longest succession is looked for from.
const maxSeeds = 32

// sequentialSum returns the longest time that calls of one service take which are made
// in turn, how many they are, and whether traces show all of that. Beginning with
// each of the longest calls it takes those that come in turn with all taken before,
// the longest first: which is the greatest sum where calls fall into groups that are
// made at once. Calls that were not seen are presumed to come in turn with all.
func sequentialSum(g *graph.Graph, calls []waitingCall) (sum time.Duration, n int, seen bool) {
	unseen := slices.DeleteFunc(slices.Clone(calls), func(c waitingCall) bool { return isSeen(g, c.Edge) })
	calls = slices.DeleteFunc(slices.Clone(calls), func(c waitingCall) bool { return !isSeen(g, c.Edge) })
	slices.SortFunc(calls, func(a, b waitingCall) int { return cmp.Or(cmp.Compare(b.time, a.time), cmp.Compare(a.Edge, b.Edge)) })
	for i := range calls[:min(len(calls), maxSeeds)] {
		taken, known := []waitingCall{calls[i]}, true
		for j, c := range calls {
			if i == j {
				continue
			}
			switch joins(g, taken, c) {
			case notSequential:
				continue
			case orderingUnknown:
				known = false
			}
			taken = append(taken, c)
		}
		if total := totalWait(taken); total > sum {
			sum, n, seen = total, len(taken), known
		}
	}
	return sum + totalWait(unseen), n + len(unseen), seen && len(unseen) == 0
}

func isSeen(g *graph.Graph, e graph.Edge) bool {
	o := g.Observed(e)
	return o != nil && o.More().Requests > 0
}

func totalWait(calls []waitingCall) (sum time.Duration) {
	for _, c := range calls {
		sum += c.time
	}
	return sum
}

// joins returns how a call comes with all of others: in turn with each, as far as
// traces show, or is presumed to, or not.
func joins(g *graph.Graph, taken []waitingCall, c waitingCall) ordering {
	all := sequential
	for _, t := range taken {
		switch orderingOf(g, t.Edge, c.Edge) {
		case notSequential:
			return notSequential
		case orderingUnknown:
			all = orderingUnknown
		}
	}
	return all
}
