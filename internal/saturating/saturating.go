// Package saturating is arithmetic on durations that ends at the longest duration
// instead of wrapping around.
package saturating

import (
	"math"
	"math/bits"
	"time"
)

// Longest is the longest duration.
const Longest = time.Duration(math.MaxInt64)

// Add returns a + b, or the longest duration, positive or negative, on overflow.
func Add(a, b time.Duration) time.Duration {
	switch sum := a + b; {
	case a > 0 && b > 0 && sum < 0:
		return Longest
	case a < 0 && b < 0 && sum >= 0:
		return -Longest
	default:
		return sum
	}
}

// Mul returns d x n, likewise.
func Mul(d time.Duration, n int64) time.Duration {
	negative := (d < 0) != (n < 0)
	high, low := bits.Mul64(magnitude(int64(d)), magnitude(n))
	if high != 0 || low > uint64(Longest) {
		low = uint64(Longest)
	}
	if negative {
		return -time.Duration(low)
	}
	return time.Duration(low)
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Scale returns d x factor for a factor of at least 0, likewise.
func Scale(d time.Duration, factor float64) time.Duration {
	product := float64(d) * factor
	switch {
	case math.IsNaN(product):
		return 0
	case product >= float64(Longest):
		return Longest
	}
	return time.Duration(math.Round(product))
}
