package analyze

import (
	"math"
	"slices"
	"time"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// Amplification is how many requests a service can get for one request to the
// estate, because the services before it try again. While v fails, the last
// caller repeats its call to v as often as its conditions answer to the way v
// fails. Every service before that sees an answer that is an error, and repeats
// its call if its conditions answer to errors.
//
// A loop with a call that is repeated on errors multiplies without end.
//
// A member of a group gets its share of what is repeated: a pool spreads the attempts over
// all. What is behind a group gets all of them, through one member or the other.
type Amplification struct {
	r    *Analysis
	o    *Onward
	c    *components  // of o
	resp []float64    // by component: the most that the calls on a path to it multiply an error of its services
	via  []graph.Edge // by component: the last call of such a path, from another component; NoCall if none multiplies
	way  []wayHere    // by component: such a path
	ways *crossing
}

// A wayHere is what a path to a component is made of.
type wayHere struct {
	loops       bool  // it leads through a loop, or to one
	components  int32 // on it, this one included
	multiplying int32 // calls
}

// A pathEnd is the end of the worst path to a service.
type pathEnd struct {
	factor float64
	last   graph.Edge
}

var pathEnds = NewMemo[graph.Node, pathEnd]("the most requests that a service can get for one")

const NoCall graph.Edge = -1

// Amplification computes the amplification of the synchronous calls, callers first.
func (r *Analysis) Amplification() *Amplification {
	return amplifications.Of(r, Once{}, r.findAmplification)
}

var amplifications = NewMemo[Once, *Amplification]("how retries multiply")

func (r *Analysis) findAmplification() *Amplification {
	g, o := r.Core, r.Onward()
	c := o.c
	a := &Amplification{r: r, o: o, c: c, resp: make([]float64, c.len()), via: make([]graph.Edge, c.len()), way: make([]wayHere, c.len()), ways: newCrossing(r.Sync, c)}
	for i := range a.resp {
		a.resp[i], a.via[i] = 1, NoCall
	}
	for i := int32(c.len()) - 1; i >= 0; i-- {
		a.setWay(i)
		for _, v := range c.services(i) {
			for e, end := g.Out(v); e < end; e++ {
				if g.Mode(e) == graph.Sync && o.Loops(e) && r.Repeats(e) > 1 {
					a.resp[i] = math.Inf(1)
				}
			}
		}
		for _, v := range c.services(i) {
			for e, end := g.Out(v); e < end; e++ {
				if !o.Leads(e) {
					continue
				}
				to := c.Of[g.To(e)]
				if n := a.resp[i] * r.Repeats(e); n > a.resp[to] {
					a.resp[to], a.via[to] = n, e
				}
			}
		}
	}
	return a
}

// setWay sets what the path to a component is made of, when those of the components before
// are known.
func (a *Amplification) setWay(i int32) {
	w := wayHere{loops: len(a.c.services(i)) > 1, components: 1}
	if e := a.via[i]; e != NoCall {
		before := a.way[a.c.Of[a.r.Core.From(e)]]
		w.loops = w.loops || before.loops
		w.components += before.components
		if w.multiplying = before.multiplying; a.r.Repeats(e) > 1 {
			w.multiplying++
		}
	}
	a.way[i] = w
}

// Multiplying returns how many of the calls on the worst path that ends with last are made more
// than once, and how long it is: the number of its calls, those within a loop left out.
func (a *Amplification) Multiplying(last graph.Edge) (calls, length int) {
	w := a.way[a.c.Of[a.r.Core.From(last)]]
	if calls = int(w.multiplying); a.AtEnd(last) > 1 {
		calls++
	}
	return calls, int(w.components)
}

// AtEnd returns how often last is made for one request if its callee fails in the worst way.
func (a *Amplification) AtEnd(last graph.Edge) float64 {
	return a.r.RepeatsAtEnd(last) * ShareOf(a.r.Core, last)
}

// Back returns the call before e on the worst path that e is on; NoCall if e is the first.
func (a *Amplification) Back(e graph.Edge) graph.Edge { return a.via[a.c.Of[a.r.Core.From(e)]] }

var (
	repeatedOnErrors = NewMemo[graph.Edge, float64]("how often a call is made if its callee answers with errors")
	repeatedAtEnd    = NewMemo[graph.Edge, float64]("how often a call is made if its callee fails in the worst way")
)

// Repeats is n_resp of e: how often it is made if its callee answers with errors,
// or answers too late where it can.
func (r *Analysis) Repeats(e graph.Edge) float64 {
	if r.Core.Routes(e) == nil {
		return 1 // no policy is known
	}
	return repeatedOnErrors.Of(r, e, func() float64 {
		n := 1.0
		for _, part := range r.Effective(e) {
			n = max(n, part.AlongPath(r.mayBeLate(e, part.Attempt)))
		}
		return n
	})
}

// atEnd is n_conn of e: how often it is made if its callee fails in this way.
func (r *Analysis) atEnd(e graph.Edge, i failure.Injection) float64 {
	n := 1.0
	if r.Core.Routes(e) == nil {
		return n // no policy is known
	}
	for _, part := range r.Effective(e) {
		switch {
		case i.Mode == failure.Degrade:
		case i.Mode != failure.Hang && i.Mode != failure.SlowDown:
			n = max(n, part.Amplification(policy.Down), part.Amplification(policy.Errors))
		case i.Mode == failure.Hang || i.Delay == 0 || part.Attempt.State == policy.Finite && i.Delay > part.Attempt.Time:
			n = max(n, part.Amplification(policy.Slow))
		}
	}
	return n
}

// RepeatsAtEnd is n_conn of e: how often it is made if its callee fails in the worst way.
func (r *Analysis) RepeatsAtEnd(e graph.Edge) float64 {
	if r.Core.Routes(e) == nil {
		return 1 // no policy is known
	}
	return repeatedAtEnd.Of(r, e, func() float64 {
		n := 1.0
		for _, part := range r.Effective(e) {
			n = max(n, part.AtLastHop())
		}
		return n
	})
}

// A slowness is how late a service can be because of its own calls.
type slowness struct {
	endless bool // a call of it has no known end
	most    time.Duration
}

// mayBeLate reports whether the callee of e may take longer than an attempt lasts,
// because of calls of its own.
func (r *Analysis) mayBeLate(e graph.Edge, attempt policy.Limit) bool {
	if attempt.State != policy.Finite {
		return false
	}
	callee := r.slowness(r.Core.To(e))
	return callee.endless || callee.most > attempt.Time
}

var slownesses = NewMemo[graph.Node, slowness]("how late a service can be because of its own calls")

func (r *Analysis) slowness(v graph.Node) slowness {
	return slownesses.Of(r, v, func() (l slowness) {
		g := r.Core
		for f, end := g.Out(v); f < end; f++ {
			if g.Mode(f) != graph.Sync {
				continue
			}
			if t := WorstPart(r.Effective(f)); t.State == policy.Finite {
				l.most = max(l.most, t.Time)
			} else {
				l.endless = true
			}
		}
		return l
	})
}

// At returns the most requests that v can get for one, and the last call of the
// path on which it does; NoCall if no call is retried.
func (a *Amplification) At(v graph.Node) (factor float64, last graph.Edge) {
	end := pathEnds.Of(a.r, v, func() pathEnd { return a.over(v, a.r.RepeatsAtEnd) })
	return end.factor, end.last
}

// Before returns how often an error of v is multiplied on the worst path to v.
func (a *Amplification) Before(v graph.Node) float64 { return a.resp[a.c.Of[v]] }

// Endless reports whether a loop on the path to last multiplies without end.
func (a *Amplification) Endless(last graph.Edge) bool {
	from := a.r.Core.From(last)
	return math.IsInf(a.Before(from), 1) && a.way[a.c.Of[from]].loops
}

// inMode is at for a service that fails in this way.
func (a *Amplification) inMode(v graph.Node, i failure.Injection) (factor float64, last graph.Edge) {
	end := a.over(v, func(e graph.Edge) float64 { return a.r.atEnd(e, i) })
	return end.factor, end.last
}

// over is at for a service whose callers repeat their calls so often.
func (a *Amplification) over(v graph.Node, times func(graph.Edge) float64) pathEnd {
	end := pathEnd{1, NoCall}
	g := a.r.Core
	for _, e := range g.In(v) {
		if !a.o.Leads(e) {
			continue
		}
		if n := a.resp[a.c.Of[g.From(e)]] * times(e) * ShareOf(g, e); n > end.factor {
			end = pathEnd{n, e}
		}
	}
	return end
}

// ShareOf is the part of the requests for its groups that a call gets: of a split its share,
// all of it where that is unknown, and of a pool as much as each other member.
func ShareOf(g *graph.Graph, e graph.Edge) float64 {
	if !g.Grouped(e) {
		return 1
	}
	share := 0.0
	for id, m := range g.Memberships(e) {
		s := 1.0
		for {
			c := &g.Groups()[id]
			switch {
			case c.Kind == graph.Pool:
				s /= float64(len(c.Members) + c.Hidden)
			case c.Kind == graph.Split && m.Share > 0:
				s *= m.Share
			}
			if c.In == graph.NoGroup {
				break
			}
			id, m = c.In, g.Membership(id)
		}
		share = max(share, s)
	}
	return share
}

// Multiplies reports whether e is made more than once on a path that ends with last.
func (a *Amplification) Multiplies(e, last graph.Edge) bool {
	if e == last {
		return a.AtEnd(e) > 1
	}
	return a.r.Repeats(e) > 1
}

// Path returns the services on the worst path that ends with last, the first caller first.
// It begins with the first call that multiplies. Within a loop it goes the shortest way.
func (a *Amplification) Path(last graph.Edge) []graph.Node { return a.EndOfPath(last, math.MaxInt) }

// EndOfPath returns the end of the worst path that ends with last: most services of it, and as many
// more until two calls multiply, the first of which it begins with.
func (a *Amplification) EndOfPath(last graph.Edge, most int) []graph.Node {
	g, multiplying := a.r.Core, 0
	path := []graph.Node{g.To(last)}
	for e := last; ; {
		from := g.From(e)
		before := a.via[a.c.Of[from]]
		multiplies := a.Multiplies(e, last)
		if multiplies {
			multiplying++
		}
		if before == NoCall || multiplies && multiplying > 1 && len(path) >= most {
			path = append(path, from)
			break
		}
		way := a.ways.cross(g.To(before), from)
		slices.Reverse(way)
		path = append(path, way...)
		e = before
	}
	slices.Reverse(path)
	return path
}

// setAmplification sets the amplification of rows, which are by service.
func (r *Analysis) setAmplification(rows []FanRow) {
	a := r.Amplification()
	for v := range rows {
		factor, last := a.At(graph.Node(v))
		rows[v].Amp = factor
		if last != NoCall {
			rows[v].AmpPath = a.Path(last)
		}
	}
}
