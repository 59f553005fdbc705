package mesh

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The fields that say how a route of a VirtualService treats its calls.
var istioRouteFields = []string{"timeout", "retries"}

// policies reads the timeouts and retries of a VirtualService. Each rule has its
// own, the first that matches a request acts, and the part of the calls that it
// matches keeps apart what one rule says from what another does.
func (v *virtualRoutes) policies() {
	v.fields = field.New(v.Document, product.IstioDuration)
	for _, protocol := range []string{"tls", "tcp"} {
		for i, rule := range v.List(v.Spec, protocol) {
			v.fields.Prefix = fmt.Sprintf("%s[%d].", protocol, i)
			for _, field := range istioRouteFields {
				if n := rule.Get(field); n.Exists() {
					v.fields.Flaw(graph.Invalid, n, field, "routes of "+protocol+" do not have this field", "")
				}
			}
		}
	}
	rules := v.List(v.Spec, "http")
	var parts []graph.Policy
	speaks := false
	for i, rule := range rules {
		if isAnswer(rule) {
			continue
		}
		v.fields.Prefix = fmt.Sprintf("http[%d].", i)
		says := v.routePolicy(rule)
		flaws := v.fields.TakeFlaws()
		speaks = speaks || !says.Empty() || len(flaws) > 0
		for _, part := range v.parted[i] {
			says.Layer = part.Says.Layer
			part.Says, part.Flaws, part.Rank = says, flaws, -i
			parts = append(parts, part)
			flaws = nil // reported once
		}
	}
	directs := slices.ContainsFunc(parts, func(p graph.Policy) bool { return p.NeedsMesh })
	if speaks || directs { // a silent rule beside one that speaks keeps its part of the calls from it
		v.Facts.Policies = append(v.Facts.Policies, parts...)
	}
}

// isAnswer reports whether a rule makes no call: the proxy answers by itself.
func isAnswer(rule document.Node) bool {
	return rule.Get("redirect").Exists() || rule.Get("directResponse").Exists()
}

// parts returns the policies of one rule, without what they say: one for the
// sidecars, one for the gateways, and one more for each of its matches that is
// limited to certain callers or a port.
func (v *virtualRoutes) parts(rule document.Node) []graph.Policy {
	var parts []graph.Policy
	var texts [][]string
	add := func(p graph.Policy, text string) {
		for i := range parts {
			if sameCallers(&parts[i], &p) {
				texts[i] = append(texts[i], text)
				return
			}
		}
		parts, texts = append(parts, p), append(texts, []string{text})
	}
	matches := v.List(rule, "match")
	if len(matches) == 0 {
		matches = []document.Node{{}}
	}
	for _, match := range matches {
		gateways := v.gateways
		if own := gatewayNames(match); len(own) > 0 {
			gateways = own
		}
		text := istioMatch(match)
		if slices.Contains(gateways, meshGateway) {
			if p, ok := v.meshPart(rule, match); ok {
				add(p, text)
			}
		}
		if p, ok := v.gatewayPart(rule, gateways); ok {
			add(p, text)
		}
	}
	for i := range parts {
		parts[i].Match = resource.EitherText(texts[i])
	}
	return parts
}

// sameCallers reports whether two parts of one rule are for the same calls.
func sameCallers(a, b *graph.Policy) bool {
	return a.Group == b.Group && a.Port == b.Port && fmt.Sprint(a.From, a.FromNamespaces) == fmt.Sprint(b.From, b.FromNamespaces)
}

