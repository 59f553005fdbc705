package policy

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// CallFacts is what Combine needs to know about a call.
type CallFacts struct {
	Protocol string       // http, grpc, tcp, sql, ...; empty if unknown
	Methods  []string     // upper case; nil if unknown
	Replicas Setting[int] // of the callee, as many as run at least
	Hosts    Setting[int] // of the callee, as many as may run
}

// An Effective policy is the result of all layers for one call.
type Effective struct {
	Layers []Effect // outermost first
	Facts  CallFacts

	Attempt  Limit // p: the longest wait of the caller for one request to the callee
	Budget   Limit // T: the longest that the caller can be blocked
	Attempts Tries // n: the maximum number of requests to the callee
}

// An Effect is the result of one layer, first by itself and then with all layers
// that it wraps.
type Effect struct {
	Set      Set
	Attempts Tries      // n, of this call's methods
	By       []Decision // what makes it n
	Attempt  Limit      // p
	Waits    Limit      // W
	Needed   Limit      // n x p + W, the time for all attempts without a total timeout
	Budget   Limit      // T, of one attempt if those that take too long are not repeated
	End      Limit      // of all attempts together, by this layer or one of the same program around it
	Full     int        // tries that can finish before it, n_full
	Start    int        // tries that can begin before it, n_start
	Ejection Ejection

	Try       Limit // p, where an attempt includes the wrapped layers
	Held      Limit // T, likewise, for a callee that is slow
	Repeats   bool  // it retries after the wrapped layers have given up
	ended     bool  // a set of the same program that it wraps ends slow attempts
	SlowAgain bool  // it retries an attempt that took too long
	slow      Tries // n if every attempt takes too long
}

// Combine computes the effective policy of one call. The order of layers does not
// matter: a layer nearer to the caller wraps the others, and products of one layer are
// ordered by Product.Order. An API such as the Gateway API overrides the product that
// implements it. Policies for requests are left out for protocols without requests.
//
// The layers are not changed, and must have their defaults already, see WithDefaults.
func Combine(layers []Set, facts CallFacts) Effective {
	e := Effective{Facts: facts, Attempts: 1}
	for _, s := range orderLayers(layers) {
		e.Layers = append(e.Layers, layerEffect(applicable(s, facts).toEachHost(facts.Hosts), facts))
	}
	for i := len(e.Layers) - 1; i >= 0; i-- {
		l := &e.Layers[i]
		inner := e.Layers[i+1:]
		for _, outer := range e.Layers[:i] {
			if outer.Set.wraps(&l.Set) {
				l.End = sooner(l.End, outer.Attempt)
			}
		}
		l.countWith(inner)
		l.settle()
		l.Repeats = l.Attempts != 1 && l.repeats(inner, facts)
		n, slow := l.Attempts, l.slow
		if !l.Repeats {
			n = 1
		}
		if slow != 1 && !l.repeats(inner, facts) {
			slow = 1
		}
		l.Try = l.Attempt
		if len(inner) > 0 {
			l.Try = sooner(l.Attempt, inner[0].Held)
			l.ended = l.Set.wraps(&inner[0].Set) && l.Try.before(l.Attempt)
		}
		l.SlowAgain = slow != 1 && (l.Set.Retry.afterSlow() || l.Try.before(l.Attempt) && !l.ended)
		if !l.SlowAgain {
			slow = 1
		}
		l.Held = l.Set.edgeBudget(slow, l.By, l.Try)
		e.Attempts = multiply(e.Attempts, n)
		e.Attempt = sooner(l.Attempt, e.Attempt)
	}
	if len(e.Layers) > 0 {
		e.Budget = e.Layers[0].Held
	}
	return e
}

// wraps reports whether inner is a set of the same program, whose errors s sees as they are.
func (s *Set) wraps(inner *Set) bool { return s.Layer == inner.Layer && s.Nest < inner.Nest }

// layerEffect is the effect of one layer without others.
func layerEffect(s Set, facts CallFacts) Effect {
	l := Effect{Set: s, Attempt: s.attemptLimit(), Ejection: s.Ejection(facts.Replicas)}
	l.End = s.allEnd()
	l.Attempts, l.By = s.tries()
	if l.Attempts != 1 && !s.Retry.covers(facts.Methods) {
		l.Attempts, l.By = 1, []Decision{decide(&s, "retry.methods", s.Retry.Methods)}
	}
	l.atEachHost(facts.Hosts)
	l.slow = l.Attempts
	return l
}

// settle computes what follows from the number of attempts and their end.
func (l *Effect) settle() {
	s := &l.Set
	l.Waits = s.waits(l.Attempts)
	l.Needed = allTries(l.Attempts, l.By, s.hedged(l.Attempt), l.Waits)
	slow := l.Attempts
	if slow != 1 && !s.Retry.afterSlow() {
		slow = 1
	}
	l.Budget = s.edgeBudget(slow, l.By, l.Attempt)
	l.Full, l.Start = s.fitting(l.Attempts, l.Attempt, l.End)
}

