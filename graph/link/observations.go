package link

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// peers are the ends as the sources have them. Their names are reduced to the hosts in them, since addresses
// may have passwords.
type peers struct {
	list    []*graph.TracePeer
	numbers map[*graph.TracePeer]int32 // in list
	hashes  map[uint64]int32           // in list, by the hash of what is known of a peer, which is a long key
	seed    maphash.Seed
	ranks   []int32            // by number, the place among all, equal ones counted once
	sorted  []*graph.TracePeer // by rank
}

// number returns the number of a peer.
func (s *peers) number(p *graph.TracePeer) int32 {
	n, known := s.numbers[p]
	if known {
		return n
	}
	one := reduced(p)
	hash := maphash.Comparable(s.seed, *one)
	if n, known = s.hashes[hash]; !known || *s.list[n] != *one {
		n = int32(len(s.list))
		s.list = append(s.list, one)
		s.hashes[hash] = n
	}
	s.numbers[p] = n
	return n
}

// settle makes p point to the peer that all equal ones have, and returns its rank.
func (s *peers) settle(p **graph.TracePeer) int32 {
	r := s.ranks[s.number(*p)]
	*p = s.sorted[r]
	return r
}

// rank sorts the peers, and finds equal ones that have lost their hash to another one.
func (s *peers) rank() {
	order := make([]int32, len(s.list))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return comparePeers(s.list[a], s.list[b]) })
	s.ranks = make([]int32, len(order))
	for i, n := range order {
		if i == 0 || *s.list[n] != *s.list[order[i-1]] {
			s.sorted = append(s.sorted, s.list[n])
		}
		s.ranks[n] = int32(len(s.sorted) - 1)
	}
}

// reduced returns a peer without addresses as names.
func reduced(p *graph.TracePeer) *graph.TracePeer {
	name, host, database := address.HostOf(p.Name), address.HostOf(p.Host.Host), address.HostOf(p.Host.Database)
	if name == p.Name && host == p.Host.Host && database == p.Host.Database {
		return p
	}
	one := *p
	one.Name, one.Host.Host, one.Host.Database = name, host, database
	return &one
}

// settleObservations makes the peers of all sources one, and sorts what was observed by them.
func settleObservations(f *graph.Facts) observedEnds {
	all := peers{numbers: map[*graph.TracePeer]int32{}, hashes: map[uint64]int32{}, seed: maphash.MakeSeed()}
	for i := range f.ObservedServices {
		all.number(f.ObservedServices[i].TracePeer)
	}
	for i := range f.Pairs {
		p := &f.Pairs[i]
		all.number(p.From)
		all.number(p.To)
		all.number(p.With)
	}
	ends := observedEnds{
		calls: make([]observationKey, len(f.Observations)), services: make([]int32, len(f.ObservedServices)), pairs: make([][3]int32, len(f.Pairs)),
	}
	for i := range f.Observations {
		o := &f.Observations[i]
		ends.calls[i] = observationKey{all.number(o.From), all.number(o.To), int32(i)}
	}
	all.rank()
	ends.peers = all.sorted
	for i := range ends.calls {
		e, o := &ends.calls[i], &f.Observations[i]
		e.from, e.to = all.ranks[e.from], all.ranks[e.to]
		o.From, o.To = all.sorted[e.from], all.sorted[e.to]
	}
	for i := range f.ObservedServices {
		all.settle(&f.ObservedServices[i].TracePeer)
	}
	slices.SortFunc(f.ObservedServices, func(a, b graph.ObservedService) int {
		return cmp.Or(comparePeers(a.TracePeer, b.TracePeer), a.Origin.Compare(b.Origin))
	})
	for i := range f.ObservedServices {
		ends.services[i] = all.settle(&f.ObservedServices[i].TracePeer)
	}
	for i := range f.Pairs {
		p := &f.Pairs[i]
		ends.pairs[i] = [3]int32{all.settle(&p.From), all.settle(&p.To), all.settle(&p.With)}
	}
	slices.SortFunc(ends.calls, func(a, b observationKey) int {
		if a.from != b.from {
			return cmp.Compare(a.from, b.from)
		}
		if a.to != b.to {
			return cmp.Compare(a.to, b.to)
		}
		return compareSightings(&f.Observations[a.at], &f.Observations[b.at])
	})
	arrange(f.Observations, ends.calls)
	return ends
}

// arrange puts observations into an order, in place. It uses up the places in the order.
func arrange(list []graph.Observation, order []observationKey) {
	for i := range order {
		for at := int32(i); order[at].at >= 0; {
			from := order[at].at
			order[at].at = -1
			if order[from].at < 0 { // where it began
				break
			}
			list[at], list[from] = list[from], list[at]
			at = from
		}
	}
}

// compareSightings orders observations of one call by source and counts.
func compareSightings(o, p *graph.Observation) int {
	return cmp.Or(o.Origin().Compare(p.Origin()), strings.Compare(o.Way, p.Way), cmp.Compare(o.Mode, p.Mode), strings.Compare(o.Protocol, p.Protocol),
		cmp.Compare(o.Calls, p.Calls), cmp.Compare(o.Errors, p.Errors), cmp.Compare(o.More().Weighted, p.More().Weighted))
}

func comparePeers(s, o *graph.TracePeer) int {
	return cmp.Or(order(s.Inferred, o.Inferred), order(s.Nameless, o.Nameless), compareRefs(s.Ref, o.Ref), strings.Compare(s.Name, o.Name), strings.Compare(s.Namespace, o.Namespace), strings.Compare(s.Group, o.Group),
		strings.Compare(s.Workload, o.Workload), strings.Compare(s.Host.Host, o.Host.Host), cmp.Compare(s.Host.Port, o.Host.Port), strings.Compare(s.Host.Database, o.Host.Database),
		cmp.Compare(s.Kind, o.Kind), strings.Compare(s.Host.Scheme, o.Host.Scheme), strings.Compare(s.Host.Path, o.Host.Path))
}
