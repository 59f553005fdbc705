package link

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A pool is the tables of all workers made one. Numbers in it do not depend on
// which worker read what.
type pool struct {
	parties    []spans.Party  // [0] means none
	services   []uint32       // by party, the first party of the same service
	origins    []graph.Origin // by party
	peers      []spans.Peer
	protocolOf []uint16 // by peer
	protocols  []string
	weights    []float64
	traits     []spans.Traits // in numbers of the pool, those of one worker behind those of another
	firstOf    []uint32       // by worker, where its traits begin

	partyOf [][]uint32 // by worker and its number
	peerOf  [][]uint32 // as partyOf

	ends    map[end]*graph.TracePeer // see seen
	failing map[uint64]string        // the ids of some traces in which a span failed, by hash
	*vocabulary
}

// An end is one end of a call: a party, or a peer of which no span is seen.
type end struct{ party, peer uint32 }

func newPool(workers []*spans.Collector, words *vocabulary, failing map[uint64]string) *pool {
	p := &pool{ends: map[end]*graph.TracePeer{}, failing: failing, vocabulary: words}
	var weightOf [][]uint32 // as partyOf
	p.parties, p.partyOf = unite(workers, func(w *spans.Collector) []spans.Party { return w.Parties.Values }, compareParties)
	p.peers, p.peerOf = unite(workers, func(w *spans.Collector) []spans.Peer { return w.Peers.Values }, comparePeers)
	p.weights, weightOf = unite(workers, func(w *spans.Collector) []float64 { return w.Weights.Values }, cmp.Compare[float64])
	p.sumUp(workers)
	for i, w := range workers {
		p.firstOf = append(p.firstOf, uint32(len(p.traits)))
		for _, t := range w.Traits.Values {
			t.Party, t.Peer, t.Weight = p.partyOf[i][t.Party], p.peerOf[i][t.Peer], uint16(weightOf[i][t.Weight])
			t.Op = p.named(t.Op)
			p.traits = append(p.traits, t)
		}
	}
	return p
}

// sumUp completes the tables of parties and peers.
func (p *pool) sumUp(workers []*spans.Collector) {
	p.origins, p.services = make([]graph.Origin, len(p.parties)), make([]uint32, len(p.parties))
	for i := 1; i < len(p.parties); i++ {
		p.services[i] = uint32(i)
		one, before := p.parties[i], p.parties[i-1]
		if one.Endpoint = before.Endpoint; one == before {
			p.services[i] = p.services[i-1]
		}
	}
	for i, w := range workers {
		for j := 1; j < len(w.Origins); j++ {
			o := &p.origins[p.services[p.partyOf[i][j]]]
			if o.File() == "" || w.Origins[j].Compare(*o) < 0 {
				*o = w.Origins[j]
			}
		}
	}
	p.protocols = append(p.protocols, "")
	for _, one := range p.peers {
		p.protocols = append(p.protocols, one.Protocol)
	}
	slices.Sort(p.protocols) // so that the order of two does not depend on what other traces have
	p.protocols = slices.Compact(p.protocols)
	p.protocols = p.protocols[:min(len(p.protocols), 1<<16)]
	for _, one := range p.peers {
		n, _ := slices.BinarySearch(p.protocols, one.Protocol)
		if n == len(p.protocols) {
			n = 0
		}
		p.protocolOf = append(p.protocolOf, uint16(n))
	}
}

// unite makes one sorted table of the tables of all workers.
func unite[T comparable](workers []*spans.Collector, table func(*spans.Collector) []T, compare func(a, b T) int) (all []T, numbers [][]uint32) {
	number := map[T]uint32{}
	for _, w := range workers {
		if values := table(w); len(values) > 0 {
			all = append(all, values[1:]...)
		}
	}
	slices.SortFunc(all, compare)
	all = slices.Insert(slices.Compact(all), 0, *new(T))
	for i, v := range all[1:] {
		number[v] = uint32(i + 1)
	}
	for _, w := range workers {
		n := make([]uint32, max(1, len(table(w))))
		for i, v := range table(w) {
			if i > 0 {
				n[i] = number[v]
			}
		}
		numbers = append(numbers, n)
	}
	return all, numbers
}

func compareParties(p spans.Party, q spans.Party) int {
	return cmp.Or(cmp.Compare(p.Name, q.Name), cmp.Compare(p.Namespace, q.Namespace), cmp.Compare(p.Cluster, q.Cluster),
		cmp.Compare(p.Workload, q.Workload), cmp.Compare(p.Endpoint, q.Endpoint))
}

func comparePeers(p spans.Peer, q spans.Peer) int {
	if p.Named != q.Named {
		if p.Named {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(p.Name, q.Name), cmp.Compare(p.Namespace, q.Namespace), cmp.Compare(p.Host, q.Host),
		cmp.Compare(p.Protocol, q.Protocol), cmp.Compare(p.Kind, q.Kind), cmp.Compare(p.Port, q.Port))
}

// sameService reports whether two parties are one service: where both give a
// namespace, it is the same.
func (p *pool) sameService(a, b uint32) bool {
	if a == b {
		return true
	}
	x, y := &p.parties[a], &p.parties[b]
	agree := func(m, n string) bool { return m == n || m == "" || n == "" }
	return x.Name == y.Name && agree(x.Namespace, y.Namespace) && agree(x.Cluster, y.Cluster)
}
