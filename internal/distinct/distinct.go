// Package distinct collects values without repetitions.
package distinct

import "slices"

// A List has each value that was added once, in the order in which they were added. The zero List
// is empty.
type List[T comparable] struct {
	all  []T
	seen map[T]bool // of a long list
}

// short is the length up to which a list is searched.
const short = 16

// Add adds a value and reports whether it is new.
func (l *List[T]) Add(v T) bool {
	switch {
	case len(l.all) < short:
		if slices.Contains(l.all, v) {
			return false
		}
	case l.seen == nil:
		l.seen = make(map[T]bool, 2*short)
		for _, known := range l.all {
			l.seen[known] = true
		}
		fallthrough
	default:
		if l.seen[v] {
			return false
		}
		l.seen[v] = true
	}
	l.all = append(l.all, v)
	return true
}

// All is the values. It may be changed once nothing is added any more.
func (l *List[T]) All() []T { return l.all }

// Of returns each value of a list once.
func Of[T comparable](list []T) []T {
	var l List[T]
	for _, v := range list {
		l.Add(v)
	}
	return l.all
}