// meshPart is the part of a rule that sidecars follow when they call the hosts of
// the VirtualService. A delegate has no hosts, and no sidecar that finds it.
func (v *virtualRoutes) meshPart(rule, match document.Node) (graph.Policy, bool) {
	p := v.Policy(product.Istio, "route", rule)
	p.NeedsMesh, p.NotGateways, p.L7Only = true, true, true
	p.ToIs, p.Rule = graph.NamedHost, v.Ref()
	for _, host := range v.hosts {
		p.To = append(p.To, v.Host(host))
	}
	p.FromNamespaces = exported(v.Object)
	source := v.Text(match, "sourceNamespace")
	if source != "" {
		p.FromNamespaces = []string{source}
	}
	if labels := resource.LabelsOf(v.Mapping(match, "sourceLabels")); labels != nil {
		callers := v.PodsOf(graph.Selector{Labels: labels, AnyNamespace: source == ""})
		if source != "" {
			callers.Namespace = source
		}
		p.From = []graph.EndpointRef{callers}
	}
	p.Port = resource.PortNumber(match.Get("port"))
	p.Says.Layer = policy.ClientProxy
	p.Subsets = v.subsets(rule)
	return p, len(p.To) > 0
}

// subsets returns the names of the subsets of its destinations that a rule sends
// requests to.
func (v *virtualRoutes) subsets(rule document.Node) []string {
	var names []string
	for _, route := range v.List(rule, "route") {
		if name := v.Text(route, "destination", "subset"); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// leaves returns the hosts by which programs in the mesh could call what a
// VirtualService without the mesh among its gateways is for.
func (v *virtualRoutes) leaves() []graph.EndpointRef {
	var hosts []graph.EndpointRef
	for _, host := range v.hosts {
		if !slices.Contains(v.gateways, meshGateway) && !strings.Contains(host, "*") {
			hosts = append(hosts, v.Host(host))
		}
	}
	return hosts
}

// gatewayPart is the part of a rule that gateways follow on the way to the rule's
// destinations. Those of several VirtualServices of one gateway add to each other.
func (v *virtualRoutes) gatewayPart(rule document.Node, gateways []string) (graph.Policy, bool) {
	group := "route "
	if v.delegate {
		group = "route-delegated " // laid over what the root says of its own
	}
	p := v.Policy(product.Istio, group+v.Subject(), rule)
	p.Of, p.Says.Layer = v.Ref(), policy.Gateway
	if v.delegate {
		p.Says.Layer = policy.ClientProxy // of sidecars as of gateways
	} else {
		p.Rule = v.Ref()
	}
	p.Subsets, p.BypassHosts = v.subsets(rule), v.leaves()
	for _, gateway := range gateways {
		if gateway != meshGateway && !v.delegate {
			p.From = append(p.From, graph.EndpointRef{Ref: v.gatewayRef(gateway)})
		}
	}
	if v.to != "" {
		p.To = append(p.To, v.Host(v.to))
	}
	for _, route := range v.List(rule, "route") {
		if host := v.Text(route, "destination", "host"); host != "" {
			p.To = append(p.To, v.Host(host))
		}
	}
	if delegate := v.Mapping(rule, "delegate"); delegate.Get("name").Str() != "" {
		p.To = append(p.To, v.Group(v.Kind, delegate.Get("namespace").Str(), delegate.Get("name").Str()))
	}
	return p, len(p.To) > 0 && (len(p.From) > 0 || v.delegate)
}

// exported returns the namespaces whose callers see the object, nil for all.
func exported(r *resource.Object) []string {
	var namespaces []string
	for _, to := range r.Spec.Get("exportTo").Strs() {
		switch to {
		case "*":
			return nil
		case ".":
			if r.Namespace == "" { // whichever it is, its callers are likely to be in it
				return nil
			}
			to = r.Namespace
		}
		namespaces = append(namespaces, to) // "~" is not a namespace, and no workload is in it
	}
	return namespaces
}

// routePolicy reads what one rule says.
func (v *virtualRoutes) routePolicy(rule document.Node) policy.Set {
	f := v.fields
	says := policy.Set{Product: product.Istio}
	timeout := policy.Timeout{Total: f.Duration(rule, "timeout")}
	timeout.PerTry, says.Retry = istioRetries(f, v.Mapping(rule, "retries"), "retries")
	if v.Mapping(rule, "fault").Exists() {
		for _, field := range istioRouteFields {
			if n := rule.Get(field); n.Exists() {
				f.Flaw(graph.Inert, n, field, "a route that injects faults has no timeouts and no retries",
					"remove fault after the experiment")
			}
		}
		says.Retry = &policy.Retry{Retries: field.Off(f, rule.Get("fault"), 0)}
		return says
	}
	says.Timeout = field.Presence(timeout)
	return says
}

// istioRetries reads an HTTPRetry, of a route or as the default of the mesh. A
// block replaces the mesh's default as a whole: what it leaves out is as Istio
// has it.
func istioRetries(f *field.Reader, n document.Node, name string) (perTry policy.Setting[time.Duration], r *policy.Retry) {
	if !n.Exists() {
		return perTry, nil
	}
	f = f.Within(name)
	r = &policy.Retry{Retries: f.Count(0, n, "attempts")}
	perTry = f.Duration(n, "perTryTimeout")
	if perTry.Set() && perTry.Value < time.Millisecond {
		f.Flaw(graph.Invalid, n.Get("perTryTimeout"), "perTryTimeout", "is shorter than 1ms", "write at least 1ms")
		perTry = policy.Setting[time.Duration]{}
	}
	r.On = f.RetryOn(product.IstioRetryOn, n, "retryOn")
	if base := f.Duration(n, "backoff"); base.Set() {
		r.Backoff = &policy.Backoff{Base: base}
	}
	if n.Get("attempts").Exists() && !r.Retries.Set() {
		return perTry, r // not a number: its meaning is unknown
	}
	if r.Retries.Value == 0 {
		return policy.Setting[time.Duration]{}, withoutAttempts(f, n)
	}
	switch on := n.Get("retryOn"); {
	case on.Str() == "":
		r.On = field.Supplied(f, field.OrNode(on, n), product.IstioDefaultRetryOn)
	case r.On.Set() && len(r.On.Value) == 0:
		f.Flaw(graph.Inert, on, "retryOn", "nothing is retried without a retry condition",
			"set retryOn to statuses or conditions: 502,503 or connect-failure,reset")
	}
	if !n.Get("perTryTimeout").Exists() {
		perTry = policy.Setting[time.Duration]{Provenance: policy.Absent, Origin: f.At(n)}
	}
	return perTry, r
}

// withoutAttempts reads a retries block that says no attempts, which switches
// retries off, whatever else is in it.
func withoutAttempts(f *field.Reader, n document.Node) *policy.Retry {
	at := n.Get("attempts")
	for key, value := range n.Pairs() {
		if field := key.Str(); field != "attempts" && value.Exists() {
			f.Flaw(graph.Inert, value, field, "nothing is retried without attempts",
				"set attempts to at most 2")
		}
	}
	if !at.Exists() {
		at = n
	}
	return &policy.Retry{Retries: field.Off(f, at, 0)}
}

// istioMatch returns the part of the calls that one match selects, as far as they
// differ in more than caller and port: "GET /cart*".
func istioMatch(match document.Node) string {
	var words []string
	if method := resource.StringMatch(match.Get("method")); method != "" {
		words = append(words, method)
	}
	if uri := resource.StringMatch(match.Get("uri")); uri != "" && uri != "/*" && uri != "~.*" && uri != "~/.*" {
		words = append(words, uri)
	}
	for _, field := range []string{"scheme", "authority"} {
		if text := resource.StringMatch(match.Get(field)); text != "" {
			words = append(words, field+" "+text)
		}
	}
	if hosts := match.Get("sniHosts").Strs(); len(hosts) > 0 {
		words = append(words, "host "+strings.Join(hosts, ","))
	}
	for _, field := range []string{"headers", "withoutHeaders", "queryParams"} {
		for key, value := range match.Get(field).Pairs() {
			words = append(words, strings.TrimSpace(resource.ConditionWords[field]+" "+key.Str()+" "+resource.StringMatch(value)))
		}
	}
	return strings.Join(words, " ")
}
