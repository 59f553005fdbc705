package rules

import (
	"fmt"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var retryWithoutJitter = &Rule{
	ID:       "retry-without-jitter",
	Title:    "retry without jitter",
	Doc:      retryWithoutJitterDoc,
	Purposes: []policy.Purpose{policy.RetryBackoff},
	Severity: analyze.Info,
	Check:    checkRetryWithoutJitter,
}

const retryWithoutJitterDoc = `
A callee with a short outage fails many callers at the same moment. If all of them
wait for the same time, they return at the same moment, again and again. Jitter
spreads them.

Reported for declared retries of a synchronous call with waits of 10ms or more and no
random part, declared or by default. Severity: info; warning if the callers of the
callee times the replicas of this caller are 20 or more; one level more for callers
of tier 1.

    resilience4j.retry.instances.stock: {maxAttempts: 3, waitDuration: 500ms}

Not reported: products with jitter by default (Envoy and the meshes built on it, gRPC,
Linkerd), products whose waits cannot be set (HAProxy waits for a second, or less), and
a single retry of a caller with a single replica.

    resilience4j.retry.instances.stock:
      {maxAttempts: 3, waitDuration: 500ms, enableRandomizedWait: true}

**Fix.** Randomize at least half of the wait, preferably all of it (full jitter).

Source: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog 2015.
`

const (
	shortWait = 10 * time.Millisecond // too short for callers to move in step
	herd      = 20                    // callers that can be felt coming back together
)

func checkRetryWithoutJitter(p *Pass) {
	for e := range p.Requests() {
		caller := analyze.Replicas(p.Core.Service(p.Core.From(e)))
		alone := caller.Setting.IsExplicit() && caller.Value == 1
		found, ok := firstFaultyLayer(p.Effective(e), retried, func(_ *analyze.Part, l *policy.Effect) bool {
			b := l.Set.Retry.Backoff
			return inStep(b, l.Set.Product) && canExpress(l.Set.Product, policy.RetryBackoff) && !(alone && l.Attempts == 2 && b.Kind.Value == "fixed")
		})
		if ok {
			reportInStep(p, e, found, caller)
		}
	}
}

// inStep reports whether waits are long enough to matter and have no random part.
func inStep(b *policy.Backoff, by *policy.Product) bool {
	if b == nil || atOnce(b) || b.Base.Value < shortWait || b.Jitter.Set() && b.Jitter.Value.Kind != "none" {
		return false
	}
	// Dapr's exponential policy is random by itself.
	return by.OrNative().Backoff != policy.DaprExponential || b.Kind.Value != "exponential"
}

func reportInStep(p *Pass, e graph.Edge, found faultyLayer, caller analyze.ReplicaCount) {
	l := found.layer
	b := l.Set.Retry.Backoff
	sure := min(analyze.Certain, sureOf(b.Base.Provenance))
	if b.Jitter.Provenance != policy.Explicit {
		sure = min(sure, analyze.Default)
	}
	f := aboutCall(p, e, sure, placed(b.Jitter.Origin, b.Base.Origin, b.Kind.Origin, retryOrigin(l)))
	f.Routes = found.named
	f.Message = fmt.Sprintf("%s%s and makes %s attempts, %s apart without jitter: callers that failed together retry together",
		callText(p, e), found.named, tries(l.Attempts), english.Duration(b.Base.Value))
	if l.Attempts == policy.Unlimited {
		f.Message = fmt.Sprintf("%s%s and retries without limit, %s apart without jitter: callers that failed together retry together",
			callText(p, e), found.named, english.Duration(b.Base.Value))
	}
	r := remedyFor(p, e, &l.Set, policy.RetryBackoff)
	f.Hint, f.Fix = r.hint("set", "waits with a random part"), r.fix(p, b.Base.Value)
	f.Values = []analyze.KeyValue{attempts(l), value("base", b.Base), keyValue("waits", until(l.Waits))}
	severity := analyze.Info
	if n := fanIn(p, e); caller.Set() && n*caller.Value >= herd {
		severity = analyze.Warning
		f.Values = append(f.Values, number("callers", n), replicasValue(caller))
	}
	p.At(gradeByTier(p, e, severity), f)
}
