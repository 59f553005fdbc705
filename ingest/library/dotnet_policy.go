package library

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/settings"
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
	dotnetTimeout    = settings.OptionNames("Timeout Name")
	dotnetRetry      = settings.OptionNames("MaxRetryAttempts Delay MaxDelay BackoffType UseJitter ShouldRetryAfterHeader Name")
	dotnetBreaker    = settings.OptionNames("FailureRatio MinimumThroughput SamplingDuration BreakDuration Name")
	dotnetHedging    = settings.OptionNames("MaxHedgedAttempts Delay Name")
	dotnetStandard   = []string{"TotalRequestTimeout", "AttemptTimeout"}
	dotnetStrategies = map[string]settings.KnownOptions{"Retry": dotnetRetry, "CircuitBreaker": dotnetBreaker, "Hedging": dotnetHedging}
	dotnetTelltales  = map[string][]string{
		"Retry":          {"MaxRetryAttempts", "BackoffType", "UseJitter"},
		"CircuitBreaker": {"FailureRatio", "MinimumThroughput", "SamplingDuration", "BreakDuration"},
		"Hedging":        {"MaxHedgedAttempts"},
	}
)

// isDotnetPipeline reports whether a section holds the strategies of a pipeline.
func isDotnetPipeline(o *settings.Tree) bool {
	if o.Has(dotnetStandard...) {
		return true
	}
	found := false
	for section, telltales := range dotnetTelltales {
		strategy := o.Get(section)
		if isForeign(strategy, dotnetStrategies[section]) {
			return false
		}
		found = found || strategy.Has(telltales...)
	}
	return found
}

// isForeign reports whether a section is for a class of the program's own: as many of its
// options as are known are neither known nor a misspelling of one.
func isForeign(o *settings.Tree, known settings.KnownOptions) bool {
	balance := 0
	for kid := range o.All() {
		switch {
		case known[settings.Relaxed(kid.Name)] != "":
			balance++
		case settings.NearestOption(kid.Name, known) == "":
			balance--
		}
	}
	return o != nil && len(o.Kids) > 0 && balance <= 0
}

func readDotnet(p *settings.LibraryConfig) {
	for section := range p.Options.Find(isDotnetPipeline) {
		r := &settings.Reader{Syntax: product.DotNetDuration}
		c := graph.Policy{Origin: section.At, Group: "pipeline", Merge: true, Says: dotnetPipeline(r, section)}
		if !section.Has(dotnetStandard...) {
			c.Product = product.Polly // its defaults are others
		}
		c.Flaws = r.Flaws
		forDependency(p, &c, section, "pipeline")
		p.Add(c)
	}
}

func dotnetPipeline(r *settings.Reader, section *settings.Tree) policy.Set {
	standard := section.Has(dotnetStandard...)
	says := policy.Set{Timeout: &policy.Timeout{
		Total:  readDotnetTimeout(r, section.Get("TotalRequestTimeout")),
		PerTry: readDotnetTimeout(r, section.Get("AttemptTimeout")),
	}}
	if only := section.Get("Timeout"); only != nil && !standard {
		says.Timeout.Total = readDotnetTimeout(r, only)
	}
	hedging := section.Get("Hedging")
	if hedging != nil {
		r.Unknown(hedging, dotnetHedging, ".NET's hedging")
		says.Hedge = &policy.Hedge{Copies: r.Count(hedging.Get("MaxHedgedAttempts"), 1), Delay: r.Wait(hedging.Get("Delay"))}
	}
	if retry := section.Get("Retry"); retry != nil || standard && hedging == nil {
		r.Unknown(retry, dotnetRetry, ".NET's retry strategy")
		says.Retry = readDotnetRetry(r, retry, standard)
	}
	if breaker := section.Get("CircuitBreaker"); breaker != nil || standard {
		r.Unknown(breaker, dotnetBreaker, ".NET's circuit breaker")
		says.Breaker = &policy.Breaker{
			Kind:      settings.BuiltIn("call"),
			ErrorRate: r.Ratio(breaker.Get("FailureRatio")),
			MinCalls:  r.Count(breaker.Get("MinimumThroughput"), 2),
			Window:    r.Wait(breaker.Get("SamplingDuration")),
			Open:      r.Wait(breaker.Get("BreakDuration")),
		}
	}
	if limiter := section.Get("RateLimiter", "DefaultRateLimiterOptions"); limiter != nil {
		says.Bulkhead = &policy.Bulkhead{MaxConcurrent: r.Count(limiter.Get("PermitLimit"), 1), MaxPending: r.Count(limiter.Get("QueueLimit"), 0)}
	} else if standard {
		says.Bulkhead = &policy.Bulkhead{MaxConcurrent: settings.BuiltIn(1000)}
	}
	return says
}

// readDotnetTimeout reads a section with a timeout in it, or the timeout itself.
func readDotnetTimeout(r *settings.Reader, o *settings.Tree) policy.Setting[time.Duration] {
	if o != nil && o.Leaf {
		return r.Duration(o)
	}
	r.Unknown(o, dotnetTimeout, ".NET's timeout strategy")
	return r.Duration(o.Get("Timeout"))
}

// dotnetBackoffs are the words of DelayBackoffType.
var dotnetBackoffs = map[string]string{"constant": "fixed", "linear": "linear", "exponential": "exponential"}

// readDotnetRetry reads a retry strategy. By itself it waits two seconds, always the
// same; in the standard handler the wait grows and varies.
func readDotnetRetry(r *settings.Reader, o *settings.Tree, standard bool) *policy.Retry {
	retry := &policy.Retry{
		Retries: settings.SwitchedOffAt0(r.Count(o.Get("MaxRetryAttempts"), 0)),
		Backoff: &policy.Backoff{Base: r.Wait(o.Get("Delay")), Max: r.Wait(o.Get("MaxDelay"))},
	}
	b := retry.Backoff
	if kind := o.Get("BackoffType"); settings.Readable(kind) {
		if word := dotnetBackoffs[strings.ToLower(kind.Text)]; word != "" {
			b.Kind = policy.Declare(word, kind.At)
		} else {
			r.Flaw(graph.Invalid, kind, "is not a type of backoff", "write Constant, Linear or Exponential")
		}
	} else if !standard {
		b.Kind = settings.BuiltIn("fixed")
	}
	switch jitter := o.Get("UseJitter"); {
	case jitter != nil && r.Bool(jitter).Value:
		b.Jitter = policy.Declare(policy.Jitter{Kind: "full"}, jitter.At)
	case jitter != nil:
		b.Jitter = policy.Declare(policy.Jitter{Kind: "none"}, jitter.At)
	case !standard:
		b.Jitter = settings.BuiltIn(policy.Jitter{Kind: "none"})
	}
	if !standard {
		retry.Retries = settings.Unwritten(o.Get("MaxRetryAttempts"), retry.Retries, 3)
		b.Base = settings.Unwritten(o.Get("Delay"), b.Base, 2*time.Second)
	}
	return retry
}
