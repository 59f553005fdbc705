// Package policy defines the resilience policies of a call: timeouts, retries, circuit
// breakers, bulkheads, rate limits, load balancing, fallbacks and caches, in one normal
// form for all products.
//
// A policy belongs to a call as its caller sees it, and to one Layer of it: the caller's
// code, the caller's proxy, a gateway, the callee's proxy. A Set has the policies of one
// layer.
//
// Silent is not absent. Every field is a Setting, which has besides its value the reason
// for it (Provenance) and its place (Origin): an explicit timeout, the default of a
// product, a disabled timeout and one that the inputs do not declare are four different
// things.
package policy

import "time"

// Provenance says how a setting came to have its value.
type Provenance uint8

const (
	Unknown         Provenance = iota // not declared; a layer that the inputs do not show may have it
	Explicit                          // written for this call, or for a group that it belongs to
	MeshDefault                       // written once for the whole mesh
	PlatformDefault                   // built into the product, not written
	Disabled                          // explicitly switched off
	Absent                            // the product applies here and has no default
)

// Provenances are the words for Provenance, in the order of its constants.
var Provenances = []string{"unknown", "explicit", "mesh-default", "platform-default", "disabled", "absent"}

func (p Provenance) String() string { return Provenances[p] }

// A Setting is one field of a policy. The zero Setting is unknown.
type Setting[T any] struct {
	Value      T
	Provenance Provenance
	Origin     Origin
}

// Set reports whether the setting has a value in effect, declared or by default.
func (s Setting[T]) Set() bool {
	return s.Provenance == Explicit || s.Provenance == MeshDefault || s.Provenance == PlatformDefault
}

// IsWritten reports whether the inputs declare the setting, or disable it.
func (s Setting[T]) IsWritten() bool {
	return s.Provenance == Explicit || s.Provenance == MeshDefault || s.Provenance == Disabled
}

// IsExplicit reports whether the inputs give a value for this very call, or for a group
// that it belongs to.
func (s Setting[T]) IsExplicit() bool { return s.Provenance == Explicit }

// Declare is an explicit setting read at o.
func Declare[T any](v T, o Origin) Setting[T] {
	return Setting[T]{Value: v, Provenance: Explicit, Origin: o}
}

// Layer is where a Set acts, between caller and callee.
type Layer uint8

const (
	App         Layer = iota // the caller's own code or library
	Gateway                  // an ingress or API gateway, for its own calls
	ClientProxy              // the proxy that the caller's traffic leaves through, a gateway's as well
	ServerProxy              // the proxy in front of the callee, for all its callers
)

// Layers are the words for Layer, outermost first.
var Layers = []string{"app", "gateway", "client-proxy", "server-proxy"}

func (l Layer) String() string { return Layers[l] }

// A Set has the policies of one layer for one call. A nil part is unknown.
type Set struct {
	Layer       Layer
	Product     *Product // that the policies are written for; nil for the native manifest
	Nest        int      // the place among the sets of one program that wrap each other, from the outside in
	Objects     Objects  // that it was put together from; nil if it is in the document of its call
	Partial     bool     // what it does not set may be set around it, in a file that is not known: it has no defaults
	Timeout     *Timeout
	Retry       *Retry
	Hedge       *Hedge
	Breaker     *Breaker
	Bulkhead    *Bulkhead
	RateLimit   *RateLimit
	Fallback    *Fallback
	Cache       *Cache
	Balance     *Balance
	HealthCheck *HealthCheck
}

// Empty reports whether the set has no part.
func (s *Set) Empty() bool {
	return s == nil || s.Timeout == nil && s.Retry == nil && s.Hedge == nil && s.Breaker == nil &&
		s.Bulkhead == nil && s.RateLimit == nil && s.Fallback == nil && s.Cache == nil && s.Balance == nil &&
		s.HealthCheck == nil
}

// A Timeout bounds time. Only Total and PerTry bound a request. ReadGap ends one whose callee
// sends nothing, but like Connect and Idle it never fires while a response arrives in small
// pieces.
type Timeout struct {
	Total   Setting[time.Duration] // the whole call, every retry and wait included
	PerTry  Setting[time.Duration] // one attempt
	Connect Setting[time.Duration] // setting up the connection
	Idle    Setting[time.Duration] // no bytes in either direction
	ReadGap Setting[time.Duration] // between two reads
}

