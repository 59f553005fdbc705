package link

import (
	"slices"
	"strconv"

	"github.com/weirgraph/weir/graph"
)

// A caller is a scope with the root that has it and the addresses in it.
type caller struct {
	scope *scope
	from  int // a root
	found []found
}

// A bundle is a source of settings that belong together: a config, or a file whose settings
// several services have.
type bundle struct {
	config *graph.Config
	file   string
}

func bundleOf(v *setting) bundle {
	if v.config != nil {
		return bundle{config: v.config}
	}
	return bundle{file: v.Origin.File}
}

// minServicesListed is how many services of the estate a bundle must list to be an address
// list. Two may be a service and the one it calls.
const minServicesListed = 3

// demoteSharedAddressLists marks the addresses in shared address lists. Such a list is a
// bundle that several services have and that lists those services themselves: a service
// with the list knows all addresses and calls some. For a service that is not in the list,
// a gateway or a front end, the list proves its calls.
//
// A list that many of the services in it have shows only which service could call which.
func (l *linker) demoteSharedAddressLists(callers []caller) {
	shared := sharedPlaces(callers)
	if len(shared) == 0 {
		return
	}
	var lists []addressList
	readers := map[bundle]int{}
	for i := range callers {
		for _, p := range l.addressLists(&callers[i], shared) {
			if len(p.listed) >= minServicesListed && slices.Contains(p.listed, callers[i].from) {
				lists = append(lists, *p)
				readers[p.bundle]++
			}
		}
	}
	noted := map[bundle]bool{}
	for _, p := range lists {
		why := sharedList
		if readers[p.bundle] >= minServicesListed {
			why = commonList
		}
		for _, m := range p.found {
			m.list = why
		}
		if !noted[p.bundle] {
			noted[p.bundle] = true
			l.note(p.found[0].value.Origin,
				"the addresses of "+strconv.Itoa(len(p.listed))+" services are given to several of them alike, which proves no single call", "")
		}
	}
}

// An addressList is the addresses that one caller has from a bundle.
type addressList struct {
	bundle bundle
	found  []*found
	listed []int // the programs whose addresses it has, the caller included
}

// addressLists returns what a caller shares with others, by bundle.
func (l *linker) addressLists(c *caller, shared map[graph.Origin]bool) map[bundle]*addressList {
	lists := map[bundle]*addressList{}
	for i := range c.found {
		m := &c.found[i]
		if !shared[m.value.Origin] {
			continue
		}
		b := bundleOf(m.value)
		p := lists[b]
		if p == nil {
			p = &addressList{bundle: b}
			lists[b] = p
		}
		p.found = append(p.found, m)
		if to, ok := l.resolve(m.Host, c.scope.of.Realm, c.scope.of.Namespace); ok && l.mayCall(to) && !slices.Contains(p.listed, to) {
			p.listed = append(p.listed, to)
		}
	}
	return lists
}

// sharedPlaces returns the places of settings that several services have.
func sharedPlaces(callers []caller) map[graph.Origin]bool {
	first := map[graph.Origin]int{}
	shared := map[graph.Origin]bool{}
	for i := range callers {
		c := &callers[i]
		for j := range c.found {
			place := c.found[j].value.Origin
			if from, seen := first[place]; !seen {
				first[place] = c.from
			} else if from != c.from {
				shared[place] = true
			}
		}
	}
	return shared
}

// mayCall reports whether a root is declared as a program that could call others,
// and not as a store or a broker.
func (l *linker) mayCall(root int) bool {
	if root >= len(l.kinds) {
		return false
	}
	switch l.kinds[root] {
	case graph.KindService, graph.KindJob, graph.KindGateway:
		return true
	case graph.KindUnknown:
		return !l.entities[root].external
	}
	return false
}
