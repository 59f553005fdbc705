package mesh

import (
	"strings"
	"unicode"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
)

// Consul reads Consul's configuration entries, as custom resources and as the
// HCL, JSON or YAML that its command line takes, and the registrations of services
// and first entries in the configuration of an agent. Pods say more in
// annotations, which come with their workload.
var Consul = &document.Reader{
	Name:  "consul",
	Doc:   "Consul: intentions, upstreams, resolvers, splitters and routers, and their policies",
	Reads: append(consulKinds.Names(), "configuration entries (HCL, JSON, YAML)", "service registrations", "values of the chart"),
	Match: func(h *document.Head) bool {
		return consulObject(h) || isConsulEntry(h) || isConsulRegistration(h) || h.Has(consulBootstrap) || isConsulValues(h)
	},
	Whole: isConsulHCL,
	Read: func(d *document.Document, f *graph.Facts) {
		if d.Head.Text {
			readConsulHCL(d, f)
			return
		}
		switch {
		case consulObject(&d.Head):
			consulKinds.Read(d, f)
		case isConsulEntry(&d.Head):
			readConsulEntry(d, f)
		case isConsulValues(&d.Head):
			readConsulValues(d)
		default:
			readConsulAgent(d, f)
		}
	},
}

var consulObject = consulKinds.Match("consul.hashicorp.com")

var consulKinds = resource.Kinds{
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

// consulEntries are the kinds of configuration entries in files of their own, as named by
// the command line.
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
// Its kind is known from the head only if the key is in lower case.
func isConsulEntry(h *document.Head) bool {
	if h.APIVersion != "" {
		return false
	}
	_, known := consulEntries[h.Kind]
	return known || h.Has("Kind") && !h.Has("kind")
}

// isConsulValues reports whether a document has values for Consul's chart.
func isConsulValues(h *document.Head) bool {
	return h.APIVersion == "" && h.Kind == "" && h.Has("connectInject")
}

// readConsulValues reads the values for Consul's chart: it makes a ProxyDefaults of the protocol in
// them.
func readConsulValues(d *document.Document) {
	config := d.Root.Get("connectInject", "centralConfig")
	if enabled, ok := config.Get("enabled").Bool(); ok && !enabled || config.Get("defaultProtocol").Str() == "" {
		return
	}
	r := &resource.Object{Document: d, Kind: "ProxyDefaults", Spec: config}
	r.Name = "global"
	fields := consulFields(r).Within("connectInject.centralConfig")
	fields.How = policy.MeshDefault
	fields.Look = func(n document.Node, path ...string) document.Node {
		if len(path) == 1 && path[0] == "protocol" {
			path = []string{"defaultProtocol"}
		}
		return consulGet(n, path...)
	}
	policies := []graph.Policy{consulInbound(r, fields, config)}
	if protocol, ok := consulProtocol(r, fields, config); ok {
		policies = append(policies, protocol)
	}
	r.AddPolicies(fields, policies...)
}

// readConsulEntry reads the configuration entry that a document is.
func readConsulEntry(d *document.Document, f *graph.Facts) {
	word := consulGet(d.Root, "kind").Str()
	kind, known := consulEntries[word]
	if !known {
		d.Problem(graph.Skipped, d.Root, "", "configuration entries of kind %q are not supported", word)
		return
	}
	take := consulKinds[kind]
	if take == nil {
		return
	}
	r := &resource.Object{Document: d, Kind: kind, Word: word, Spec: d.Root}
	r.Name = consulGet(d.Root, "name").Str()
	if r.Name == "" {
		d.Problem(graph.Failed, d.Root, "set its name", "%s has no name", kind)
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

// snakeCase writes upstreamConfig as upstream_config, and consecutive5xx as
// consecutive_5xx.
func snakeCase(camel string) string {
	var b strings.Builder
	for i, c := range camel {
		if unicode.IsUpper(c) || unicode.IsDigit(c) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// consulList is the list below n at a path of keys.
func consulList(r *resource.Object, n document.Node, path ...string) []document.Node {
	items := consulItems(r, n, path...)
	if v := consulGet(n, path...); v.Exists() && items == nil && !v.IsList() {
		r.WrongType(v, path, "a list")
	}
	return items
}

// consulItems is the list below n at a path of keys, nil for anything else. A
// configuration entry may have a single block in place of a list of one; a custom
// resource may not.
func consulItems(r *resource.Object, n document.Node, path ...string) []document.Node {
	v := consulGet(n, path...)
	if r.Head.APIVersion == "" && v.IsMap() {
		return []document.Node{v}
	}
	return v.List()
}

// consulParty is the service that goes by a name in Consul's catalog, which is not bound
// to a namespace of Kubernetes. A wildcard and a service of another cluster are no party.
func consulParty(n document.Node, nameKey string) (graph.EndpointRef, bool) {
	name, namespace := consulGet(n, nameKey).Str(), consulGet(n, "namespace").Str()
	if name == "" || strings.Contains(name+namespace, "*") || consulGet(n, "peer").Str() != "" {
		return graph.EndpointRef{}, false
	}
	if namespace == "default" {
		namespace = ""
	}
	return graph.EndpointRef{Ref: graph.Ref{Namespace: namespace, Name: name}}, true
}

// consulSelf is the service that a configuration entry is named after.
func consulSelf(r *resource.Object) graph.EndpointRef {
	return graph.EndpointRef{Ref: graph.Ref{Name: r.Name}}
}
