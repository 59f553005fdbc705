package manifest

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

const ingressNginx = "nginx.ingress.kubernetes.io/"

// ingressNginxPolicies reads the annotations of an Ingress for ingress-nginx, and
// the ConfigMap of the controller, which says the same for all Ingresses that do
// not say it themselves.
func ingressNginxPolicies(o *object) {
	switch {
	case o.kind == "ConfigMap" && isIngressNginxConfig(o):
		f := newPolicyFields(o.Document, product.IngressNginxDuration)
		f.prefix, f.how = "data.", policy.MeshDefault
		p := o.policy(product.IngressNginx, "ingress", o.Root.Get("data"))
		p.From, p.Merge = []graph.EndpointRef{{Group: ingressesOf("nginx")}}, true
		p.Says = f.nginxSet(o.Root.Get("data"))
		o.addPolicies(f, p)
	case o.isIngress("nginx"):
		annotations := o.meta.Get("annotations")
		f := o.annotations(ingressNginx, product.IngressNginxDuration)
		p := o.policy(product.IngressNginx, "ingress", annotations)
		p.From, p.Merge, p.Rank = []graph.EndpointRef{{Ref: o.self}}, true, 1
		p.Says = f.nginxSet(annotations)
		p.Says.RateLimit = f.nginxRateLimit(annotations)
		fallback := o.policy(product.IngressNginx, "fallback", annotations)
		fallback.From, fallback.To = p.From, o.ingressServices()
		fallback.Says = policy.Set{Layer: policy.Gateway, Product: product.IngressNginx, Fallback: f.nginxFallback(annotations)}
		if o.ingressClass() == "nginx" || !p.Says.Empty() {
			o.joinIngresses("nginx")
		}
		o.addPolicies(f, p)
		if !fallback.Says.Empty() && len(fallback.To) > 0 {
			o.addPolicies(f, fallback)
		}
	}
}

// isIngressNginxConfig reports whether a ConfigMap is the one of the controller,
// as its chart and its manifests name and label it.
func isIngressNginxConfig(o *object) bool {
	switch o.name {
	case "ingress-nginx-controller", "nginx-configuration", "nginx-ingress-controller", "ingress-nginx":
		return true
	}
	return o.meta.Get("labels", "app.kubernetes.io/name").Str() == "ingress-nginx"
}

// nginxSet reads what annotations and the ConfigMap have in common. None of the
// timers bounds a request: they run from one piece of an answer to the next.
func (f *policyFields) nginxSet(n document.Node) policy.Set {
	timeout := policy.Timeout{
		Connect: f.duration(n, "proxy-connect-timeout"),
		ReadGap: f.duration(n, "proxy-read-timeout"),
	}
	if send := f.duration(n, "proxy-send-timeout"); !f.look(n, "proxy-read-timeout").Exists() {
		timeout.ReadGap = send
	}
	s := policy.Set{Layer: policy.Gateway, Product: product.IngressNginx, Timeout: presence(timeout), Retry: f.nginxRetry(n)}
	s.Balance = presence(policy.Balance{Strategy: f.word(map[string]string{
		"round_robin": "round-robin", "ewma": "ewma", "least_conn": "least-request", "ip_hash": "consistent-hash",
	}, n, "load-balance")})
	if hash := f.look(n, "upstream-hash-by"); hash.Str() != "" {
		s.Balance = &policy.Balance{Strategy: written(f, hash, "consistent-hash")}
	}
	return s
}

// nginxRetry reads when nginx asks the next server. Its tries count the first.
func (f *policyFields) nginxRetry(n document.Node) *policy.Retry {
	r := policy.Retry{MaxDuration: f.duration(n, "proxy-next-upstream-timeout")}
	conditions := f.look(n, "proxy-next-upstream")
	words := strings.Fields(conditions.Str())
	if slices.Contains(words, "off") {
		return &policy.Retry{Retries: off(f, conditions, 0)}
	}
	r.On = f.retryOn(product.NginxNextUpstream, n, "proxy-next-upstream")
	if slices.Contains(words, "non_idempotent") {
		r.Methods = written(f, conditions, []string{})
	}
	if again, _ := f.look(n, "retry-non-idempotent").Bool(); again {
		r.Methods = written(f, f.look(n, "retry-non-idempotent"), []string{})
	}
	tries := f.count(0, n, "proxy-next-upstream-tries")
	switch {
	case !tries.Set():
	case tries.Value == 0: // no limit: its balancer allows one more try with every one it makes
		r.Retries = tries
		r.Retries.Value = -1
	case tries.Value == 1:
		return &policy.Retry{Retries: off(f, f.look(n, "proxy-next-upstream-tries"), 0)}
	default:
		r.Retries = tries
		r.Retries.Value--
	}
	return presence(r)
}

// nginxRateLimit reads how many requests one client may send.
func (f *policyFields) nginxRateLimit(n document.Node) *policy.RateLimit {
	limit := perSecond(f, f.count(1, n, "limit-rps"), policy.Setting[int]{})
	if minute := f.count(1, n, "limit-rpm"); limit == nil && minute.Set() {
		limit = perSecond(f, minute, policy.Setting[int]{})
		limit.Per.Value = time.Minute
	}
	if times := f.count(1, n, "limit-burst-multiplier"); limit != nil && times.Set() {
		times.Value *= limit.Requests.Value
		limit.Burst = times
	}
	return limit
}

// nginxFallback reads who answers in place of a backend that gives certain
// errors. The default backend alone stands in only where no server is left.
func (f *policyFields) nginxFallback(n document.Node) *policy.Fallback {
	codes, backend := f.look(n, "custom-http-errors"), f.look(n, "default-backend")
	if codes.Str() == "" || backend.Str() == "" {
		return nil
	}
	return &policy.Fallback{Steps: []policy.FallbackStep{{Kind: written(f, backend, "service"), To: backend.Str()}}}
}
