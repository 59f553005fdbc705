package wire

import (
	"time"

	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A Policy is what one layer declares about one call, part by part. A part is missing
// if the layer is silent about it; within a part, settings that are unknown are
// missing. Every setting has the name that the native manifest has for it. The keys of
// all objects of a policy are in alphabetical order.
type Policy struct {
	Balance     *Balance       `json:"balance,omitempty"`
	Breaker     *Breaker       `json:"breaker,omitempty"`
	Bulkhead    *Bulkhead      `json:"bulkhead,omitempty"`
	Cache       *Cache         `json:"cache,omitempty"`
	Fallback    []FallbackStep `json:"fallback,omitzero"` // each step replaces the one before it if that fails
	HealthCheck *HealthCheck   `json:"healthCheck,omitempty"`
	Hedge       *Hedge         `json:"hedge,omitempty"`
	Partial     bool           `json:"partial,omitempty"` // what it does not set may be set where weir does not read it: it has no defaults
	RateLimit   *RateLimit     `json:"rateLimit,omitempty"`
	Retry       *Retry         `json:"retry,omitempty"`
	Timeout     *Timeout       `json:"timeout,omitempty"`
}

// Balance spreads calls over the replicas of the callee.
type Balance struct {
	Strategy Setting[string] `json:"strategy,omitzero"` // round-robin, least-request, random, consistent-hash, pick-first, passthrough, ...
}

// A Breaker stops calling a dependency that fails.
type Breaker struct {
	Buckets   Setting[int]      `json:"buckets,omitzero"`   // that the window is divided into
	EjectOne  Setting[bool]     `json:"ejectOne,omitzero"`  // one host may be ejected whatever maxEject is
	ErrorRate Setting[float64]  `json:"errorRate,omitzero"` // share of failed calls that opens it
	Failures  Setting[int]      `json:"failures,omitzero"`  // consecutive failures that open it; 0 is never
	Gateway   Setting[int]      `json:"gateway,omitzero"`   // consecutive answers of 502, 503, 504 or none that open it; 0 is never
	Kind      Setting[string]   `json:"kind,omitzero"`      // endpoint (ejects single hosts), call (the whole dependency), none
	MaxEject  Setting[float64]  `json:"maxEject,omitzero"`  // largest share of hosts ejected at once
	MinCalls  Setting[int]      `json:"minCalls,omitzero"`  // calls in the window before it may open
	Open      Setting[Duration] `json:"open,omitzero"`      // how long it stays open
	Panic     Setting[float64]  `json:"panic,omitzero"`     // share of hosts left below which ejected ones are called, too; 0 is never
	Slow      Setting[bool]     `json:"slow,omitzero"`      // slow calls alone open it
	SlowAfter Setting[Duration] `json:"slowAfter,omitzero"` // a call that takes longer is slow
	Window    Setting[Duration] `json:"window,omitzero"`    // over which errors are counted
}

// A Bulkhead caps how much of the caller one dependency can occupy.
type Bulkhead struct {
	MaxConcurrent  Setting[int] `json:"maxConcurrent,omitzero"`
	MaxConnections Setting[int] `json:"maxConnections,omitzero"`
	MaxPending     Setting[int] `json:"maxPending,omitzero"`
	MaxRetries     Setting[int] `json:"maxRetries,omitzero"`
	PoolSize       Setting[int] `json:"poolSize,omitzero"`
}

// A Cache answers from an earlier call.
type Cache struct {
	Stale Setting[Duration] `json:"stale,omitzero"` // how long past its TTL an answer may be used
	TTL   Setting[Duration] `json:"ttl,omitzero"`
}

// A FallbackStep is one answer in place of the callee's.
type FallbackStep struct {
	Kind    Setting[string]   `json:"kind,omitzero"`    // none, static, cache, outbox, service
	Reason  string            `json:"reason,omitempty"` // why there is deliberately none
	Timeout Setting[Duration] `json:"timeout,omitzero"`
	To      string            `json:"to,omitempty"` // the service that is called instead, for kind service
}

// A HealthCheck probes the replicas of the callee.
type HealthCheck struct {
	Failures Setting[int]      `json:"failures,omitzero"` // consecutive ones until a replica gets no calls
	Interval Setting[Duration] `json:"interval,omitzero"`
	Timeout  Setting[Duration] `json:"timeout,omitzero"`
}

// A Hedge sends copies of a slow request without waiting for it to fail.
type Hedge struct {
	Copies Setting[int]      `json:"copies,omitzero"` // in addition to the first request
	Delay  Setting[Duration] `json:"delay,omitzero"`  // between two copies
}

// A RateLimit caps requests over time.
type RateLimit struct {
	Burst    Setting[int]      `json:"burst,omitzero"`
	Per      Setting[Duration] `json:"per,omitzero"`
	Requests Setting[int]      `json:"requests,omitzero"`
}

// A Retry says when and how often a failed attempt is repeated.
type Retry struct {
	Backoff     *Backoff          `json:"backoff,omitempty"`
	Budget      Setting[float64]  `json:"budget,omitzero"` // retries over requests
	MaxDuration Setting[Duration] `json:"maxDuration,omitzero"`
	Methods     Setting[[]string] `json:"methods,omitzero"`    // upper case; empty is every method
	On          Setting[[]string] `json:"on,omitzero"`         // sorted; empty is never
	Retries     Setting[int]      `json:"retries,omitzero"`    // in addition to the first attempt; -1 is unlimited
	RetryAfter  Setting[bool]     `json:"retryAfter,omitzero"` // waits as long as an overloaded callee asks for
	SameHost    Setting[bool]     `json:"sameHost,omitzero"`   // the host that failed is tried again, even if there are others
}

// A Backoff is the wait before a retry.
type Backoff struct {
	Base       Setting[Duration] `json:"base,omitzero"`
	Jitter     Setting[Jitter]   `json:"jitter,omitzero"`
	Kind       Setting[string]   `json:"kind,omitzero"` // none, fixed, linear, exponential
	Max        Setting[Duration] `json:"max,omitzero"`
	Multiplier Setting[float64]  `json:"multiplier,omitzero"`
}

// A Timeout bounds time. Only total and perTry bound a request.
type Timeout struct {
	Connect Setting[Duration] `json:"connect,omitzero"` // setting up the connection
	Idle    Setting[Duration] `json:"idle,omitzero"`    // no bytes in either direction
	PerTry  Setting[Duration] `json:"perTry,omitzero"`  // one attempt
	ReadGap Setting[Duration] `json:"readGap,omitzero"` // between two reads
	Total   Setting[Duration] `json:"total,omitzero"`   // the whole call, retries and waits included
}

// FromPolicy returns what a layer declares as a document has it.
func FromPolicy(s *policy.Set) *Policy {
	w := &Policy{}
	copyPolicy(toWire, w, s)
	return w
}

// toSet is never nil; it is empty for a nil policy.
func (p *Policy) toSet(layer, owner string) *policy.Set {
	s := &policy.Set{Layer: word[policy.Layer](policy.Layers, layer), Product: product.Named(owner)}
	if p != nil {
		copyPolicy(toPolicy, p, s)
	}
	return s
}

// A direction says which of the two forms of a policy is copied to the other. One list
// of settings serves both directions.
type direction bool

const (
	toWire   direction = false
	toPolicy direction = true
)

func copyPolicy(to direction, w *Policy, p *policy.Set) {
	copyPart(to, &w.Balance, &p.Balance, copyBalance)
	copyPart(to, &w.Breaker, &p.Breaker, copyBreaker)
	copyPart(to, &w.Bulkhead, &p.Bulkhead, copyBulkhead)
	copyPart(to, &w.Cache, &p.Cache, copyCache)
	copyPart(to, &w.HealthCheck, &p.HealthCheck, copyHealthCheck)
	copyPart(to, &w.Hedge, &p.Hedge, copyHedge)
	copyPart(to, &w.RateLimit, &p.RateLimit, copyRateLimit)
	copyPart(to, &w.Retry, &p.Retry, copyRetry)
	copyPart(to, &w.Timeout, &p.Timeout, copyTimeout)
	if to == toWire {
		w.Partial = p.Partial
	} else {
		p.Partial = w.Partial
	}
	switch {
	case to == toWire && p.Fallback != nil:
		w.Fallback = make([]FallbackStep, len(p.Fallback.Steps))
	case to == toPolicy && w.Fallback != nil:
		p.Fallback = &policy.Fallback{Steps: make([]policy.FallbackStep, len(w.Fallback))}
	}
	for i := range w.Fallback {
		copyFallbackStep(to, &w.Fallback[i], &p.Fallback.Steps[i])
	}
}

// copyPart copies a part of a policy, if there is one.
func copyPart[W, P any](to direction, w **W, p **P, settings func(to direction, w *W, p *P)) {
	switch {
	case to == toWire && *p != nil:
		*w = new(W)
	case to == toPolicy && *w != nil:
		*p = new(P)
	default:
		return
	}
	settings(to, *w, *p)
}

func copyBalance(to direction, w *Balance, p *policy.Balance) {
	copySetting(to, &w.Strategy, &p.Strategy)
}

func copyBreaker(to direction, w *Breaker, p *policy.Breaker) {
	copySetting(to, &w.Buckets, &p.Buckets)
	copySetting(to, &w.EjectOne, &p.EjectOne)
	copySetting(to, &w.ErrorRate, &p.ErrorRate)
	copySetting(to, &w.Failures, &p.Failures)
	copySetting(to, &w.Gateway, &p.Gateway)
	copySetting(to, &w.Kind, &p.Kind)
	copySetting(to, &w.MaxEject, &p.MaxEject)
	copySetting(to, &w.MinCalls, &p.MinCalls)
	copyDuration(to, &w.Open, &p.Open)
	copySetting(to, &w.Panic, &p.Panic)
	copySetting(to, &w.Slow, &p.Slow)
	copyDuration(to, &w.SlowAfter, &p.SlowAfter)
	copyDuration(to, &w.Window, &p.Window)
}

func copyBulkhead(to direction, w *Bulkhead, p *policy.Bulkhead) {
	copySetting(to, &w.MaxConcurrent, &p.MaxConcurrent)
	copySetting(to, &w.MaxConnections, &p.MaxConnections)
	copySetting(to, &w.MaxPending, &p.MaxPending)
	copySetting(to, &w.MaxRetries, &p.MaxRetries)
	copySetting(to, &w.PoolSize, &p.PoolSize)
}

func copyCache(to direction, w *Cache, p *policy.Cache) {
	copyDuration(to, &w.Stale, &p.Stale)
	copyDuration(to, &w.TTL, &p.TTL)
}

func copyFallbackStep(to direction, w *FallbackStep, p *policy.FallbackStep) {
	copySetting(to, &w.Kind, &p.Kind)
	copyText(to, &w.Reason, &p.Reason)
	copyDuration(to, &w.Timeout, &p.Timeout)
	copyText(to, &w.To, &p.To)
}

func copyHealthCheck(to direction, w *HealthCheck, p *policy.HealthCheck) {
	copySetting(to, &w.Failures, &p.Failures)
	copyDuration(to, &w.Interval, &p.Interval)
	copyDuration(to, &w.Timeout, &p.Timeout)
}

func copyHedge(to direction, w *Hedge, p *policy.Hedge) {
	copySetting(to, &w.Copies, &p.Copies)
	copyDuration(to, &w.Delay, &p.Delay)
}

func copyRateLimit(to direction, w *RateLimit, p *policy.RateLimit) {
	copySetting(to, &w.Burst, &p.Burst)
	copyDuration(to, &w.Per, &p.Per)
	copySetting(to, &w.Requests, &p.Requests)
}

func copyRetry(to direction, w *Retry, p *policy.Retry) {
	copyPart(to, &w.Backoff, &p.Backoff, copyBackoff)
	copySetting(to, &w.Budget, &p.Budget)
	copyDuration(to, &w.MaxDuration, &p.MaxDuration)
	copySetting(to, &w.Methods, &p.Methods)
	copySetting(to, &w.On, &p.On)
	copySetting(to, &w.Retries, &p.Retries)
	copySetting(to, &w.RetryAfter, &p.RetryAfter)
	copySetting(to, &w.SameHost, &p.SameHost)
}

func copyBackoff(to direction, w *Backoff, p *policy.Backoff) {
	copyDuration(to, &w.Base, &p.Base)
	copyJitter(to, &w.Jitter, &p.Jitter)
	copySetting(to, &w.Kind, &p.Kind)
	copyDuration(to, &w.Max, &p.Max)
	copySetting(to, &w.Multiplier, &p.Multiplier)
}

func copyTimeout(to direction, w *Timeout, p *policy.Timeout) {
	copyDuration(to, &w.Connect, &p.Connect)
	copyDuration(to, &w.Idle, &p.Idle)
	copyDuration(to, &w.PerTry, &p.PerTry)
	copyDuration(to, &w.ReadGap, &p.ReadGap)
	copyDuration(to, &w.Total, &p.Total)
}

func copyText(to direction, w, p *string) {
	if to == toWire {
		*w = *p
		return
	}
	*p = *w
}

// copySetting shares the value.
func copySetting[T any](to direction, w *Setting[T], p *policy.Setting[T]) {
	if to == toWire {
		w.Provenance, w.Origin = fromSource(p)
		w.Value = value(p)
		return
	}
	if w.Value != nil {
		p.Value = *w.Value
	}
	toSource(w, p)
}

// copyDuration leaves a setting unknown whose value is no duration.
func copyDuration(to direction, w *Setting[Duration], p *policy.Setting[time.Duration]) {
	if to == toWire {
		w.Provenance, w.Origin = fromSource(p)
		if p.Set() {
			text := Duration(english.Duration(p.Value))
			w.Value = &text
		}
		return
	}
	if w.Value != nil {
		d, err := time.ParseDuration(string(*w.Value))
		if err != nil {
			return
		}
		p.Value = d
	}
	toSource(w, p)
}

func copyJitter(to direction, w *Setting[Jitter], p *policy.Setting[policy.Jitter]) {
	if to == toWire {
		w.Provenance, w.Origin = fromSource(p)
		if p.Set() {
			w.Value = &Jitter{p.Value}
		}
		return
	}
	if w.Value != nil {
		p.Value = w.Value.Jitter
	}
	toSource(w, p)
}
