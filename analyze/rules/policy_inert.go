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
	Title:    "policy field without effect",
	Doc:      policyInertDoc,
	Severity: analyze.Warning,
	NoFix:    analyze.NoEdit,
	Check:    checkPolicyInert,
}

const policyInertDoc = `
Some fields act only in combination with others. Alone they are accepted silently,
and a reader of the file assumes a retry or a breaker that does not exist.

Reported for fields that the product is known to ignore in the given combination.

    resilience4j.retry.instances.inventory:
      maxAttempts: 4
      enableExponentialBackoff: true   # without waitDuration the default of 500ms is fixed

A field that its object does not have is dropped by the API server:

    kind: HTTPRoute
    spec: {rules: [{retries: {attempts: 2}}]}   # it is "retry"

A field that resembles no other may be one of a release that weir does not know; the finding
is assumed.

Not reported: complete combinations.

    retries: {attempts: 2, perTryTimeout: 500ms, retryOn: 5xx}

As info, also reported for deprecated fields that still act, and for a fault that a route
injects, which is probably left over from a test.

Of two timeouts in one program or proxy the longer one is reported if the shorter one ends
the call before it always: a read timeout of 5s behind a time limiter of 1s.

A VirtualService is also reported for calls to a port that is declared as TCP by its
name or appProtocol: Istio handles no requests there. A router or splitter of Consul is reported if
the protocol that is declared for its service is none with requests, and as info if no input declares
one: Consul's default is tcp, for which it refuses both.

**Fix.** Add the missing field. The hint names it.

- Contour, Envoy Gateway, Envoy: "retriable-status-codes" requires a list of codes.
`

func checkPolicyInert(p *Pass) {
	checkFlaws(p, graph.Inert, "is ignored by %s")
	for _, o := range objects(p.Graph) {
		reportOpaque(p, o)
		reportUnsaid(p, o)
		for _, b := range o.parts {
			for _, i := range b.Ignored {
				reportIgnored(p, o, i)
			}
		}
	}
	for e := range p.Requests() {
		reportBeaten(p, e)
	}
}

// reportIgnored reports a field of a route that the mesh in which the route acts does not
// take.
func reportIgnored(p *Pass, o object, i graph.Ignored) {
	p.Report(analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    o.name,
		Detail:     i.Field,
		Message:    fmt.Sprintf("%s of %s has no effect on %s: %s does not take it from a route", apiFields[i.Field], o.name, callIDs(p.Graph, i.Calls), i.Product.DisplayName()),
		Hint:       "set timeouts.request of the rule for the whole call",
		Fix:        ignoredFix(o, i),
		Values:     []analyze.KeyValue{keyValue("field", i.Field), number("calls", len(i.Calls))},
		Origins:    []graph.Origin{i.Origin},
		Services:   endsOf(p.Graph, i.Calls),
	})
}

// ignoredFix makes a timeout for an attempt one for the whole call, and takes it away beside one.
func ignoredFix(o object, i graph.Ignored) analyze.Fix {
	f := removeWritten(o.name, i.Origin)
	bounded := slices.ContainsFunc(o.parts, func(b *graph.BoundPolicy) bool {
		return b.Says.Timeout != nil && b.Says.Timeout.PerTry.Origin == i.Origin && b.Says.Timeout.Total.Set()
	})
	if f.Applicable() && !bounded {
		f.Changes[0].Edits[0].Op, f.Changes[0].Edits[0].Value = policy.OpRename, "request"
	}
	return f
}

// apiFields are the names that fields of a policy have in routes of the Gateway API.
var apiFields = map[string]string{"timeout.perTry": "timeouts.backendRequest"}

// reportOpaque reports an object about requests on calls whose port is declared
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
	if by := parts[0].OpaqueBy; by != nil {
		reportWithoutRequests(p, o, calls, parts, by)
		return
	}
	callee := g.Service(g.To(calls[0]))
	port := callee.Ports[slices.IndexFunc(callee.Ports, func(p graph.Port) bool { return !policy.HasRequests(p.Protocol) })]
	product := parts[0].Product.DisplayName()
	p.Report(analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    o.name,
		Detail:     "port",
		Message: fmt.Sprintf("%s has no effect on %s: port %s of %s is declared as %s, where %s handles no requests",
			o.name, callIDs(g, calls), portName(port), callee.ID, port.Protocol, product),
		Hint:     `if the requests are HTTP, name the port "http" or "http-...", or set "appProtocol: http"`,
		Fix:      p.protocolFix(callee),
		Values:   []analyze.KeyValue{keyValue("port", portName(port)), keyValue("protocol", port.Protocol), number("calls", len(calls))},
		Origins:  append(where(parts), callee.Origins...),
		Services: endsOf(g, calls),
	})
}

// reportWithoutRequests reports an object about requests on calls for whose callee another object
// declares a protocol without any.
func reportWithoutRequests(p *Pass, o object, calls []graph.Edge, parts []*graph.BoundPolicy, by *graph.Policy) {
	g := p.Graph
	hint, fix := requestsHint(p, parts[0], by, g.From(calls[0]), g.To(calls[0]))
	p.Report(analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    o.name,
		Detail:     "protocol",
		Message:    fmt.Sprintf("%s has no effect on %s: %s declares protocol %q, and %s refuses it for others than %s", o.name, callIDs(g, calls), by.Object, by.Protocol, by.Product.DisplayName(), protocolsWithRequests),
		Hint:       "if the requests are HTTP, " + hint,
		Fix:        fix,
		Values:     []analyze.KeyValue{keyValue("protocol", by.Protocol), number("calls", len(calls))},
		Origins:    append(where(parts), by.Origin),
		Services:   endsOf(g, calls),
	})
}

// reportUnsaid reports an object about requests of whose callee no input declares the protocol, and that its
// product refuses unless one with requests is declared.
func reportUnsaid(p *Pass, o object) {
	i := slices.IndexFunc(o.parts, func(b *graph.BoundPolicy) bool { return len(b.Unsaid) > 0 && !b.Says.Empty() })
	if i < 0 {
		return
	}
	b := o.parts[i]
	hint, fix := requestsHint(p, b, nil, p.Graph.From(b.Unsaid[0]), p.Graph.To(b.Unsaid[0]))
	p.At(analyze.Info, analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    o.name,
		Detail:     "protocol",
		Message: fmt.Sprintf("%s acts only if the protocol of %s is one of %s, and no input declares it; without a declaration it is tcp, and %s refuses the object",
			o.name, p.Graph.Service(p.Graph.To(b.Unsaid[0])).ID, protocolsWithRequests, b.Product.DisplayName()),
		Hint:     hint,
		Fix:      fix,
		Values:   []analyze.KeyValue{number("calls", len(b.Unsaid))},
		Origins:  []graph.Origin{b.Origin},
		Services: endsOf(p.Graph, b.Unsaid),
	})
}

// protocolsWithRequests are those for which meshes whose objects declare protocols have routes.
const protocolsWithRequests = "http, http2 and grpc"

// portName is what people call a port: its name, or its number.
func portName(p graph.Port) string {
	if p.Name != "" {
		return fmt.Sprintf("%q", p.Name)
	}
	return fmt.Sprint(p.Number)
}
