package graph

import (
	"slices"
	"strconv"
)

// A caller is a scope with who has it and the addresses found in it.
type caller struct {
	scope *scope
	from  int // a root
	found []found
}

// bookSize is how many services of the estate a bundle of settings must list to
// be an address book. Two may be a service and the one it calls.
const bookSize = 3

// weakenBooks takes for hints what address books say. An address book is a bundle
// of settings that several services are given alike and that lists those services
// themselves: whoever has it can find everybody, and calls some of them. For a
// service that is not listed, a gateway or a front end, it was written, and proves
// what it says.
func (l *linker) weakenBooks(callers []caller) {
	shared := sharedPlaces(callers)
	if len(shared) == 0 {
		return
	}
	told := map[Origin]bool{}
	for i := range callers {
		c := &callers[i]
		var listed []int
		var first *Value
		for j := range c.found {
			m := &c.found[j]
			if !shared[m.value.Origin] {
				continue
			}
			if to, ok := l.resolve(m.Host, c.scope.of.Realm, c.scope.of.Namespace); ok && l.mayCall(to) && !slices.Contains(listed, to) {
				listed = append(listed, to)
			}
			if first == nil || m.value.Origin.Compare(first.Origin) < 0 {
				first = m.value
			}
		}
		if len(listed) < bookSize || !slices.Contains(listed, c.from) {
			continue
		}
		for j := range c.found {
			if m := &c.found[j]; shared[m.value.Origin] {
				m.strength = min(m.strength, Weak)
			}
		}
		if !told[first.Origin] {
			told[first.Origin] = true
			l.note(first.Origin, "the addresses of "+strconv.Itoa(len(listed))+" services are given to several of them alike; they are taken for hints", "")
		}
	}
}

// sharedPlaces returns the places of settings that several services have.
func sharedPlaces(callers []caller) map[Origin]bool {
	first := map[Origin]int{}
	shared := map[Origin]bool{}
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
	case KindService, KindJob, KindGateway:
		return true
	case KindUnknown:
		return !l.cells[root].extern
	}
	return false
}
