package link

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A call is made while its caller answers a request. The calls of one request are
// siblings, which show loops of one call after the other, and calls at the same time.
//
// Kept of them are sums alone, by the kinds of calls and the names of operations:
// nothing for a span, and the sums of parts add up to those of the whole where no
// trace is split.

// requests are the calls of one trace by the request that made them, and what is
// found in them. They are used again for the next trace.
type requests struct {
	made    []Made
	answers []answer
	loops   []loop
	runs    [][]Made
	kept    []Made
}

// Made is a call as the request sees it that makes it.
type Made struct {
	request  int32           // the span of it
	callee   uint32          // see edgeStats.callee
	edge     uint32          // number of the count
	op       spans.Operation // what is asked for
	via      spans.Operation // of the span that the call hangs below, if that is not the request itself
	Start    int32           // microseconds since the request began
	Duration float32         // nanoseconds, negative if unknown
	flags    spans.Flags     // failed, retried, paged
	timed    bool            // start and duration are those of the caller's clock
}

func (m Made) compare(o Made) int {
	return cmp.Or(cmp.Compare(m.request, o.request), cmp.Compare(m.callee, o.callee), cmp.Compare(m.op, o.op), cmp.Compare(m.via, o.via), m.Sooner(o))
}

func (m Made) Sooner(o Made) int {
	return cmp.Or(cmp.Compare(m.Start, o.Start), cmp.Compare(m.Duration, o.Duration), cmp.Compare(m.flags, o.flags))
}

func (m *Made) Begin() int64 { return int64(m.Start) * 1000 }
func (m *Made) End() int64   { return m.Begin() + int64(m.Duration) }

// served returns the span that the service of span i answers while i lasts: the
// nearest one that is the callee's half of a call, else the first of the service.
// It is -1 if a span is missing, and for a client span without a request.
func (t *tree) served(i int32) int32 {
	s := &t.spans[i]
	switch {
	case s.Flags.Answers():
		return i
	case s.up >= 0:
		up := &t.spans[s.up]
		if s.Party == 0 || up.Party == 0 || t.pool.sameService(s.Party, up.Party) {
			return up.request
		}
	case s.orphan:
		return -1
	}
	if s.Flags.Asks() {
		return -1
	}
	return i
}

// longRequest is how long a request may take for the start of a span in it to be known
// from the low bits of its time.
const longRequest = float32(30 * time.Minute)

// note keeps a call of the kind that n counts. caller is the span of the caller that has
// its time, callee the one that answers, or the same. half is whether the first is the
// caller's half of the call.
func (t *tree) note(n *count, caller, callee *node, half bool) {
	if n.edge.async {
		return
	}
	up := caller
	if half && caller.up >= 0 {
		up = &t.spans[caller.up]
	}
	request := caller.request
	if request < 0 {
		return
	}
	timer := callee
	if half {
		timer = caller
	}
	of := &t.spans[request]
	m := Made{
		request: request, callee: n.callee, edge: n.number, op: callee.Op, Duration: timer.Duration, timed: half,
		Start: int32(timer.Start - of.Start), flags: callee.Flags & (spans.Failed | spans.Retried | spans.Paged),
	}
	if half {
		m.flags |= caller.Flags & (spans.Failed | spans.Retried | spans.Paged)
	}
	if half && (m.op == 0 || !callee.Flags.Answers()) {
		m.op = cmp.Or(caller.Op, callee.Op)
	}
	if up != of {
		m.via = up.Op
	}
	if of.Duration > longRequest || timer.Start == 0 {
		m.Duration = -1
	}
	t.made = append(t.made, m)
}

// siblings looks at the requests of the trace and the calls that each made.
func (t *tree) siblings(found *edgeStats) {
	t.answer(found)
	slices.SortFunc(t.made, Made.compare)
	eachRun(t.made, func(a, b *Made) bool { return a.request == b.request }, func(list []Made) { t.request(list, found) })
	t.count(found)
	t.made = t.made[:0]
}

// eachRun calls visit with each part of a list whose neighbours are alike.
func eachRun[T any](list []T, alike func(a, b *T) bool, visit func(run []T)) {
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && alike(&list[from], &list[to]) {
			to++
		}
		visit(list[from:to])
		from = to
	}
}

