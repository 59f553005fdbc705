package analyze

// A memo keeps the answers to a question about the nodes or calls of a graph, by
// number. A hub is asked about for each of its callers, and would be asked to look
// at all its callees each time.
type memo[T any] struct {
	known  []bool
	values []T
}

// of returns the answer about i, of n, which find is asked for once.
func (m *memo[T]) of(i, n int, find func() T) T {
	if m.known == nil {
		m.known, m.values = make([]bool, n), make([]T, n)
	}
	if !m.known[i] {
		v := find() // which may ask on
		m.known[i], m.values[i] = true, v
	}
	return m.values[i]
}
