package trace

import (
	"cmp"

	"github.com/weirgraph/weir/graph"
)

// calls finds the calls of the trace in the tree.
func (t *tree) calls(found *tally) {
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
	var up *span
	if s.up >= 0 {
		up = &t.spans[s.up]
		if s.weight == 0 {
			s.weight = up.weight
		}
	}
	switch {
	case s.party != 0:
		s.named = i
	case up != nil:
		s.named = up.named
	}
	if s.named < 0 {
		t.stats.Nameless++
	}
	switch {
	case s.flags.asks():
		s.half = i
	case up == nil || s.flags.answers():
	case s.party == 0 || up.party == 0 || t.pool.sameService(s.party, up.party):
		s.half = up.half
	}
	s.request = t.served(i)
}

// cross finds the call whose callee's side is the span.
func (t *tree) cross(i int32, found *tally) {
	s := &t.spans[i]
	if s.flags.kind() == consumer && s.named >= 0 {
		t.consume(s, found)
		return
	}
	if s.party == 0 || s.up < 0 {
		return
	}
	up := &t.spans[s.up]
	if up.named < 0 {
		return
	}
	if t.pool.sameService(t.spans[up.named].party, s.party) && !(s.flags.answers() && up.flags.asks()) {
		return
	}
	t.call(up, s, up.half, found)
}

// service is the end of a call that is a span's own service, or the one it took
// from above.
func (t *tree) service(s *span) end { return end{party: t.spans[s.named].party} }

// call counts a call that was answered by s. half is its caller's half, -1 if
// there is none.
func (t *tree) call(up, s *span, half int32, found *tally) {
	c := call{from: t.service(up), to: t.service(s), weight: s.weight, duration: s.duration}
	c.failed = s.flags&failed != 0 && !s.flags.asks()
	c.retried = s.flags&retried != 0
	c.async = s.flags&follows != 0 || s.flags.kind() == consumer
	c.protocol = s.peer
	if half >= 0 {
		h := &t.spans[half]
		t.reply(half)
		c.failed = c.failed || h.flags&failed != 0
		c.retried = c.retried || h.flags&retried != 0
		c.async = c.async || h.flags.kind() == producer
		if h.peer != 0 {
			c.protocol = h.peer
		}
		if h.weight != 0 {
			c.weight = h.weight
		}
		if h.duration >= 0 && h.flags.kind() == client {
			c.duration = h.duration
		}
		t.note(found.add(&c), h, s, true)
		return
	}
	t.note(found.add(&c), up, s, false)
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
		if h.up < 0 || !t.spans[h.up].flags.asks() || !t.pool.sameService(h.party, t.spans[h.up].party) {
			return
		}
		half = h.up
	}
}

// consume finds the calls that a consumer is the end of: from the queue that it or
// its producer names, else from the producer itself.
func (t *tree) consume(s *span, found *tally) {
	half := int32(-1)
	var up *span
	if s.up >= 0 {
		up = &t.spans[s.up]
		half = up.half
	}
	queue := s.peer
	if !t.isNamed(queue) && half >= 0 && t.spans[half].flags.kind() == producer {
		queue = t.spans[half].peer
	}
	if t.isNamed(queue) {
		if half >= 0 {
			if h := &t.spans[half]; h.queue == 0 || queue < h.queue {
				h.queue = queue
			}
		}
		c := call{from: end{peer: queue}, to: t.service(s), weight: s.weight, duration: s.duration, protocol: queue, async: true}
		c.failed, c.retried = s.flags&failed != 0, s.flags&retried != 0
		found.add(&c)
		return
	}
	if s.party == 0 {
		return
	}
	switch {
	case up != nil && up.named >= 0:
		if !t.pool.sameService(t.spans[up.named].party, s.party) || up.flags.asks() {
			t.call(up, s, half, found)
		}
	default:
		t.consumeLink(s, found)
	}
}

func (t *tree) isNamed(peer uint32) bool { return t.pool.peers[peer].name != "" }

// consumeLink finds the producer that a consumer without parent links to.
func (t *tree) consumeLink(s *span, found *tally) {
	from, ok := t.part.producers[s.key]
	if !ok {
		return
	}
	c := call{from: end{party: from}, to: t.service(s), weight: s.weight, duration: s.duration, protocol: s.peer, async: true}
	c.failed = s.flags&failed != 0
	found.add(&c)
}

// reach finds the calls that nobody answered, as far as the traces show.
func (t *tree) reach(i int32, found *tally) {
	s := &t.spans[i]
	if s.named < 0 {
		return
	}
	c := call{weight: s.weight, duration: s.duration, protocol: s.peer, failed: s.flags&failed != 0, retried: s.flags&retried != 0}
	switch {
	case s.flags.asks() && !s.replied:
		to := s.peer
		if !t.isNamed(to) {
			to = s.queue
		}
		if !t.isNamed(to) {
			if !t.part.followed[s.key] {
				t.stats.Unresolved++
			}
			return
		}
		c.from, c.to, c.async = t.service(s), end{peer: to}, s.flags.kind() == producer
	case s.flags.kind() == server && s.up < 0 && s.parent == 0 && t.pool.peers[s.peer].named:
		c.from, c.to = end{peer: s.peer}, t.service(s)
	default:
		return
	}
	if n := found.add(&c); s.flags.asks() {
		t.note(n, s, s, true)
	}
}

// An end is one end of a call: a party, or a peer of which no span is seen.
type end struct{ party, peer uint32 }

// A call is one call between two ends.
type call struct {
	from, to end
	protocol uint32 // the peer that tells it
	weight   uint16
	duration float32
	failed   bool
	retried  bool
	async    bool
}

// A lane is all calls of one kind between two ends.
type lane struct {
	from, to end
	protocol uint16
	async    bool
}

func (l lane) compare(m lane) int {
	asynchronous := 0
	if l.async != m.async {
		if asynchronous = -1; l.async {
			asynchronous = 1
		}
	}
	return cmp.Or(cmp.Compare(l.from.party, m.from.party), cmp.Compare(l.from.peer, m.from.peer), cmp.Compare(l.to.party, m.to.party),
		cmp.Compare(l.to.peer, m.to.peer), cmp.Compare(l.protocol, m.protocol), asynchronous)
}

// A tally counts calls.
type tally struct {
	pool  *pool
	lanes map[lane]*count
	company
}

type count struct {
	calls, failed, retried uint64
	weights                []uint64 // calls by weight
	latency                graph.Latency
	spread
}

// add counts a call, and returns where.
func (t *tally) add(c *call) *count {
	p := t.pool
	l := lane{end{p.services[c.from.party], c.from.peer}, end{p.services[c.to.party], c.to.peer}, p.protocolOf[c.protocol], c.async}
	n := t.lanes[l]
	if n == nil {
		n = &count{}
		t.lanes[l] = n
		t.enter(l, n)
	}
	n.calls++
	if c.failed {
		n.failed++
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