// orderLayers sorts sets from the outside in, and overlays products with their APIs.
func orderLayers(layers []Set) []Set {
	sorted := slices.Clone(layers)
	slices.SortStableFunc(sorted, func(a, b Set) int {
		return cmp.Or(cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Nest, b.Nest), cmp.Compare(a.Product.OrNative().Order, b.Product.OrNative().Order))
	})
	for i := 0; i < len(sorted); {
		by := carrier(sorted, i)
		if by < 0 {
			i++
			continue
		}
		api := sorted[i].carriedOutBy(sorted[by].Product.OrNative())
		both := Overlay(sorted[by].underRoute(api.Retry).withRetryDefaults(api.Retry), api)
		both.Product, both.Objects = sorted[by].Product, sorted[by].Objects.With(sorted[i].Objects)
		sorted[by] = both
		sorted = slices.Delete(sorted, i, i+1)
	}
	return sorted
}

// carriedOutBy returns what a product that implements the API of s makes of s.
func (s Set) carriedOutBy(p *Product) Set {
	if r := s.Retry; r != nil && r.On.Set() {
		retry := *r
		retry.On.Value = slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.On.Value, p.RouteAPI.RetryOn))))
		s.Retry = &retry
	}
	if p.RouteAPI.AttemptNeedsRetry && s.Timeout != nil && s.Timeout.PerTry.Set() {
		timeout := *s.Timeout
		switch {
		case !s.Retry.IsWritten():
			timeout.Total, timeout.PerTry = timeout.PerTry, Setting[time.Duration]{Provenance: Absent}
			if p.RouteAPI.ReplacesRetry { // those of the product keep theirs
				timeout.PerTry = Setting[time.Duration]{}
			}
		case s.Retry.Retries.Provenance == Disabled:
			timeout.PerTry = Setting[time.Duration]{Provenance: Absent, Origin: timeout.PerTry.Origin}
		}
		s.Timeout = &timeout
	}
	return s
}

// underRoute returns s without what a retry of a route replaces whole.
func (s Set) underRoute(api *Retry) Set {
	if !s.Product.OrNative().RouteAPI.ReplacesRetry || !api.IsWritten() {
		return s
	}
	if s.Retry != nil {
		s.Retry = &Retry{Budget: s.Retry.Budget}
	}
	if s.Timeout != nil {
		timeout := *s.Timeout
		timeout.PerTry = Setting[time.Duration]{}
		s.Timeout = &timeout
	}
	return s
}

// withRetryDefaults returns s for retries that an API declares: the product supplies
// their missing settings as for its own retries, even if it does not retry by default.
func (s Set) withRetryDefaults(api *Retry) Set {
	within := s.Product.OrNative().Within.Retry
	if within == nil || !api.IsWritten() || s.Retry.IsWritten() {
		return s
	}
	r := *within
	if s.Retry != nil {
		r.Budget = s.Retry.Budget
		if r.Retries.Provenance == Unknown {
			r.Retries = s.Retry.Retries
		}
	}
	s.Retry = &r
	return s
}

// carrier returns the product that implements sorted[i], if that is an API: the next one
// of its layer. It is -1 for a product, and for an API without a known implementation.
func carrier(sorted []Set, i int) int {
	if !sorted[i].Product.OrNative().Contract {
		return -1
	}
	for by := i + 1; by < len(sorted) && sorted[by].Layer == sorted[i].Layer; by++ {
		if !sorted[by].Product.OrNative().Contract {
			return by
		}
	}
	return -1
}

// applicable is the part of s in effect on a call: all of it, or only its settings for
// connections.
func applicable(s Set, facts CallFacts) Set {
	p := s.Product.OrNative()
	if HasRequests(facts.Protocol) || s.Layer == App || p.Transport {
		return s
	}
	bytes := Set{Layer: s.Layer, Product: s.Product, Breaker: s.Breaker, Balance: s.Balance, HealthCheck: s.HealthCheck}
	if s.Timeout != nil {
		bytes.Timeout = &Timeout{Connect: s.Timeout.Connect, Idle: s.Timeout.Idle}
	}
	if p.Operations {
		bytes.Timeout = s.Timeout
		if s.Retry.IsWritten() {
			bytes.Retry = s.Retry
		}
	}
	if s.Bulkhead != nil {
		bytes.Bulkhead = &Bulkhead{MaxConnections: s.Bulkhead.MaxConnections, PoolSize: s.Bulkhead.PoolSize}
	}
	return bytes
}

func multiply(a, b Tries) Tries {
	switch {
	case a == Unlimited || b == Unlimited:
		return Unlimited
	case a > math.MaxInt32 || b > math.MaxInt32:
		return math.MaxInt32
	}
	return min(a*b, math.MaxInt32)
}
