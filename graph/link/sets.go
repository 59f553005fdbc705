package link

import "iter"

// A set is a set of values of which there is usually one. The zero set is empty.
type set[V comparable] struct {
	one  V
	rest map[V]bool // the others
	len  int
}

// put adds a value to the set of a key.
func put[K, V comparable](m map[K]set[V], k K, v V) {
	s := m[k]
	switch {
	case s.len == 0:
		s.one, s.len = v, 1
	case s.one == v || s.rest[v]:
		return
	default:
		if s.rest == nil {
			s.rest = map[V]bool{}
		}
		s.rest[v] = true
		s.len++
	}
	m[k] = s
}

func (s set[V]) has(v V) bool { return s.len > 0 && s.one == v || s.rest[v] }

// all are the values, in no order.
func (s set[V]) all() iter.Seq[V] {
	return func(yield func(V) bool) {
		if s.len == 0 || !yield(s.one) {
			return
		}
		for v := range s.rest {
			if !yield(v) {
				return
			}
		}
	}
}
