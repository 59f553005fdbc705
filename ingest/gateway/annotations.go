package gateway

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/kubernetes"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A controller has a table of the annotations that it reads, by the kind of their object.
// A name that ends in "." begins several.
type controller struct {
	product  *policy.Product
	class    string // of its Ingresses
	prefix   string
	folds    bool // it does not distinguish cases
	partly   bool // the table has those of policies, and what looks like them
	onKind   map[string][]string
	inConfig []string          // keys of the controller's own configuration alone
	instead  map[string]string // hints for some of these

	refers map[string]string // the kinds of objects that values of annotations name
}

var controllers = []controller{
	{
		product: product.IngressNginx, class: "nginx", prefix: ingressNginx,
		onKind: map[string][]string{"Ingress": strings.Fields(`
			affinity affinity-canary-behavior affinity-mode allowlist-source-range app-root auth-always-set-cookie auth-cache-duration
			auth-cache-key auth-keepalive auth-keepalive-requests auth-keepalive-share-vars auth-keepalive-timeout auth-method
			auth-proxy-set-headers auth-realm auth-request-redirect auth-response-headers auth-secret auth-secret-type auth-signin
			auth-signin-redirect-param auth-snippet auth-tls-error-page auth-tls-match-cn auth-tls-pass-certificate-to-upstream
			auth-tls-secret auth-tls-verify-client auth-tls-verify-depth auth-type auth-url backend-protocol base-url-scheme canary
			canary-by-cookie canary-by-header canary-by-header-pattern canary-by-header-value canary-weight canary-weight-total
			client-body-buffer-size configuration-snippet connection-proxy-header cors-allow-credentials cors-allow-headers
			cors-allow-methods cors-allow-origin cors-expose-headers cors-max-age custom-headers custom-http-errors default-backend
			denylist-source-range disable-proxy-intercept-errors enable-access-log enable-cors enable-global-auth enable-influxdb
			enable-modsecurity enable-opentelemetry enable-opentracing enable-owasp-core-rules enable-rewrite-log force-ssl-redirect
			from-to-www-redirect global-rate-limit global-rate-limit-ignored-cidrs global-rate-limit-key global-rate-limit-window
			http2-push-preload influxdb-host influxdb-measurement influxdb-port influxdb-server-name limit-allowlist
			limit-burst-multiplier limit-connections limit-rate limit-rate-after limit-rpm limit-rps limit-whitelist load-balance
			mirror-host mirror-request-body mirror-target modsecurity-snippet modsecurity-transaction-id opentelemetry-operation-name
			opentelemetry-trust-incoming-span opentracing-trust-incoming-span permanent-redirect permanent-redirect-code
			preserve-trailing-slash proxy-body-size proxy-buffer-size proxy-buffering proxy-buffers-number proxy-busy-buffers-size
			proxy-connect-timeout proxy-cookie-domain proxy-cookie-path proxy-http-version proxy-max-temp-file-size
			proxy-next-upstream proxy-next-upstream-timeout proxy-next-upstream-tries proxy-read-timeout proxy-redirect-from
			proxy-redirect-to proxy-request-buffering proxy-send-timeout proxy-ssl-ciphers proxy-ssl-name proxy-ssl-protocols
			proxy-ssl-secret proxy-ssl-server-name proxy-ssl-verify proxy-ssl-verify-depth relative-redirects rewrite-target satisfy
			secure-backends secure-verify-ca-secret server-alias server-snippet service-upstream session-cookie-change-on-failure
			session-cookie-conditional-samesite-none session-cookie-domain session-cookie-expires session-cookie-hash
			session-cookie-max-age session-cookie-name session-cookie-path session-cookie-samesite session-cookie-secure ssl-ciphers
			ssl-passthrough ssl-prefer-server-ciphers ssl-redirect stream-snippet temporal-redirect temporal-redirect-code
			upstream-hash-by upstream-hash-by-subset upstream-hash-by-subset-size upstream-vhost use-regex whitelist-source-range
			x-forwarded-prefix`)},
		inConfig: strings.Fields(`retry-non-idempotent keep-alive keep-alive-requests client-body-timeout client-header-timeout
			upstream-keepalive-connections upstream-keepalive-time upstream-keepalive-timeout upstream-keepalive-requests
			proxy-stream-timeout proxy-stream-next-upstream proxy-stream-next-upstream-timeout proxy-stream-next-upstream-tries
			limit-req-status-code limit-conn-status-code worker-shutdown-timeout max-worker-connections global-auth-url`),
		instead: map[string]string{"retry-non-idempotent": "to repeat POST too, add the word non_idempotent to proxy-next-upstream"},
	},
	{
		product: product.Contour, class: "contour", prefix: "projectcontour.io/",
		onKind: map[string][]string{
			"Ingress": strings.Fields(`ingress.class num-retries per-try-timeout response-timeout retry-on tls-minimum-protocol-version
				tls-maximum-protocol-version tls-cert-namespace websocket-routes`),
			"Service": strings.Fields(`max-connections max-pending-requests max-requests max-retries per-host-max-connections upstream-protocol.`),
		},
	},
	{
		product: product.Traefik, class: "traefik", prefix: traefikPrefix, folds: true,
		refers: map[string]string{"service.serverstransport": "ServersTransport", "router.middlewares": "Middleware"},
		onKind: map[string][]string{
			"Ingress": strings.Fields(`router.entrypoints router.middlewares router.pathmatcher router.priority router.rulesyntax router.tls router.tls. router.observability.`),
			"Service": strings.Fields(`service.serversscheme service.serverstransport service.passhostheader service.nativelb service.nodeportlb service.sticky service.sticky.`),
		},
	},
	{
		product: product.Kong, class: "kong", prefix: "konghq.com/",
		onKind: map[string][]string{
			"Ingress": strings.Fields(`plugins override protocols strip-path https-redirect-status-code preserve-host regex-priority methods snis
				request-buffering response-buffering host-aliases regex-prefix headers headers. headers-separator path-handling tags rewrite`),
			"Service": strings.Fields(`plugins override protocol client-cert ca-certificates-secret ca-certificates-secrets ca-certificates-configmaps
				tls-verify tls-verify-depth host-header path connect-timeout read-timeout write-timeout retries tags upstream-policy`),
		},
	},
	{
		product: product.NginxIngress, class: "nginx", prefix: product.NginxIngress.IngressPrefix,
		onKind: map[string][]string{"Ingress": strings.Fields(`
			add-header add-header-inherit app-root basic-auth-realm basic-auth-secret client-body-buffer-size client-max-body-size fail-timeout grpc-services
			hsts hsts-behind-proxy hsts-include-subdomains hsts-max-age http-redirect-code keepalive lb-method limit-req-burst limit-req-delay limit-req-dry-run
			limit-req-key limit-req-log-level limit-req-no-delay limit-req-rate limit-req-reject-code limit-req-scale limit-req-zone-size listen-ports
			listen-ports-ssl location-snippets max-conns max-fails path-regex policies proxy-buffer-size proxy-buffering proxy-buffers proxy-busy-buffers-size
			proxy-connect-timeout proxy-hide-headers proxy-max-temp-file-size proxy-next-upstream proxy-next-upstream-timeout proxy-next-upstream-tries
			proxy-pass-headers proxy-read-timeout proxy-redirect-from proxy-redirect-to proxy-send-timeout proxy-set-headers redirect-to-https rewrite-target
			rewrites server-snippets server-tokens ssl-ciphers ssl-prefer-server-ciphers ssl-redirect ssl-services sticky-cookie-services upstream-zone-size
			use-cluster-ip websocket-services mergeable-ingress-type ingress.class`)},
	},
	{
		product: product.HAProxy, class: "haproxy", prefix: "haproxy.org/", partly: true,
		onKind: map[string][]string{
			"Ingress": strings.Fields(haproxyPolicies), "Service": strings.Fields(haproxyPolicies),
		},
	},
}

