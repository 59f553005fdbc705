package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// A plan of timeouts gives calls bounds that fit together: each attempt of a call is longer than
// all that its callee may wait for, so that bounds shrink from the entry inwards.
//
// From the inside out, every call gets the least time that it needs: what traces show, and the
// least of the calls of its callee, times its attempts, with the waits between them. From the
// outside in, every call gets what is declared for it, or the usual, but no more than its caller has
// left and no less than it needs. Calls whose bound is one field, such as all that a route of the
// callee carries, get the least of what each would get.

// planID is the Rule of what a plan proposes.
const planID = "plan-timeouts"

// inwards is how much of the time of an attempt the calls of its callee may take.
const inwards = 0.9

// PlanTimeouts returns the bounds to set, one for each call that the inputs can bound: what is
// planned, what it rests on, and the fix. Calls that lead to or come from none of the services are
// left out; nil is all services. Calls of which nothing has to change are left out, too.
func PlanTimeouts(g *graph.Graph, services []graph.Node) []analyze.Finding {
	r := analyze.NewAnalysis(analyze.Scope(g, graph.Weak))
	p := &Pass{Graph: g, Core: r.Core, Limits: Limits{}.orDefault(), Analysis: r, fixes: true}
	return newPlanner(p, services).findings()
}

// A plannedCall is a call with the bounds that it has and gets.
type plannedCall struct {
	edge     graph.Edge
	parts    int
	sharing  int // the waits of the caller of which this is one: a call and its fallbacks
	selected bool
	present
	planned
}

// present is what bounds a call now.
type present struct {
	total    remedy        // where the bound of the whole call is set
	attempt  []remedy      // where those of its attempts are
	fields   []string      // the fields that are its bound; calls that share one have the same
	tries    int           // that slow attempts may make
	waits    time.Duration // between them
	has      policy.Limit
	declared time.Duration // for the whole call; 0 if nothing is
	perTry   time.Duration // declared for one attempt; 0 if none is
	tryOnly  bool          // its bound is that of an attempt
	fixed    bool          // its bound is not in the inputs, and stays
}

// planned is what a call needs, and the bounds that it gets.
type planned struct {
	need    time.Duration // the least for the whole call
	needTry time.Duration // and for an attempt
	wants   time.Duration // what is declared, or what its callee wants
	wanting string        // why, if nothing is declared
	rests   string        // what the least rests on
	gets    time.Duration
	getsTry time.Duration
	why     string
}

type planner struct {
	*Pass
	calls []*plannedCall // by edge
	order []graph.Node   // callers before callees, as far as there are no loops
}

func newPlanner(p *Pass, services []graph.Node) *planner {
	pl := &planner{Pass: p, calls: make([]*plannedCall, p.Core.Calls())}
	through := pl.through(services)
	for e := range p.Requests() {
		if driverManaged(p.Core, e) {
			continue
		}
		if c := pl.newCall(e); c != nil {
			c.selected = through(e)
			pl.calls[e] = c
		}
	}
	for _, c := range pl.calls {
		if c == nil {
			continue
		}
		calls := p.Analysis.FallbackCalls(c.edge)
		slices.Sort(calls)
		for _, f := range slices.Compact(calls) {
			if other := pl.calls[f]; other != nil {
				c.sharing++
				other.sharing = max(other.sharing, c.sharing)
			}
		}
	}
	pl.sort()
	return pl
}

// sort orders the nodes by depth-first search along the calls: a callee that is not on a loop with
// its caller comes after it.
func (pl *planner) sort() {
	g := pl.Core
	seen := make([]bool, g.Len())
	var visit func(v graph.Node)
	visit = func(v graph.Node) {
		seen[v] = true
		for e, end := g.Out(v); e < end; e++ {
			if pl.calls[e] != nil && !seen[g.To(e)] {
				visit(g.To(e))
			}
		}
		pl.order = append(pl.order, v)
	}
	for v := range graph.Node(g.Len()) {
		if !seen[v] {
			visit(v)
		}
	}
	slices.Reverse(pl.order)
}

