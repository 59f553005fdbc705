// Package index numbers the members of a list by their keys. A map from keys to numbers keeps a second copy of
// each key, and room for more of them: for names of services that is more than the services themselves take.
package index

import "hash/maphash"

// An Index numbers keys from 0 in the order in which they are met. It keeps no key: it compares with what its owner
// has under the number. For a million members it takes 16 MB, whatever the size of a key; a map of pairs of small
// numbers takes 37, and twice the time (BenchmarkNumber). It is safe for concurrent use as long as no key is new.
type Index[K comparable] struct {
	key   func(number int32) K
	slots []slot       // a power of 2 of them, at most three quarters of which are used
	seed  maphash.Seed // each run has other hashes: no file can be made of names that have one
	count int32
}

// A slot is where a key of a hash is found, or the next slot that is free.
type slot struct {
	hash   uint32
	number int32 // plus 1; 0 if the slot is free
}

// New returns an Index without members. key returns the key that has a number.
func New[K comparable](key func(number int32) K) *Index[K] {
	return &Index[K]{key: key, slots: make([]slot, 8), seed: maphash.MakeSeed()}
}

// Len is the number of members.
func (x *Index[K]) Len() int { return int(x.count) }

// Find returns the number of a key.
func (x *Index[K]) Find(k K) (number int32, ok bool) {
	n := x.slots[x.slot(x.hash(k), k)].number
	return max(n-1, 0), n > 0
}

// Number returns the number of a key, and whether it was met before. If it was not, it has to be that of the member
// from now on.
func (x *Index[K]) Number(k K) (number int32, known bool) {
	x.Grow(1)
	h := x.hash(k)
	at := x.slot(h, k)
	if n := x.slots[at].number; n > 0 {
		return n - 1, true
	}
	x.count++
	x.slots[at] = slot{h, x.count}
	return x.count - 1, false
}

// Grow makes room for n more members.
func (x *Index[K]) Grow(n int) {
	size := len(x.slots)
	for int(x.count)+n > size/4*3 {
		size *= 2
	}
	if size == len(x.slots) {
		return
	}
	old := x.slots
	x.slots = make([]slot, size)
	for _, s := range old {
		if s.number > 0 {
			at := int(s.hash) & (size - 1)
			for x.slots[at].number > 0 {
				at = (at + 1) & (size - 1)
			}
			x.slots[at] = s
		}
	}
}

func (x *Index[K]) hash(k K) uint32 { return uint32(maphash.Comparable(x.seed, k)) }

// slot returns the slot of a key, or the free one for it.
func (x *Index[K]) slot(hash uint32, k K) int {
	last := len(x.slots) - 1
	for at := int(hash) & last; ; at = (at + 1) & last {
		if s := x.slots[at]; s.number == 0 || s.hash == hash && x.key(s.number-1) == k {
			return at
		}
	}
}
