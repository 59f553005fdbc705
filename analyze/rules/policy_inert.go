package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var policyInert = &Rule{
	ID:       "policy-inert",
	Title:    "a policy is written that its product ignores",
	Doc:      policyInertDoc,
	Severity: analyze.Warning,
	Check:    checkPolicyInert,
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

A VirtualService is told, too, for calls to a port that is declared to be TCP, by its
name or appProtocol: Istio sees no requests there.

**The way out.** The hint names the field that is missing.

- Istio: "attempts" with every "retries"; no "fault" beside "timeout" and "retries".
- Linkerd: "retry.linkerd.io/http" or "grpc" with every limit.
- Consul: "numRetries" with a "retryOn" of some kind.
- resilience4j: "waitDuration" with "enableExponentialBackoff".
- Contour, Envoy Gateway, Envoy: "retriable-status-codes" with a list of codes.
`

func checkPolicyInert(p *Pass) {
	checkFlaws(p, graph.Inert, "is ignored by %s")
	for _, o := range objects(p.Graph) {
		reportOpaque(p, o)
	}
}

// reportOpaque tells of an object about requests on calls whose port is declared
// to have none.
func reportOpaque(p *Pass, o object) {
	g := p.Graph
	var calls []graph.Edge
	var parts []*graph.BoundPolicy
	for _, b := range o.parts {
		if len(b.Opaque) > 0 && !b.Says.Empty() {
			calls, parts = append(calls, b.Opaque...), append(parts, b)
		}
	}
	if len(calls) == 0 {
		return
	}
	slices.Sort(calls)
	calls = slices.Compact(calls)
	callee := g.Service(g.To(calls[0]))
	port := callee.Ports[slices.IndexFunc(callee.Ports, func(p graph.Port) bool { return !policy.HasRequests(p.Protocol) })]
	product := parts[0].Product.DisplayName()
	p.Report(analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    o.name,
		Detail:     "port",
		Message: fmt.Sprintf("%s does nothing on %s: the port %s of %s is declared to be %s, where %s sees no requests",
			o.name, callIDs(g, calls), portName(port), callee.ID, port.Protocol, product),
		Hint:     `if requests are HTTP, name the port "http" or "http-...", or say "appProtocol: http"`,
		Values:   []analyze.KeyValue{keyValue("port", portName(port)), keyValue("protocol", port.Protocol), number("calls", len(calls))},
		Origins:  append(where(parts), callee.Origins...),
		Services: endsOf(g, calls),
	})
}

// portName is what people call a port: its name, or its number.
func portName(p graph.Port) string {
	if p.Name != "" {
		return fmt.Sprintf("%q", p.Name)
	}
	return fmt.Sprint(p.Number)
}