// inner returns the calls that a service waits for, without those on loops: how often a request goes
// round is unknown.
func (pl *planner) inner(v graph.Node) []*plannedCall {
	var calls []*plannedCall
	for e, end := pl.Core.Out(v); e < end; e++ {
		if c := pl.calls[e]; c != nil && !pl.Analysis.Onward().Loops(e) {
			calls = append(calls, c)
		}
	}
	return calls
}

// through returns whether a call is on a path through one of services.
func (pl *planner) through(services []graph.Node) func(e graph.Edge) bool {
	if services == nil {
		return func(graph.Edge) bool { return true }
	}
	g := pl.Core
	above, below := map[graph.Node]bool{}, map[graph.Node]bool{}
	var up, down func(v graph.Node)
	up = func(v graph.Node) {
		if !above[v] {
			above[v] = true
			for _, e := range g.In(v) {
				up(g.From(e))
			}
		}
	}
	down = func(v graph.Node) {
		if !below[v] {
			below[v] = true
			for e, end := g.Out(v); e < end; e++ {
				down(g.To(e))
			}
		}
	}
	for _, v := range services {
		up(v)
		down(v)
	}
	return func(e graph.Edge) bool { return above[g.To(e)] || below[g.From(e)] }
}

// newCall returns what is known of a call, nil if nothing bounds it and nothing can.
func (pl *planner) newCall(e graph.Edge) *plannedCall {
	c := &plannedCall{edge: e, sharing: 1, present: present{tries: 1, has: analyze.WorstPart(pl.Effective(e))}}
	parts := pl.Effective(e)
	for i := range parts {
		part := &parts[i]
		if isStream(part) {
			continue
		}
		c.parts++
		for j := range part.Layers {
			l := &part.Layers[j]
			limited := l.Set.Timeout != nil && l.Set.Timeout.PerTry.IsExplicit()
			if n := int(l.Attempts); l.Attempts != policy.Unlimited && (l.SlowAgain || limited && l.Set.Timeout.Total.Set()) && n > c.tries {
				c.tries = n
				c.waits = l.Waits.Time
			}
			if t := l.Set.Timeout; t != nil && t.Total.IsWritten() && t.Total.Value > 0 && (c.declared == 0 || t.Total.Value < c.declared) {
				c.declared = t.Total.Value
			}
			if t := l.Set.Timeout; limited {
				c.tryOnly = c.tryOnly || !t.Total.Set()
				if r, ok := remedyIn(pl.Pass, e, &l.Set, policy.AttemptTimeout); ok {
					c.attempt = append(c.attempt, r)
					c.perTry = max(c.perTry, t.PerTry.Value)
				}
			}
		}
		r := remedyOfLimit(pl.Pass, e, part, part.Budget, policy.TotalTimeout)
		f := r.fix(pl.Pass, usualTimeout)
		if !f.Applicable() {
			c.fixed = true
			continue
		}
		c.total = r
		c.tryOnly = c.tryOnly || r.boundsAttempts()
		for _, change := range f.Changes {
			for _, edit := range change.Edits {
				c.fields = append(c.fields, cmp.Or(edit.Written.Place(), change.Kind+" "+change.Object+" "+change.Places[0].Place()+" "+edit.Path))
			}
		}
	}
	if c.declared == 0 && c.has.State == policy.Finite && chosen(c.has) {
		c.declared = c.has.Time
	}
	if c.fixed && c.has.State != policy.Finite || c.parts == 0 {
		return nil
	}
	return c
}

