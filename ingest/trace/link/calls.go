package link

import (
	"cmp"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

// calls finds the calls of the trace in the tree.
func (t *tree) calls(found *edgeStats) {
	found.trace = t.trace
	for _, i := range t.order {
		t.settle(i)
	}
	for _, i := range t.order {
		t.cross(i, found)
	}
	for _, i := range t.order {
		t.reach(i, found)
	}
	t.siblings(found)
}

// settle completes a span from its parent, which is complete.
func (t *tree) settle(i int32) {
	s := &t.spans[i]
	s.named, s.half = -1, -1
	var up *node
	if s.up >= 0 {
		up = &t.spans[s.up]
		if s.Weight == 0 {
			s.Weight = up.Weight
		}
	}
	switch {
	case s.Party != 0:
		s.named = i
	case up != nil:
		s.named = up.named
	}
	if s.named < 0 {
		t.stats.Nameless++
	}
	switch {
	case s.Flags.Asks():
		s.half = i
	case up == nil || s.Flags.Answers():
	case s.Party == 0 || up.Party == 0 || t.pool.sameService(s.Party, up.Party):
		s.half = up.half
	}
	s.request = t.served(i)
}

// cross finds the call whose callee's side is the span.
func (t *tree) cross(i int32, found *edgeStats) {
	s := &t.spans[i]
	if s.Flags.Kind() == spans.Consumer && s.named >= 0 {
		t.consume(s, found)
		return
	}
	if s.Party == 0 || s.up < 0 {
		return
	}
	up := &t.spans[s.up]
	if up.named < 0 {
		return
	}
	if t.pool.sameService(t.spans[up.named].Party, s.Party) && !(s.Flags.Answers() && up.Flags.Asks()) {
		return
	}
	t.call(up, s, up.half, found)
}

// service is the end of a call that is a span's own service, or the one it took
// from above.
func (t *tree) service(s *node) end { return end{party: t.spans[s.named].Party} }

// call counts a call that was answered by s. half is its caller's half, -1 if
// there is none.
func (t *tree) call(up, s *node, half int32, found *edgeStats) {
	c := call{from: t.service(up), to: t.service(s), weight: s.Weight, duration: s.Duration}
	c.failed = s.Flags&spans.Failed != 0 && !s.Flags.Asks()
	c.retried = s.Flags&spans.Retried != 0
	c.async = s.Flags&spans.Follows != 0 || s.Flags.Kind() == spans.Consumer
	c.protocol = s.Peer
	if half >= 0 {
		h := &t.spans[half]
		t.reply(half)
		c.failed = c.failed || h.Flags&spans.Failed != 0
		c.retried = c.retried || h.Flags&spans.Retried != 0
		c.async = c.async || h.Flags.Kind() == spans.Producer || t.late(half)
		if h.Peer != 0 {
			c.protocol = h.Peer
		}
		if h.Weight != 0 {
			c.weight = h.Weight
		}
		if h.Duration >= 0 && h.Flags.Kind() == spans.Client {
			c.duration = h.Duration
		}
		t.note(found.add(&c), h, s, true)
		return
	}
	t.note(found.add(&c), up, s, false)
}

// late reports whether a caller's half begins after its service has sent the answer to the
// request that it is a part of: no caller waits for it.
func (t *tree) late(half int32) bool {
	s := &t.spans[half]
	if s.request < 0 || s.request == half || s.Start == 0 {
		return false
	}
	request := &t.spans[s.request]
	if !request.Flags.Answers() || request.Start == 0 || request.Duration < 0 || request.Duration > longRequest {
		return false
	}
	after := int64(int32(s.Start - request.Start)) // microseconds; the high bits are not kept
	return float32(after)*1000 > request.Duration
}

// reply marks a caller's half as answered, and those it is wrapped in: a proxy
// beside the service, a client within a client.
func (t *tree) reply(half int32) {
	for {
		h := &t.spans[half]
		if h.replied {
			return
		}
		h.replied = true
		if h.up < 0 || !t.spans[h.up].Flags.Asks() || !t.pool.sameService(h.Party, t.spans[h.up].Party) {
			return
		}
		half = h.up
	}
}

// consume finds the calls that a consumer is the end of: from the queue that it or
// its producer names, else from the producer itself.
func (t *tree) consume(s *node, found *edgeStats) {
	half := int32(-1)
	var up *node
	if s.up >= 0 {
		up = &t.spans[s.up]
		half = up.half
	}
	queue := s.Peer
	if !t.isNamed(queue) && half >= 0 && t.spans[half].Flags.Kind() == spans.Producer {
		queue = t.spans[half].Peer
	}
	if t.isNamed(queue) {
		if half >= 0 {
			if h := &t.spans[half]; h.queue == 0 || queue < h.queue {
				h.queue = queue
			}
		}
		c := call{from: end{peer: queue}, to: t.service(s), weight: s.Weight, duration: s.Duration, protocol: queue, async: true}
		c.failed, c.retried = s.Flags&spans.Failed != 0, s.Flags&spans.Retried != 0
		found.add(&c)
		return
	}
	if s.Party == 0 {
		return
	}
	switch {
	case up != nil && up.named >= 0:
		if !t.pool.sameService(t.spans[up.named].Party, s.Party) || up.Flags.Asks() {
			t.call(up, s, half, found)
		}
	default:
		t.consumeLink(s, found)
	}
}

func (t *tree) isNamed(peer uint32) bool { return t.pool.peers[peer].Name != "" }

// consumeLink finds the producer that a consumer without parent links to.
func (t *tree) consumeLink(s *node, found *edgeStats) {
	from, ok := t.part.producers[s.Key]
	if !ok {
		return
	}
	c := call{from: end{party: from}, to: t.service(s), weight: s.Weight, duration: s.Duration, protocol: s.Peer, async: true}
	c.failed = s.Flags&spans.Failed != 0
	found.add(&c)
}

// reach finds the calls without a server span.
func (t *tree) reach(i int32, found *edgeStats) {
	s := &t.spans[i]
	if s.named < 0 {
		return
	}
	c := call{weight: s.Weight, duration: s.Duration, protocol: s.Peer, failed: s.Flags&spans.Failed != 0, retried: s.Flags&spans.Retried != 0}
	switch {
	case s.Flags.Asks() && !s.replied:
		to := s.Peer
		if !t.isNamed(to) {
			to = s.queue
		}
		if !t.isNamed(to) {
			if !t.part.followed[s.Key] {
				t.stats.Unresolved++
			}
			return
		}
		c.from, c.to, c.async = t.service(s), end{peer: to}, s.Flags.Kind() == spans.Producer || t.late(i)
	case s.Flags.Kind() == spans.Server && s.up < 0 && s.Parent == 0 && t.pool.peers[s.Peer].Named:
		c.from, c.to = end{peer: s.Peer}, t.service(s)
	default:
		return
	}
	if n := found.add(&c); s.Flags.Asks() {
		t.note(n, s, s, true)
	}
}

// A call is one call between two ends.
type call struct {
	from, to end
	protocol uint32 // the peer that shows it
	weight   uint16
	duration float32
	failed   bool
	retried  bool
	async    bool
}

// A edgeKey is all calls of one kind between two ends.
type edgeKey struct {
	from, to end
	protocol uint16
	async    bool
}

func (l edgeKey) compare(m edgeKey) int {
	asynchronous := 0
	if l.async != m.async {
		if asynchronous = -1; l.async {
			asynchronous = 1
		}
	}
	return cmp.Or(cmp.Compare(l.from.party, m.from.party), cmp.Compare(l.from.peer, m.from.peer), cmp.Compare(l.to.party, m.to.party),
		cmp.Compare(l.to.peer, m.to.peer), cmp.Compare(l.protocol, m.protocol), asynchronous)
}

// A edgeStats counts calls.
type edgeStats struct {
	pool  *pool
	edges map[edgeKey]*count
	trace uint64 // the hash of the one that is looked at
	pairStats
}

type count struct {
	calls, failed, retried uint64
	weights                []uint64 // calls by weight
	latency                graph.Latency
	failing                string // the id of a trace in which a call failed
	spread
}

// add counts a call, and returns where.
func (t *edgeStats) add(c *call) *count {
	p := t.pool
	l := edgeKey{end{p.services[c.from.party], c.from.peer}, end{p.services[c.to.party], c.to.peer}, p.protocolOf[c.protocol], c.async}
	n := t.edges[l]
	if n == nil {
		n = &count{}
		t.edges[l] = n
		t.enter(l, n)
	}
	n.calls++
	if c.failed {
		n.failed++
		if id, known := p.failing[t.trace]; known && t.trace != 0 {
			n.failing = graph.FirstTrace(n.failing, id)
		}
	}
	if c.retried {
		n.retried++
	}
	if int(c.weight) >= len(n.weights) {
		n.weights = append(n.weights, make([]uint64, int(c.weight)+1-len(n.weights))...)
	}
	n.weights[c.weight]++
	if c.duration >= 0 {
		n.latency.Add(float64(c.duration))
	}
	return n
}
