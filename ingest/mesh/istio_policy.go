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
	misplaced := v.misplaced()
	var parts []graph.Policy
	speaks := false
	for i := range v.rules {
		rule := &v.rules[i]
		if rule.isAnswer() {
			continue
		}
		says, flaws := rule.policy()
		flaws = append(misplaced, flaws...)
		misplaced = nil
		speaks = speaks || !says.Empty() || len(flaws) > 0
		for _, part := range v.parted[i] {
			says.Layer = part.Says.Layer
			if rule.root != nil {
				says.Objects = rule.objects(v.Subject())
			}
			part.Says, part.Flaws, part.Rank = says, flaws, -i
			parts = append(parts, part)
			flaws = nil // reported once
		}
	}
	if rest := append(misplaced, v.dropped...); len(rest) > 0 {
		if len(parts) == 0 {
			p := v.Policy(product.Istio, "route", v.Root)
			p.Of = v.Ref()
			parts = append(parts, p)
		}
		parts[0].Flaws = append(parts[0].Flaws, rest...)
		speaks = true
	}
	directs := slices.ContainsFunc(parts, func(p graph.Policy) bool { return p.NeedsMesh })
	if speaks || directs { // a silent rule beside one that speaks keeps its part of the calls from it
		v.Facts.Policies = append(v.Facts.Policies, parts...)
	}
}

// misplaced returns the flaws of timeouts and retries that are written where they are no fields:
// in routes of tls and tcp, and beside or below a destination.
func (v *virtualRoutes) misplaced() []graph.Flaw {
	fields := field.New(v.Document, product.IstioDuration)
	note := func(n document.Node, prefix, why, hint string) {
		fields.Prefix = prefix
		for _, key := range istioRouteFields {
			if at := n.Get(key); at.Exists() {
				fix := field.Partly
				if hint != "" {
					fix = field.Move("spec.http[]."+key, at.Flow())
				}
				fields.Flaw(graph.Invalid, at, key, fmt.Sprintf(why, key), hint, fix)
			}
		}
	}
	for _, protocol := range []string{"http", "tls", "tcp"} {
		for i, rule := range v.Spec.Get(protocol).List() {
			prefix := fmt.Sprintf("%s[%d].", protocol, i)
			why, hint := "%s is a field of http[], not of route[]", fmt.Sprintf("write it in http[%d], beside route", i)
			if protocol != "http" {
				why, hint = "routes of "+protocol+" do not have the field %s", ""
				note(rule, prefix, why, "")
			}
			for j, route := range rule.Get("route").List() {
				note(route, fmt.Sprintf("%sroute[%d].", prefix, j), why, hint)
				note(route.Get("destination"), fmt.Sprintf("%sroute[%d].destination.", prefix, j), why, hint)
			}
		}
	}
	return fields.TakeFlaws()
}

