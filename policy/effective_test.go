package policy_test

import (
	"testing"
	"time"

	"github.com/weirgraph/weir/internal/saturating"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

const ms = time.Millisecond

var here = policy.Source{Reader: "test", File: "a.yaml"}.At(7, 0)

func say[T any](v T) policy.Setting[T] { return policy.Declare(v, here) }

func off[T any]() policy.Setting[T] {
	return policy.Setting[T]{Provenance: policy.Disabled, Origin: here}
}

func TestOneLayer(t *testing.T) {
	retries := func(n int, on ...string) *policy.Retry { return &policy.Retry{Retries: say(n), On: say(on)} }
	tests := []struct {
		name                 string
		set                  policy.Set
		n                    policy.Tries
		attempt, waits, held string
		full, start          int
	}{
		{"an Istio route with too little time for its tries", policy.Set{Product: product.Istio,
			Timeout: &policy.Timeout{Total: say(5 * time.Second), PerTry: say(2 * time.Second)}, Retry: retries(3, policy.OnGateway, policy.OnPerTry)},
			4, "2s", "275ms", "5s", 2, 3},
		{"the same with time enough", policy.Set{Product: product.Istio,
			Timeout: &policy.Timeout{Total: say(9 * time.Second), PerTry: say(2 * time.Second)}, Retry: retries(3, policy.OnGateway, policy.OnPerTry)},
			4, "2s", "275ms", "8.275s", 4, 4},
		{"statuses alone do not repeat a slow attempt", policy.Set{Product: product.Istio,
			Timeout: &policy.Timeout{Total: say(9 * time.Second), PerTry: say(2 * time.Second)}, Retry: retries(3, "response-503")},
			4, "2s", "275ms", "2s", 4, 4},
		{"nor do Istio's own conditions", policy.Set{Product: product.Istio,
			Timeout: &policy.Timeout{PerTry: say(2 * time.Second)}, Retry: &policy.Retry{Retries: say(3)}},
			4, "2s", "275ms", "2s", 4, 4},
		{"Envoy drops a per-try timeout that is not below the total", policy.Set{Product: product.Istio,
			Timeout: &policy.Timeout{Total: say(2 * time.Second), PerTry: say(2 * time.Second)}, Retry: retries(3, policy.OnReset)},
			4, "2s", "275ms", "2s", 1, 1},
		{"Istio retries without any timeout", policy.Set{Product: product.Istio, Retry: retries(3, policy.On5xx)},
			4, "inf", "275ms", "inf", 4, 4},
		{"Istio unasked", policy.Set{Product: product.Istio}, 3, "inf", "100ms", "inf", 3, 3},
		{"Istio retries switched off", policy.Set{Product: product.Istio, Retry: &policy.Retry{Retries: off[int]()}}, 1, "inf", "0s", "inf", 1, 1},
		{"a budget of a DestinationRule leaves the default retries", policy.Set{Product: product.Istio, Retry: &policy.Retry{Budget: say(0.2)}},
			3, "inf", "100ms", "inf", 3, 3},
		{"Envoy unasked", policy.Set{Product: product.Envoy}, 1, "15s", "0s", "15s", 1, 1},
		{"Kuma unasked", policy.Set{Product: product.Kuma}, 6, "15s", "775ms", "15s", 1, 1},
		{"a Linkerd limit without conditions", policy.Set{Product: product.Linkerd, Retry: &policy.Retry{Retries: say(3)}}, 1, "inf", "0s", "inf", 1, 1},
		{"Linkerd waits up to twice as long", policy.Set{Product: product.Linkerd, Timeout: &policy.Timeout{PerTry: say(100 * ms)}, Retry: retries(5, policy.On5xx, policy.OnPerTry)},
			6, "100ms", "1.25s", "1.85s", 6, 6}, // 50 + 100 + 200 + 400 + 500
		{"Consul retries without conditions", policy.Set{Product: product.Consul, Retry: &policy.Retry{Retries: say(3)}}, 1, "inf", "0s", "inf", 1, 1},
		{"Dapr for ever", policy.Set{Product: product.Dapr, Retry: &policy.Retry{Backoff: &policy.Backoff{Kind: say("fixed"), Base: say(5 * time.Second)}}},
			policy.Unlimited, "inf", "inf", "inf", policy.ManyRetries, policy.ManyRetries},
		{"Dapr for ever with a bound on each try", policy.Set{Product: product.Dapr, Timeout: &policy.Timeout{PerTry: say(time.Second)},
			Retry: &policy.Retry{Backoff: &policy.Backoff{Kind: say("fixed"), Base: say(5 * time.Second)}}},
			policy.Unlimited, "1s", "inf", "inf", policy.ManyRetries, policy.ManyRetries},
		{"Dapr growing", policy.Set{Product: product.Dapr, Timeout: &policy.Timeout{PerTry: say(time.Second)},
			Retry: &policy.Retry{Retries: say(3), Backoff: &policy.Backoff{Kind: say("exponential"), Max: say(2 * time.Second)}}},
			4, "1s", "3.625s", "7.625s", 4, 4}, // 0.5 + 1.125 + 2
		{"resilience4j without waitDuration", policy.Set{Product: product.Resilience4j, Retry: &policy.Retry{Retries: say(3)}}, 4, "unknown", "1.5s", "unknown", 4, 4},
		{"the .NET handler unasked", policy.Set{Product: product.DotNet}, 4, "10s", "14s", "30s", 2, 3}, // 2 + 4 + 8; 4 x 10 + 14 is 54
		{"gRPC tries five times at most", policy.Set{Product: product.GRPC, Timeout: &policy.Timeout{PerTry: say(time.Second)}, Retry: &policy.Retry{Retries: say(9), On: say([]string{"grpc:UNAVAILABLE"}),
			Backoff: &policy.Backoff{Base: say(100 * ms), Max: say(300 * ms), Multiplier: say(2.0)}}},
			5, "1s", "1.08s", "1s", 5, 5}, // (100 + 200 + 300 + 300) x 1.2
		{"MicroProfile's delay and jitter", policy.Set{Product: product.MicroProfile, Timeout: &policy.Timeout{PerTry: say(time.Second)}, Retry: &policy.Retry{Retries: say(3), Backoff: &policy.Backoff{Base: say(100 * ms)}}},
			4, "1s", "900ms", "4.9s", 4, 4},
		{"MicroProfile's maxDuration ends the loop", policy.Set{Product: product.MicroProfile, Timeout: &policy.Timeout{PerTry: say(time.Second)}, Retry: &policy.Retry{Retries: say(-1), MaxDuration: say(10 * time.Second), Backoff: &policy.Backoff{Jitter: say(policy.Jitter{Kind: "none"})}}},
			policy.Unlimited, "1s", "inf", "10s", 10, 10},
		{"Traefik at once", policy.Set{Product: product.Traefik, Retry: &policy.Retry{Retries: say(3)}}, 4, "inf", "0s", "inf", 4, 4},
		{"Traefik growing", policy.Set{Product: product.Traefik, Retry: &policy.Retry{Retries: say(2), Backoff: &policy.Backoff{Kind: say("exponential"), Base: say(100 * ms)}}},
			3, "inf", "600ms", "inf", 3, 3},
		{"a gap between two reads ends a call without a byte", policy.Set{Product: product.Kong}, 6, "1m0s", "0s", "1m0s", 6, 6},
		{"linear waits", policy.Set{Timeout: &policy.Timeout{PerTry: say(time.Second)}, Retry: &policy.Retry{Retries: say(3), Backoff: &policy.Backoff{Kind: say("linear"), Base: say(100 * ms), Max: say(250 * ms)}}},
			4, "1s", "550ms", "4.55s", 4, 4},
		{"hedging waits for its last copy", policy.Set{Timeout: &policy.Timeout{PerTry: say(time.Second)}, Hedge: &policy.Hedge{Copies: say(2), Delay: say(100 * ms)}},
			1, "1s", "0s", "1.2s", 1, 1},
		{"a timeout switched off", policy.Set{Product: product.Envoy, Timeout: &policy.Timeout{Total: off[time.Duration]()}}, 1, "inf", "0s", "inf", 1, 1},
		{"nothing said", policy.Set{}, 1, "unknown", "0s", "unknown", 1, 1},
	}
	for _, tt := range tests {
		e := policy.Combine([]policy.Set{tt.set.WithDefaults()}, policy.CallFacts{})
		l := e.Layers[0]
		if l.Attempts != tt.n || l.Attempt.String() != tt.attempt || l.Waits.String() != tt.waits || l.Budget.String() != tt.held || l.Full != tt.full || l.Start != tt.start {
			t.Errorf("%s: n %d, p %v, W %v, T %v, full %d, start %d\nwant n %d, p %v, W %v, T %v, full %d, start %d", tt.name,
				l.Attempts, l.Attempt, l.Waits, l.Budget, l.Full, l.Start, tt.n, tt.attempt, tt.waits, tt.held, tt.full, tt.start)
		}
		if e.Attempts != l.Attempts || e.Attempt.String() != l.Attempt.String() || e.Budget.String() != l.Budget.String() {
			t.Errorf("%s: the call (n %d, p %v, T %v) differs from its only layer (n %d, p %v, T %v)", tt.name,
				e.Attempts, e.Attempt, e.Budget, l.Attempts, l.Attempt, l.Budget)
		}
	}
}

func TestNeededTellsWhatTheTotalCutsOff(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		set        policy.Set
	}{
		{"Istio with too little time", "8.275s", policy.Set{Product: product.Istio,
			Timeout: &policy.Timeout{Total: say(5 * time.Second), PerTry: say(2 * time.Second)}, Retry: &policy.Retry{Retries: say(3), On: say([]string{policy.OnReset})}}},
		{"the .NET handler", "54s", policy.Set{Product: product.DotNet}},
		{"more than there are nanoseconds for", saturating.Longest.String(), policy.Set{
			Timeout: &policy.Timeout{Total: say(time.Second), PerTry: say(time.Millisecond)}, Retry: &policy.Retry{Retries: say(1 << 40), Backoff: &policy.Backoff{Base: say(saturating.Longest)}}}},
		{"no end of retries", "inf", policy.Set{Timeout: &policy.Timeout{PerTry: say(time.Second)}, Retry: &policy.Retry{Retries: say(-1)}}},
	} {
		if got := policy.Combine([]policy.Set{tt.set.WithDefaults()}, policy.CallFacts{}).Layers[0].Needed.String(); got != tt.want {
			t.Errorf("%s: %s needed, want %s", tt.name, got, tt.want)
		}
	}
}
