package analyze

import (
	"math"
	"slices"
	"time"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// amplification tells how many requests a service can get for one request to the
// estate, because the services before it try again. While v fails, the last
// caller repeats its call to v as often as its conditions answer to the way v
// fails. Every service before that sees an answer that is an error, and repeats
// its call if its conditions answer to errors.
//
// A loop with a call that is repeated on errors multiplies without end.
type amplification struct {
	r    *run
	c    *components
	resp []float64    // by component: the most that the calls on a path to it multiply an error of its services
	via  []graph.Edge // by component: the last call of such a path, from another component; noCall if none multiplies
}

// A pathEnd is the end of the worst path to a service.
type pathEnd struct {
	factor float64
	last   graph.Edge
}

var pathEnds = NewMemo[graph.Node, pathEnd]("the most requests that a service can get for one")

const noCall graph.Edge = -1

// amplified computes the amplification of the synchronous calls, callers first.
func (r *run) amplified() *amplification {
	return amplifications.Of(r, Once{}, r.amplify)
}

var amplifications = NewMemo[Once, *amplification]("how retries multiply")

func (r *run) amplify() *amplification {
	g, c := r.core, r.components()
	a := &amplification{r: r, c: c, resp: make([]float64, c.len()), via: make([]graph.Edge, c.len())}
	for i := range a.resp {
		a.resp[i], a.via[i] = 1, noCall
	}
	for i := int32(c.len()) - 1; i >= 0; i-- {
		for _, v := range c.services(i) {
			for e, end := g.Out(v); e < end; e++ {
				if g.Mode(e) == graph.Sync && c.of[g.To(e)] == i && r.repeats(e) > 1 {
					a.resp[i] = math.Inf(1)
				}
			}
		}
		for _, v := range c.services(i) {
			for e, end := g.Out(v); e < end; e++ {
				to := c.of[g.To(e)]
				if g.Mode(e) != graph.Sync || to == i {
					continue
				}
				if n := a.resp[i] * r.repeats(e); n > a.resp[to] {
					a.resp[to], a.via[to] = n, e
				}
			}
		}
	}
	return a
}

var (
	repeatedOnErrors = NewMemo[graph.Edge, float64]("how often a call is made if its callee answers with errors")
	repeatedAtEnd    = NewMemo[graph.Edge, float64]("how often a call is made if its callee fails in the worst way")
)

// repeats is n_resp of e: how often it is made if its callee answers with errors,
// or answers too late where it can.
func (r *run) repeats(e graph.Edge) float64 {
	if r.core.Routes(e) == nil {
		return 1 // nobody says anything about it
	}
	return repeatedOnErrors.Of(r, e, func() float64 {
		n := 1.0
		for _, part := range r.effective(e) {
			n = max(n, part.AlongPath(r.late(e, part.Attempt)))
		}
		return n
	})
}

// atEnd is n_conn of e: how often it is made if its callee fails in this way.
func (r *run) atEnd(e graph.Edge, i failure.Injection) float64 {
	n := 1.0
	if r.core.Routes(e) == nil {
		return n // nobody says anything about it
	}
	for _, part := range r.effective(e) {
		switch {
		case i.Mode == failure.Worse:
		case i.Mode != failure.Hang && i.Mode != failure.Late:
			n = max(n, part.Amplification(policy.Down), part.Amplification(policy.Errors))
		case i.Mode == failure.Hang || i.Delay == 0 || part.Attempt.State == policy.Finite && i.Delay > part.Attempt.Time:
			n = max(n, part.Amplification(policy.Slow))
		}
	}
	return n
}

// atLast is n_conn of e: how often it is made if its callee fails in the worst way.
func (r *run) atLast(e graph.Edge) float64 {
	if r.core.Routes(e) == nil {
		return 1 // nobody says anything about it
	}
	return repeatedAtEnd.Of(r, e, func() float64 {
		n := 1.0
		for _, part := range r.effective(e) {
			n = max(n, part.AtLastHop())
		}
		return n
	})
}

// A laggard is how late a service can be because of its own calls.
type laggard struct {
	endless bool // a call of it has no known end
	most    time.Duration
}

// late reports whether the callee of e may take longer than an attempt lasts,
// because of calls of its own.
func (r *run) late(e graph.Edge, attempt policy.Limit) bool {
	if attempt.State != policy.Finite {
		return false
	}
	callee := r.lags(r.core.To(e))
	return callee.endless || callee.most > attempt.Time
}

var laggards = NewMemo[graph.Node, laggard]("how late a service can be because of its own calls")

func (r *run) lags(v graph.Node) laggard {
	return laggards.Of(r, v, func() (l laggard) {
		g := r.core
		for f, end := g.Out(v); f < end; f++ {
			if g.Mode(f) != graph.Sync {
				continue
			}
			if t := holding(r.effective(f)); t.State == policy.Finite {
				l.most = max(l.most, t.Time)
			} else {
				l.endless = true
			}
		}
		return l
	})
}

// at returns the most requests that v can get for one, and the last call of the
// path on which it does; noCall if nobody repeats anything.
func (a *amplification) at(v graph.Node) (factor float64, last graph.Edge) {
	end := pathEnds.Of(a.r, v, func() pathEnd { return a.over(v, a.r.atLast) })
	return end.factor, end.last
}

// before returns how often an error of v is multiplied on the worst path to v.
func (a *amplification) before(v graph.Node) float64 { return a.resp[a.c.of[v]] }

// endless reports whether a loop on the path to last multiplies without end.
func (a *amplification) endless(last graph.Edge) bool {
	g := a.r.core
	if !math.IsInf(a.before(g.From(last)), 1) {
		return false
	}
	for e := last; e != noCall; e = a.via[a.c.of[g.From(e)]] {
		if len(a.c.services(a.c.of[g.From(e)])) > 1 {
			return true
		}
	}
	return false
}

// inMode is at for a service that fails in this way.
func (a *amplification) inMode(v graph.Node, i failure.Injection) (factor float64, last graph.Edge) {
	end := a.over(v, func(e graph.Edge) float64 { return a.r.atEnd(e, i) })
	return end.factor, end.last
}

// over is at for a service whose callers repeat their calls so often.
func (a *amplification) over(v graph.Node, times func(graph.Edge) float64) pathEnd {
	end := pathEnd{1, noCall}
	g := a.r.core
	for _, e := range g.In(v) {
		if g.Mode(e) != graph.Sync || a.c.of[g.From(e)] == a.c.of[v] {
			continue
		}
		if n := a.resp[a.c.of[g.From(e)]] * times(e); n > end.factor {
			end = pathEnd{n, e}
		}
	}
	return end
}

// path returns the calls of the worst path that ends with last, first call first.
// It begins with the first call that multiplies. Within a loop it goes the
// shortest way.
func (a *amplification) path(last graph.Edge) []graph.Node {
	g := a.r.core
	path := []graph.Node{g.To(last)}
	for e := last; ; {
		from := g.From(e)
		before := a.via[a.c.of[from]]
		if before == noCall {
			path = append(path, from)
			break
		}
		way := (&chains{c: a.c}).cross(a.r.sync, g.To(before), from)
		slices.Reverse(way)
		path = append(path, way...)
		e = before
	}
	slices.Reverse(path)
	return path
}

// stormy sets the amplification of rows, which are by service.
func (r *run) stormy(rows []FanRow) {
	a := r.amplified()
	for v := range rows {
		factor, last := a.at(graph.Node(v))
		rows[v].Amp = factor
		if last != noCall {
			rows[v].AmpPath = a.path(last)
		}
	}
}
