package policy_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirgraph/weir/internal/saturating"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// span draws a duration from a nanosecond to three centuries, short ones as often
// as long ones.
func span(t *rapid.T, name string) time.Duration {
	return time.Duration(rapid.Int64Range(1, 1<<rapid.IntRange(1, 62).Draw(t, name+" bits")).Draw(t, name))
}

// maybe draws a setting, or none.
func maybe[T any](t *rapid.T, name string, draw func() T) policy.Setting[T] {
	switch rapid.SampledFrom([]policy.Provenance{policy.Unknown, policy.Explicit, policy.Explicit, policy.Disabled}).Draw(t, name+" provenance") {
	case policy.Explicit:
		return say(draw())
	case policy.Disabled:
		return off[T]()
	}
	return policy.Setting[T]{}
}

// anySet draws a layer that retries whatever happens, if at all.
func anySet(t *rapid.T, layer policy.Layer) policy.Set {
	length := func(name string) policy.Setting[time.Duration] {
		return maybe(t, name, func() time.Duration { return span(t, name) })
	}
	s := policy.Set{Layer: layer, Product: product.Named(rapid.SampledFrom([]string{"", "envoy", "dapr", "traefik", "grpc", "resilience4j", "unheard of"}).Draw(t, "product"))}
	s.Timeout = &policy.Timeout{Total: length("total"), PerTry: length("per try")}
	s.Retry = &policy.Retry{
		Retries:     maybe(t, "retries", func() int { return rapid.SampledFrom([]int{-7, -1, 0, 1, 2, 5, 300, 1 << 40}).Draw(t, "retries") }),
		On:          say([]string{policy.OnAny}),
		MaxDuration: length("max duration"),
		Backoff: &policy.Backoff{
			Kind: maybe(t, "kind", func() string {
				return rapid.SampledFrom([]string{"none", "fixed", "linear", "exponential"}).Draw(t, "kind")
			}),
			Base:       length("base"),
			Max:        length("max"),
			Multiplier: maybe(t, "multiplier", func() float64 { return rapid.Float64Range(0, 1e9).Draw(t, "multiplier") }),
			Jitter: maybe(t, "jitter", func() policy.Jitter {
				return policy.Jitter{Kind: rapid.SampledFrom([]string{"none", "full", "partial"}).Draw(t, "jitter"), Fraction: rapid.Float64Range(0, 1).Draw(t, "fraction")}
			}),
		},
	}
	if rapid.Bool().Draw(t, "hedges") {
		s.Hedge = &policy.Hedge{Copies: say(rapid.IntRange(0, 1<<40).Draw(t, "copies")), Delay: say(span(t, "delay"))}
	}
	return s
}

func anyLayers(t *rapid.T) []policy.Set {
	var layers []policy.Set
	for _, l := range []policy.Layer{policy.App, policy.ClientProxy, policy.ServerProxy} {
		if rapid.Bool().Draw(t, l.String()) {
			layers = append(layers, anySet(t, l))
		}
	}
	return layers
}

func TestLimitsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := policy.Combine(anyLayers(t), policy.CallFacts{Protocol: "http"})
		if e.Attempts != policy.Unlimited && e.Attempts < 1 {
			t.Fatalf("%d attempts", e.Attempts)
		}
		for i, l := range e.Layers {
			for what, b := range map[string]policy.Limit{"p": l.Attempt, "W": l.Waits, "T": l.Budget, "stacked p": l.Try, "stacked T": l.Held} {
				if b.Time < 0 || b.State != policy.Finite && b.Time != 0 {
					t.Fatalf("layer %d: %s is %v (%d)", i, what, b, b.Time)
				}
			}
			if total := l.Set.TotalLimit(); total.State == policy.Finite && (l.Held.State != policy.Finite || l.Held.Time > total.Time || l.Budget.Time > total.Time) {
				t.Fatalf("layer %d: T %v and stacked T %v, but the total is %v", i, l.Budget, l.Held, total)
			}
			if total := l.Set.TotalLimit(); total.State != policy.Finite && l.Budget.State == policy.Finite && l.Set.Retry.MaxDuration.Provenance != policy.Explicit && l.Budget.Time < l.Attempt.Time {
				t.Fatalf("layer %d: T %v is shorter than one try, %v", i, l.Budget, l.Attempt)
			}
			if l.Full > l.Start || l.Start < 1 || l.Attempts != policy.Unlimited && l.Start > int(l.Attempts) {
				t.Fatalf("layer %d: of %d tries %d begin and %d finish", i, l.Attempts, l.Start, l.Full)
			}
			if l.Budget.State == policy.Finite && len(l.Budget.By) == 0 {
				t.Fatalf("layer %d: nothing decides T %v", i, l.Budget)
			}
		}
	})
}

func TestALongerTryShortensNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layers := anyLayers(t)
		if len(layers) == 0 {
			return
		}
		i := rapid.IntRange(0, len(layers)-1).Draw(t, "layer")
		try := span(t, "try")
		layers[i].Timeout.PerTry = say(try)
		before := policy.Combine(layers, policy.CallFacts{})
		layers[i].Timeout = &policy.Timeout{Total: layers[i].Timeout.Total, PerTry: say(saturating.Add(try, span(t, "more")))}
		after := policy.Combine(layers, policy.CallFacts{})
		if after.Budget.State == policy.Finite && before.Budget.State == policy.Finite && after.Budget.Time < before.Budget.Time {
			t.Fatalf("T was %v and is %v with a longer try", before.Budget, after.Budget)
		}
	})
}

func TestOneLayerIsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := policy.Combine([]policy.Set{anySet(t, policy.ClientProxy)}, policy.CallFacts{})
		l := e.Layers[0]
		if e.Attempts != l.Attempts || !reflect.DeepEqual(e.Attempt, l.Attempt) || !reflect.DeepEqual(e.Budget, l.Budget) {
			t.Fatalf("the call: n %d, p %v, T %v; its only layer: n %d, p %v, T %v", e.Attempts, e.Attempt, e.Budget, l.Attempts, l.Attempt, l.Budget)
		}
	})
}

func TestCombineChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layers := anyLayers(t)
		was := append([]policy.Set{}, layers...)
		one := policy.Combine(layers, policy.CallFacts{})
		if !reflect.DeepEqual(append([]policy.Set{}, layers...), was) {
			t.Fatal("Combine changed the order of its layers")
		}
		for i := range layers {
			layers[i] = was[len(was)-1-i]
		}
		if other := policy.Combine(layers, policy.CallFacts{}); !reflect.DeepEqual(one, other) {
			t.Fatalf("turned round: T %v, was %v", other.Budget, one.Budget)
		}
	})
}

// Small whole numbers, where everything can be counted out by hand.
func TestFittingAgreesWithCountingOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, p, wait, total := rapid.IntRange(2, 9).Draw(t, "n"), rapid.IntRange(1, 9).Draw(t, "p"), rapid.IntRange(1, 9).Draw(t, "wait"), rapid.IntRange(10, 60).Draw(t, "total")
		s := policy.Set{
			Timeout: &policy.Timeout{Total: say(time.Duration(total)), PerTry: say(time.Duration(p))},
			Retry:   &policy.Retry{Retries: say(n - 1), Backoff: &policy.Backoff{Kind: say("linear"), Base: say(time.Duration(wait))}},
		}
		full, start, now := 0, 0, 0
		for i := 1; i <= n; i++ {
			if now < total {
				start++
			}
			if now += p; now <= total {
				full++
			}
			if i < n {
				now += wait * i
			}
		}
		l := policy.Combine([]policy.Set{s}, policy.CallFacts{}).Layers[0]
		if l.Full != full || l.Start != start || l.Budget.Time != time.Duration(min(now, total)) {
			t.Fatalf("%d begin, %d finish, T %d; counted out %d, %d, %d", l.Start, l.Full, l.Budget.Time, start, full, min(now, total))
		}
	})
}