// haproxyPolicies are annotations of HAProxy's controller, on each kind of object.
const haproxyPolicies = `timeout-check timeout-connect timeout-server timeout-tunnel timeout-client timeout-client-fin timeout-http-keep-alive timeout-http-request
	timeout-queue timeout-server-fin pod-maxconn rate-limit-period rate-limit-requests rate-limit-size rate-limit-status-code`

// CheckAnnotations notes annotations that a controller does not read: those of another kind
// of object, those that are in its configuration only, and misspelled ones.
func CheckAnnotations(o *resource.Object) {
	for i := range controllers {
		if c := &controllers[i]; o.Kind == "Service" || o.IsIngress(c.class) {
			c.check(o)
		}
	}
}

func (c *controller) check(o *resource.Object) {
	f := field.New(o.Document, product.SecondsDuration)
	for key, value := range o.Meta.Get("annotations").Pairs() {
		name, ours := strings.CutPrefix(key.Str(), c.prefix)
		if c.folds {
			name = strings.ToLower(name)
		}
		if ours && !c.reads(o.Kind, name) {
			c.flaw(f, o, key.Str(), name, value)
		}
	}
	if f.Flawed() {
		p := o.Policy(c.product, "annotations without effect", o.Meta.Get("annotations"))
		if o.Kind == "Ingress" && c.refers != nil { // what they name would act on its calls
			p.From = []graph.EndpointRef{{Ref: o.Self}}
		} else {
			p.Of = o.Ref()
		}
		o.AddPolicies(f, p)
	}
}