// A Retry says when and how often a failed attempt is repeated.
type Retry struct {
	Retries Setting[int]      // in addition to the first attempt; -1 is unlimited
	On      Setting[[]string] // trigger classes, sorted; see Triggers. Set and empty is never
	Backoff *Backoff
	Budget  Setting[float64]  // retries over requests, 0.2 is 20 %
	Methods Setting[[]string] // upper case; empty is every method

	MaxDuration Setting[time.Duration] // no retry begins later
	RetryAfter  Setting[bool]          // waits as long as an overloaded callee asks for
	SameHost    Setting[bool]          // the host that failed is tried again, even if there are others
}

// A Backoff is the wait before a retry.
type Backoff struct {
	Kind       Setting[string] // none, fixed, linear, exponential
	Base       Setting[time.Duration]
	Max        Setting[time.Duration]
	Multiplier Setting[float64]
	Jitter     Setting[Jitter]
}

// Jitter is the random part of a wait: none, full (anything from nothing to the
// wait), a fraction of the wait either way, or up to a fixed duration on top.
type Jitter struct {
	Kind     string // none, full, partial
	Fraction float64
	UpTo     time.Duration
}

// A Hedge sends copies of a request that is slow, without waiting for it to fail.
type Hedge struct {
	Copies Setting[int]           // in addition to the first request
	Delay  Setting[time.Duration] // between two copies
}

// A Breaker stops calling a dependency that fails.
type Breaker struct {
	Kind      Setting[string]        // endpoint (ejects single hosts), call (the whole dependency), none
	Slow      Setting[bool]          // slowness alone trips it
	ErrorRate Setting[float64]       // share of failed calls that opens it, 0.5 is 50 %
	Failures  Setting[int]           // failures in a row that open it; 0 is never
	Gateway   Setting[int]           // answers 502, 503, 504 or none in a row that open it; 0 is never
	SlowAfter Setting[time.Duration] // a call that takes longer counts as slow
	Window    Setting[time.Duration] // over which errors are counted
	Buckets   Setting[int]           // that the window is divided into
	MinCalls  Setting[int]           // calls in the window before it may open
	Open      Setting[time.Duration] // how long it stays open
	MaxEject  Setting[float64]       // largest share of hosts ejected at once, 0.1 is 10 %
	EjectOne  Setting[bool]          // one host may be ejected regardless of MaxEject
	Panic     Setting[float64]       // share of hosts that are left below which calls go to ejected ones, too; 0 is never
}

// A Bulkhead caps how much of the caller one dependency can occupy.
type Bulkhead struct {
	MaxConcurrent  Setting[int]
	MaxPending     Setting[int]
	MaxConnections Setting[int]
	MaxRetries     Setting[int]
	PoolSize       Setting[int]
}

// A RateLimit caps requests over time.
type RateLimit struct {
	Requests Setting[int]
	Per      Setting[time.Duration]
	Burst    Setting[int]
}

// A Fallback is what the caller does instead, first step first; each later step replaces
// the one before it.
type Fallback struct {
	Steps []FallbackStep
}

// A FallbackStep is a replacement for the callee's answer. An error page is not one.
type FallbackStep struct {
	Kind    Setting[string] // none, static, cache, outbox (the event waits in the caller's own database), service
	To      string          // the service asked instead, for kind service
	Timeout Setting[time.Duration]
	Reason  string // why there is deliberately none
}

// A Cache answers from an earlier call.
type Cache struct {
	TTL   Setting[time.Duration]
	Stale Setting[time.Duration] // how long past its TTL an answer may still serve
}

// Balance spreads calls over the callee's replicas.
type Balance struct {
	Strategy Setting[string] // round-robin, least-request, random, consistent-hash, pick-first, passthrough, ...
}

// A HealthCheck probes the replicas of the callee.
type HealthCheck struct {
	Interval Setting[time.Duration]
	Timeout  Setting[time.Duration]
	Failures Setting[int] // in a row, until a replica gets no more calls
}
