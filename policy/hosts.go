package policy

import "slices"

// RetriesEachHost reports whether s retries at each other host of its callee, and how many there are
// is not known: its product tries each host once at most, and nothing limits its tries.
func (s *Set) RetriesEachHost() bool {
	r := s.Retry
	return s.Product.OrNative().EachHost && r != nil && r.Retries.Provenance == Unknown && !r.neverFires()
}

// EachHost reports whether a layer makes an attempt at each host of the callee, so that Attempts
// are more than is known.
func (e Effective) EachHost() bool {
	return slices.ContainsFunc(e.Layers, func(l Effect) bool { return l.Set.RetriesEachHost() })
}

// toEachHost returns s with the number of retries that a product without a limit of tries makes at a
// callee of so many hosts. The number is unknown if that of the hosts is.
func (s Set) toEachHost(hosts Setting[int]) Set {
	if !s.Product.OrNative().EachHost || s.Retry == nil {
		return s
	}
	retry := *s.Retry
	switch n := &retry.Retries; {
	case n.Provenance != Unknown && !(n.Set() && n.Value < 0):
		return s
	case !hosts.Set():
		*n = Setting[int]{}
	case n.Provenance == Unknown:
		*n = def(max(hosts.Value-1, 0))
	default:
		n.Value = max(hosts.Value-1, 0)
	}
	s.Retry = &retry
	return s
}

// atEachHost leaves l as many attempts as the callee has hosts, if its product tries each of them once
// at most.
func (l *Effect) atEachHost(hosts Setting[int]) {
	most := Tries(max(hosts.Value, 1))
	if l.Set.Product.OrNative().EachHost && hosts.Set() && l.Attempts > most {
		l.Attempts = most
		l.By = append([]Decision{decide(&l.Set, HostsField, hosts)}, l.By...)
	}
}

// HostsField is the field of a Decision about how many hosts a callee has. It is none of a Set.
const HostsField = "replicas"
