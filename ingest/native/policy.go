package native

import (
	"slices"
	"time"

	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// nativeSettings reads the policies of one call. A key is looked up in the call
// first, then in its service's defaults; its origin is where it was found.
type nativeSettings struct {
	d     *document.Document
	where []document.Node
}

func (s nativeSettings) get(key string) document.Node {
	for _, n := range s.where {
		if v := n.Get(key); v.Exists() {
			return v
		}
	}
	return document.Node{}
}

// policies returns nil if nothing is said.
func (s nativeSettings) policies() *policy.Set {
	set := &policy.Set{
		Layer:     policy.App,
		Timeout:   s.timeout(),
		Retry:     s.retry(s.get("retry")),
		Breaker:   s.breaker(s.get("breaker")),
		Bulkhead:  s.bulkhead(s.get("bulkhead")),
		RateLimit: s.rateLimit(s.get("rateLimit")),
		Fallback:  s.fallback(s.get("fallback")),
		Cache:     s.cache(s.get("cache")),
	}
	if strategy := setting(s.d, s.get("balance"), parseBalance); strategy.Set() {
		set.Balance = &policy.Balance{Strategy: strategy}
	}
	if set.Empty() {
		return nil
	}
	return set
}

func (s nativeSettings) timeout() *policy.Timeout {
	t := policy.Timeout{
		Total:   duration(s.d, s.get("timeout")),
		PerTry:  duration(s.d, s.get("perTry")),
		Connect: duration(s.d, s.get("connectTimeout")),
		Idle:    duration(s.d, s.get("idleTimeout")),
	}
	if t == (policy.Timeout{}) {
		return nil
	}
	return &t
}
func (s nativeSettings) retry(n document.Node) *policy.Retry {
	if isOff(n.Str()) {
		return &policy.Retry{Retries: disabled(s.d, n, 0)}
	}
	if !n.IsMap() {
		return nil
	}
	r := &policy.Retry{
		Retries: setting(s.d, n.Get("retries"), parseRetries),
		On:      wordsSetting(s.d, n.Get("on"), parseTrigger),
		Backoff: s.backoff(n.Get("backoff")),
		Budget:  setting(s.d, n.Get("budget"), parseShare),
		Methods: wordsSetting(s.d, n.Get("methods"), parseUpper),
	}
	if r.Retries.Set() && r.Retries.Value == 0 {
		r.Retries.Provenance = policy.Disabled
	}
	return r
}

func (s nativeSettings) backoff(n document.Node) *policy.Backoff {
	if !n.IsMap() {
		return nil
	}
	return &policy.Backoff{
		Kind:       setting(s.d, n.Get("kind"), parseBackoff),
		Base:       duration(s.d, n.Get("base")),
		Max:        duration(s.d, n.Get("max")),
		Multiplier: setting(s.d, n.Get("multiplier"), parseMultiplier),
		Jitter:     setting(s.d, n.Get("jitter"), parseJitter),
	}
}

func (s nativeSettings) breaker(n document.Node) *policy.Breaker {
	if isOff(n.Str()) {
		return &policy.Breaker{Kind: disabled(s.d, n, "none")}
	}
	if !n.IsMap() {
		return nil
	}
	b := &policy.Breaker{
		Kind:      setting(s.d, n.Get("kind"), parseBreaker),
		Slow:      setting(s.d, n.Get("slow"), parseTruth),
		ErrorRate: setting(s.d, n.Get("errorRate"), parseShare),
		Failures:  setting(s.d, n.Get("failures"), parseLimit),
		Window:    duration(s.d, n.Get("window")),
		Buckets:   setting(s.d, n.Get("buckets"), parseLimit),
		MinCalls:  setting(s.d, n.Get("minCalls"), parseCount),
		Open:      duration(s.d, n.Get("open")),
		MaxEject:  setting(s.d, n.Get("maxEject"), parseShare),
		Panic:     setting(s.d, n.Get("panic"), parseShare),
	}
	if b.Kind.Value == "none" {
		b.Kind.Provenance = policy.Disabled
	}
	return b
}

func (s nativeSettings) bulkhead(n document.Node) *policy.Bulkhead {
	if isOff(n.Str()) {
		return &policy.Bulkhead{MaxConcurrent: disabled(s.d, n, 0)}
	}
	if !n.IsMap() {
		return nil
	}
	return &policy.Bulkhead{
		MaxConcurrent:  setting(s.d, n.Get("maxConcurrent"), parseLimit),
		MaxPending:     setting(s.d, n.Get("maxPending"), parseCount),
		MaxConnections: setting(s.d, n.Get("maxConnections"), parseLimit),
		MaxRetries:     setting(s.d, n.Get("maxRetries"), parseCount),
		PoolSize:       setting(s.d, n.Get("poolSize"), parseLimit),
	}
}

func (s nativeSettings) rateLimit(n document.Node) *policy.RateLimit {
	if isOff(n.Str()) {
		return &policy.RateLimit{Requests: disabled(s.d, n, 0)}
	}
	if !n.IsMap() {
		return nil
	}
	return &policy.RateLimit{
		Requests: setting(s.d, n.Get("requests"), parseLimit),
		Per:      duration(s.d, n.Get("per")),
		Burst:    setting(s.d, n.Get("burst"), parseCount),
	}
}

func (s nativeSettings) cache(n document.Node) *policy.Cache {
	if isOff(n.Str()) {
		return &policy.Cache{TTL: disabled(s.d, n, time.Duration(0))}
	}
	if !n.IsMap() {
		return nil
	}
	return &policy.Cache{TTL: duration(s.d, n.Get("ttl")), Stale: duration(s.d, n.Get("stale"))}
}

// fallback reads one step, or a list of steps each of which replaces the one before it.
func (s nativeSettings) fallback(n document.Node) *policy.Fallback {
	var steps []policy.FallbackStep
	for _, item := range n.Items() {
		if step := s.fallbackStep(item); step.Kind.Provenance != policy.Unknown {
			steps = append(steps, step)
		}
	}
	if steps == nil {
		return nil
	}
	return &policy.Fallback{Steps: steps}
}

// fallbackStep returns a step of unknown kind if n does not make sense as one.
func (s nativeSettings) fallbackStep(n document.Node) policy.FallbackStep {
	step := policy.FallbackStep{Kind: setting(s.d, n, parseFallbackWord)}
	if n.IsMap() {
		step = policy.FallbackStep{
			Kind:    setting(s.d, n.Get("kind"), parseFallback),
			Timeout: duration(s.d, n.Get("timeout")),
			Reason:  n.Get("reason").Str(),
		}
	}
	to := setting(s.d, n.Get("to"), parseName)
	if to.Set() && !step.Kind.Set() { // {to: cart-replica} can only be a service
		step.Kind = policy.Declare("service", to.Origin)
	}
	switch step.Kind.Value {
	case "none":
		step.Kind.Provenance = policy.Disabled
	case "service":
		if !to.Set() {
			return policy.FallbackStep{}
		}
		step.To = to.Value.String()
	}
	return step
}

// setting reads a scalar; one that is absent or does not parse is unknown.
func setting[T any](d *document.Document, n document.Node, parse func(string) (T, string)) policy.Setting[T] {
	if !n.IsScalar() {
		return policy.Setting[T]{}
	}
	v, hint := parse(n.Str())
	if hint != "" {
		return policy.Setting[T]{}
	}
	return document.Declare(d, n, v)
}

// duration reads a duration, of which none at all means switched off.
func duration(d *document.Document, n document.Node) policy.Setting[time.Duration] {
	s := setting(d, n, parseDuration)
	if s.Set() && s.Value == 0 {
		s.Provenance = policy.Disabled
	}
	return s
}

func disabled[T any](d *document.Document, n document.Node, v T) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Provenance: policy.Disabled, Origin: d.At(n)}
}

// words reads a list of words, or a single one, sorted and without repetition.
func words(n document.Node, parse func(string) (string, string)) []string {
	var list []string
	for _, text := range n.Strs() {
		if word, hint := parse(text); hint == "" {
			list = append(list, word)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func wordsSetting(d *document.Document, n document.Node, parse func(string) (string, string)) policy.Setting[[]string] {
	if list := words(n, parse); list != nil {
		return document.Declare(d, n, list)
	}
	return policy.Setting[[]string]{}
}
