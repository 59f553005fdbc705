package manifest

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Consul reads Consul's configuration entries, as custom resources and as the
// JSON or YAML that its command line takes, and registrations of services.
// Pods say more in annotations, which come with their workload.
var Consul = &document.Reader{
	Name:  "consul",
	Doc:   "Consul: intentions, upstreams, where resolvers, splitters and routers lead, and the policies of all",
	Reads: append(consulKinds.names(), "configuration entries", "service registrations"),
	Match: func(h *document.Head) bool {
		return consulObject(h) || isConsulEntry(h) || isConsulRegistration(h) || isHCL(h)
	},
	Read: func(d *document.Document, f *graph.Facts) {
		switch {
		case consulObject(&d.Head):
			consulKinds.read(d, f)
		case isHCL(&d.Head):
			refuseHCL(d)
		case isConsulRegistration(&d.Head):
			readConsulRegistration(d, f)
		default:
			readConsulEntry(d, f)
		}
	},
}

var consulObject = consulKinds.match("consul.hashicorp.com")

var consulKinds = resourceKinds{
	"ServiceIntentions":  serviceIntentions,
	"ServiceDefaults":    serviceDefaults,
	"ServiceResolver":    serviceResolver,
	"ServiceSplitter":    serviceSplitter,
	"ServiceRouter":      serviceRouter,
	"IngressGateway":     consulIngress,
	"TerminatingGateway": consulTerminating,
	"MeshService":        consulMeshService,

	"ProxyDefaults":            consulProxyDefaults,
	"Mesh":                     nil,
	"ExportedServices":         nil,
	"SamenessGroup":            nil,
	"JWTProvider":              nil,
	"ControlPlaneRequestLimit": nil,
	"PeeringAcceptor":          nil,
	"PeeringDialer":            nil,
	"GatewayClassConfig":       nil,
	"GatewayPolicy":            nil,
	"RouteAuthFilter":          nil,
	"RouteRetryFilter":         consulRouteFilter,
	"RouteTimeoutFilter":       consulRouteFilter,
}

// consulEntries are the kinds of configuration entries that stand alone, in the
// words of the command line.
var consulEntries = map[string]string{
	"service-intentions":  "ServiceIntentions",
	"service-defaults":    "ServiceDefaults",
	"service-resolver":    "ServiceResolver",
	"service-splitter":    "ServiceSplitter",
	"service-router":      "ServiceRouter",
	"ingress-gateway":     "IngressGateway",
	"terminating-gateway": "TerminatingGateway",
	"proxy-defaults":      "ProxyDefaults",
	"mesh":                "Mesh",
	"exported-services":   "ExportedServices",
}

// isConsulEntry reports whether a document is a configuration entry of its own.
// Its kind can be told by the head only if the key is in lower case.
func isConsulEntry(h *document.Head) bool {
	if h.APIVersion != "" {
		return false
	}
	_, known := consulEntries[h.Kind]
	return known || h.Has("Kind") && !h.Has("kind")
}

func readConsulEntry(d *document.Document, f *graph.Facts) {
	word := consulGet(d.Root, "kind").Str()
	kind, known := consulEntries[word]
	if !known {
		d.Problem(graph.Skipped, d.Root, "", "%q is no kind of configuration entry that weir reads", word)
		return
	}
	take := consulKinds[kind]
	if take == nil {
		return
	}
	r := &resource{Document: d, facts: f, kind: kind, spec: d.Root}
	r.name = consulGet(d.Root, "name").Str()
	if r.name == "" {
		d.Problem(graph.Failed, d.Root, "give it a name", "%s has no name", kind)
		return
	}
	take(r)
}

// consulGet follows a path of keys, each of which may be written in the camel
// case of custom resources ("maxFailures"), with a capital, or with underscores.
func consulGet(n document.Node, path ...string) document.Node {
	for _, key := range path {
		v := n.Get(key)
		if !v.Exists() {
			v = n.Get(strings.ToUpper(key[:1]) + key[1:])
		}
		if !v.Exists() {
			v = n.Get(snakeCase(key))
		}
		n = v
	}
	return n
}

// snakeCase writes upstreamConfig as upstream_config.
func snakeCase(camel string) string {
	var b strings.Builder
	for _, c := range camel {
		if unicode.IsUpper(c) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// consulList is the list below n at a path of keys.
func (r *resource) consulList(n document.Node, path ...string) []document.Node {
	v := consulGet(n, path...)
	if v.Exists() && !v.IsList() {
		r.wrongType(v, path, "a list")
	}
	return v.List()
}

// consulParty is the service that goes by a name in Consul's catalog, which is
// not bound to a namespace of Kubernetes. A wildcard and a service of another
// cluster are nobody.
func consulParty(n document.Node, nameKey string) (graph.Party, bool) {
	name, namespace := consulGet(n, nameKey).Str(), consulGet(n, "namespace").Str()
	if name == "" || strings.Contains(name+namespace, "*") || consulGet(n, "peer").Str() != "" {
		return graph.Party{}, false
	}
	if namespace == "default" {
		namespace = ""
	}
	return graph.Party{Ref: graph.Ref{Namespace: namespace, Name: name}}, true
}

// consulSelf is the service that a configuration entry is named after.
func (r *resource) consulSelf() graph.Party { return graph.Party{Ref: graph.Ref{Name: r.name}} }

// isHCL reports whether a text is in HashiCorp's own language.
func isHCL(h *document.Head) bool { return h.Text && strings.HasSuffix(h.Base, ".hcl") }

// refuseHCL says that a configuration entry or registration in HCL is left out.
func refuseHCL(d *document.Document) {
	for _, word := range []string{"Kind", "kind", "service {", "upstreams"} {
		if bytes.Contains(d.Text, []byte(word)) {
			d.Facts.Problems = append(d.Facts.Problems, graph.Problem{
				Origin: d.Line(1, 1), Level: graph.Skipped, Message: "configuration in HCL is not read",
				Hint: "give it as JSON, which consul config read prints",
			})
			return
		}
	}
}

// isConsulRegistration reports whether a document registers services with an
// agent: it holds nothing else.
func isConsulRegistration(h *document.Head) bool {
	return len(h.Keys) == 1 && h.Keys[0] == "service"
}

func readConsulRegistration(d *document.Document, f *graph.Facts) {
	service := d.Root.Get("service")
	name := consulGet(service, "name")
	if name.Str() == "" {
		return
	}
	ref := graph.Ref{Realm: "consul", Name: name.Str()}
	thing := graph.Thing{Ref: ref, Origin: d.At(name), Kind: graph.KindService}
	if port := portNumber(consulGet(service, "port")); port > 0 {
		thing.Ports = []graph.Port{{Number: port}}
	}
	f.Things = append(f.Things, thing)
	upstreams := consulGet(service, "connect", "sidecarService", "proxy", "upstreams").List()
	upstreams = slices.Concat(upstreams, consulGet(service, "proxy", "upstreams").List())
	for _, upstream := range upstreams {
		if to, ok := consulParty(upstream, "destinationName"); ok && consulGet(upstream, "destinationType").Str() != "prepared_query" {
			f.Calls = append(f.Calls, graph.Fact{From: graph.Party{Ref: ref}, To: to, Evidence: graph.Evidence{
				Origin: d.At(upstream), Way: "consul-upstream", Strength: graph.Strong,
			}})
		}
	}
}
