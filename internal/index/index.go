// Package index finds the members of a list by their keys. A map from keys to places in a list keeps a second copy of
// each key, and room for more of them: for names of services that is more than the services themselves take.
package index

import "hash/maphash"

// An Index has the places of members of a list by their keys. It takes about 12 bytes a member, whatever the size of a
// key. Members are not removed, and their keys do not change. It is safe for concurrent use as long as none is added.
type Index[K comparable] struct {
	key   func(place int32) K
	slots []slot // a power of two; a member is in the first that is free from where its hash begins
	used  int
	seed  maphash.Seed
}

// A slot is a place plus one, 0 if it is free, below 32 bits of the hash of its key.
type slot uint64

// New returns an Index without members. key returns the key of the member at a place that was added.
func New[K comparable](key func(place int32) K) *Index[K] {
	return &Index[K]{key: key, slots: make([]slot, 8), seed: maphash.MakeSeed()}
}

// Find returns the place of a key.
func (x *Index[K]) Find(k K) (place int32, ok bool) {
	hash := maphash.Comparable(x.seed, k)
	for at := x.start(hash); ; at = (at + 1) & (len(x.slots) - 1) {
		s := x.slots[at]
		if s == 0 {
			return 0, false
		}
		if uint64(s)>>32 == hash>>32 {
			if place := int32(uint32(s)) - 1; x.key(place) == k {
				return place, true
			}
		}
	}
}

// Add adds a member. Its key must be that of no other.
func (x *Index[K]) Add(place int32) {
	x.Grow(1)
	x.used++
	x.put(slot(maphash.Comparable(x.seed, x.key(place))>>32<<32 | uint64(uint32(place+1))))
}

// Grow makes room for n more members.
func (x *Index[K]) Grow(n int) {
	size := len(x.slots)
	for (x.used+n)*4 > size*3 { // with more, the ways to free slots become long
		size *= 2
	}
	if size == len(x.slots) {
		return
	}
	old := x.slots
	x.slots = make([]slot, size)
	for _, s := range old {
		if s != 0 {
			x.put(s)
		}
	}
}

// start returns the slot at which to look for a hash. Slots keep the half of it that decides.
func (x *Index[K]) start(hash uint64) int { return int(hash>>32) & (len(x.slots) - 1) }

func (x *Index[K]) put(s slot) {
	at := x.start(uint64(s))
	for x.slots[at] != 0 {
		at = (at + 1) & (len(x.slots) - 1)
	}
	x.slots[at] = s
}
