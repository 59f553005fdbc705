package kubernetes

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/internal/distinct"
)

// A backend is a Service that a gateway passes requests to.
type backend struct {
	service string
	port    int
	origin  graph.Origin
	matches []string // which requests, "shop.example.com/cart"

	split  *graph.GroupFact // with others, of the same requests; nil if there are none
	weight float64
}

// A backendList has each Service and port of a gateway once.
type backendList struct {
	list   []backend
	places map[backendKey]int
	splits map[graph.Origin]*graph.GroupFact // of the actions of AWS, by place
}

type backendKey struct {
	service string
	port    int
	split   *graph.GroupFact
}

// add adds a backend, or one more match to the one with the same Service and port.
func (l *backendList) add(b backend, match string) {
	key := backendKey{b.service, b.port, b.split}
	i, met := l.places[key]
	if !met {
		if l.places == nil {
			l.places = map[backendKey]int{}
		}
		i = len(l.list)
		l.places[key] = i
		l.list = append(l.list, b)
	}
	l.list[i].matches = append(l.list[i].matches, match)
}

// readIngress reads a gateway and the Services behind it.
func readIngress(o *resource.Object) {
	if IsCanary(o) {
		readCanary(o)
		return
	}
	t := letsIn(o)
	if class := o.Spec.Get("ingressClassName").Str(); class != "" {
		t.Annotations = resource.Together(t.Annotations, graph.Labels{resource.IngressClassKey: class})
	}
	var backends backendList
	for _, key := range [...]string{"defaultBackend", "backend"} { // today's word, and that of the beta versions
		addBackend(o, &backends, o.Spec.Get(key), "any other request")
	}
	var hosts distinct.List[string]
	for _, rule := range o.List(o.Spec, "rules") {
		host := strings.ToLower(rule.Get("host").Str())
		if host != "" {
			hosts.Add(host)
		}
		for _, path := range o.List(o.Mapping(rule, "http"), "paths") {
			addBackend(o, &backends, path.Get("backend"), host+path.Get("path").Str())
			joinCanaryRule(o, host, path.Get("path").Str())
		}
	}
	t.Aliases = append(t.Aliases, hosts.All()...)
	o.Facts.Entities = append(o.Facts.Entities, t)
	if redirects(t.Annotations) {
		backends.list = nil
	}
	protocol := ingressProtocol(t.Annotations)
	for i := range backends.list {
		addIngressCall(o, &backends.list[i], "ingress-backend", protocol)
	}
	for _, of := range ingressVia(o) {
		o.Facts.Members = append(o.Facts.Members, graph.Member{
			Of: graph.GatewaysOf(of), Party: graph.EndpointRef{Ref: o.Self}, Origin: o.At(o.Root), Joins: true,
		})
	}
	readNginxAnnotations(o)
}

// redirects reports whether the controller answers every request of an Ingress with another
// address, so that none comes to a backend.
func redirects(annotations graph.Labels) bool {
	for _, key := range [...]string{
		nginxAnnotation + "permanent-redirect", nginxAnnotation + "temporal-redirect", // of ingress-nginx
		"haproxy-ingress.github.io/redirect-to", "ingress.kubernetes.io/redirect-to", "haproxy.org/request-redirect",
	} {
		if annotations[key] != "" {
			return true
		}
	}
	return false
}

// letsIn is the object itself as something that lets calls in.
func letsIn(o *resource.Object) graph.Entity {
	t := graph.Entity{
		Ref:         o.Self,
		Origin:      o.At(o.Root),
		Kind:        graph.KindGateway,
		KindSure:    true,
		Labels:      resource.LabelsOf(o.Meta.Get("labels")),
		Annotations: resource.LabelsOf(o.Meta.Get("annotations")),
	}
	readFacets(o, &t, document.Node{})
	return t
}

// addBackend adds the Service of a backend. Backends that are buckets name none.
func addBackend(o *resource.Object, to *backendList, n document.Node, match string) {
	name, port := n.Get("service", "name"), firstText(n.Get("service", "port", "number"), n.Get("service", "port", "name"))
	if old := n.Get("serviceName"); old.Exists() {
		name, port = old, n.Get("servicePort").Str()
	}
	switch {
	case name.Str() == "":
	case port == albAction:
		addALBAction(o, to, name, match)
	default:
		to.add(backend{service: name.Str(), port: resource.PortText(port), origin: o.At(name)}, match)
	}
}

