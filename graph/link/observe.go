package link

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/internal/pairs"
)

// observe finds the services of observations.
func (l *linker) observe() {
	if len(l.f.ObservedServices)+graph.CountObservations(l.f.Observations) == 0 {
		return
	}
	l.ends = settleObservations(l.f)
	l.makeRoom(len(l.ends.peers))
	l.tracedWorkloads = map[int][]string{}
	w := newTraceResolver(l)
	w.collectNames()
	l.observed = make([]observedCall, 0, len(l.ends.rows))
	classes := l.ends.classes()
	for i := range l.ends.rows {
		from, to, class := w.caller(i), w.callee(i), classes[l.ends.rows[i].To]
		if class == graph.ClassTelemetry && l.isProgram(to) {
			class = graph.ClassCall
		}
		c := observedCall{int32(from), int32(to), int32(i), class}
		l.observed = append(l.observed, c)
		if key := [2]int{from, to}; len(l.edges[key]) > 0 {
			l.edges[key] = w.addObserved(l.edges[key], c)
		}
	}
	w.addServed()
	w.addPairs()
	// A hundred thousand peers take more than the calls between them.
	l.ends.peers, l.ends.services, l.ends.pairs = nil, nil, nil
	l.f.ObservedServices, l.f.Pairs = nil, nil
}

// addUp adds what was observed of one call to sum. Of documents with rates, which show the same traffic, the one
// with the highest counts, the first of several.
func (l *linker) addUp(sum *graph.Observed, same []observedCall) {
	var rates map[graph.Origin]*graph.Observed
	for _, c := range same {
		r := &l.ends.rows[c.observation]
		one, into, seen := r.Observed(l.ends.traced), sum, l.ends.sightings[r.Sighting]
		if seen.Rate {
			if rates == nil {
				rates = map[graph.Origin]*graph.Observed{}
			}
			in := seen.Origin(r.Line, r.Column)
			if into = rates[in]; into == nil {
				into = &graph.Observed{}
				rates[in] = into
			}
		}
		into.Add(&one)
	}
	var highest *graph.Observed
	for _, in := range slices.SortedFunc(maps.Keys(rates), graph.Origin.Compare) {
		if o := rates[in]; highest == nil || o.Calls > highest.Calls {
			highest = o
		}
	}
	if highest != nil {
		sum.Add(highest)
	}
}

// addObserved adds the evidence of an observation to that for the same call. Of equal evidence in
// many places the first is enough.
func (l *linker) addObserved(evidence []graph.Evidence, c observedCall) []graph.Evidence {
	r := &l.ends.rows[c.observation]
	seen := l.ends.sightings[r.Sighting]
	e := graph.Evidence{
		Origin: seen.Origin(r.Line, r.Column), Way: seen.Way, Strength: graph.Strong, Mode: seen.Mode, Observed: true,
		Protocol: protocolOf(seen), Port: l.ends.ports[r.To], Class: c.class,
	}
	i := slices.IndexFunc(evidence, func(known graph.Evidence) bool { return known.Observed && alike(&known, &e) })
	if i < 0 {
		return append(evidence, e)
	}
	if known := &evidence[i]; e.Origin.Compare(known.Origin) < 0 {
		known.Origin = e.Origin
	}
	return evidence
}

// protocolOf returns the protocol of observed calls by its own name, if that is known.
func protocolOf(o *graph.Sighting) string {
	if o.Protocol == "" {
		return ""
	}
	said := strings.ToLower(o.Protocol)
	return cmp.Or(address.ProtocolOf(said).Name, said)
}

// sortObserved numbers the ends of observed calls, from 0 to n-1, and sorts the calls by the numbers. Calls between the same two
// stay in the order of their observations.
func (l *linker) sortObserved(number func(int32) int32, n int) {
	from, to := make([]int32, len(l.observed)), make([]int32, len(l.observed))
	for i := range l.observed {
		c := &l.observed[i]
		c.from, c.to = number(c.from), number(c.to)
		from[i], to[i] = c.from, c.to
	}
	if order := pairs.Order(from, to, n); order != nil {
		arrange(l.observed, order)
	}
}

