package analyze

import (
	"math/rand/v2"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestTally compares counts of bits with counting them one by one.
func TestTally(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for rows := range 20 {
		var sums tally
		var counts [rowBits]int
		for range rows {
			var r row
			for bit := range counts {
				if random.IntN(3) > 0 {
					r.set(bit)
					counts[bit]++
				}
			}
			sums.add(r)
		}
		for n := range rows + 3 {
			over := sums.over(n)
			for bit, count := range counts {
				if over.has(bit) != (count > n) || int(sums.at(bit)) != count {
					t.Fatalf("%d rows, bit %d: over(%d) = %t and at = %d, want %t and %d", rows, bit, n, over.has(bit), sums.at(bit), count > n, count)
				}
			}
		}
	}
}
