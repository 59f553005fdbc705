package manifest

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// What the policies of a Resiliency say, one kind at a time.

func daprSet() policy.Set { return policy.Set{Layer: policy.ClientProxy, Product: product.Dapr} }

// timeout reads a timeout, which bounds a single attempt.
func (d *daprResilience) timeout(name string, _ document.Node) policy.Set {
	s := daprSet()
	f := d.fields.within("policies.timeouts")
	s.Timeout = presence(policy.Timeout{PerTry: f.duration(d.spec.Get("policies", "timeouts"), name)})
	return s
}

// retry reads a retry policy. Without a number of retries it has no end.
func (d *daprResilience) retry(name string, n document.Node) policy.Set {
	f := d.fields.within("policies.retries." + name)
	r := policy.Retry{Retries: written(f, n, -1), Backoff: f.daprBackoff(n), On: f.daprTriggers(n)}
	if at := n.Get("maxRetries"); at.Exists() {
		r.Retries = f.count(-1, n, "maxRetries")
		if r.Retries.Set() && r.Retries.Value == 0 {
			r = policy.Retry{Retries: off(f, at, 0)}
		}
	}
	s := daprSet()
	s.Retry = &r
	return s
}

// daprBackoff reads the waits of a retry policy, which are of one length unless it
// says otherwise.
func (f *policyFields) daprBackoff(n document.Node) *policy.Backoff {
	b := policy.Backoff{Kind: f.word(map[string]string{"constant": "fixed", "exponential": "exponential"}, n, "policy")}
	if !n.Get("policy").Exists() {
		b.Kind = supplied(f, n, "fixed")
	}
	switch b.Kind.Value {
	case "fixed":
		b.Base = orSupplied(f, n, f.duration(n, "duration"), daprRetryWait)
		b.Jitter = supplied(f, n, policy.Jitter{Kind: "none"})
		if n.Get("maxInterval").Exists() {
			f.flaw(graph.Inert, n.Get("maxInterval"), "maxInterval", "waits of constant length have no maximum", "set policy: exponential")
		}
	case "exponential":
		b.Base = supplied(f, n, daprFirstWait)
		b.Multiplier = supplied(f, n, daprGrowth)
		b.Max = orSupplied(f, n, f.duration(n, "maxInterval"), daprMaxWait)
		b.Jitter = supplied(f, n, policy.Jitter{Kind: "partial", Fraction: 0.5})
		if n.Get("duration").Exists() {
			f.flaw(graph.Inert, n.Get("duration"), "duration", "waits of growing length start at 500ms whatever this says", "set maxInterval")
		}
	}
	return presence(b)
}

// The waits between retries where nothing else is said, as in Dapr's "Retry and
// back-off resiliency policies". Growing waits are drawn from half to one and a
// half times their length.
const (
	daprRetryWait = 5 * time.Second
	daprFirstWait = 500 * time.Millisecond
	daprMaxWait   = 60 * time.Second
	daprGrowth    = 1.5
)

// daprTriggers reads what is retried: every failure, unless only certain answers
// are.
func (f *policyFields) daprTriggers(n document.Node) policy.Setting[[]string] {
	matching := n.Get("matching")
	if !matching.Exists() {
		return supplied(f, n, []string{policy.OnAny})
	}
	on := []string{policy.OnConnect, policy.OnReset, policy.OnPerTry}
	on = append(on, f.retryOn(product.StatusCodes, n, "matching", "httpStatusCodes").Value...)
	on = append(on, f.retryOn(product.GRPCRetryCodes, n, "matching", "gRPCStatusCodes").Value...)
	slices.Sort(on)
	return written(f, matching, slices.Compact(on))
}

var (
	daprFailures = regexp.MustCompile(`\bconsecutiveFailures\s*(>=?)\s*(\d{1,9})\b`)
	daprRequests = regexp.MustCompile(`\brequests\s*(>=?)\s*(\d{1,9})\b`)
	daprRatio    = regexp.MustCompile(`\btotalFailures\s*/\s*requests\s*>=?\s*(0?\.\d+|1(?:\.0*)?)`)
	daprVariable = regexp.MustCompile(`\b(?:requests|totalSuccesses|totalFailures|consecutiveSuccesses|consecutiveFailures)\b`)
)

// breaker reads a circuit breaker, whose trip is an expression over counts.
func (d *daprResilience) breaker(name string, n document.Node) policy.Set {
	f := d.fields.within("policies.circuitBreakers." + name)
	b := policy.Breaker{
		Kind:   written(f, n, "call"),
		Window: f.duration(n, "interval"),
		Open:   orSupplied(f, n, f.duration(n, "timeout"), daprOpen),
	}
	f.count(1, n, "maxRequests")
	trip := n.Get("trip")
	text := trip.Str()
	switch {
	case !trip.Exists():
		b.Failures = supplied(f, n, daprTrip)
	case !daprVariable.MatchString(text):
		f.flaw(graph.Invalid, trip, "trip", "not a condition on the counts that Dapr keeps", "write consecutiveFailures >= 5")
		return daprSet()
	}
	b.Failures = overCount(f, trip, daprFailures, b.Failures)
	b.MinCalls = overCount(f, trip, daprRequests, b.MinCalls)
	if m := daprRatio.FindStringSubmatch(text); m != nil {
		if share, err := strconv.ParseFloat(m[1], 64); err == nil {
			b.ErrorRate = written(f, trip, share)
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

// overCount reads the least count at which a condition on a counter holds.
func overCount(f *policyFields, trip document.Node, condition *regexp.Regexp, otherwise policy.Setting[int]) policy.Setting[int] {
	m := condition.FindStringSubmatch(trip.Str())
	if m == nil {
		return otherwise
	}
	count, _ := strconv.Atoi(m[2])
	if m[1] == ">" {
		count++
	}
	return written(f, trip, count)
}
