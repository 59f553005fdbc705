package trace

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A pool is the records of all workers with their tables made one. Numbers in it
// do not depend on which worker read what.
type pool struct {
	workers []*Worker
	first   []int // number of the first record of each worker
	spans   int

	parties    []party        // [0] stands for none
	services   []uint32       // by party, the first party of the same service
	origins    []graph.Origin // by party
	peers      []peer
	protocolOf []uint16 // by peer
	protocols  []string
	weights    []float64

	// By worker, what its numbers are in the pool.
	partyOf, peerOf, weightOf, traceOf [][]uint32

	from  []uint32 // the records of trace t are order[from[t]:from[t+1]]
	order []uint32
	alone []uint32 // records of no trace

	producers map[uint32]uint32 // by the record of a consumer, the party of the producer that it links to
	followed  map[uint64]bool   // keys of these producers
}

func newPool(workers []*Worker) *pool {
	p := &pool{workers: workers}
	for _, w := range workers {
		p.first = append(p.first, p.spans)
		p.spans += w.records.length
	}
	p.parties, p.partyOf = unite(workers, func(w *Worker) []party { return w.parties.values }, party.compare)
	p.peers, p.peerOf = unite(workers, func(w *Worker) []peer { return w.peers.values }, peer.compare)
	p.weights, p.weightOf = unite(workers, func(w *Worker) []float64 { return w.weights.values }, cmp.Compare[float64])
	p.sumUp()
	p.follow()
	p.group()
	return p
}

// sumUp completes the tables of parties and peers.
func (p *pool) sumUp() {
	p.origins, p.services = make([]graph.Origin, len(p.parties)), make([]uint32, len(p.parties))
	for i := 1; i < len(p.parties); i++ {
		p.services[i] = uint32(i)
		one, before := p.parties[i], p.parties[i-1]
		if one.endpoint = before.endpoint; one == before {
			p.services[i] = p.services[i-1]
		}
	}
	for i, w := range p.workers {
		for j := 1; j < len(w.origins); j++ {
			o := &p.origins[p.services[p.partyOf[i][j]]]
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

// follow finds the producers that consumers link to, in whatever trace they are.
func (p *pool) follow() {
	wanted := map[uint64][]uint32{}
	for i, w := range p.workers {
		for _, l := range w.links {
			wanted[l.key] = append(wanted[l.key], uint32(p.first[i]+l.at))
		}
	}
	if len(wanted) == 0 {
		return
	}
	p.producers, p.followed = map[uint32]uint32{}, map[uint64]bool{}
	p.eachRecord(func(i int, _ uint32, r *record) {
		if r.flags&apart != 0 || !r.flags.asks() || r.party == 0 {
			return
		}
		party := p.partyOf[i][r.party]
		for _, consumer := range wanted[r.key] {
			p.followed[r.key] = true
			if best, ok := p.producers[consumer]; !ok || party < best {
				p.producers[consumer] = party
			}
		}
	})
}

// unite makes one sorted table of the tables of all workers.
func unite[T comparable](workers []*Worker, table func(*Worker) []T, compare func(a, b T) int) (all []T, numbers [][]uint32) {
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

// group sorts the records by their traces, and numbers these anew.
func (p *pool) group() {
	var all traces
	p.traceOf = make([][]uint32, len(p.workers))
	for i, w := range p.workers {
		p.traceOf[i] = make([]uint32, len(w.traces.hashes))
		for j, hash := range w.traces.hashes {
			p.traceOf[i][j] = all.number(hash)
		}
	}
	p.from = make([]uint32, len(all.hashes)+2)
	p.eachRecord(func(i int, _ uint32, r *record) {
		if r.flags&apart == 0 {
			p.from[p.traceOf[i][r.trace]+2]++
		}
	})
	for t := 2; t < len(p.from); t++ {
		p.from[t] += p.from[t-1]
	}
	p.order = make([]uint32, p.from[len(p.from)-1])
	p.eachRecord(func(i int, n uint32, r *record) {
		if r.flags&apart != 0 {
			p.alone = append(p.alone, n)
			return
		}
		next := &p.from[p.traceOf[i][r.trace]+1]
		p.order[*next] = n
		*next++
	})
	p.from = p.from[:len(p.from)-1]
}

func (p *pool) eachRecord(visit func(worker int, number uint32, r *record)) {
	n := uint32(0)
	for i, w := range p.workers {
		for _, block := range w.records.blocks {
			for j := range block {
				visit(i, n, &block[j])
				n++
			}
		}
	}
}

// traces is the number of traces, those of single spans that name none apart.
func (p *pool) traces() int { return len(p.from) - 1 }

// record returns a record with its numbers in the pool.
func (p *pool) record(n uint32) record {
	i := len(p.first) - 1
	for p.first[i] > int(n) {
		i--
	}
	r := *p.workers[i].records.at(int(n) - p.first[i])
	r.party, r.peer, r.weight = p.partyOf[i][r.party], p.peerOf[i][r.peer], uint16(p.weightOf[i][r.weight])
	return r
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
