package policy

import "time"

// manyRetries is how many retries are counted one by one. The waits of a real
// policy have long reached their cap by then; each later one is taken for the last.
const manyRetries = 10_000

// longestWaits returns the sum of the longest possible waits before retries 1 to
// retries, W.
func (b *Backoff) longestWaits(grow Growth, retries int) time.Duration {
	var sum time.Duration
	for i := 1; i <= min(retries, manyRetries); i++ {
		sum = plus(sum, b.longestWait(grow, i))
	}
	if retries > manyRetries {
		sum = plus(sum, times(b.longestWait(grow, manyRetries), int64(retries-manyRetries)))
	}
	return sum
}

// longestWait returns the longest possible wait before retry i, from 1.
func (b *Backoff) longestWait(grow Growth, i int) time.Duration {
	if b == nil || b.kind() == "none" {
		return 0
	}
	base := b.Base.Value
	switch {
	case b.kind() == "exponential" && grow == Stretch:
		return stretchedWait(base, b.Max, i)
	case b.kind() == "exponential" && grow == Compound:
		return capped(scale(compoundStart, power(compoundGrowth, i-1)), b.Max)
	case b.kind() == "exponential" && grow == Doubled:
		return scale(base, 2*1.5)
	}
	return spread(b.plainWait(i), b.Jitter)
}

// plainWait is the wait before retry i without its random part.
func (b *Backoff) plainWait(i int) time.Duration {
	base := b.Base.Value
	switch b.kind() {
	case "linear":
		return capped(times(base, int64(i)), b.Max)
	case "exponential":
		multiplier := 2.0
		if b.Multiplier.Set() {
			multiplier = max(b.Multiplier.Value, 1)
		}
		return capped(scale(base, power(multiplier, i-1)), b.Max)
	}
	return base
}

// kind is the kind of wait. A wait without a kind is a fixed one.
func (b *Backoff) kind() string {
	switch {
	case b.Kind.Set():
		return b.Kind.Value
	case b.Base.Set():
		return "fixed"
	}
	return "none"
}

// stretchedWait is Envoy's: retry i waits a random time below (2^i - 1) times the
// base, and below the cap, which is ten times the base unless it is set.
func stretchedWait(base time.Duration, most Setting[time.Duration], i int) time.Duration {
	if !most.Set() {
		most = by(times(base, 10))
	}
	return capped(scale(base, power(2, i)-1), most)
}

// Dapr's exponential policy begins with 500 ms, multiplies by 1.5 and by a random
// number up to 1.5, and goes on from the product.
const (
	compoundStart  = 500 * time.Millisecond
	compoundGrowth = 1.5 * 1.5
)

func capped(d time.Duration, most Setting[time.Duration]) time.Duration {
	if most.Set() && most.Value > 0 {
		return min(d, most.Value)
	}
	return d
}

// spread adds the most that a jitter can. Full jitter only ever shortens a wait.
func spread(d time.Duration, j Setting[Jitter]) time.Duration {
	if !j.Set() || j.Value.Kind != "partial" {
		return d
	}
	return plus(scale(d, 1+max(j.Value.Fraction, 0)), max(j.Value.UpTo, 0))
}

// power is x to the n, for x of at least 1.
func power(x float64, n int) float64 {
	result := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result *= x
		}
		x *= x
	}
	return result
}
