package policy

import (
	"time"

	"github.com/weirgraph/weir/internal/saturating"
)

// manyRetries is how many retries are counted one by one. The waits of a real policy
// have reached their cap by then; each later wait counts as the last one.
const manyRetries = 10_000

// longestWaits returns the sum of the longest possible waits before retries 1 to
// retries, W.
func (b *Backoff) longestWaits(model BackoffModel, retries int) time.Duration {
	var sum time.Duration
	for i := 1; i <= min(retries, manyRetries); i++ {
		sum = saturating.Add(sum, b.longestWait(model, i))
	}
	if retries > manyRetries {
		sum = saturating.Add(sum, saturating.Mul(b.longestWait(model, manyRetries), int64(retries-manyRetries)))
	}
	return sum
}

// longestWait returns the longest possible wait before retry i, from 1.
func (b *Backoff) longestWait(model BackoffModel, i int) time.Duration {
	if b == nil || b.kind() == "none" {
		return 0
	}
	base := b.Base.Value
	switch {
	case b.kind() == "exponential" && model == EnvoyFullJitter:
		return stretchedWait(base, b.Max, i)
	case b.kind() == "exponential" && model == DaprExponential:
		return capped(saturating.Scale(compoundStart, power(compoundGrowth, i-1)), b.Max)
	case b.kind() == "exponential" && model == TraefikExponential:
		return saturating.Scale(base, 2*1.5)
	}
	return spread(b.plainWait(i), b.Jitter)
}

// plainWait is the wait before retry i without its random part.
func (b *Backoff) plainWait(i int) time.Duration {
	base := b.Base.Value
	switch b.kind() {
	case "linear":
		return capped(saturating.Mul(base, int64(i)), b.Max)
	case "exponential":
		multiplier := 2.0
		if b.Multiplier.Set() {
			multiplier = max(b.Multiplier.Value, 1)
		}
		return capped(saturating.Scale(base, power(multiplier, i-1)), b.Max)
	}
	return base
}

// kind is the kind of wait, by default fixed.
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
		most = def(saturating.Mul(base, 10))
	}
	return capped(saturating.Scale(base, power(2, i)-1), most)
}

// Dapr's exponential policy begins with 500 ms, multiplies by 1.5 and by a random
// number up to 1.5; the next wait is computed from the product.
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

// spread adds the maximum of a jitter. Full jitter only shortens a wait.
func spread(d time.Duration, j Setting[Jitter]) time.Duration {
	if !j.Set() || j.Value.Kind != "partial" {
		return d
	}
	return saturating.Add(saturating.Scale(d, 1+max(j.Value.Fraction, 0)), max(j.Value.UpTo, 0))
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
