package link

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
	"github.com/weirgraph/weir/internal/pack"
)

// The kinds of keys of sums.
const (
	callKey    byte = 'c' // a call
	serviceKey byte = 's' // a service: what it answers, and where it was met
	pairKey    byte = 'p' // how the calls of two keys relate
	spansKey   byte = 'n' // the spans that were linked
	failingKey byte = 'f' // the traces in which a span failed
)

// The order of the counts of each kind of sum.
func (n *count) counts() [counters]uint64 {
	return [counters]uint64{n.calls, n.failed, n.retried, n.requests, n.within}
}

func (n *answered) counts() [counters]uint64 { return [counters]uint64{n.requests, n.entries} }

func (p pair) counts() [counters]uint64 {
	return [counters]uint64{p.requests, p.overlapping, p.inTurn}
}

func countsOf(s *graph.Spans) [counters]uint64 {
	return [counters]uint64{
		uint64(s.Spans), uint64(s.Traces), uint64(s.Duplicates), uint64(s.Orphans), uint64(s.Broken), uint64(s.Unresolved), uint64(s.Nameless),
	}
}

// sums yields what was counted, under keys that mean the same in all processes.
func (t *edgeStats) sums(yield func(key string, s *Sum)) {
	p := t.pool
	keys := make([]string, len(t.list))
	for l, n := range t.edges {
		s := &Sum{counts: n.counts(), latency: n.latency, failing: n.failing, loops: n.loops}
		for i, calls := range n.weights {
			if calls > 0 {
				if s.weights == nil {
					s.weights = map[float64]uint64{}
				}
				s.weights[p.weights[i]] = calls
			}
		}
		keys[n.number] = string(p.appendEdge([]byte{callKey}, l))
		yield(keys[n.number], s)
	}
	for party, n := range t.answers {
		yield(string(p.appendService([]byte{serviceKey}, party)), &Sum{counts: n.counts(), traces: n.traces})
	}
	for numbers, n := range t.pairs {
		a, b := keys[numbers[0]], keys[numbers[1]]
		if b < a {
			a, b = b, a
		}
		yield(string(pack.AppendText(pack.AppendText([]byte{pairKey}, a), b)), &Sum{counts: n.counts()})
	}
}

// Services yields the services that a collector has met, with their first places.
func Services(c *spans.Collector, yield func(key string, s *Sum)) {
	for i := 1; i < len(c.Parties.Values); i++ {
		one := c.Parties.Values[i]
		one.Endpoint = ""
		yield(string(one.Append([]byte{serviceKey})), &Sum{origin: c.Origins[i]})
	}
}

func (p *pool) appendService(b []byte, party uint32) []byte {
	one := p.parties[party]
	one.Endpoint = ""
	return one.Append(b)
}

func (p *pool) appendEdge(b []byte, l edgeKey) []byte {
	for _, e := range [...]end{l.from, l.to} {
		b = pack.AppendBool(b, e.party != 0)
		if e.party != 0 {
			b = p.appendService(b, e.party)
		} else {
			b = p.peers[e.peer].Append(b)
		}
	}
	return pack.AppendBool(pack.AppendText(b, p.protocols[l.protocol]), l.async)
}

// A Total adds up the sums of all keys.
type Total struct {
	sums map[string]*Sum
}

// Add adds a sum, which the total keeps.
func (t *Total) Add(key string, s *Sum) {
	if t.sums == nil {
		t.sums = map[string]*Sum{}
	}
	if sum := t.sums[key]; sum != nil {
		sum.Add(s)
	} else {
		t.sums[key] = s
	}
}

