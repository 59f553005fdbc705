package analyze

import "github.com/weirgraph/weir/graph"

var policyInert = &Rule{
	ID:       "policy-inert",
	Title:    "a policy is written that its product ignores",
	Doc:      policyInertDoc,
	Severity: Warning,
	Check:    func(p *Pass) { checkFlaws(p, graph.Inert, "is ignored by %s") },
}

const policyInertDoc = `
Some fields act only together with others. Written alone they are accepted without
a word, and the reader of the file believes in a retry or a breaker that is not
there.

Fires for what the product is known to ignore in the combination that stands there.

    retries:
      perTryTimeout: 500ms        # Istio: retries without attempts are off
      retryOn: 5xx

    resilience4j.retry.instances.inventory:
      maxAttempts: 4
      enableExponentialBackoff: true   # without waitDuration the default of 500ms is fixed

Stays silent when the combination is complete.

    retries: {attempts: 2, perTryTimeout: 500ms, retryOn: 5xx}

A fault that is injected beside a timeout is told here too: it switches the timeout
off, and is likely to have been left from a test. What is out of date and still acts
is info.

**The way out.** The hint names the field that is missing.

- Istio: "attempts" with every "retries"; no "fault" beside "timeout" and "retries".
- Linkerd: "retry.linkerd.io/http" or "grpc" with every limit.
- Consul: "numRetries" with a "retryOn" of some kind.
- resilience4j: "waitDuration" with "enableExponentialBackoff".
- Contour, Envoy Gateway, Envoy: "retriable-status-codes" with a list of codes.
`
