package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// observe finds the services of observations and adds up those of each call.
func (l *linker) observe() {
	if len(l.f.ObservedServices)+len(l.f.Observations) == 0 {
		return
	}
	w := newTraceResolver(l)
	l.observed = map[[2]int]*graph.Observed{}
	w.collectNames()
	for i := range l.f.Observations {
		o := &l.f.Observations[i]
		from, to := w.party(&o.From, o), w.party(&o.To, o)
		key := [2]int{from, to}
		sum := l.observed[key]
		if sum == nil {
			sum = &graph.Observed{}
			l.observed[key] = sum
		}
		sum.Add(&o.Observed)
		protocol := address.ProtocolOf(strings.ToLower(o.Protocol)).Name
		e := graph.Evidence{
			Origin: o.Origin, Way: o.Way, Strength: graph.Strong, Mode: o.Mode, Observed: true,
			Protocol: cmp.Or(protocol, strings.ToLower(o.Protocol)), Port: o.To.Host.Port, Class: w.classOf(&o.To, to),
		}
		// Of equal evidence in many places the first is enough.
		i := slices.IndexFunc(l.edges[key], func(known graph.Evidence) bool { return known.Observed && alike(&known, &e) })
		if i < 0 {
			l.edges[key] = append(l.edges[key], e)
		} else if known := &l.edges[key][i]; e.Origin.Compare(known.Origin) < 0 {
			known.Origin = e.Origin
		}
	}
	w.addServed()
	w.addPairs()
}

// addServed adds up the requests that services answer.
func (w *traceResolver) addServed() {
	w.served = map[int]*graph.ServerStats{}
	for i := range w.f.ObservedServices {
		s := &w.f.ObservedServices[i]
		if s.Served.Requests == 0 && len(s.Served.Operations) == 0 {
			continue
		}
		root := w.party(&s.TracePeer, &graph.Observation{Origin: s.Origin})
		sum := w.served[root]
		if sum == nil {
			sum = &graph.ServerStats{}
			w.served[root] = sum
		}
		one := s.Served
		one.Origin = s.Origin
		sum.Add(&one)
	}
}

// addPairs adds up the observations of pairs of calls.
func (w *traceResolver) addPairs() {
	w.pairs = map[[3]int]*graph.PairStats{}
	for i := range w.f.Pairs {
		c := &w.f.Pairs[i]
		from, ok := w.observedRoot(&c.From, -1)
		caller := from
		if c.From.Inferred {
			caller = -1
		}
		a, okA := w.observedRoot(&c.To, caller)
		b, okB := w.observedRoot(&c.With, caller)
		if !ok || !okA || !okB || a == b {
			continue
		}
		key := [3]int{from, min(a, b), max(a, b)}
		sum := w.pairs[key]
		if sum == nil {
			sum = &graph.PairStats{}
			w.pairs[key] = sum
		}
		*sum = sum.Plus(graph.PairStats{Requests: c.Requests, Overlapping: c.Overlapping, InTurn: c.InTurn})
	}
}

// alike reports whether two calls were observed in the same way.
func alike(e, o *graph.Evidence) bool {
	return e.Way == o.Way && e.Mode == o.Mode && e.Protocol == o.Protocol && e.Port == o.Port && e.Class == o.Class
}

// observedRoot returns the root of one end of observed calls. For an inferred callee, from
// is the root of the caller.
func (w *traceResolver) observedRoot(s *graph.TracePeer, from int) (root int, ok bool) {
	if s.Inferred {
		root = w.called[inferredKey{TracePeer: *s, from: from}] - 1
		ok = root >= 0
	} else {
		root, ok = w.known[*s]
	}
	if !ok {
		return -1, false
	}
	return w.find(root), true
}

// settleObserved returns what was observed of the calls of g, and sets Served of its
// services. node has the nodes of roots.
func (l *linker) settleObserved(g *graph.Graph, node map[int]graph.Node) map[graph.Edge]*graph.Observed {
	observed := make(map[graph.Edge]*graph.Observed, len(l.observed))
	for ends, seen := range l.observed {
		if e, ok := g.Edge(node[l.find(ends[0])], node[l.find(ends[1])]); ok {
			observed[e] = seen
		}
	}
	for root, s := range l.served {
		g.Service(node[l.find(root)]).Served = s
	}
	for roots, sum := range l.pairs {
		from, a, b := node[l.find(roots[0])], node[l.find(roots[1])], node[l.find(roots[2])]
		if a > b {
			a, b = b, a
		}
		e, ok := g.Edge(from, a)
		if o := observed[e]; ok && o != nil {
			o.Pairs = append(o.Pairs, graph.PairStats{To: g.ID(b), Requests: sum.Requests, Overlapping: sum.Overlapping, InTurn: sum.InTurn})
		}
	}
	findEntries(g, observed)
	for _, o := range observed {
		slices.SortFunc(o.Pairs, func(a, b graph.PairStats) int { return strings.Compare(a.To, b.To) })
	}
	return observed
}
