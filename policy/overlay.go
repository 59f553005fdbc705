package policy

import "reflect"

// Overlay returns base overridden by top: of two settings of one field, that of top wins,
// unless it is unknown, or is a default of the product where base has a declared setting. A default
// that the product supplies beside what is written, and so has a place, wins over one of the whole
// mesh. Neither is changed. The result has the layer and product of top.
func Overlay(base, top Set) Set {
	s := top
	s.Timeout = overlay(base.Timeout, top.Timeout, func(b, t *Timeout) {
		over(&b.Total, t.Total)
		over(&b.PerTry, t.PerTry)
		over(&b.Connect, t.Connect)
		over(&b.Idle, t.Idle)
		over(&b.ReadGap, t.ReadGap)
	})
	s.Retry = overlay(base.Retry, top.Retry, func(b, t *Retry) {
		over(&b.Retries, t.Retries)
		over(&b.On, t.On)
		over(&b.Budget, t.Budget)
		over(&b.Methods, t.Methods)
		over(&b.MaxDuration, t.MaxDuration)
		over(&b.RetryAfter, t.RetryAfter)
		over(&b.SameHost, t.SameHost)
		b.Backoff = overlay(b.Backoff, t.Backoff, func(b, t *Backoff) {
			over(&b.Kind, t.Kind)
			over(&b.Base, t.Base)
			over(&b.Max, t.Max)
			over(&b.Multiplier, t.Multiplier)
			over(&b.Jitter, t.Jitter)
		})
	})
	s.Hedge = overlay(base.Hedge, top.Hedge, func(b, t *Hedge) {
		over(&b.Copies, t.Copies)
		over(&b.Delay, t.Delay)
	})
	s.Breaker = overlay(base.Breaker, top.Breaker, func(b, t *Breaker) {
		over(&b.Kind, t.Kind)
		over(&b.Slow, t.Slow)
		over(&b.ErrorRate, t.ErrorRate)
		over(&b.Failures, t.Failures)
		over(&b.Gateway, t.Gateway)
		over(&b.SlowAfter, t.SlowAfter)
		over(&b.Window, t.Window)
		over(&b.Buckets, t.Buckets)
		over(&b.MinCalls, t.MinCalls)
		over(&b.Open, t.Open)
		over(&b.MaxEject, t.MaxEject)
		over(&b.EjectOne, t.EjectOne)
		over(&b.Panic, t.Panic)
	})
	s.Bulkhead = overlay(base.Bulkhead, top.Bulkhead, func(b, t *Bulkhead) {
		over(&b.MaxConcurrent, t.MaxConcurrent)
		over(&b.MaxPending, t.MaxPending)
		over(&b.MaxConnections, t.MaxConnections)
		over(&b.MaxRetries, t.MaxRetries)
		over(&b.PoolSize, t.PoolSize)
	})
	s.RateLimit = overlay(base.RateLimit, top.RateLimit, func(b, t *RateLimit) {
		over(&b.Requests, t.Requests)
		over(&b.Per, t.Per)
		over(&b.Burst, t.Burst)
	})
	s.Cache = overlay(base.Cache, top.Cache, func(b, t *Cache) {
		over(&b.TTL, t.TTL)
		over(&b.Stale, t.Stale)
	})
	s.Balance = overlay(base.Balance, top.Balance, func(b, t *Balance) { over(&b.Strategy, t.Strategy) })
	s.HealthCheck = overlay(base.HealthCheck, top.HealthCheck, func(b, t *HealthCheck) {
		over(&b.Interval, t.Interval)
		over(&b.Timeout, t.Timeout)
		over(&b.Failures, t.Failures)
	})
	if s.Fallback == nil {
		s.Fallback = base.Fallback
	}
	return s
}

// OverlayObject is Overlay for objects in which the product writes its defaults beside what is
// declared, before it merges them: they override what base declares.
func OverlayObject(base, top Set) Set {
	parts, over := reflect.ValueOf(&base).Elem(), reflect.ValueOf(top)
	for i := range over.NumField() {
		if part := parts.Field(i); part.Kind() == reflect.Pointer && !part.IsNil() && !over.Field(i).IsNil() && part.Type() != reflect.TypeFor[*Product]() {
			without := reflect.New(part.Type().Elem())
			without.Elem().Set(part.Elem())
			leaveSupplied(without.Elem(), over.Field(i).Elem())
			part.Set(without)
		}
	}
	return Overlay(base, top)
}

// leaveSupplied takes the settings out of a part for which top has a default with a place.
func leaveSupplied(part, top reflect.Value) {
	for i := range top.NumField() {
		if s, ok := SettingIn(top.Field(i)); ok && s.Provenance == PlatformDefault && s.Origin != (Origin{}) {
			part.Field(i).SetZero()
		}
	}
}

// overlay is Overlay for one part, in a copy.
func overlay[T any](base, top *T, lay func(base, top *T)) *T {
	switch {
	case base == nil:
		return top
	case top == nil:
		return base
	}
	both := *base
	lay(&both, top)
	return &both
}

func over[T any](base *Setting[T], top Setting[T]) {
	switch {
	case top.Provenance == Unknown:
	case top.Provenance == PlatformDefault && top.Origin != (Origin{}) && base.Provenance == MeshDefault:
		*base = top
	case top.Provenance == PlatformDefault && base.IsWritten() && !(base.Provenance == MeshDefault && top.Origin != (Origin{})):
	default:
		*base = top
	}
}

// Replaced lists the fields, by path, that base declares and top overrides.
func Replaced(base, top *Set) []string {
	overridden := map[string]bool{}
	for _, d := range top.Decisions() {
		overridden[d.Field] = true
	}
	var fields []string
	for _, d := range base.Decisions() {
		if overridden[d.Field] && (d.Provenance == Explicit || d.Provenance == Disabled) {
			fields = append(fields, d.Field)
		}
	}
	return fields
}
