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

// A bundle is where settings come from that belong together: a config, or a file
// whose settings several services have alike.
type bundle struct {
	config *Config
	file   string
}

func bundleOf(v *setting) bundle {
	if v.config != nil {
		return bundle{config: v.config}
	}
	return bundle{file: v.Origin.File}
}

// bookSize is how many services of the estate a bundle must list to be an address
// book. Two may be a service and the one it calls.
const bookSize = 3

// weakenBooks takes for hints what address books say. An address book is a bundle
// that several services are given alike and that lists those services themselves:
// whoever has it can find everybody, and calls some of them. For a service that is
// not listed, a gateway or a front end, it was written, and proves what it says.
func (l *linker) weakenBooks(callers []caller) {
	shared := sharedPlaces(callers)
	if len(shared) == 0 {
		return
	}
	told := map[bundle]bool{}
	for i := range callers {
		c := &callers[i]
		for b, page := range l.pages(c, shared) {
			if len(page.listed) < bookSize || !slices.Contains(page.listed, c.from) {
				continue
			}
			for _, m := range page.found {
				m.strength = min(m.strength, Weak)
			}
			if !told[b] {
				told[b] = true
				l.note(page.found[0].value.Origin,
					"the addresses of "+strconv.Itoa(len(page.listed))+" services are given to several of them alike; they are taken for hints", "")
			}
		}
	}
}

// A page is what a bundle says to one caller.
type page struct {
	found  []*found
	listed []int // the programs that it gives the addresses of, the caller among them
}

// pages sorts what a caller shares with others by bundle.
func (l *linker) pages(c *caller, shared map[Origin]bool) map[bundle]*page {
	pages := map[bundle]*page{}
	for i := range c.found {
		m := &c.found[i]
		if !shared[m.value.Origin] {
			continue
		}
		b := bundleOf(m.value)
		p := pages[b]
		if p == nil {
			p = &page{}
			pages[b] = p
		}
		p.found = append(p.found, m)
		if to, ok := l.resolve(m.Host, c.scope.of.Realm, c.scope.of.Namespace); ok && l.mayCall(to) && !slices.Contains(p.listed, to) {
			p.listed = append(p.listed, to)
		}
	}
	return pages
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
