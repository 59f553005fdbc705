package wire

// convert returns a slice that is never nil, so that an empty list is written as a
// list.
func convert[T, U any](items []T, to func(T) U) []U {
	converted := make([]U, len(items))
	for i, item := range items {
		converted[i] = to(item)
	}
	return converted
}
