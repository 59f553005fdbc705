package render

import (
	"time"

	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// policyJSON writes the parts of a set that say something, in the words of the
// native manifest where it has them.
func policyJSON(s *policy.Set) jsonPolicy {
	j := jsonPolicy{}
	if t := s.Timeout; t != nil {
		part := settings{}
		part.duration("total", t.Total)
		part.duration("perTry", t.PerTry)
		part.duration("connect", t.Connect)
		part.duration("idle", t.Idle)
		part.duration("readGap", t.ReadGap)
		j["timeout"] = part
	}
	if r := s.Retry; r != nil {
		part := settings{}
		put(part, "retries", r.Retries)
		put(part, "on", r.On)
		put(part, "budget", r.Budget)
		put(part, "methods", r.Methods)
		if r.Backoff != nil {
			part["backoff"] = backoffJSON(r.Backoff)
		}
		part.duration("maxDuration", r.MaxDuration)
		put(part, "retryAfter", r.RetryAfter)
		j["retry"] = part
	}
	if h := s.Hedge; h != nil {
		part := settings{}
		put(part, "copies", h.Copies)
		part.duration("delay", h.Delay)
		j["hedge"] = part
	}
	if b := s.Breaker; b != nil {
		j["breaker"] = breakerJSON(b)
	}
	if b := s.Bulkhead; b != nil {
		part := settings{}
		put(part, "maxConcurrent", b.MaxConcurrent)
		put(part, "maxPending", b.MaxPending)
		put(part, "maxConnections", b.MaxConnections)
		put(part, "maxRetries", b.MaxRetries)
		put(part, "poolSize", b.PoolSize)
		j["bulkhead"] = part
	}
	if r := s.RateLimit; r != nil {
		part := settings{}
		put(part, "requests", r.Requests)
		part.duration("per", r.Per)
		put(part, "burst", r.Burst)
		j["rateLimit"] = part
	}
	if f := s.Fallback; f != nil {
		j["fallback"] = convert(f.Steps, fallbackJSON)
	}
	if c := s.Cache; c != nil {
		part := settings{}
		part.duration("ttl", c.TTL)
		part.duration("stale", c.Stale)
		j["cache"] = part
	}
	if b := s.Balance; b != nil {
		part := settings{}
		put(part, "strategy", b.Strategy)
		j["balance"] = part
	}
	if h := s.HealthCheck; h != nil {
		part := settings{}
		part.duration("interval", h.Interval)
		part.duration("timeout", h.Timeout)
		put(part, "failures", h.Failures)
		j["healthCheck"] = part
	}
	return j
}

func breakerJSON(b *policy.Breaker) settings {
	part := settings{}
	put(part, "kind", b.Kind)
	put(part, "slow", b.Slow)
	put(part, "errorRate", b.ErrorRate)
	put(part, "failures", b.Failures)
	put(part, "gateway", b.Gateway)
	part.duration("slowAfter", b.SlowAfter)
	part.duration("window", b.Window)
	put(part, "buckets", b.Buckets)
	put(part, "minCalls", b.MinCalls)
	part.duration("open", b.Open)
	put(part, "maxEject", b.MaxEject)
	put(part, "ejectOne", b.EjectOne)
	return part
}

func backoffJSON(b *policy.Backoff) settings {
	part := settings{}
	put(part, "kind", b.Kind)
	part.duration("base", b.Base)
	part.duration("max", b.Max)
	put(part, "multiplier", b.Multiplier)
	if known(b.Jitter) {
		part["jitter"] = setting(b.Jitter, jitterJSON(b.Jitter.Value))
	}
	return part
}

// jitterJSON is "none", "full", a fraction of the wait, or a duration on top.
func jitterJSON(j policy.Jitter) any {
	switch {
	case j.UpTo > 0:
		return english.Duration(j.UpTo)
	case j.Fraction > 0:
		return j.Fraction
	}
	return j.Kind
}

func fallbackJSON(s policy.FallbackStep) settings {
	part := settings{}
	put(part, "kind", s.Kind)
	part.duration("timeout", s.Timeout)
	if s.To != "" {
		part["to"] = s.To
	}
	if s.Reason != "" {
		part["reason"] = s.Reason
	}
	return part
}

// settings is one part of a policy: settings and parts of its own by key.
// Unknown settings are left out.
type settings map[string]any

func (p settings) duration(key string, s policy.Setting[time.Duration]) {
	if known(s) {
		p[key] = setting(s, english.Duration(s.Value))
	}
}

func put[T any](p settings, key string, s policy.Setting[T]) {
	if known(s) {
		p[key] = setting(s, s.Value)
	}
}

func known[T any](s policy.Setting[T]) bool { return s.Provenance != policy.Unknown }

func setting[T any](s policy.Setting[T], value any) jsonSetting {
	j := jsonSetting{Provenance: s.Provenance.String(), Origin: s.Origin.String()}
	if s.Set() {
		j.Value = value
	}
	return j
}
