// Package link turns the records of spans into observed calls.
//
// Records are linked partition by partition (partition.go). Those of one trace become
// a tree (tree.go), its edges become calls (calls.go), and calls of one edge are
// counted together. What one request does with several calls is in siblings.go.
package link

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
)

// Link turns everything that the collectors keep into observed calls. Neither the
// order of the inputs nor the number of collectors changes what comes out, nor whether
// a Spill bounds their memory. If one does, ask it for its Err.
func Link(workers []*spans.Collector, parallel int) (*graph.Facts, *graph.Spans) {
	p, s := newPool(workers, newVocabulary(spans.UniteOperations(workers)), spans.AllFailing(workers)), newStore(workers)
	s.spill.Settle()
	s.spill.Report(s.resolve(p))
	trees := make([]*tree, max(1, parallel))
	parts := make([]*edgeStats, len(trees))
	shares := s.shares(len(trees))
	var next atomic.Int64
	var running sync.WaitGroup
	for i := range trees {
		trees[i] = &tree{pool: p, part: newPartition(p)}
		parts[i] = &edgeStats{pool: p, edges: map[edgeKey]*count{}}
		running.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(shares); n = int(next.Add(1)) - 1 {
				if err := trees[i].part.load(s, shares[n]); err != nil {
					s.spill.Report(err)
					return
				}
				trees[i].part.link(trees[i], parts[i])
			}
		})
	}
	running.Wait()
	stats := &graph.Spans{Spilled: s.spill.Used()}
	for i, t := range trees {
		stats.Add(&t.stats)
		if i > 0 {
			parts[0].merge(parts[i])
		}
	}
	return parts[0].facts(), stats
}

func (t *edgeStats) facts() *graph.Facts {
	f := &graph.Facts{ObservedServices: t.sightings(), Pairs: t.companions()}
	if len(t.edges) > 0 {
		f.Observations = []graph.ObservedTable{graph.TableOf(t.observations())}
	}
	return f
}

func (t *tree) link(records []uint32, found *edgeStats) {
	t.grow(records)
	t.calls(found)
}

func (t *edgeStats) merge(o *edgeStats) {
	defer t.mergeSiblings(o)
	for l, n := range o.edges {
		into := t.edges[l]
		if into == nil {
			t.edges[l] = n
			t.enter(l, n)
			continue
		}
		into.spread.add(&n.spread)
		into.calls += n.calls
		into.failed += n.failed
		into.retried += n.retried
		into.failing = graph.FirstTrace(into.failing, n.failing)
		for i, calls := range n.weights {
			if i == len(into.weights) {
				into.weights = append(into.weights, 0)
			}
			into.weights[i] += calls
		}
		into.latency.Merge(&n.latency)
	}
}

// observations returns the calls, sorted.
func (t *edgeStats) observations() []graph.Observation {
	edges := make([]edgeKey, 0, len(t.edges))
	for l := range t.edges {
		edges = append(edges, l)
	}
	slices.SortFunc(edges, edgeKey.compare)
	list := make([]graph.Observation, 0, len(edges))
	for _, l := range edges {
		n := t.edges[l]
		o := graph.Observation{
			From: t.pool.seen(l.from), To: t.pool.seen(l.to), Sighting: &graph.Sighting{Way: "span", Protocol: t.pool.protocols[l.protocol], Mode: graph.Sync},
			Observed: graph.Observed{
				Calls: float64(n.calls), Errors: float64(n.failed),
				Traced: &graph.Traced{
					Retries: float64(n.retried), FailedTrace: n.failing, Weighted: t.weighted(n), Latency: n.latency, RequestStats: t.pool.spread(&n.spread),
				},
			},
		}
		if l.async {
			o.Mode = graph.Async
		}
		party := l.from.party
		if party == 0 {
			party = l.to.party
		}
		o.SetOrigin(t.pool.origins[party])
		list = append(list, o)
	}
	return list
}

// weighted estimates how many calls there were before sampling, 0 if no span says
// how it was sampled.
func (t *edgeStats) weighted(n *count) float64 {
	if len(n.weights) < 2 {
		return 0
	}
	sum := float64(n.weights[0])
	for i, calls := range n.weights[1:] {
		sum += float64(calls) * t.pool.weights[i+1]
	}
	return math.Round(sum*1000) / 1000
}

// sightings returns all services that have spans.
func (t *edgeStats) sightings() []graph.ObservedService {
	p := t.pool
	var list []graph.ObservedService
	for i := 1; i < len(p.services); i++ {
		if p.services[i] == uint32(i) {
			list = append(list, graph.ObservedService{TracePeer: p.seen(end{party: uint32(i)}), Origin: p.origins[i], Served: t.served(uint32(i))})
		}
	}
	return list
}

// seen returns an end of a call as a peer of the graph, which all calls share.
func (p *pool) seen(e end) *graph.TracePeer {
	s := p.ends[e]
	if s == nil {
		s = p.peer(e)
		p.ends[e] = s
	}
	return s
}

func (p *pool) peer(e end) *graph.TracePeer {
	if e.party != 0 {
		one := &p.parties[e.party]
		return &graph.TracePeer{Name: one.Name, Namespace: one.Cluster, Group: one.Namespace, Workload: one.Workload, Kind: graph.KindService}
	}
	one := &p.peers[e.peer]
	s := &graph.TracePeer{Name: one.Name, Group: one.Namespace, Host: graph.Address{Host: one.Host, Port: one.Port}, Kind: one.Kind, Inferred: true}
	if one.Kind == graph.KindDatabase && !one.Named && one.Name != one.Host {
		s.Host.Database = one.Name
	}
	return s
}