// solve finds the bounds of all calls.
func (pl *planner) solve() {
	for {
		for _, v := range slices.Backward(pl.order) {
			for _, e := range pl.Core.In(v) {
				if c := pl.calls[e]; c != nil {
					pl.setNeed(c)
				}
			}
		}
		if !pl.share(func(c *plannedCall) *time.Duration { return &c.needTry }, func(a, b time.Duration) time.Duration { return max(a, b) }) {
			break
		}
	}
	caps := map[string]time.Duration{}
	for range len(pl.order) + 1 {
		changed := false
		for _, v := range pl.order {
			left := map[bool]patience{true: pl.left(v, true), false: pl.left(v, false)}
			for e, end := pl.Core.Out(v); e < end; e++ {
				if c := pl.calls[e]; c != nil {
					pl.setBound(c, left[pl.Analysis.Onward().Loops(e)], caps)
				}
			}
		}
		for _, c := range pl.calls {
			if c == nil || c.fixed {
				continue
			}
			for _, field := range c.fields {
				if least, ok := caps[field]; !ok || c.gets < least {
					caps[field] = c.gets
					changed = true
				}
			}
		}
		if !changed {
			return
		}
	}
}

// setNeed sets the least time that a call needs.
func (pl *planner) setNeed(c *plannedCall) {
	g := pl.Core
	least, rests := c.needTry, c.rests
	if seen := g.Observed(c.edge); seen != nil && seen.More().Latency.Count() >= enoughTimings {
		if p99, ok := seen.More().Latency.Quantile(0.99); ok {
			if d := roundUp(time.Duration(usualMargin * float64(p99))); d > least {
				least, rests = d, fmt.Sprintf("one call in a hundred takes more than %s", rounded(p99))
			}
		}
	}
	for _, inner := range pl.inner(g.To(c.edge)) {
		if d := around(inner.need, inner.sharing); d > least && inner.rests == "" && !inner.fixed {
			least = d
		} else if d > least {
			least, rests = d, fmt.Sprintf("%s needs %s for %s", g.ID(g.To(c.edge)), english.Duration(inner.need), g.ID(g.To(inner.edge)))
		}
	}
	if c.fixed {
		c.need, c.needTry, c.wants = c.has.Time, c.has.Time, c.has.Time
		return
	}
	c.needTry, c.rests = max(least, time.Millisecond), rests
	c.need = time.Duration(c.tries)*c.needTry + c.waits
	wants := max(usualTimeout, c.needTry)
	c.wanting = cmp.Or(c.rests, "nothing is known of it: measure it")
	if c.declared > 0 {
		c.wants, c.wanting = c.declared, ""
		return
	}
	for _, inner := range pl.inner(g.To(c.edge)) {
		if d := around(inner.wants, inner.sharing); d > wants {
			wants, c.wanting = d, fmt.Sprintf("%s has %s for %s", g.ID(g.To(c.edge)), english.Duration(inner.wants), g.ID(g.To(inner.edge)))
		}
	}
	c.wants = time.Duration(c.tries)*wants + c.waits
}

// around is the time of an attempt during which the callee makes a call, and those that it makes
// instead, of a time.
func around(inner time.Duration, sharing int) time.Duration {
	return roundUp(time.Duration(float64(inner*time.Duration(sharing)) / inwards))
}

// share gives all calls of one field the same time, and reports whether one has changed.
func (pl *planner) share(of func(*plannedCall) *time.Duration, pick func(a, b time.Duration) time.Duration) bool {
	best := map[string]time.Duration{}
	for _, c := range pl.calls {
		if c == nil || c.fixed {
			continue
		}
		for _, field := range c.fields {
			best[field] = pick(best[field], *of(c))
		}
	}
	changed := false
	for _, c := range pl.calls {
		if c == nil || c.fixed {
			continue
		}
		for _, field := range c.fields {
			if best[field] != *of(c) {
				*of(c) = best[field]
				changed = true
			}
		}
	}
	return changed
}

// A patience is how long the calls of a service may take; 0 if its callers have no bound.
type patience struct {
	left time.Duration
	by   graph.Node // the caller that waits so long
}

