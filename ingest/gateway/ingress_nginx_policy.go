package gateway

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/kubernetes"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

const ingressNginx = "nginx.ingress.kubernetes.io/"

// IngressNginxPolicies reads the annotations of an Ingress for ingress-nginx, and
// the ConfigMap of the controller, which says the same for all Ingresses that do
// not say it themselves.
func IngressNginxPolicies(o *resource.Object) {
	switch {
	case o.Kind == "ConfigMap" && isIngressNginxConfig(o):
		f := field.New(o.Document, product.IngressNginxDuration)
		f.Prefix, f.How = "data.", policy.MeshDefault
		p := o.Policy(product.IngressNginx, "ingress", o.Root.Get("data"))
		p.From, p.Merge = []graph.EndpointRef{{Group: resource.IngressesOf("nginx")}}, true
		p.Says = nginxSet(f, o.Root.Get("data"))
		o.AddPolicies(f, p)
	case kubernetes.IsCanary(o):
		nginxCanaryFlaws(o)
	case o.IsIngress("nginx") && !isNginxOrg(o):
		annotations := o.Meta.Get("annotations")
		f := o.Annotations(ingressNginx, product.IngressNginxDuration)
		p := o.Policy(product.IngressNginx, "ingress", annotations)
		p.From, p.Merge, p.Rank = []graph.EndpointRef{{Ref: o.Self}}, true, 1
		p.Says = nginxSet(f, annotations)
		p.Says.RateLimit = nginxRateLimit(f, annotations)
		fallback := o.Policy(product.IngressNginx, "fallback", annotations)
		fallback.From, fallback.To = p.From, kubernetes.IngressServices(o)
		fallback.Says = policy.Set{Layer: policy.Gateway, Product: product.IngressNginx, Fallback: nginxFallback(f, annotations)}
		if o.IngressClass() == "nginx" || !p.Says.Empty() {
			o.JoinIngresses("nginx")
		}
		o.AddPolicies(f, p)
		if !fallback.Says.Empty() && len(fallback.To) > 0 {
			o.AddPolicies(f, fallback)
		}
	}
}

// ofCanary are the annotations that a canary Ingress has of its own, by their beginnings; all
// others it has from the Ingress whose requests it gets a part of.
var ofCanary = []string{"canary", "load-balance", "upstream-hash-by", "affinity", "session-cookie"}

// nginxCanaryFlaws notes the policies of a canary Ingress, which ingress-nginx ignores.
func nginxCanaryFlaws(o *resource.Object) {
	f := o.Annotations(ingressNginx, product.IngressNginxDuration)
	for key, value := range o.Meta.Get("annotations").Pairs() {
		name, ours := strings.CutPrefix(key.Str(), ingressNginx)
		if ours && looksLikePolicy(name) && !slices.ContainsFunc(ofCanary, func(own string) bool { return strings.HasPrefix(name, own) }) {
			f.Flaw(graph.Inert, value, name, "this is a canary, which has it from the Ingress with the same host and path", "set it there")
		}
	}
	if f.Flawed() {
		o.AddPolicies(f, o.Policy(product.IngressNginx, "annotations without effect", o.Meta.Get("annotations")))
	}
}

// isIngressNginxConfig reports whether a ConfigMap is the one of the controller,
// as its chart and its manifests name and label it.
func isIngressNginxConfig(o *resource.Object) bool {
	switch o.Name {
	case "ingress-nginx-controller", "nginx-configuration", "nginx-ingress-controller", "ingress-nginx":
		return true
	}
	return o.Meta.Get("labels", "app.kubernetes.io/name").Str() == "ingress-nginx"
}

// nginxSet reads what annotations and the ConfigMap have in common. None of the
// timers bounds a request: they run from one piece of an answer to the next.
func nginxSet(f *field.Reader, n document.Node) policy.Set {
	timeout := policy.Timeout{
		Connect: f.Duration(n, "proxy-connect-timeout"),
		ReadGap: f.Duration(n, "proxy-read-timeout"),
	}
	if send := f.Duration(n, "proxy-send-timeout"); !f.Look(n, "proxy-read-timeout").Exists() {
		timeout.ReadGap = send
	}
	s := policy.Set{Layer: policy.Gateway, Product: product.IngressNginx, Timeout: field.Presence(timeout), Retry: nginxRetry(f, n, "proxy-next-upstream")}
	s.Balance = field.Presence(policy.Balance{Strategy: f.Word(map[string]string{
		"round_robin": "round-robin", "ewma": "ewma", "least_conn": "least-request", "ip_hash": "consistent-hash",
	}, n, "load-balance")})
	if hash := f.Look(n, "upstream-hash-by"); hash.Str() != "" {
		s.Balance = &policy.Balance{Strategy: field.Written(f, hash, "consistent-hash")}
	}
	return s
}

// nginxRetry reads when nginx asks the next server, in the fields that begin with name. Its
// tries count the first.
func nginxRetry(f *field.Reader, n document.Node, name string) *policy.Retry {
	r := policy.Retry{MaxDuration: f.Duration(n, name+"-timeout")}
	conditions := f.Look(n, name)
	words := strings.Fields(conditions.Str())
	if slices.Contains(words, "off") {
		return &policy.Retry{Retries: field.Off(f, conditions, 0)}
	}
	r.On = f.RetryOn(product.NginxNextUpstream, n, name)
	if slices.Contains(words, "non_idempotent") {
		r.Methods = field.Written(f, conditions, []string{})
	}
	if again := f.Look(n, "retry-non-idempotent"); f.How == policy.MeshDefault { // a key of the ConfigMap, no annotation
		if every, _ := again.Bool(); every {
			r.Methods = field.Written(f, again, []string{})
		}
	}
	tries := f.Count(0, n, name+"-tries")
	switch {
	case !tries.Set():
	case tries.Value == 0: // no limit: the balancer of ingress-nginx allows one more try with every one it makes
		r.Retries = tries
		r.Retries.Value = -1
	case tries.Value == 1:
		return &policy.Retry{Retries: field.Off(f, f.Look(n, name+"-tries"), 0)}
	default:
		r.Retries = tries
		r.Retries.Value--
	}
	return field.Presence(r)
}

// nginxRateLimit reads how many requests one client may send.
func nginxRateLimit(f *field.Reader, n document.Node) *policy.RateLimit {
	limit := field.PerSecond(f, f.Count(1, n, "limit-rps"), policy.Setting[int]{})
	if minute := f.Count(1, n, "limit-rpm"); limit == nil && minute.Set() {
		limit = field.PerSecond(f, minute, policy.Setting[int]{})
		limit.Per.Value = time.Minute
	}
	if times := f.Count(1, n, "limit-burst-multiplier"); limit != nil && times.Set() {
		times.Value *= limit.Requests.Value
		limit.Burst = times
	}
	return limit
}

// nginxFallback reads which service answers in place of a backend that returns certain
// errors. The default backend alone answers only if no server is left.
func nginxFallback(f *field.Reader, n document.Node) *policy.Fallback {
	codes, backend := f.Look(n, "custom-http-errors"), f.Look(n, "default-backend")
	if codes.Str() == "" || backend.Str() == "" {
		return nil
	}
	return &policy.Fallback{Steps: []policy.FallbackStep{{Kind: field.Written(f, backend, "service"), To: backend.Str()}}}
}