// Facts returns what Link returns for all the spans that were linked anywhere.
func (t *Total) Facts(words spans.Words) (*graph.Facts, *graph.Spans, error) {
	c := &spans.Collector{}
	stats := &graph.Spans{}
	found := map[string]*readKey{}
	var failing []uint64
	for _, key := range slices.Sorted(maps.Keys(t.sums)) {
		s := t.sums[key]
		k := &readKey{}
		in := pack.NewReader([]byte(key)[min(1, len(key)):])
		switch kind := key[:min(1, len(key))]; kind {
		case string(callKey):
			k.readEdge(in, c)
		case string(serviceKey):
			k.from.party = c.PartyNumber(spans.ReadParty(in))
			for len(c.Origins) <= int(k.from.party) {
				c.Origins = append(c.Origins, graph.Origin{})
			}
			c.Origins[k.from.party] = s.origin
		case string(pairKey):
			k.calls = [2]string{string(in.Text()), string(in.Text())}
		case string(spansKey):
			n := s.counts
			stats.Add(&graph.Spans{
				Spans: int(n[0]), Traces: int(n[1]), Duplicates: int(n[2]), Orphans: int(n[3]), Broken: int(n[4]), Unresolved: int(n[5]), Nameless: int(n[6]),
			})
		case string(failingKey):
			failing = s.orders
		default:
			in.Fail()
		}
		if !in.Whole() {
			return nil, nil, fmt.Errorf("%q is no key of a sum", key)
		}
		for w := range s.weights {
			c.Weigh(w)
		}
		found[key] = k
	}
	p := newPool([]*spans.Collector{c}, newVocabulary(words), nil)
	e := &edgeStats{pool: p, edges: map[edgeKey]*count{}}
	var err error
	for _, key := range slices.Sorted(maps.Keys(found)) {
		s, k := t.sums[key], found[key]
		switch key[0] {
		case callKey:
			e.addCall(k, s, failing)
		case serviceKey:
			if len(s.traces) > 0 || s.counts != [counters]uint64{} {
				n := e.answered(p.party(k.from.party))
				n.requests, n.entries = s.counts[0], s.counts[1]
				for op, traces := range s.traces {
					n.traces[op] += traces
				}
			}
		}
	}
	for key, k := range found {
		if key[0] != pairKey {
			continue
		}
		a, b := found[k.calls[0]], found[k.calls[1]]
		if a == nil || b == nil {
			err = errors.Join(err, fmt.Errorf("%q is about a call without a sum", key))
			continue
		}
		n := t.sums[key].counts
		e.beside(e.edges[p.edge(a)].number, e.edges[p.edge(b)].number, pair{n[0], n[1], n[2]})
	}
	if err != nil {
		return nil, nil, err
	}
	return e.facts(), stats, nil
}

// A readKey is a key in the numbers of a collector.
type readKey struct {
	from, to end
	protocol string
	async    bool
	calls    [2]string // the keys of a pair
}

func (k *readKey) readEdge(in *pack.Reader, c *spans.Collector) {
	for _, e := range [...]*end{&k.from, &k.to} {
		if in.Bool() {
			e.party = c.PartyNumber(spans.ReadParty(in))
		} else {
			e.peer = c.PeerNumber(spans.ReadPeer(in))
		}
	}
	k.protocol, k.async = string(in.Text()), in.Bool()
	c.PeerNumber(spans.Peer{Protocol: k.protocol})
}

func (p *pool) party(number uint32) uint32 { return p.services[p.partyOf[0][number]] }

// edge returns the edge that a key means.
func (p *pool) edge(k *readKey) edgeKey {
	of := func(e end) end {
		if e.party != 0 {
			return end{party: p.party(e.party)}
		}
		return end{peer: p.peerOf[0][e.peer]}
	}
	n, _ := slices.BinarySearch(p.protocols, k.protocol)
	return edgeKey{of(k.from), of(k.to), uint16(n), k.async}
}

// addCall counts the calls of a key.
func (t *edgeStats) addCall(k *readKey, s *Sum, failing []uint64) {
	l := t.pool.edge(k)
	n := &count{calls: s.counts[0], failed: s.counts[1], retried: s.counts[2], latency: s.latency}
	if len(failing) <= spans.KeptFailing || graph.TraceOrder(s.failing) < failing[spans.KeptFailing] {
		n.failing = s.failing
	}
	n.requests, n.within, n.loops = s.counts[3], s.counts[4], s.loops
	n.weights = make([]uint64, len(t.pool.weights))
	for w, calls := range s.weights {
		i, known := slices.BinarySearch(t.pool.weights, w)
		if !known {
			i = 0
		}
		n.weights[i] += calls
	}
	for len(n.weights) > 0 && n.weights[len(n.weights)-1] == 0 {
		n.weights = n.weights[:len(n.weights)-1]
	}
	t.edges[l] = n
	t.enter(l, n)
}