// observedEvidence yields the nodes of observed calls with the evidence that observations are, which is valid
// until the next call. The calls must be sorted by nodes.
func (l *linker) observedEvidence() iter.Seq2[[2]graph.Node, []graph.Evidence] {
	return func(yield func([2]graph.Node, []graph.Evidence) bool) {
		var evidence []graph.Evidence
		for same := range sameEnds(l.observed) {
			evidence = evidence[:0]
			for _, c := range same {
				evidence = l.addObserved(evidence, c)
			}
			if !yield([2]graph.Node{graph.Node(same[0].from), graph.Node(same[0].to)}, evidence) {
				return
			}
		}
	}
}

// beObserved adds the evidence of observations to a call that had no other until now.
func (l *linker) beObserved(ends [2]int) {
	if len(l.edges[ends]) > 0 {
		return
	}
	if !l.sortedByRoot {
		l.sortedByRoot = true
		l.sortObserved(func(root int32) int32 { return root }, len(l.entities))
	}
	compare := func(c observedCall, ends [2]int) int {
		return cmp.Or(cmp.Compare(int(c.from), ends[0]), cmp.Compare(int(c.to), ends[1]))
	}
	first, _ := slices.BinarySearchFunc(l.observed, ends, compare)
	for _, c := range l.observed[first:] {
		if compare(c, ends) != 0 {
			break
		}
		l.edges[ends] = l.addObserved(l.edges[ends], c)
	}
}

// sameEnds yields the runs of calls with the same ends.
func sameEnds(calls []observedCall) iter.Seq[[]observedCall] {
	return func(yield func([]observedCall) bool) {
		for len(calls) > 0 {
			n := 1
			for n < len(calls) && calls[n].from == calls[0].from && calls[n].to == calls[0].to {
				n++
			}
			if !yield(calls[:n]) {
				return
			}
			calls = calls[n:]
		}
	}
}

// addServed adds up the requests that services answer.
func (w *traceResolver) addServed() {
	w.served = map[int]*graph.ServerStats{}
	for i := range w.f.ObservedServices {
		s := &w.f.ObservedServices[i]
		if s.Served.Requests == 0 && len(s.Served.Operations) == 0 {
			continue
		}
		root := w.ofSpans(i)
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
		peers := w.ends.pairs[i]
		from, ok := w.observedRoot(peers[0], -1)
		caller := from
		if c.From.Inferred {
			caller = -1
		}
		a, okA := w.observedRoot(peers[1], caller)
		b, okB := w.observedRoot(peers[2], caller)
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
func (w *traceResolver) observedRoot(peer int32, from int) (root int, ok bool) {
	if s := w.ends.peers[peer]; s.Inferred {
		root = w.called[inferredKey{TracePeer: s, from: from}] - 1
	} else {
		root = w.roots[peer]
	}
	if root < 0 {
		return -1, false
	}
	return w.find(root), true
}

// settleObserved returns what was observed of the calls of g, and sets Served of its
// services. node has the nodes of roots. Observed calls must be sorted by nodes.
func (l *linker) settleObserved(g *graph.Graph, node map[int]graph.Node) []*graph.Observed {
	if len(l.observed)+len(l.served) == 0 {
		return nil
	}
	sums, observed := make([]graph.Observed, 0, len(l.observed)), make([]*graph.Observed, g.Calls())
	e := graph.Edge(0)
	for same := range sameEnds(l.observed) {
		for from, to := graph.Node(same[0].from), graph.Node(same[0].to); g.From(e) != from || g.To(e) != to; {
			e++ // each of same is a call, and both are sorted
		}
		sums = append(sums, graph.Observed{})
		observed[e] = &sums[len(sums)-1]
		l.addUp(observed[e], same)
	}
	for root, s := range l.served {
		g.Service(node[l.find(root)]).Served = s
	}
	for roots, sum := range l.pairs {
		from, a, b := node[l.find(roots[0])], node[l.find(roots[1])], node[l.find(roots[2])]
		if a > b {
			a, b = b, a
		}
		if e, ok := g.Edge(from, a); ok && observed[e] != nil {
			o := observed[e].Trace()
			o.Pairs = append(o.Pairs, graph.PairStats{To: g.ID(b), Requests: sum.Requests, Overlapping: sum.Overlapping, InTurn: sum.InTurn})
		}
	}
	findEntries(g, observed)
	for _, o := range observed {
		if o == nil || o.Traced == nil {
			continue
		}
		slices.SortFunc(o.Traced.Pairs, func(a, b graph.PairStats) int { return strings.Compare(a.To, b.To) })
	}
	return observed
}