// parts returns the policies of one rule, without what they say: one for the
// sidecars, one for the gateways, and one more for each of its matches that is
// limited to certain callers or a port.
func (v *virtualRoutes) parts(rule *httpRule) []graph.Policy {
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
	matches := rule.matches
	if len(matches) == 0 {
		matches = []requestMatch{{}}
	}
	for _, match := range matches {
		gateways := v.gateways
		if own := match.gateways(); len(own) > 0 {
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
func (v *virtualRoutes) meshPart(rule *httpRule, match requestMatch) (graph.Policy, bool) {
	p := v.Policy(product.Istio, "route", v.Root)
	p.Origin = rule.At(rule.rule)
	p.NeedsMesh, p.NotGateways, p.L7Only = true, true, true
	p.ToIs, p.Rule = graph.NamedHost, v.Ref()
	for _, host := range v.hosts {
		p.To = append(p.To, namedHost(v.Object, host))
	}
	p.FromNamespaces = exported(v.Object)
	source := match.value("sourceNamespace").Str()
	if source != "" {
		p.FromNamespaces = []string{source}
	}
	if labels := match.labels("sourceLabels"); labels != nil {
		callers := v.PodsOf(graph.Selector{Labels: labels, AnyNamespace: source == ""})
		if source != "" {
			callers.Namespace = source
		}
		p.From = []graph.EndpointRef{callers}
	}
	p.Port = resource.PortNumber(match.value("port"))
	p.Says.Layer = policy.ClientProxy
	p.Subsets = rule.subsets()
	return p, len(p.To) > 0
}

// namedHost is the party of a host that an object is for. Istio looks a name up in the namespace
// of the object only if it has no dot; any other is a full name.
func namedHost(r *resource.Object, host string) graph.EndpointRef {
	p := r.Host(host)
	p.Full = strings.Contains(host, ".") && !strings.Contains(host, ".svc.") && !strings.HasPrefix(host, "*")
	return p
}

// subsets returns the names of the subsets of its destinations that a rule sends
// requests to.
func (h *httpRule) subsets() []string {
	var names []string
	for _, route := range h.List(h.rule, "route") {
		if name := h.Text(route, "destination", "subset"); name != "" && !slices.Contains(names, name) {
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
func (v *virtualRoutes) gatewayPart(rule *httpRule, gateways []string) (graph.Policy, bool) {
	p := v.Policy(product.Istio, "route "+v.Subject(), v.Root)
	p.Origin = rule.At(rule.rule)
	p.Of, p.Rule, p.Says.Layer = v.Ref(), v.Ref(), policy.Gateway
	p.Subsets, p.BypassHosts = rule.subsets(), v.leaves()
	for _, gateway := range gateways {
		if gateway != meshGateway {
			p.From = append(p.From, graph.EndpointRef{Ref: v.gatewayRef(gateway)})
		}
	}
	if v.to != "" {
		p.To = append(p.To, v.Host(v.to))
	}
	for _, route := range rule.List(rule.rule, "route") {
		if host := rule.Text(route, "destination", "host"); host != "" {
			p.To = append(p.To, rule.Host(host))
		}
	}
	if delegate := v.delegateOf(rule.rule); !delegate.IsZero() {
		p.To = append(p.To, graph.EndpointRef{Group: delegate})
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

// policy returns what a rule says, with the flaws found on the way. A fault is injected beside
// the timeout and the retries of the route, which act on the requests that it does not hit.
func (h *httpRule) policy() (policy.Set, []graph.Flaw) {
	says := policy.Set{Product: product.Istio}
	var timeout policy.Timeout
	_, f := h.taken("timeout")
	timeout.Total = f.In(product.IstioTimeout).Duration(h.owner(f), "timeout")
	n, f := h.taken("retries")
	timeout.PerTry, says.Retry = istioRetries(f, n, "retries")
	says.Timeout = field.Presence(timeout)
	if n, f = h.taken("fault"); n.IsMap() {
		f.Remark(graph.Inert, n, "fault", "it delays or fails requests on purpose", "remove it after the experiment", field.Remove)
	}
	flaws := h.fields.TakeFlaws()
	if h.root != nil {
		flaws = append(ofObject(flaws, h.Subject()), h.root.fields.TakeFlaws()...)
	}
	return says, flaws
}

// objects returns the VirtualServices that say something about the calls of a rule, the one
// that hints name first.
func (h *httpRule) objects(root string) policy.Objects {
	if h.rule.Get("timeout").Exists() || h.rule.Get("retries").Exists() {
		return policy.Objects{h.Subject(), root}
	}
	return policy.Objects{root, h.Subject()}
}

// owner returns the rule that a reader of fields is for.
func (h *httpRule) owner(f *field.Reader) document.Node {
	if h.root != nil && f == h.root.fields {
		return h.root.rule
	}
	return h.rule
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
	r.On = f.RetryOn(product.IstioRetryOn, n, "retryOn")
	if base := f.Duration(n, "backoff"); base.Set() {
		r.Backoff = &policy.Backoff{Base: base}
	}
	if n.Get("attempts").Exists() && !r.Retries.Set() {
		return perTry, r // not a number: its meaning is unknown
	}
	if r.Retries.Value == 0 {
		return policy.Setting[time.Duration]{}, withoutAttempts(f, n, name == "retries")
	}
	switch on := n.Get("retryOn"); {
	case on.Str() == "":
		r.On = field.Supplied(f, field.OrNode(on, n), product.IstioDefaultRetryOn)
	case r.On.Set() && len(r.On.Value) == 0:
		f.Flaw(graph.Inert, on, "retryOn", "nothing is retried without a retry condition",
			"set retryOn to statuses or conditions: 502,503 or connect-failure,reset", field.Instead("connect-failure,refused-stream"))
	}
	if !n.Get("perTryTimeout").Exists() {
		perTry = policy.Setting[time.Duration]{Provenance: policy.Absent, Origin: f.At(n)}
	}
	return perTry, r
}

// withoutAttempts reads a retries block that says no attempts, which switches retries off.
// If the block of a route says more, Istio refuses the object, and its own retries are left.
func withoutAttempts(f *field.Reader, n document.Node, ofRoute bool) *policy.Retry {
	at := n.Get("attempts")
	for _, key := range []string{"perTryTimeout", "retryOn", "retryRemoteLocalities"} {
		switch value := n.Get(key); {
		case value.Exists() && ofRoute:
			f.Flaw(graph.Invalid, value, key, "attempts are 0 or absent beside it, and the object is refused", "set attempts to 1 or 2", field.Beside("attempts", "2"))
			return nil
		case value.Exists():
			f.Flaw(graph.Inert, value, key, "nothing is retried without attempts", "set attempts to 1 or 2", field.Beside("attempts", "2"))
		}
	}
	if !at.Exists() {
		at = n
	}
	return &policy.Retry{Retries: field.Off(f, at, 0)}
}

// istioMatch returns the part of the calls that one match selects, as far as they
// differ in more than caller and port: "GET /cart*".
func istioMatch(match requestMatch) string {
	var words []string
	if method := resource.StringMatch(match.value("method")); method != "" {
		words = append(words, method)
	}
	if uri := resource.StringMatch(match.value("uri")); uri != "" && uri != "/*" && uri != "~.*" && uri != "~/.*" {
		words = append(words, uri)
	}
	for _, field := range []string{"scheme", "authority"} {
		if text := resource.StringMatch(match.value(field)); text != "" {
			words = append(words, field+" "+text)
		}
	}
	if hosts := match.value("sniHosts").Strs(); len(hosts) > 0 {
		words = append(words, "host "+strings.Join(hosts, ","))
	}
	for _, field := range []string{"headers", "withoutHeaders", "queryParams"} {
		for key, value := range match.entries(field) {
			words = append(words, strings.TrimSpace(resource.ConditionWords[field]+" "+key.Str()+" "+resource.StringMatch(value)))
		}
	}
	return strings.Join(words, " ")
}
