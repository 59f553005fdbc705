package analyze

import (
	"iter"
	"slices"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A LatencyBudget is the time that a service may take until it answers, as far as the
// calls that it makes decide about that.
type LatencyBudget struct {
	Max      policy.Limit // of its longest call, with its fallbacks; unknown if no call has an end
	MaxCall  graph.Edge   // which that is
	Sum      time.Duration
	Calls    int  // the hard needs that sum is of, one after the other; 0 if one of them has no known end
	Observed bool // traces show that these come one after the other
}

var latencyBudgets = NewMemo[graph.Node, LatencyBudget]("the time that a service may take")

// LatencyBudget returns the need of v, without the calls within loops that v is on: how
// often a request goes round is unknown.
func (r *Analysis) LatencyBudget(v graph.Node) LatencyBudget {
	return latencyBudgets.Of(r, v, func() LatencyBudget { return r.findLatencyBudget(v) })
}

func (r *Analysis) findLatencyBudget(v graph.Node) LatencyBudget {
	g := r.Core
	n, endless := LatencyBudget{}, false
	var hard []waitingCall
	for _, need := range allNeeds(g, v) {
		w := r.waitForGroup(need.Group)
		if need.Group == graph.NoGroup {
			w = r.waitFor(need.Call)
		}
		endless = endless || w.endless
		if w.longest.State != policy.Finite {
			continue
		}
		if n.Max.State != policy.Finite || w.longest.Time > n.Max.Time {
			n.Max, n.MaxCall = w.longest, w.call
		}
		if w.hard && !w.endless {
			hard = append(hard, waitingCall{w.call, w.longest.Time})
		}
	}
	if !endless {
		n.Sum, n.Calls, n.Observed = sequentialSum(g, hard)
	}
	return n
}

// A needWait is how long one need can hold its caller.
type needWait struct {
	longest policy.Limit // unknown if no call of it has an end, or none is waited for
	call    graph.Edge   // of which that is; of a failover, the first
	hard    bool
	endless bool // a hard call has no known end
}

func (r *Analysis) waitFor(e graph.Edge) needWait {
	g := r.Core
	if !r.Onward().Leads(e) || g.Fallback(e) && !g.Grouped(e) || IsStream(g.Protocol(e)) {
		return needWait{}
	}
	w := needWait{call: e, hard: g.Need(e) == graph.Hard}
	if t := r.MaxWait(e); t.State == policy.Finite {
		w.longest = t
	} else {
		w.endless = w.hard
	}
	return w
}

// waitForGroup is the wait for the slowest member of a group, or, for a failover, for all of
// its ranks, of which each is asked when the one before it has failed.
func (r *Analysis) waitForGroup(id graph.GroupID) needWait {
	if id == graph.NoGroup {
		return needWait{}
	}
	var all needWait
	c := &r.Core.Groups()[id]
	for members := c.Members; len(members) > 0; {
		n := 1
		for n < len(members) && (c.Kind != graph.Failover || members[n].Rank == members[0].Rank) {
			n++
		}
		var rank needWait
		for _, m := range members[:n] {
			w := r.waitForGroup(m.Group)
			if m.Group == graph.NoGroup {
				w = r.waitFor(m.Call)
			}
			rank.hard, rank.endless = rank.hard || w.hard, rank.endless || w.endless
			if w.longest.State == policy.Finite && (rank.longest.State != policy.Finite || w.longest.Time > rank.longest.Time) {
				rank.longest, rank.call = w.longest, w.call
			}
		}
		all.hard, all.endless = all.hard || rank.hard, all.endless || rank.endless
		switch {
		case rank.longest.State != policy.Finite:
		case all.longest.State != policy.Finite:
			all.longest, all.call = rank.longest, rank.call
		default:
			all.longest.Time += rank.longest.Time
			all.longest.By = append(slices.Clip(all.longest.By), rank.longest.By...)
		}
		members = members[n:]
	}
	return all
}

// MaxWait is the longest that the call e, and those that its fallback makes after
// it has failed, can hold the caller.
func (r *Analysis) MaxWait(e graph.Edge) policy.Limit {
	t := WorstPart(r.Effective(e))
	if t.State != policy.Finite {
		return t
	}
	for _, f := range r.FallbackCalls(e) {
		then := WorstPart(r.Effective(f))
		if then.State != policy.Finite {
			return policy.Limit{State: then.State, By: then.By}
		}
		t.Time += then.Time
		t.By = append(t.By[:len(t.By):len(t.By)], then.By...)
	}
	return t
}

// FallbackCalls returns the calls to the services that the fallback of e asks.
func (r *Analysis) FallbackCalls(e graph.Edge) []graph.Edge {
	g := r.Core
	var calls []graph.Edge
	for step := range r.FallbackSteps(e) {
		if f, ok := r.CallTo(g.From(e), step.To); ok {
			calls = append(calls, f)
		}
	}
	return calls
}

// FallbackSteps yields the steps of the fallbacks of e that ask another service.
func (r *Analysis) FallbackSteps(e graph.Edge) iter.Seq[*policy.FallbackStep] {
	return func(yield func(*policy.FallbackStep) bool) {
		for _, part := range r.Effective(e) {
			for i := range part.Layers {
				f := part.Layers[i].Set.Fallback
				if f == nil {
					continue
				}
				for j := range f.Steps {
					if step := &f.Steps[j]; step.Kind.Value == "service" && step.To != "" && !yield(step) {
						return
					}
				}
			}
		}
	}
}

// CallTo returns the call of v to the service of that name.
func (r *Analysis) CallTo(v graph.Node, name string) (graph.Edge, bool) {
	g := r.Core
	for e, end := g.Out(v); e < end; e++ {
		if s := g.Service(g.To(e)); s.ID == name || s.Name == name {
			return e, true
		}
	}
	return 0, false
}
