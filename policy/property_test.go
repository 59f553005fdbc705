package policy_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirgraph/weir/internal/saturating"
	. "github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// span draws a duration from a nanosecond to three centuries, short ones as often
// as long ones.
func span(t *rapid.T, name string) time.Duration {
	return time.Duration(rapid.Int64Range(1, 1<<rapid.IntRange(1, 62).Draw(t, name+" bits")).Draw(t, name))
}

// maybe draws a setting, or none.
func maybe[T any](t *rapid.T, name string, draw func() T) Setting[T] {
	switch rapid.SampledFrom([]Provenance{Unknown, Explicit, Explicit, Disabled}).Draw(t, name+" provenance") {
	case Explicit:
		return say(draw())
	case Disabled:
		return off[T]()
	}
	return Setting[T]{}
}

// anySet draws a layer that retries whatever happens, if at all.
func anySet(t *rapid.T, layer Layer) Set {
	length := func(name string) Setting[time.Duration] {
		return maybe(t, name, func() time.Duration { return span(t, name) })
	}
	s := Set{Layer: layer, Product: product.Named(rapid.SampledFrom([]string{"", "envoy", "dapr", "traefik", "grpc", "resilience4j", "unheard of"}).Draw(t, "product"))}
	s.Timeout = &Timeout{Total: length("total"), PerTry: length("per try")}
	s.Retry = &Retry{
		Retries:     maybe(t, "retries", func() int { return rapid.SampledFrom([]int{-7, -1, 0, 1, 2, 5, 300, 1 << 40}).Draw(t, "retries") }),
		On:          say([]string{OnAny}),
		MaxDuration: length("max duration"),
		Backoff: &Backoff{
			Kind: maybe(t, "kind", func() string {
				return rapid.SampledFrom([]string{"none", "fixed", "linear", "exponential"}).Draw(t, "kind")
			}),
			Base:       length("base"),
			Max:        length("max"),
			Multiplier: maybe(t, "multiplier", func() float64 { return rapid.Float64Range(0, 1e9).Draw(t, "multiplier") }),
			Jitter: maybe(t, "jitter", func() Jitter {
				return Jitter{Kind: rapid.SampledFrom([]string{"none", "full", "partial"}).Draw(t, "jitter"), Fraction: rapid.Float64Range(0, 1).Draw(t, "fraction")}
			}),
		},
	}
	if rapid.Bool().Draw(t, "hedges") {
		s.Hedge = &Hedge{Copies: say(rapid.IntRange(0, 1<<40).Draw(t, "copies")), Delay: say(span(t, "delay"))}
	}
	return s
}

func anyLayers(t *rapid.T) []Set {
	var layers []Set
	for _, l := range []Layer{App, ClientProxy, ServerProxy} {
		if rapid.Bool().Draw(t, l.String()) {
			layers = append(layers, anySet(t, l))
		}
	}
	return layers
}

func TestLimitsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Combine(anyLayers(t), CallFacts{Protocol: "http"})
		if e.Attempts != Unlimited && e.Attempts < 1 {
			t.Fatalf("%d attempts", e.Attempts)
		}
		for i, l := range e.Layers {
			for what, b := range map[string]Bound{"p": l.Attempt, "W": l.Waits, "T": l.Budget, "stacked p": l.Try, "stacked T": l.Held} {
				if b.Time < 0 || b.State != Finite && b.Time != 0 {
					t.Fatalf("layer %d: %s is %v (%d)", i, what, b, b.Time)
				}
			}
			if total := l.Set.TotalBound(); total.State == Finite && (l.Held.State != Finite || l.Held.Time > total.Time || l.Budget.Time > total.Time) {
				t.Fatalf("layer %d: T %v and stacked T %v, but the total is %v", i, l.Budget, l.Held, total)
			}
			if total := l.Set.TotalBound(); total.State != Finite && l.Budget.State == Finite && l.Set.Retry.MaxDuration.Provenance != Explicit && l.Budget.Time < l.Attempt.Time {
				t.Fatalf("layer %d: T %v is shorter than one try, %v", i, l.Budget, l.Attempt)
			}
			if l.Full > l.Start || l.Start < 1 || l.Attempts != Unlimited && l.Start > int(l.Attempts) {
				t.Fatalf("layer %d: of %d tries %d begin and %d finish", i, l.Attempts, l.Start, l.Full)
			}
			if l.Budget.State == Finite && len(l.Budget.By) == 0 {
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
		before := Combine(layers, CallFacts{})
		layers[i].Timeout = &Timeout{Total: layers[i].Timeout.Total, PerTry: say(saturating.Add(try, span(t, "more")))}
		after := Combine(layers, CallFacts{})
		if after.Budget.State == Finite && before.Budget.State == Finite && after.Budget.Time < before.Budget.Time {
			t.Fatalf("T was %v and is %v with a longer try", before.Budget, after.Budget)
		}
	})
}

func TestOneLayerIsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Combine([]Set{anySet(t, ClientProxy)}, CallFacts{})
		l := e.Layers[0]
		if e.Attempts != l.Attempts || !reflect.DeepEqual(e.Attempt, l.Attempt) || !reflect.DeepEqual(e.Budget, l.Budget) {
			t.Fatalf("the call: n %d, p %v, T %v; its only layer: n %d, p %v, T %v", e.Attempts, e.Attempt, e.Budget, l.Attempts, l.Attempt, l.Budget)
		}
	})
}

func TestCombineChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layers := anyLayers(t)
		was := append([]Set{}, layers...)
		one := Combine(layers, CallFacts{})
		if !reflect.DeepEqual(append([]Set{}, layers...), was) {
			t.Fatal("Combine changed the order of its layers")
		}
		for i := range layers {
			layers[i] = was[len(was)-1-i]
		}
		if other := Combine(layers, CallFacts{}); !reflect.DeepEqual(one, other) {
			t.Fatalf("turned round: T %v, was %v", other.Budget, one.Budget)
		}
	})
}

// Small whole numbers, where everything can be counted out by hand.
func TestFittingAgreesWithCountingOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, p, wait, total := rapid.IntRange(2, 9).Draw(t, "n"), rapid.IntRange(1, 9).Draw(t, "p"), rapid.IntRange(1, 9).Draw(t, "wait"), rapid.IntRange(10, 60).Draw(t, "total")
		s := Set{
			Timeout: &Timeout{Total: say(time.Duration(total)), PerTry: say(time.Duration(p))},
			Retry:   &Retry{Retries: say(n - 1), Backoff: &Backoff{Kind: say("linear"), Base: say(time.Duration(wait))}},
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
		l := Combine([]Set{s}, CallFacts{}).Layers[0]
		if l.Full != full || l.Start != start || l.Budget.Time != time.Duration(min(now, total)) {
			t.Fatalf("%d begin, %d finish, T %d; counted out %d, %d, %d", l.Start, l.Full, l.Budget.Time, start, full, min(now, total))
		}
	})
}
