package dapr

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// What the policies of a Resiliency say, one kind at a time.

func daprSet() policy.Set { return policy.Set{Layer: policy.ClientProxy, Product: product.Dapr} }

// What a target has that does not name a timeout, retry or breaker. The retries are off
// whole: Dapr's own end, too.

func noDaprTimeout(at graph.Origin) policy.Set {
	s := daprSet()
	s.Timeout = &policy.Timeout{PerTry: policy.Setting[time.Duration]{Provenance: policy.Absent, Origin: at}}
	return s
}

func noDaprRetry(at graph.Origin) policy.Set {
	s := daprSet()
	s.Retry = &policy.Retry{Retries: policy.Setting[int]{Provenance: policy.Absent, Origin: at}, On: policy.Setting[[]string]{Provenance: policy.Absent, Origin: at}}
	return s
}

func noDaprBreaker(at graph.Origin) policy.Set {
	s := daprSet()
	s.Breaker = &policy.Breaker{Kind: policy.Setting[string]{Provenance: policy.Absent, Origin: at}}
	return s
}

// timeout reads a timeout, which bounds a single attempt.
func (d *daprResilience) timeout(name string, _ document.Node) policy.Set {
	s := daprSet()
	f := d.fields.Within("policies.timeouts")
	s.Timeout = field.Presence(policy.Timeout{PerTry: f.Duration(d.Spec.Get("policies", "timeouts"), name)})
	return s
}

// retry reads a retry policy.
func (d *daprResilience) retry(name string, n document.Node) policy.Set {
	r := d.retries(name, n)
	if r.Retries.Provenance == policy.Disabled {
		r = policy.Retry{Retries: r.Retries}
	}
	s := daprSet()
	s.Retry = &r
	return s
}

// retries reads how often and when a policy retries. Without a number of retries it has no end.
func (d *daprResilience) retries(name string, n document.Node) policy.Retry {
	f := d.fields.Within("policies.retries." + name)
	r := policy.Retry{Retries: field.Written(f, n, -1), Backoff: daprBackoff(f, n), On: daprTriggers(f, n)}
	if r.Backoff != nil && r.Backoff.Kind.Value == "exponential" {
		r.MaxDuration = field.Supplied(f, n, daprElapsed)
	}
	if at := n.Get("maxRetries"); at.Exists() {
		r.Retries = f.Count(-1, n, "maxRetries")
		if r.Retries.Set() && r.Retries.Value == 0 {
			r.Retries = field.Off(f, at, 0)
		}
	}
	return r
}

// daprBackoff reads the waits of a retry policy, which are of one length unless it
// says otherwise.
func daprBackoff(f *field.Reader, n document.Node) *policy.Backoff {
	b := policy.Backoff{Kind: f.Word(map[string]string{"constant": "fixed", "exponential": "exponential"}, n, "policy")}
	if !n.Get("policy").Exists() {
		b.Kind = field.Supplied(f, n, "fixed")
	}
	switch b.Kind.Value {
	case "fixed":
		b.Base = field.OrSupplied(f, n, f.Duration(n, "duration"), daprRetryWait)
		b.Jitter = field.Supplied(f, n, policy.Jitter{Kind: "none"})
		if n.Get("maxInterval").Exists() {
			f.Flaw(graph.Inert, n.Get("maxInterval"), "maxInterval", "waits of policy: constant have no maximum", "set policy: exponential", field.Beside("policy", "exponential"))
		}
	case "exponential":
		b.Base = field.Supplied(f, n, daprFirstWait)
		b.Multiplier = field.Supplied(f, n, daprGrowth)
		b.Max = field.OrSupplied(f, n, f.Duration(n, "maxInterval"), daprMaxWait)
		b.Jitter = field.Supplied(f, n, policy.Jitter{Kind: "partial", Fraction: 0.5})
		if n.Get("duration").Exists() {
			f.Flaw(graph.Inert, n.Get("duration"), "duration", "waits of policy: exponential start at 500ms", "set maxInterval")
		}
	}
	return field.Presence(b)
}

// The waits between retries where nothing else is said, as in Dapr's "Retry and
// back-off resiliency policies". Growing waits are drawn from half to one and a
// half times their length.
const (
	daprRetryWait = 5 * time.Second
	daprFirstWait = 500 * time.Millisecond
	daprMaxWait   = 60 * time.Second
	daprGrowth    = 1.5

	// After which no retry with growing waits begins (MaxElapsedTime of the library).
	daprElapsed = 15 * time.Minute
)

// daprTriggers reads what is retried: every failure, unless only certain answers
// are.
func daprTriggers(f *field.Reader, n document.Node) policy.Setting[[]string] {
	matching := n.Get("matching")
	if !matching.Exists() {
		return field.Supplied(f, n, []string{policy.OnAny})
	}
	on := []string{policy.OnConnect, policy.OnReset, policy.OnPerTry}
	on = append(on, f.RetryOn(product.StatusCodes, n, "matching", "httpStatusCodes").Value...)
	on = append(on, f.RetryOn(product.GRPCRetryCodes, n, "matching", "gRPCStatusCodes").Value...)
	slices.Sort(on)
	return field.Written(f, matching, slices.Compact(on))
}

// breaker reads a circuit breaker, whose trip is an expression over counts.
func (d *daprResilience) breaker(name string, n document.Node) policy.Set {
	f := d.fields.Within("policies.circuitBreakers." + name)
	b := policy.Breaker{
		Kind:   field.Written(f, n, "call"),
		Window: f.Duration(n, "interval"),
		Open:   field.OrSupplied(f, n, f.Duration(n, "timeout"), daprOpen),
	}
	f.Count(1, n, "maxRequests")
	switch at := n.Get("trip"); {
	case !at.Exists():
		b.Failures = field.Supplied(f, n, daprTrip)
	default:
		trip, known := parseTrip(at.Str())
		if !known {
			f.Flaw(graph.Invalid, at, "trip", "not a condition on a counter of Dapr", "write consecutiveFailures >= 5")
			return daprSet()
		}
		b.Failures = policy.Setting[int]{Provenance: policy.Absent, Origin: f.At(at)} // in a row, if the condition is not of that
		share, calls := trip.ofShare()
		failures := trip.inARow()
		if share > 0 {
			b.ErrorRate, b.MinCalls = field.Written(f, at, share), field.Written(f, at, calls)
		}
		if failures > 0 && (share == 0 || failures < calls) {
			b.Failures = field.Written(f, at, failures)
		}
		switch {
		case failures == 0 && share == 0:
			f.Flaw(graph.Inert, at, "trip", "the condition never holds", "compare decimal numbers with each other: double(totalFailures) / double(requests) >= 0.5", field.Partly)
			return noDaprBreaker(f.At(at))
		case share == 1 && strings.Contains(at.Str(), "/"):
			f.Flaw(graph.Inert, at, "trip", "counts are whole numbers, and their quotient is 0 until all calls fail", "write double(totalFailures) / double(requests)", field.Instead(quotient.ReplaceAllString(at.Str(), "double($1) / double($2)")))
		}
	}
	s := daprSet()
	s.Breaker = &b
	return s
}

// A breaker opens after more than five failures in a row and for a minute, if
// nothing else is said.
const (
	daprTrip = 6
	daprOpen = 60 * time.Second
)

// quotient is one of two counts in a condition.
var quotient = lazy.NewRegexp(`\b(\w+)\s*/\s*(\w+)\b`)
