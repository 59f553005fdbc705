package manifest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// A backend is a Service that a gateway passes requests to.
type backend struct {
	service string
	port    int
	origin  graph.Origin
	matches []string // which requests, "shop.example.com/cart"
}

// readIngress reads a gateway and the Services behind it.
func readIngress(o *object) {
	t := o.letsIn()
	if class := o.spec.Get("ingressClassName").Str(); class != "" {
		t.Annotations = together(t.Annotations, graph.Labels{ingressClass: class})
	}
	var backends []backend
	for _, key := range [...]string{"defaultBackend", "backend"} { // today's word, and that of the beta versions
		backends = o.addBackend(backends, o.spec.Get(key), "any other request")
	}
	for _, rule := range o.list(o.spec, "rules") {
		host := strings.ToLower(rule.Get("host").Str())
		if host != "" && !slices.Contains(t.Aliases, host) {
			t.Aliases = append(t.Aliases, host)
		}
		for _, path := range o.list(o.mapping(rule, "http"), "paths") {
			backends = o.addBackend(backends, path.Get("backend"), host+path.Get("path").Str())
		}
	}
	o.facts.Entities = append(o.facts.Entities, t)
	protocol := ingressProtocol(t.Annotations)
	for i := range backends {
		o.addIngressCall(&backends[i], "ingress-backend", protocol)
	}
	o.readNginxAnnotations()
}

// ingressClass is the older place of the name of the controller in charge.
const ingressClass = "kubernetes.io/ingress.class"

// letsIn is the object itself as something that lets calls in.
func (o *object) letsIn() graph.Entity {
	t := graph.Entity{
		Ref:         o.self,
		Origin:      o.At(o.Root),
		Kind:        graph.KindGateway,
		KindSure:    true,
		Labels:      labelsOf(o.meta.Get("labels")),
		Annotations: labelsOf(o.meta.Get("annotations")),
	}
	o.readFacets(&t, document.Node{})
	return t
}

// addBackend adds the Service of a backend. Backends that are buckets name none.
func (o *object) addBackend(backends []backend, n document.Node, match string) []backend {
	name, port := n.Get("service", "name"), firstText(n.Get("service", "port", "number"), n.Get("service", "port", "name"))
	if old := n.Get("serviceName"); old.Exists() {
		name, port = old, n.Get("servicePort").Str()
	}
	switch {
	case name.Str() == "":
		return backends
	case port == albAction:
		return o.addALBAction(backends, name, match)
	}
	return mergeBackend(backends, backend{service: name.Str(), port: portText(port), origin: o.At(name)}, match)
}

// mergeBackend adds a backend, or one more match to the one with the same Service
// and port.
func mergeBackend(backends []backend, b backend, match string) []backend {
	for i := range backends {
		if backends[i].service == b.service && backends[i].port == b.port {
			backends[i].matches = append(backends[i].matches, match)
			return backends
		}
	}
	b.matches = []string{match}
	return append(backends, b)
}

// addIngressCall states that the gateway passes requests on to a Service.
func (o *object) addIngressCall(b *backend, way, protocol string) {
	o.facts.Calls = append(o.facts.Calls, graph.CallFact{
		From: graph.EndpointRef{Ref: o.self},
		To:   o.service("", b.service),
		Evidence: graph.Evidence{
			Origin: b.origin, Way: way, Strength: graph.Strong, Class: graph.ClassIngress,
			Mode: graph.Sync, Protocol: protocol, Port: b.port, Key: matchText(b.matches), Via: o.ingressVia(),
		},
	})
}

// matchText joins what a backend is chosen by; after the third it counts the rest.
func matchText(matches []string) string {
	const most = 3 // of a hundred paths nobody reads the fourth
	if len(matches) <= most {
		return strings.Join(matches, ", ")
	}
	return strings.Join(matches[:most], ", ") + " and " + strconv.Itoa(len(matches)-most) + " more"
}

// ingressProtocol is what the controller speaks to the backends.
func ingressProtocol(annotations graph.Labels) string {
	for k, v := range annotations {
		if strings.HasSuffix(k, "/backend-protocol") {
			if p := protocolWord(strings.TrimSuffix(strings.ToLower(v), "s")); p == "grpc" {
				return p // GRPC and GRPCS
			}
			if p := protocolWord(v); p != "" {
				return p
			}
		}
	}
	return "http"
}

// readNginxAnnotations reads what ingress-nginx calls besides the backends: who
// is asked for permission, and who answers when no backend can.
func (o *object) readNginxAnnotations() {
	for k, v := range o.meta.Get("annotations").Pairs() {
		switch k.Str() {
		case "nginx.ingress.kubernetes.io/auth-url":
			if host, _, _ := strings.Cut(v.Str(), "$"); host != v.Str() && strings.HasSuffix(host, "://") {
				continue // the host that the request came for
			}
			o.facts.Values = append(o.facts.Values, graph.Value{
				Of: o.self, Key: k.Str(), Text: v.Str(), Source: graph.FromFile, Origin: o.At(v),
			})
		case "nginx.ingress.kubernetes.io/default-backend":
			if v.Str() != "" {
				b := backend{service: v.Str(), origin: o.At(v), matches: []string{"no backend is ready"}}
				o.addIngressCall(&b, "ingress-backend", "http")
				o.facts.Calls[len(o.facts.Calls)-1].Fallback = true
			}
		}
	}
}

// readOpenShiftRoute reads the gateway of a single host, which may split its
// requests between several Services.
func readOpenShiftRoute(o *object) {
	t := o.letsIn()
	host := strings.ToLower(o.spec.Get("host").Str())
	if host != "" {
		t.Aliases = []string{host}
	}
	o.facts.Entities = append(o.facts.Entities, t)
	protocol := "http"
	switch strings.ToLower(o.spec.Get("tls", "termination").Str()) {
	case "reencrypt", "passthrough":
		protocol = "https"
	}
	port, _ := o.spec.Get("port", "targetPort").Int()
	for _, to := range append([]document.Node{o.spec.Get("to")}, o.list(o.spec, "alternateBackends")...) {
		if name := to.Get("name"); name.Str() != "" {
			b := backend{name.Str(), port, o.At(name), []string{host + o.spec.Get("path").Str()}}
			o.addIngressCall(&b, "route-backend", protocol)
		}
	}
}