// left is how long the calls of v may take by the bounds of those that it answers. For its calls on
// a loop it is what the callers outside of the loop leave.
func (pl *planner) left(v graph.Node, loops bool) (most patience) {
	for _, e := range pl.Core.In(v) {
		c := pl.calls[e]
		if c == nil || c.getsTry == 0 || loops && pl.Analysis.Onward().Loops(e) {
			continue
		}
		if d := time.Duration(inwards * float64(c.getsTry)); most.left == 0 || d < most.left {
			most = patience{d, pl.Core.From(e)}
		}
	}
	return most
}

// setBound gives a call what it has or what is usual, as far as its caller has the time.
func (pl *planner) setBound(c *plannedCall, by patience, caps map[string]time.Duration) {
	if c.fixed {
		c.gets, c.getsTry = c.has.Time, c.has.Time/time.Duration(c.tries)
		return
	}
	g := pl.Core
	d, why := c.wants, cmp.Or(c.wanting, "as declared")
	if d < c.need {
		d, why = roundUp(c.need), c.rests
		if c.tries > 1 {
			why = fmt.Sprintf("%d attempts of %s and %s of waits: %s", c.tries, english.Duration(c.needTry), english.Duration(c.waits), c.rests)
		}
	}
	if most := roundDown(by.left / time.Duration(c.sharing)); by.left > 0 && d > most {
		d, why = max(most, c.need), fmt.Sprintf("%s waits no longer for %s", g.ID(by.by), g.ID(g.From(c.edge)))
	}
	for _, field := range c.fields {
		if least, ok := caps[field]; ok && least < d {
			d, why = max(least, c.need), "another call has the same field"
		}
	}
	c.gets, c.why = d, why
	c.getsTry = (d - c.waits) / time.Duration(c.tries)
	if len(c.attempt) > 0 || c.tryOnly {
		c.getsTry = roundDown(c.getsTry)
	}
	if c.perTry > 0 && c.perTry < c.getsTry && c.perTry >= c.needTry {
		c.getsTry = c.perTry
	}
	if c.tryOnly {
		c.gets = time.Duration(c.tries)*c.getsTry + c.waits
	}
}

// findings returns what has to change, callers first.
func (pl *planner) findings() []analyze.Finding {
	pl.solve()
	var list []analyze.Finding
	g := pl.Core
	for _, v := range pl.order {
		for e, end := g.Out(v); e < end; e++ {
			c := pl.calls[e]
			if c == nil || c.fixed || !c.selected {
				continue
			}
			was := until(c.has)
			if c.declared > 0 {
				was = english.Duration(c.declared)
			}
			attempts := len(c.attempt) > 0 && c.perTry != c.getsTry
			same := c.gets == c.declared || c.tryOnly && len(c.attempt) > 0
			if same && !attempts {
				continue
			}
			f := aboutCall(pl.Pass, e, analyze.Certain)
			f.Rule, f.Severity = planID, analyze.Info
			if !same {
				f.Fix = pl.fixOf(c)
			}
			f.Message = fmt.Sprintf("%s: %s, was %s: %s", callID(g, e), english.Duration(c.gets), was, c.why)
			if attempts || c.tryOnly && c.tries > 1 {
				for _, r := range c.attempt {
					f.Fix = f.Fix.And(r.fix(pl.Pass, c.getsTry))
				}
				f.Message = strings.Replace(f.Message, ", was", fmt.Sprintf(" for %s of %s, was", english.Count(c.tries, "attempt"), english.Duration(c.getsTry)), 1)
			}
			f.Hint = c.total.hint("set", "to "+english.Duration(c.gets))
			f.Fix.Why = c.why
			list = append(list, f)
		}
	}
	return list
}

// fixOf sets the bound of all parts of a call.
func (pl *planner) fixOf(c *plannedCall) (all analyze.Fix) {
	parts := pl.Effective(c.edge)
	for i := range parts {
		if !isStream(&parts[i]) {
			bound := c.gets
			if c.tryOnly {
				bound = c.getsTry
			}
			all = all.And(remedyOfLimit(pl.Pass, c.edge, &parts[i], parts[i].Budget, policy.TotalTimeout).fix(pl.Pass, bound))
		}
	}
	return all
}
