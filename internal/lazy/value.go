package lazy

import "sync"

// A Value is computed when it is first asked for. It may be used by several goroutines.
type Value[T any] struct {
	compute func() T
	once    sync.Once
	value   T
}

// NewValue returns a Value that compute returns.
func NewValue[T any](compute func() T) *Value[T] { return &Value[T]{compute: compute} }

// Get returns the value, which callers must not change. That of nil is the zero value.
func (v *Value[T]) Get() *T {
	if v == nil {
		return new(T)
	}
	v.once.Do(func() { v.value = v.compute() })
	return &v.value
}
