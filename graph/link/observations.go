package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// peers are the ends of all observed calls, equal ones of all sources under one pointer and one
// number. Their names are reduced to the hosts in them, since addresses may have passwords.
type peers struct {
	list    []*graph.TracePeer
	shared  map[*graph.TracePeer]int32 // by the pointers of the sources
	numbers map[graph.TracePeer]int32
}

// number returns the number of a peer, and makes p point to the one that all have.
func (s *peers) number(p **graph.TracePeer) int32 {
	n, known := s.shared[*p]
	if !known {
		one := reduced(*p)
		if n, known = s.numbers[*one]; !known {
			n = int32(len(s.list))
			s.list, s.numbers[*one] = append(s.list, one), n
		}
		s.shared[*p] = n
	}
	*p = s.list[n]
	return n
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

// An observationKey is what an observation is sorted by first: the ranks of its peers among all.
type observationKey struct{ from, to, at int32 }

// settleObservations makes the peers of all sources one, and sorts what was observed by them. It returns
// the ranks of the peers of each observation, and how many peers there are.
func settleObservations(f *graph.Facts) (ends []observationKey, count int) {
	all := peers{shared: map[*graph.TracePeer]int32{}, numbers: map[graph.TracePeer]int32{}}
	for i := range f.ObservedServices {
		all.number(&f.ObservedServices[i].TracePeer)
	}
	for i := range f.Pairs {
		p := &f.Pairs[i]
		all.number(&p.From)
		all.number(&p.To)
		all.number(&p.With)
	}
	ends = make([]observationKey, len(f.Observations))
	for i := range f.Observations {
		o := &f.Observations[i]
		ends[i] = observationKey{all.number(&o.From), all.number(&o.To), int32(i)}
	}
	ranks := all.ranks()
	for i := range ends {
		ends[i].from, ends[i].to = ranks[ends[i].from], ranks[ends[i].to]
	}
	slices.SortFunc(f.ObservedServices, func(a, b graph.ObservedService) int {
		return cmp.Or(comparePeers(a.TracePeer, b.TracePeer), a.Origin.Compare(b.Origin))
	})
	slices.SortFunc(ends, func(a, b observationKey) int {
		if a.from != b.from {
			return cmp.Compare(a.from, b.from)
		}
		if a.to != b.to {
			return cmp.Compare(a.to, b.to)
		}
		return compareSightings(&f.Observations[a.at], &f.Observations[b.at])
	})
	arrange(f.Observations, ends)
	return ends, len(ranks)
}

// ranks returns the place of each peer among all, sorted.
func (s *peers) ranks() []int32 {
	order, ranks := make([]int32, len(s.list)), make([]int32, len(s.list))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return comparePeers(s.list[a], s.list[b]) })
	for rank, n := range order {
		ranks[n] = int32(rank)
	}
	return ranks
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
		cmp.Compare(s.Kind, o.Kind))
}
