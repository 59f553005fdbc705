package trace

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A pool is the tables of all workers made one. Numbers in it do not depend on
// which worker read what.
type pool struct {
	parties    []party        // [0] stands for none
	services   []uint32       // by party, the first party of the same service
	origins    []graph.Origin // by party
	peers      []peer
	protocolOf []uint16 // by peer
	protocols  []string
	weights    []float64
	traits     []traits // in numbers of the pool, those of one worker behind those of another
	firstOf    []uint32 // by worker, where its traits begin

	operations map[operation]string // their words
	probes     map[operation]bool   // those that ask whether a service is well
}

func newPool(workers []*Collector) *pool {
	p := &pool{}
	var partyOf, peerOf, weightOf [][]uint32 // by worker, what its numbers are in the pool
	p.parties, partyOf = unite(workers, func(w *Collector) []party { return w.parties.values }, party.compare)
	p.peers, peerOf = unite(workers, func(w *Collector) []peer { return w.peers.values }, peer.compare)
	p.weights, weightOf = unite(workers, func(w *Collector) []float64 { return w.weights.values }, cmp.Compare[float64])
	p.sumUp(workers, partyOf)
	p.name(workers)
	for i, w := range workers {
		p.firstOf = append(p.firstOf, uint32(len(p.traits)))
		for _, t := range w.traits.values {
			t.party, t.peer, t.weight = partyOf[i][t.party], peerOf[i][t.peer], uint16(weightOf[i][t.weight])
			t.op = p.named(t.op)
			p.traits = append(p.traits, t)
		}
	}
	return p
}

// sumUp completes the tables of parties and peers.
func (p *pool) sumUp(workers []*Collector, partyOf [][]uint32) {
	p.origins, p.services = make([]graph.Origin, len(p.parties)), make([]uint32, len(p.parties))
	for i := 1; i < len(p.parties); i++ {
		p.services[i] = uint32(i)
		one, before := p.parties[i], p.parties[i-1]
		if one.endpoint = before.endpoint; one == before {
			p.services[i] = p.services[i-1]
		}
	}
	for i, w := range workers {
		for j := 1; j < len(w.origins); j++ {
			o := &p.origins[p.services[partyOf[i][j]]]
			if o.File == "" || w.origins[j].Compare(*o) < 0 {
				*o = w.origins[j]
			}
		}
	}
	number := map[string]uint16{}
	for _, one := range p.peers {
		n, ok := number[one.protocol]
		if !ok && len(number) < 1<<16 {
			n = uint16(len(p.protocols))
			number[one.protocol] = n
			p.protocols = append(p.protocols, one.protocol)
		}
		p.protocolOf = append(p.protocolOf, n)
	}
}

// unite makes one sorted table of the tables of all workers.
func unite[T comparable](workers []*Collector, table func(*Collector) []T, compare func(a, b T) int) (all []T, numbers [][]uint32) {
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

func (p party) compare(q party) int {
	return cmp.Or(cmp.Compare(p.name, q.name), cmp.Compare(p.namespace, q.namespace), cmp.Compare(p.cluster, q.cluster),
		cmp.Compare(p.workload, q.workload), cmp.Compare(p.endpoint, q.endpoint))
}

func (p peer) compare(q peer) int {
	if p.named != q.named {
		if p.named {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(p.name, q.name), cmp.Compare(p.namespace, q.namespace), cmp.Compare(p.host, q.host),
		cmp.Compare(p.protocol, q.protocol), cmp.Compare(p.kind, q.kind), cmp.Compare(p.port, q.port))
}

// sameService reports whether two parties are one service: where both give a
// namespace, it is the same.
func (p *pool) sameService(a, b uint32) bool {
	if a == b {
		return true
	}
	x, y := &p.parties[a], &p.parties[b]
	agree := func(m, n string) bool { return m == n || m == "" || n == "" }
	return x.name == y.name && agree(x.namespace, y.namespace) && agree(x.cluster, y.cluster)
}