// maxCallees bounds of how many callees of one request it is noted which are asked
// at the same time.
const maxCallees = 64

// request adds up the calls of one request.
func (t *tree) request(list []Made, found *edgeStats) {
	t.runs = t.runs[:0]
	timed := true
	eachRun(list, func(a, b *Made) bool { return a.callee == b.callee }, func(run []Made) {
		n := found.list[found.chief(run)]
		n.requests++
		n.within += uint64(len(run))
		eachRun(run, func(a, b *Made) bool { return a.op == b.op && a.via == b.via }, func(group []Made) { t.group(group, found) })
		t.runs = append(t.runs, run)
		for i := range run {
			timed = timed && run[i].timed && run[i].Duration >= 0
		}
	})
	if len(t.runs) < 2 || len(t.runs) > maxCallees {
		return
	}
	for _, run := range t.runs {
		slices.SortFunc(run, Made.Sooner)
	}
	for i, a := range t.runs {
		for _, b := range t.runs[i+1:] {
			p := pair{requests: 1}
			switch {
			case !timed:
			case Overlap(a, b):
				p.overlapping = 1
			default:
				p.inTurn = 1
			}
			found.beside(found.chief(a), found.chief(b), p)
		}
	}
}

// Overlap reports whether any of two lists of calls, each by its start, overlap by
// more than the clock's tick of a microsecond.
func Overlap(a, b []Made) bool {
	const tick = 1000
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].End()-tick <= b[0].Begin():
			a = a[1:]
		case b[0].End()-tick <= a[0].Begin():
			b = b[1:]
		default:
			return true
		}
	}
	return false
}

// A loop is a request that asks for one operation again and again.
type loop struct {
	edge          uint32
	during        spans.Operation
	op            spans.Operation
	calls         int
	took, ofTotal int64 // nanoseconds
}

func (l loop) compare(o loop) int {
	return cmp.Or(cmp.Compare(l.edge, o.edge), cmp.Compare(l.during, o.during), cmp.Compare(l.op, o.op), cmp.Compare(o.calls, l.calls))
}

// same reports whether two loops ask for one thing in requests of one sort.
func (l *loop) same(o *loop) bool {
	return l.edge == o.edge && l.during == o.during && l.op == o.op
}

const (
	// manyCalls are those of one operation from which on a request is a loop.
	manyCalls = 5
	// overlapShare is which part of the time of calls may be spent on several of
	// them at once for them to come one after the other.
	overlapShare = 0.2
)

// group looks whether calls of one operation, by their start, are a loop.
func (t *tree) group(list []Made, found *edgeStats) {
	if len(list) < manyCalls || list[0].op == 0 {
		return
	}
	t.kept = t.kept[:0]
	again := false
	for _, m := range list {
		if m.flags&spans.Paged != 0 || m.Duration < 0 {
			return
		}
		if !again && m.flags&spans.Retried == 0 {
			t.kept = append(t.kept, m)
		}
		again = m.flags&spans.Failed != 0 // what comes next is another try
	}
	if len(t.kept) < manyCalls {
		return
	}
	sum, took, end := int64(0), int64(0), t.kept[0].Begin()
	for i := range t.kept {
		m := &t.kept[i]
		sum += int64(m.Duration)
		took += max(0, m.End()-max(end, m.Begin()))
		end = max(end, m.End())
	}
	if sum == 0 || float64(sum-took) >= overlapShare*float64(sum) {
		return
	}
	of := &t.spans[list[0].request]
	l := loop{edge: found.chief(list), during: of.Op, op: list[0].op, calls: twoDigits(len(t.kept))}
	if of.Duration > 0 {
		l.ofTotal = int64(of.Duration)
		l.took = min(took, l.ofTotal)
	}
	t.loops = append(t.loops, l)
}

// twoDigits leaves of a number its first two digits.
func twoDigits(n int) int {
	step := 1
	for n/step >= 100 {
		step *= 10
	}
	return n / step * step
}

