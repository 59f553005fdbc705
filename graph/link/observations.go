package link

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/internal/pairs"
)

// peers are the ends as the sources have them. Their names are reduced to the hosts in them, since addresses
// may have passwords.
type peers struct {
	list   []*graph.TracePeer
	hashes map[uint64]int32 // in list, by the hash of what is known of a peer, which is a long key
	seed   maphash.Seed
	ranks  []int32            // by number, the place among all, equal ones counted once
	sorted []*graph.TracePeer // by rank
}

// number returns the number of a peer.
func (s *peers) number(p *graph.TracePeer) int32 {
	one := reduced(p)
	hash := maphash.Comparable(s.seed, *one)
	n, known := s.hashes[hash]
	if !known || *s.list[n] != *one {
		n = int32(len(s.list))
		s.list = append(s.list, one)
		s.hashes[hash] = n
	}
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
	all := peers{hashes: map[uint64]int32{}, seed: maphash.MakeSeed()}
	for i := range f.ObservedServices {
		all.number(f.ObservedServices[i].TracePeer)
	}
	for i := range f.Pairs {
		p := &f.Pairs[i]
		all.number(p.From)
		all.number(p.To)
		all.number(p.With)
	}
	numbers := make([][]int32, len(f.Observations)) // of the peers of each source
	for i := range f.Observations {
		for _, p := range f.Observations[i].Peers {
			numbers[i] = append(numbers[i], all.number(p))
		}
	}
	all.rank()
	ends := observedEnds{peers: all.sorted, ports: make([]int, len(all.sorted)), services: make([]int32, len(f.ObservedServices)), pairs: make([][3]int32, len(f.Pairs))}
	for i, p := range all.sorted {
		ends.ports[i] = p.Host.Port
	}
	for i := range numbers {
		for j, n := range numbers[i] {
			numbers[i][j] = all.ranks[n]
		}
	}
	ends.join(f.Observations, numbers)
	f.Observations = nil
	ends.sort()
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
	return ends
}

// join makes one table of those of all sources, which it uses up. ranks are those of the peers of each source.
func (s *observedEnds) join(tables []graph.ObservedTable, ranks [][]int32) {
	s.rows = make([]graph.ObservedRow, 0, graph.CountObservations(tables))
	for i := range tables {
		t := &tables[i]
		sightings, traced := int32(len(s.sightings)), int32(len(s.traced))
		s.sightings, s.traced = append(s.sightings, t.Sightings...), append(s.traced, t.Traced...)
		for j, portion := range t.Rows {
			for _, r := range portion {
				r.From, r.To, r.Sighting = ranks[i][r.From], ranks[i][r.To], sightings+r.Sighting
				if r.Traced > 0 {
					r.Traced += traced
				}
				s.rows = append(s.rows, r)
			}
			t.Rows[j] = nil
		}
	}
}

// sort orders the observations by caller, then callee, then as compare does.
func (s *observedEnds) sort() {
	from, to := make([]int32, len(s.rows)), make([]int32, len(s.rows))
	for i := range s.rows {
		from[i], to[i] = s.rows[i].From, s.rows[i].To
	}
	if order := pairs.Order(from, to, len(s.peers)); order != nil {
		arrange(s.rows, order)
	}
	for first := 0; first < len(s.rows); {
		end := first + 1
		for end < len(s.rows) && s.rows[end].From == s.rows[first].From && s.rows[end].To == s.rows[first].To {
			end++
		}
		if end-first > 1 {
			slices.SortStableFunc(s.rows[first:end], func(a, b graph.ObservedRow) int { return s.compare(&a, &b) })
		}
		first = end
	}
}

// arrange puts a list into an order, in place: a second list of a million rows costs more than to follow
// each row on its way. It uses up the order.
func arrange[T any](list []T, order []int32) {
	for i := range order {
		first := list[i]
		at := int32(i)
		for order[at] >= 0 {
			from := order[at]
			if order[at] = -1; from == int32(i) {
				list[at] = first
				break
			}
			list[at] = list[from]
			at = from
		}
	}
}

// compare orders observations of one call by source and counts.
func (s *observedEnds) compare(r, p *graph.ObservedRow) int {
	if c := s.comparePlaces(r.ObservedPlace, p.ObservedPlace); c != 0 {
		return c
	}
	a, b := s.sightings[r.Sighting], s.sightings[p.Sighting]
	o, q := r.Observed(s.traced), p.Observed(s.traced)
	return cmp.Or(strings.Compare(a.Way, b.Way), cmp.Compare(a.Mode, b.Mode), strings.Compare(a.Protocol, b.Protocol),
		cmp.Compare(r.Calls, p.Calls), cmp.Compare(r.Errors, p.Errors), cmp.Compare(o.More().Weighted, q.More().Weighted))
}

// comparePlaces orders places as their origins.
func (s *observedEnds) comparePlaces(r, p graph.ObservedPlace) int {
	if r.Sighting == p.Sighting {
		if r.Line != p.Line {
			return cmp.Compare(r.Line, p.Line)
		}
		return cmp.Compare(r.Column, p.Column)
	}
	return s.origin(r).Compare(s.origin(p))
}

// origin returns where calls were observed.
func (s *observedEnds) origin(r graph.ObservedPlace) graph.Origin {
	return s.sightings[r.Sighting].Origin(r.Line, r.Column)
}

func comparePeers(s, o *graph.TracePeer) int {
	if s.Name != o.Name && s.Inferred == o.Inferred && s.Nameless == o.Nameless && s.Ref == o.Ref { // most have a name of their own
		return strings.Compare(s.Name, o.Name)
	}
	return cmp.Or(order(s.Inferred, o.Inferred), order(s.Nameless, o.Nameless), compareRefs(s.Ref, o.Ref), strings.Compare(s.Name, o.Name), strings.Compare(s.Namespace, o.Namespace), strings.Compare(s.Group, o.Group),
		strings.Compare(s.Workload, o.Workload), strings.Compare(s.Host.Host, o.Host.Host), cmp.Compare(s.Host.Port, o.Host.Port), strings.Compare(s.Host.Database, o.Host.Database),
		cmp.Compare(s.Kind, o.Kind), strings.Compare(s.Host.Scheme, o.Host.Scheme), strings.Compare(s.Host.Path, o.Host.Path))
}
