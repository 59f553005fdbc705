package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// allRequests is 100 percent, but for what adding up shares loses.
const allRequests = 100 - 1e-6

// idleTakenRoutes makes mere permissions of routes that get no requests: those of which other
// routes of the gateway take all, as a canary with the weight 100 does.
func (l *linker) idleTakenRoutes() {
	type requests struct {
		caller int // root
		match  string
	}
	taken := map[requests]float64{}
	l.eachRoute(func(caller int, ev *graph.Evidence) {
		if ev.In.Share > 0 {
			for _, match := range strings.Split(ev.In.Match, ", ") {
				taken[requests{caller, match}] += ev.In.Share
			}
		}
	})
	if len(taken) == 0 {
		return
	}
	l.eachRoute(func(caller int, ev *graph.Evidence) {
		if ev.In.Share == 0 && !slices.ContainsFunc(strings.Split(ev.In.Match, ", "), func(match string) bool { return taken[requests{caller, match}] < allRequests }) {
			ev.Strength = graph.Allowed
		}
	})
}

// eachRoute calls do with the evidence for every route of a gateway that is in no group but
// the split over all routes.
func (l *linker) eachRoute(do func(caller int, ev *graph.Evidence)) {
	for ends, evidence := range l.edges {
		for i := range evidence {
			if ev := &evidence[i]; ev.Class == graph.ClassIngress && ev.In != nil && ev.In.Group == nil && !ev.Fallback && ev.Strength > graph.Allowed {
				do(l.find(ends[0]), ev)
			}
		}
	}
}
