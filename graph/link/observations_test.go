package link

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestArrange(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 50 {
		list := make([]int, n)
		for i := range list {
			list[i] = r.IntN(1000)
		}
		order, want := make([]int32, n), make([]int, n)
		for i, at := range r.Perm(n) {
			order[i], want[i] = int32(at), list[at]
		}
		if arrange(list, order); !slices.Equal(list, want) {
			t.Errorf("%d entries: %v, want %v", n, list, want)
		}
	}
}
