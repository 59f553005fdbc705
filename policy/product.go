package policy

import (
	"slices"
	"time"
)

// A Product is something that policies are written for.
type Product struct {
	Name  string // as in Set.Product
	Title string
	Layer Layer // where its policies act, unless they say otherwise

	Mesh       bool // acts in a proxy beside the caller, which only members of its mesh have
	Transport  bool // acts on calls that are no requests too: tcp, sql
	Operations bool // knows operations of stores and brokers: what is written acts on them, what it does unasked is for requests
	Contract   bool // is an API that another product of the same layer carries out
	OldestActs bool // of objects for one and the same, the oldest one acts

	// FirstCounts says that its number of tries includes the first; see Retries.
	FirstCounts bool
	// Wait is how its waits grow and how they are spread, where that is not what
	// the fields of a Backoff say by themselves.
	Wait Growth
	// MaxAttempts is what it cuts the number of tries to; 0 is no limit.
	MaxAttempts int

	// Defaults act if nothing is written.
	Defaults Set
	// Within is what acts in a part that is written, for its fields that are not:
	// a retry policy without a number of retries.
	Within Set
}

// Retries returns how many tries come after the first, for the number that is
// written in p's own field. Where that counts the first try too, 0 has no end, as
// nginx has it.
func (p *Product) Retries(written int) int {
	if p.FirstCounts {
		return written - 1
	}
	return written
}

// Growth is the way a product's waits grow from retry to retry.
type Growth uint8

const (
	Plain    Growth = iota // as Backoff says
	Stretch                // Envoy: retry i waits up to (2^i - 1) times the base
	Compound               // Dapr: the random part is multiplied on, so growth can be 1.5 times 1.5
	Doubled                // Traefik: at most twice the initial interval, and half as much again
)

// FindProduct returns the product of that name; the empty name is the native
// manifest. It is nil for one that nobody knows.
func FindProduct(name string) *Product {
	if name == "" {
		name = Native
	}
	for _, p := range Products {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Native is the name of the product that stands for policies in code, which
// people declare by hand.
const Native = "native"

// WithDefaults returns s with what its product does unasked: the product's
// Defaults for parts that s is silent about, and Within for the silent fields of
// parts that s has. A set of an unknown product comes back as it is, and so does
// one in front of the callee: what a product does unasked it does for callers.
func (s Set) WithDefaults() Set {
	p := FindProduct(s.Product)
	if p == nil || s.Layer == ServerProxy && p.Layer != ServerProxy {
		return s
	}
	return Overlay(Set{
		Timeout:     under(s.Timeout != nil, p.Within.Timeout, p.Defaults.Timeout),
		Retry:       under(s.Retry.written(), p.Within.Retry, p.Defaults.Retry),
		Hedge:       under(s.Hedge != nil, p.Within.Hedge, p.Defaults.Hedge),
		Breaker:     under(s.Breaker.written(), p.Within.Breaker, p.Defaults.Breaker),
		Bulkhead:    under(s.Bulkhead != nil, p.Within.Bulkhead, p.Defaults.Bulkhead),
		Balance:     under(s.Balance != nil, p.Within.Balance, p.Defaults.Balance),
		HealthCheck: under(s.HealthCheck != nil, p.Within.HealthCheck, p.Defaults.HealthCheck),
	}, s)
}

// under chooses what lies beneath a part of a policy. A part for which a product
// makes no difference between written and unwritten has its defaults either way.
func under[T any](written bool, within, defaults *T) *T {
	if written && within != nil {
		return within
	}
	return defaults
}

// written reports whether people declared retries. A budget alone declares none:
// it is for retries that are declared elsewhere.
func (r *Retry) written() bool {
	if r == nil {
		return false
	}
	b := r.Backoff
	return spoken(r.Retries) || spoken(r.On) || spoken(r.Methods) || spoken(r.MaxDuration) || spoken(r.RetryAfter) ||
		b != nil && (spoken(b.Kind) || spoken(b.Base) || spoken(b.Max) || spoken(b.Multiplier) || spoken(b.Jitter))
}

// written reports whether there is a breaker that does not come from defaults.
func (b *Breaker) written() bool {
	return b != nil && (b.Kind.Provenance == Unknown || spoken(b.Kind))
}

// spoken reports whether somebody wrote s.
func spoken[T any](s Setting[T]) bool {
	return s.Provenance == Explicit || s.Provenance == MeshDefault || s.Provenance == Disabled
}

// by is a setting that a product makes unasked.
func by[T any](v T) Setting[T] { return Setting[T]{Value: v, Provenance: PlatformDefault} }

// no is a setting that a product has no default for.
func no[T any]() Setting[T] { return Setting[T]{Provenance: Absent} }

// never is the setting of a product that does not retry unless told to.
func never() *Retry { return &Retry{Retries: no[int]()} }

// noBreaker is the breaker of a product that has none unless told to.
func noBreaker() *Breaker { return &Breaker{Kind: no[string]()} }

// Tables that several products share.
var (
	// Envoy's circuit breakers, which cap concurrency: on in every cluster.
	envoyLimits = Bulkhead{MaxConnections: by(1024), MaxPending: by(1024), MaxConcurrent: by(1024), MaxRetries: by(3)}
	// Envoy's backoff: 25 ms, up to ten times that, anything from nothing to the whole.
	envoyBackoff = Backoff{Kind: by("exponential"), Base: by(25 * time.Millisecond), Max: no[time.Duration](), Multiplier: by(2.0), Jitter: by(Jitter{Kind: "full"})}
	// Envoy's outlier detection as soon as the block is there, even if it is empty.
	envoyEjection = Breaker{Kind: by("endpoint"), Failures: by(5), Gateway: by(0), Window: by(10 * time.Second), Open: by(30 * time.Second), MaxEject: by(0.1)}
	// Retried without a word from anybody since Istio 1.24, by Envoy Gateway with 503.
	unreached = []string{OnConnect, "grpc:CANCELLED", "grpc:UNAVAILABLE"}
)

// total is a timeout for the whole request that a product has unasked.
func total(d, connect time.Duration) *Timeout {
	return &Timeout{Total: by(d), PerTry: no[time.Duration](), Connect: by(connect)}
}

// endless is the timeout of a product that bounds nothing but the connection.
func endless(connect Setting[time.Duration]) *Timeout {
	return &Timeout{Total: no[time.Duration](), PerTry: no[time.Duration](), Connect: connect}
}

// position tells which of two products of one layer is nearer to the caller:
// Products are listed from the outside in.
func position(name string) int {
	if name == "" {
		name = Native
	}
	return slices.IndexFunc(Products, func(p *Product) bool { return p.Name == name })
}
