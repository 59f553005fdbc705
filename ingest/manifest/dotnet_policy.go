package manifest

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A .NET program binds the options of its resilience pipelines to sections of
// appsettings.json, whose names are the program's own. They are known by the
// options in them: those of the standard handler of HTTP clients, or of single
// strategies of Polly.

// The sections of a pipeline, and their options. What is not among them, .NET
// passes over.
var (
	dotnetTimeout   = optionNames("Timeout Name")
	dotnetRetry     = optionNames("MaxRetryAttempts Delay MaxDelay BackoffType UseJitter ShouldRetryAfterHeader Name")
	dotnetBreaker   = optionNames("FailureRatio MinimumThroughput SamplingDuration BreakDuration Name")
	dotnetHedging   = optionNames("MaxHedgedAttempts Delay Name")
	dotnetStandard  = []string{"TotalRequestTimeout", "AttemptTimeout"}
	dotnetTelltales = map[string][]string{
		"Retry":          {"MaxRetryAttempts", "BackoffType", "UseJitter"},
		"CircuitBreaker": {"FailureRatio", "MinimumThroughput", "SamplingDuration", "BreakDuration"},
		"Hedging":        {"MaxHedgedAttempts"},
	}
)

// isDotnetPipeline reports whether a section holds the strategies of a pipeline.
func isDotnetPipeline(o *option) bool {
	if o.has(dotnetStandard...) {
		return true
	}
	for section, telltales := range dotnetTelltales {
		if o.get(section).has(telltales...) {
			return true
		}
	}
	return false
}

func readDotnet(p *program) {
	for section := range p.options.find(isDotnetPipeline) {
		r := &reading{syntax: product.DotNetDuration}
		c := graph.Policy{Origin: section.at, Group: "pipeline", Merge: true, Says: r.dotnetPipeline(section)}
		if !section.has(dotnetStandard...) {
			c.Product = product.Polly // its defaults are others
		}
		c.Flaws = r.flaws
		p.forDependency(&c, section, "pipeline")
		p.add(c)
	}
}

func (r *reading) dotnetPipeline(section *option) policy.Set {
	standard := section.has(dotnetStandard...)
	says := policy.Set{Timeout: &policy.Timeout{
		Total:  r.dotnetTimeout(section.get("TotalRequestTimeout")),
		PerTry: r.dotnetTimeout(section.get("AttemptTimeout")),
	}}
	if only := section.get("Timeout"); only != nil && !standard {
		says.Timeout.Total = r.dotnetTimeout(only)
	}
	hedging := section.get("Hedging")
	if hedging != nil {
		r.unknown(hedging, dotnetHedging, ".NET's hedging")
		says.Hedge = &policy.Hedge{Copies: r.count(hedging.get("MaxHedgedAttempts"), 1), Delay: r.wait(hedging.get("Delay"))}
	}
	if retry := section.get("Retry"); retry != nil || standard && hedging == nil {
		r.unknown(retry, dotnetRetry, ".NET's retry strategy")
		says.Retry = r.dotnetRetry(retry, standard)
	}
	if breaker := section.get("CircuitBreaker"); breaker != nil || standard {
		r.unknown(breaker, dotnetBreaker, ".NET's circuit breaker")
		says.Breaker = &policy.Breaker{
			Kind:      builtIn("call"),
			ErrorRate: r.ratio(breaker.get("FailureRatio")),
			MinCalls:  r.count(breaker.get("MinimumThroughput"), 2),
			Window:    r.wait(breaker.get("SamplingDuration")),
			Open:      r.wait(breaker.get("BreakDuration")),
		}
	}
	if limiter := section.get("RateLimiter", "DefaultRateLimiterOptions"); limiter != nil {
		says.Bulkhead = &policy.Bulkhead{MaxConcurrent: r.count(limiter.get("PermitLimit"), 1), MaxPending: r.count(limiter.get("QueueLimit"), 0)}
	} else if standard {
		says.Bulkhead = &policy.Bulkhead{MaxConcurrent: builtIn(1000)}
	}
	return says
}

// dotnetTimeout reads a section with a timeout in it, or the timeout itself.
func (r *reading) dotnetTimeout(o *option) policy.Setting[time.Duration] {
	if o != nil && o.leaf {
		return r.limit(o)
	}
	r.unknown(o, dotnetTimeout, ".NET's timeout strategy")
	return r.limit(o.get("Timeout"))
}

// dotnetBackoffs are the words of DelayBackoffType.
var dotnetBackoffs = map[string]string{"constant": "fixed", "linear": "linear", "exponential": "exponential"}

// dotnetRetry reads a retry strategy. By itself it waits two seconds, always the
// same; in the standard handler the wait grows and varies.
func (r *reading) dotnetRetry(o *option, standard bool) *policy.Retry {
	retry := &policy.Retry{
		Retries: switchedOffAt0(r.count(o.get("MaxRetryAttempts"), 0)),
		Backoff: &policy.Backoff{Base: r.wait(o.get("Delay")), Max: r.wait(o.get("MaxDelay"))},
	}
	b := retry.Backoff
	if kind := o.get("BackoffType"); readable(kind) {
		if word := dotnetBackoffs[strings.ToLower(kind.text)]; word != "" {
			b.Kind = policy.Declare(word, kind.at)
		} else {
			r.flaw(graph.Invalid, kind, "is no type of backoff", "write Constant, Linear or Exponential")
		}
	} else if !standard {
		b.Kind = builtIn("fixed")
	}
	switch jitter := o.get("UseJitter"); {
	case jitter != nil && r.truth(jitter):
		b.Jitter = policy.Declare(policy.Jitter{Kind: "full"}, jitter.at)
	case jitter != nil:
		b.Jitter = policy.Declare(policy.Jitter{Kind: "none"}, jitter.at)
	case !standard:
		b.Jitter = builtIn(policy.Jitter{Kind: "none"})
	}
	if !standard {
		retry.Retries = unwritten(o.get("MaxRetryAttempts"), retry.Retries, 3)
		b.Base = unwritten(o.get("Delay"), b.Base, 2*time.Second)
	}
	return retry
}
