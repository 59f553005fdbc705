package product

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/saturating"
	"github.com/weirgraph/weir/policy"
)

// DotNet is Microsoft.Extensions.Http.Resilience, AddStandardResilienceHandler.
var DotNet = &policy.Product{
	Name: "dotnet", Title: ".NET standard resilience handler",
	Source:    "https://learn.microsoft.com/dotnet/core/resilience/http-resilience",
	Durations: []*policy.Syntax{DotNetDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: def(30 * time.Second), PerTry: def(10 * time.Second)},
		Retry: &policy.Retry{
			Retries: def(3), On: def([]string{policy.OnConnect, policy.OnReset, "response-408", policy.On429, policy.On5xx, policy.OnPerTry}), RetryAfter: def(true),
			Backoff: &policy.Backoff{Kind: def("exponential"), Base: def(2 * time.Second), Multiplier: def(2.0), Jitter: def(policy.Jitter{Kind: "full"})},
		},
		Breaker:  pollyBreaker,
		Bulkhead: &policy.Bulkhead{MaxConcurrent: def(1000)},
	},
	Within: policy.Set{Breaker: pollyBreaker, Hedge: pollyHedge},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(at("resilience handler", field("TotalRequestTimeout:Timeout", duration))),
			policy.AttemptTimeout:   ways(at("resilience handler", field("AttemptTimeout:Timeout", duration))),
			policy.Retries:          ways(at("resilience handler", field("Retry:MaxRetryAttempts", count))),
			policy.RetryBackoff:     ways(at("resilience handler", field("Retry:BackoffType", "Exponential"), field("Retry:UseJitter", "true"))),
			policy.CircuitBreaker:   ways(at("resilience handler", block("CircuitBreaker", ""))),
			policy.BreakerWindow:    ways(at("resilience handler", field("CircuitBreaker:SamplingDuration", duration))),
			policy.BreakerOpenTime:  ways(at("resilience handler", field("CircuitBreaker:BreakDuration", duration))),
			policy.ConcurrencyLimit: ways(at("resilience handler", field("RateLimiter:DefaultRateLimiterOptions:PermitLimit", count))),
			policy.FallbackAnswer:   ways(whole("fallback strategy in the pipeline")),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBudget, policy.EjectionShare, policy.LoadBalancing},
}

// DotNetDuration is TimeSpan.Parse, for which a bare number is days.
// Timeout.InfiniteTimeSpan is less than 0.
var DotNetDuration = &policy.Syntax{Title: ".NET", Read: readTimeSpan, Zero: policy.Acts, Negative: policy.Off, Good: `"00:00:10" for ten seconds`, Doubt: doubtDays}

var timeSpan = lazy.NewRegexp(`^(-?)(?:([0-9]+)\.)?([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,7}))?)?$`)

// readTimeSpan takes [-][d.]hh:mm[:ss[.fffffff]], or days alone.
func readTimeSpan(text string) (time.Duration, string) {
	text = strings.TrimSpace(text)
	if days, why := readWhole(24 * time.Hour)(text); why == "" {
		return days, ""
	}
	if strings.Count(text, ":") == 3 { // d:hh:mm:ss means the same
		text = strings.Replace(text, ":", ".", 1)
	}
	m := timeSpan.FindStringSubmatch(text)
	if m == nil {
		return 0, "is not a TimeSpan"
	}
	days, err := strconv.ParseInt(zeroIfEmpty(m[2]), 10, 64)
	if err != nil {
		return 0, tooLong
	}
	d := saturating.Mul(24*time.Hour, days)
	for i, part := range []struct {
		size time.Duration
		most int64
		why  string
	}{{time.Hour, 23, "has more than 23 hours"}, {time.Minute, 59, "has more than 59 minutes"}, {time.Second, 59, "has more than 59 seconds"}} {
		n, _ := strconv.ParseInt(zeroIfEmpty(m[3+i]), 10, 64) // two digits at most
		if n > part.most {
			return 0, part.why
		}
		d = saturating.Add(d, saturating.Mul(part.size, n))
	}
	ticks, _ := strconv.ParseInt((m[6] + "0000000")[:7], 10, 64) // of 100 ns
	d = saturating.Add(d, saturating.Mul(100*time.Nanosecond, ticks))
	if m[1] == "-" {
		d = -d
	}
	return d, ""
}

func zeroIfEmpty(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// doubtDays doubts a bare number, which .NET takes for days. What is meant is seconds, of which a
// TimeSpan has up to 59 beside minutes.
func doubtDays(text string) (doubt, hint, instead string) {
	if text = strings.TrimSpace(text); !wholeNumber.MatchString(text) {
		return "", "", ""
	}
	seconds := text
	if n, err := strconv.Atoi(text); err == nil && n < 24*60*60 {
		instead = fmt.Sprintf("%02d:%02d:%02d", n/3600, n/60%60, n%60)
		seconds = instead
	}
	return "is " + text + " days", `write "` + seconds + `" for seconds`, instead
}
