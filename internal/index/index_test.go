package index

import (
	"fmt"
	"math/rand/v2"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestIndex compares with a map.
func TestIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var keys []string
		places := map[string]int32{}
		x := New(func(place int32) string { return keys[place] })
		for range r.IntN(300) {
			if r.IntN(20) == 0 {
				x.Grow(r.IntN(100))
			}
			k := fmt.Sprint(r.IntN(200))
			place, ok := x.Find(k)
			if want, known := places[k]; ok != known || place != want {
				t.Fatalf("Find(%q) = %d, %t, want %d, %t", k, place, ok, want, known)
			}
			if !ok {
				places[k] = int32(len(keys))
				keys = append(keys, k)
				x.Add(places[k])
			}
		}
		for k, want := range places {
			if place, ok := x.Find(k); !ok || place != want {
				t.Fatalf("Find(%q) = %d, %t, want %d", k, place, ok, want)
			}
		}
	}
}

// What has the same half of the hash is distinguished by its key, and the way over the end of the slots leads to the first.
func TestSameHash(t *testing.T) {
	keys := []int{10, 20, 30}
	x := New(func(place int32) int { return keys[place] })
	last := slot(len(x.slots)-1) << 32
	for place := range keys {
		x.used++
		x.put(last | slot(place+1))
	}
	if got := []slot{x.slots[7], x.slots[0], x.slots[1]}; got[0] != last|1 || got[1] != last|2 || got[2] != last|3 {
		t.Errorf("slots %x, want one behind the other from the last one on", x.slots)
	}
	x.Grow(100)
	found := 0
	for _, s := range x.slots {
		if s != 0 {
			found++
		}
	}
	if found != len(keys) || len(x.slots) != 256 {
		t.Errorf("%d slots with %d members, want 256 with %d", len(x.slots), found, len(keys))
	}
}
