package analyze

// A Memo remembers the answers to one question about the calls and services of an
// Analysis, so that it is computed once for each key, however many rules ask. It is a
// package variable beside the function that it remembers; the answers belong to the
// Analysis that they are about.
type Memo[K comparable, V any] struct{ question string }

// NewMemo returns a memo of its own. The question is for people who debug.
func NewMemo[K comparable, V any](question string) *Memo[K, V] { return &Memo[K, V]{question} }

// Of returns the answer for key. It calls find for the first time that it is asked,
// and find may ask for other keys.
func (m *Memo[K, V]) Of(r *Analysis, key K, find func() V) V {
	answers, _ := r.memos[m].(map[K]V)
	if answers == nil {
		answers = map[K]V{}
		r.memos[m] = answers
	}
	v, known := answers[key]
	if !known {
		v = find()
		answers[key] = v
	}
	return v
}

// aboutAll reports whether the answers are about the whole graph.
func (m *Memo[K, V]) aboutAll() bool {
	var key K
	_, once := any(key).(Once)
	return once
}

// Forget drops the answers about single services and calls, which take memory for each of them. They are computed
// again if they are asked for.
func (r *Analysis) Forget() {
	for m := range r.memos {
		if kept, _ := m.(interface{ aboutAll() bool }); kept == nil || !kept.aboutAll() {
			delete(r.memos, m)
		}
	}
}

// Once is the key of a Memo whose answer is about the whole graph.
type Once struct{}