// addIngressCall states that the gateway passes requests on to a Service.
func addIngressCall(o *resource.Object, b *backend, way, protocol string) {
	e := graph.Evidence{
		Origin: b.origin, Way: way, Strength: graph.Strong, Class: graph.ClassIngress,
		Mode: graph.Sync, Protocol: protocol, Port: b.port, Key: resource.MatchList(b.matches), Via: ingressVia(o),
	}
	e.In = &graph.Place{Match: e.Key}
	if b.split != nil {
		b.split.In = e.In
		e.In = &graph.Place{Group: b.split, Share: b.weight}
		if b.weight == 0 {
			e.Strength = graph.Allowed
		}
	}
	call := graph.CallFact{From: graph.EndpointRef{Ref: o.Self}, To: o.Service("", b.service), Evidence: e}
	for _, match := range b.matches {
		if host, _, _ := strings.Cut(match, "/"); address.IsDomain(host) {
			call.Hosts = append(call.Hosts, host)
		}
	}
	o.Facts.Calls = append(o.Facts.Calls, call)
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
func readNginxAnnotations(o *resource.Object) {
	for k, v := range o.Meta.Get("annotations").Pairs() {
		switch k.Str() {
		case nginxAnnotation + "auth-url":
			if host, _, _ := strings.Cut(v.Str(), "$"); host != v.Str() && strings.HasSuffix(host, "://") {
				continue // the host that the request came for
			}
			o.Facts.Values = append(o.Facts.Values, graph.Value{
				Of: o.Self, Key: k.Str(), Text: v.Str(), Source: graph.FromFile, Origin: o.At(v),
			})
		case nginxAnnotation + "default-backend":
			if v.Str() != "" {
				b := backend{service: v.Str(), origin: o.At(v), matches: []string{"no backend is ready"}}
				addIngressCall(o, &b, "ingress-backend", "http")
				call := &o.Facts.Calls[len(o.Facts.Calls)-1]
				call.Fallback, call.In = true, nil
			}
		}
	}
}

// readOpenShiftRoute reads the gateway of a single host, which may split its
// requests between several Services.
func readOpenShiftRoute(o *resource.Object) {
	t := letsIn(o)
	host := strings.ToLower(o.Spec.Get("host").Str())
	if host != "" {
		t.Aliases = []string{host}
	}
	o.Facts.Entities = append(o.Facts.Entities, t)
	protocol := "http"
	switch strings.ToLower(o.Spec.Get("tls", "termination").Str()) {
	case "reencrypt", "passthrough":
		protocol = "https"
	}
	port, _ := o.Spec.Get("port", "targetPort").Int()
	others := o.List(o.Spec, "alternateBackends")
	var split *graph.GroupFact
	if len(others) > 0 {
		split = o.NewGroup(graph.Split, o.Spec.Get("to"), nil)
	}
	for _, to := range append([]document.Node{o.Spec.Get("to")}, others...) {
		if name := to.Get("name"); name.Str() != "" {
			b := backend{service: name.Str(), port: port, origin: o.At(name), matches: []string{host + o.Spec.Get("path").Str()}, split: split, weight: 100}
			if weight, ok := resource.Weight(to); ok {
				b.weight = weight
			}
			addIngressCall(o, &b, "route-backend", protocol)
		}
	}
}

// ingressVia returns the objects that the calls of an Ingress go through, which
// its annotations name.
func ingressVia(o *resource.Object) []graph.Ref {
	var via []graph.Ref
	for _, read := range IngressVia {
		via = append(via, read(o)...)
	}
	return via
}

// IngressServices returns the Services that an Ingress passes requests to.
func IngressServices(o *resource.Object) []graph.EndpointRef {
	var backends backendList
	addBackend(o, &backends, o.Spec.Get("defaultBackend"), "")
	for _, rule := range o.Spec.Get("rules").List() {
		for _, path := range rule.Get("http", "paths").List() {
			addBackend(o, &backends, path.Get("backend"), "")
		}
	}
	var services []graph.EndpointRef
	for i := range backends.list {
		services = append(services, o.Service("", backends.list[i].service))
	}
	return services
}
