// Package pairs sorts pairs of small numbers, such as the ends of edges, in linear time.
package pairs

// Order returns the places of the pairs a[i], b[i] in order of a, then of b; equal pairs stay in order of their places.
// All numbers must be from 0 to n-1. It is nil if the pairs are in order already.
//
// For a million edges between a hundred thousand nodes it takes less than half the time of a sort by comparison of
// numbers that have no places with them: see BenchmarkOrder.
func Order[T ~int32](a, b []T, n int) []int32 {
	if sorted(a, b) {
		return nil
	}
	order := make([]int32, len(a))
	for i := range order {
		order[i] = int32(i)
	}
	return byKey(a, byKey(b, order, n), n)
}

func sorted[T ~int32](a, b []T) bool {
	for i := 1; i < len(a); i++ {
		if a[i] < a[i-1] || a[i] == a[i-1] && b[i] < b[i-1] {
			return false
		}
	}
	return true
}

// byKey returns the places in order of their keys. Equal ones stay in their order.
func byKey[T ~int32](keys []T, places []int32, n int) []int32 {
	next := make([]int32, n+1) // by key, where the next place with it goes
	for _, k := range keys {
		next[k+1]++
	}
	for k := range n {
		next[k+1] += next[k]
	}
	sorted := make([]int32, len(places))
	for _, p := range places {
		k := keys[p]
		sorted[next[k]] = p
		next[k]++
	}
	return sorted
}
