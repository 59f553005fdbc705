package policy

import (
	"math"
	"math/bits"
	"time"
)

// Arithmetic on durations that ends at the longest duration instead of wrapping.

const longest = time.Duration(math.MaxInt64)

// plus adds. A sum that is too large, or too small, is the nearest that there is.
func plus(a, b time.Duration) time.Duration {
	switch sum := a + b; {
	case a > 0 && b > 0 && sum < 0:
		return longest
	case a < 0 && b < 0 && sum >= 0:
		return -longest
	default:
		return sum
	}
}

// times multiplies, likewise.
func times(d time.Duration, n int64) time.Duration {
	negative := (d < 0) != (n < 0)
	high, low := bits.Mul64(magnitude(int64(d)), magnitude(n))
	if high != 0 || low > uint64(longest) {
		low = uint64(longest)
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

// scale multiplies by a factor of at least 0, likewise.
func scale(d time.Duration, factor float64) time.Duration {
	product := float64(d) * factor
	switch {
	case math.IsNaN(product):
		return 0
	case product >= float64(longest):
		return longest
	}
	return time.Duration(math.Round(product))
}
