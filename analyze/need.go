package analyze

import (
	"iter"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A need is the time that a service may take until it answers, as far as the
// calls that it makes decide about that.
type need struct {
	most    policy.Limit // of its longest call, with the calls that stand in for it; unknown if no call has an end
	longest graph.Edge   // which that is
	sum     time.Duration
	calls   int  // the hard calls that sum is of, one after the other; 0 if one of them has no known end
	seen    bool // traces show that these come one after the other
}

var needTimes = NewMemo[graph.Node, need]("the time that a service may take")

// need returns the need of v, without the calls within loops that v is on: how
// often a request goes round nobody can say.
func (r *run) need(v graph.Node) need {
	return needTimes.Of(r, v, func() need { return r.findNeed(v) })
}

func (r *run) findNeed(v graph.Node) need {
	g, loops := r.core, r.components()
	n, endless := need{}, false
	var hard []heldCall
	lo, hi := g.Out(v)
	for e := lo; e < hi; e++ {
		if g.Mode(e) != graph.Sync || loops.of[g.To(e)] == loops.of[v] || g.Call(e).Fallback || streams(g.Protocol(e)) {
			continue
		}
		t := r.heldBy(e)
		if t.State != policy.Finite {
			endless = endless || g.Need(e) == graph.Hard
			continue
		}
		if n.most.State != policy.Finite || t.Time > n.most.Time {
			n.most, n.longest = t, e
		}
		if g.Need(e) == graph.Hard {
			hard = append(hard, heldCall{e, t.Time})
		}
	}
	if !endless {
		n.sum, n.calls, n.seen = succession(g, hard)
	}
	return n
}

// heldBy is the longest that the call e, and those that its fallback makes after
// it has failed, can hold the caller.
func (r *run) heldBy(e graph.Edge) policy.Limit {
	t := holding(r.effective(e))
	if t.State != policy.Finite {
		return t
	}
	for _, f := range r.standIns(e) {
		then := holding(r.effective(f))
		if then.State != policy.Finite {
			return policy.Limit{State: then.State, By: then.By}
		}
		t.Time += then.Time
		t.By = append(t.By[:len(t.By):len(t.By)], then.By...)
	}
	return t
}

// standIns returns the calls to the services that the fallback of e asks.
func (r *run) standIns(e graph.Edge) []graph.Edge {
	g := r.core
	var calls []graph.Edge
	for step := range r.askedInstead(e) {
		if f, ok := r.callOf(g.From(e), step.To); ok {
			calls = append(calls, f)
		}
	}
	return calls
}

// askedInstead yields the steps of the fallbacks of e that ask another service.
func (r *run) askedInstead(e graph.Edge) iter.Seq[*policy.FallbackStep] {
	return func(yield func(*policy.FallbackStep) bool) {
		for _, part := range r.effective(e) {
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

// callOf returns the call of v to the service of that name.
func (r *run) callOf(v graph.Node, name string) (graph.Edge, bool) {
	g := r.core
	for e, end := g.Out(v); e < end; e++ {
		if s := g.Service(g.To(e)); s.ID == name || s.Name == name {
			return e, true
		}
	}
	return 0, false
}

var syncComponents = NewMemo[Once, *components]("the components over synchronous calls")

// components are those over the synchronous calls, by node.
func (r *run) components() *components {
	return syncComponents.Of(r, Once{}, func() *components { return findComponents(r.sync) })
}