// reads reports whether the controller reads an annotation on objects of a kind.
func (c *controller) reads(kind, name string) bool {
	return slices.ContainsFunc(c.onKind[kind], func(known string) bool {
		return known == name || strings.HasSuffix(known, ".") && strings.HasPrefix(name, known)
	})
}

// flaw notes an annotation without effect, with its right place or spelling; of unknown ones
// only those that seem to be policies.
func (c *controller) flaw(f *field.Reader, o *resource.Object, key, name string, value document.Node) {
	title := c.product.Title
	switch other := map[string]string{"Ingress": "Service", "Service": "Ingress"}[o.Kind]; {
	case c.reads(other, name):
		hint, fix := "move it to the "+other, field.Partly
		if services := kubernetes.IngressServices(o); other == "Service" && len(services) == 1 {
			hint += " " + services[0].Ref.Name
			fix = field.Into("Service/" + o.Namespace + "/" + services[0].Ref.Name)
		} else if other == "Service" {
			hint += "s of its backends"
		}
		f.Flaw(graph.Unbound, value, key, map[string]string{"Service": title + " reads it on a Service", "Ingress": title + " reads it on an Ingress"}[other], hint, fix,
			field.Refers(c.named(o, name, value)...))
	case slices.Contains(c.inConfig, name):
		hint := c.instead[name]
		if hint == "" {
			hint = "set it in the ConfigMap of the controller"
		}
		f.Flaw(graph.Inert, value, key, "it is a key of the controller's ConfigMap and no annotation", hint)
	case c.misspelled(o.Kind, name) != "":
		f.Misnamed(value, key, "there is no such annotation", c.prefix+c.misspelled(o.Kind, name))
	case looksLikePolicy(name):
		if near := didyoumean.Suggest(name, c.onKind[o.Kind]); len(near) > 0 && !c.partly {
			f.Misnamed(value, key, "there is no such annotation", c.prefix+near[0])
		} else if c.prefix == ingressNginx {
			f.Flaw(graph.Inert, value, key, "there is no such annotation", "remove it")
		}
	}
}

// named returns the objects that the value of an annotation may name.
func (c *controller) named(o *resource.Object, name string, value document.Node) []graph.Ref {
	kind := c.refers[name]
	if kind == "" {
		return nil
	}
	var refs []graph.Ref
	for _, one := range strings.Split(value.Str(), ",") {
		refs = append(refs, traefikNamed(o, kind, one)...)
	}
	return refs
}

// misspelled returns the annotation of a policy that a name is with a slip of the hand, "" if it is none.
func (c *controller) misspelled(kind, name string) string {
	for _, near := range didyoumean.Suggest(name, c.onKind[kind]) {
		if looksLikePolicy(near) && didyoumean.IsTypo(name, near) {
			return near
		}
	}
	return ""
}

// looksLikePolicy reports whether the name of an annotation is about what weir reads.
func looksLikePolicy(name string) bool {
	return slices.ContainsFunc([]string{"timeout", "retr", "tries", "upstream", "limit", "maxconn", "max-conn", "max-fails", "max-pending", "max-request"}, func(word string) bool { return strings.Contains(name, word) })
}