// count adds up the loops of the trace.
func (t *tree) count(found *edgeStats) {
	slices.SortFunc(t.loops, loop.compare)
	eachRun(t.loops, (*loop).same, func(run []loop) {
		n := found.list[run[0].edge]
		for i, l := range run {
			sum := n.loops.of(loopKey{l.during, l.op, l.calls})
			sum.add(&loopSum{requests: 1, took: l.took, ofTotal: l.ofTotal})
			if i == 0 { // the one with the most calls
				sum.traces++
			}
		}
	})
	t.loops = t.loops[:0]
}

// An answer is a request that a service answers.
type answer struct {
	party uint32 // the first of its service
	op    spans.Operation
}

// answer adds up the requests of the trace.
func (t *tree) answer(found *edgeStats) {
	t.answers = t.answers[:0]
	for _, i := range t.order {
		s := &t.spans[i]
		if s.request != i || s.named < 0 {
			continue
		}
		a := answer{t.pool.services[t.spans[s.named].Party], s.Op}
		t.answers = append(t.answers, a)
		if s.Flags.Kind() != spans.Server || t.pool.probes[a.op] {
			continue
		}
		n := found.answered(a.party)
		n.requests++
		if s.up < 0 && s.Parent == 0 && s.Flags&spans.Apart == 0 && !t.pool.peers[s.Peer].Named {
			n.entries++
		}
	}
	slices.SortFunc(t.answers, func(a, b answer) int { return cmp.Or(cmp.Compare(a.party, b.party), cmp.Compare(a.op, b.op)) })
	for _, a := range slices.Compact(t.answers) {
		found.answered(a.party).traces[a.op]++
	}
}

// spread is how the calls of an edge are distributed over requests.
type spread struct {
	edge             edgeKey
	number           uint32 // in the list of its edgeStats
	callee           uint32 // see edgeStats.callee
	requests, within uint64
	loops            loopSums
}

type loopKey struct {
	during, op spans.Operation
	calls      int
}

type loopSum struct {
	requests, traces uint64
	took, ofTotal    int64
}

// answered is what a service answers.
type answered struct {
	requests, entries uint64
	traces            map[spans.Operation]uint64
}

// pair counts how the calls of two edges overlap or follow each other.
type pair struct{ requests, overlapping, inTurn uint64 }

// pairStats is what edgeStats know of requests, apart from the edges.
type pairStats struct {
	list    []*count // by number
	callees map[callee]uint32
	pairs   map[[2]uint32]pair
	answers map[uint32]*answered // by party
}

// enter gives a count its number.
func (t *edgeStats) enter(l edgeKey, n *count) {
	n.edge, n.number, n.callee = l, uint32(len(t.list)), t.callee(l.to)
	t.list = append(t.list, n)
}

// A callee is what calls of several edges may have in common: the same service is met
// by its own spans and, where these are missing, by what its caller calls it.
type callee struct {
	name  string
	store bool // a database has the name of the service that owns it
}

// callee numbers callees.
func (t *edgeStats) callee(to end) uint32 {
	c := callee{name: strings.ToLower(t.pool.parties[to.party].Name)}
	if to.party == 0 {
		p := &t.pool.peers[to.peer]
		c = callee{strings.ToLower(p.Name), p.Kind == graph.KindDatabase}
	}
	n, ok := t.callees[c]
	if !ok {
		if t.callees == nil {
			t.callees = map[callee]uint32{}
		}
		n = uint32(len(t.callees))
		t.callees[c] = n
	}
	return n
}

// chief returns the edge that represents all calls of a list to one callee: one by the
// callee's own spans, if there is any.
func (t *edgeStats) chief(list []Made) uint32 {
	best := list[0].edge
	for i := range list {
		n := list[i].edge
		if n == best {
			continue
		}
		a, b := t.list[n].edge, t.list[best].edge
		if own := a.to.party != 0; own != (b.to.party != 0) {
			if own {
				best = n
			}
		} else if a.compare(b) < 0 {
			best = n
		}
	}
	return best
}

func (c *pairStats) beside(a, b uint32, p pair) {
	if c.pairs == nil {
		c.pairs = map[[2]uint32]pair{}
	}
	edges := [2]uint32{min(a, b), max(a, b)}
	sum := c.pairs[edges]
	c.pairs[edges] = pair{sum.requests + p.requests, sum.overlapping + p.overlapping, sum.inTurn + p.inTurn}
}

func (c *pairStats) answered(party uint32) *answered {
	n := c.answers[party]
	if n == nil {
		if c.answers == nil {
			c.answers = map[uint32]*answered{}
		}
		n = &answered{traces: map[spans.Operation]uint64{}}
		c.answers[party] = n
	}
	return n
}

// mergeSiblings adds what other edgeStats know, after its edges were merged.
func (t *edgeStats) mergeSiblings(o *edgeStats) {
	for numbers, p := range o.pairs {
		t.beside(t.edges[o.list[numbers[0]].edge].number, t.edges[o.list[numbers[1]].edge].number, p)
	}
	for party, n := range o.answers {
		sum := t.answered(party)
		sum.requests += n.requests
		sum.entries += n.entries
		for op, traces := range n.traces {
			sum.traces[op] += traces
		}
	}
}

// add adds what other edgeStats know of one edge.
func (s *spread) add(o *spread) {
	s.requests += o.requests
	s.within += o.within
	for key, n := range o.loops {
		s.loops.of(key).add(n)
	}
}

func (s *loopSum) add(o *loopSum) {
	s.requests += o.requests
	s.traces += o.traces
	s.took += o.took
	s.ofTotal += o.ofTotal
}

// spread returns how the calls of an edge are distributed over requests, as statistics of
// the graph.
func (p *pool) spread(s *spread) graph.RequestStats {
	stats := graph.RequestStats{Requests: float64(s.requests), Within: float64(s.within)}
	var sum graph.RequestStats
	for key, n := range s.loops {
		stats.Repeats = append(stats.Repeats, graph.Repeat{
			During: p.operations[key.during], Operation: p.operations[key.op],
			Counts: []graph.RepeatCount{{
				Calls: float64(key.calls), Requests: float64(n.requests), Traces: float64(n.traces),
				Took: time.Duration(n.took), Of: time.Duration(n.ofTotal),
			}},
		})
	}
	sum.Add(&stats) // which sorts, and joins operations whose words are cut to the same
	return sum
}

// companions returns which calls of a service overlap, sorted.
func (t *edgeStats) companions() []graph.PairObservation {
	numbers := make([][2]uint32, 0, len(t.pairs))
	for n := range t.pairs {
		numbers = append(numbers, n)
	}
	edges := func(n [2]uint32) (a, b edgeKey) {
		a, b = t.list[n[0]].edge, t.list[n[1]].edge
		if a.compare(b) > 0 {
			return b, a
		}
		return a, b
	}
	slices.SortFunc(numbers, func(m, n [2]uint32) int {
		a, b := edges(m)
		c, d := edges(n)
		return cmp.Or(a.compare(c), b.compare(d))
	})
	list := make([]graph.PairObservation, 0, len(numbers))
	for _, n := range numbers {
		a, b := edges(n)
		p := t.pairs[n]
		list = append(list, graph.PairObservation{
			From: t.pool.seen(a.from), To: t.pool.seen(a.to), With: t.pool.seen(b.to),
			Requests: float64(p.requests), Overlapping: float64(p.overlapping), InTurn: float64(p.inTurn),
		})
	}
	return list
}

// served returns the requests that a service was observed to answer.
func (t *edgeStats) served(party uint32) graph.ServerStats {
	n := t.answers[party]
	if n == nil {
		return graph.ServerStats{}
	}
	s := graph.ServerStats{Requests: float64(n.requests), Entries: float64(n.entries)}
	for op, traces := range n.traces {
		s.Operations = append(s.Operations, graph.Operation{Name: t.pool.operations[op], Traces: float64(traces)})
	}
	slices.SortFunc(s.Operations, func(a, b graph.Operation) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Traces, b.Traces))
	})
	return s
}

// loopSums are what is known of loops, by their keys.
type loopSums map[loopKey]*loopSum

// of returns the sum of a key, which is made if there is none.
func (m *loopSums) of(key loopKey) *loopSum {
	sum := (*m)[key]
	if sum == nil {
		if *m == nil {
			*m = loopSums{}
		}
		sum = &loopSum{}
		(*m)[key] = sum
	}
	return sum
}
