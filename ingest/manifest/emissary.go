package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
)

// Emissary reads the mappings of Emissary, formerly Ambassador.
var Emissary = &document.Reader{
	Name:  "emissary",
	Doc:   "Emissary (Ambassador): the services that its mappings lead to, and their policies",
	Reads: emissaryKinds.names(),
	Match: emissaryKinds.match("getambassador.io", "x.getambassador.io"),
	Read:  emissaryKinds.read,
}

var emissaryKinds = resourceKinds{
	"Mapping":              mapping,
	"TCPMapping":           mapping,
	"AmbassadorMapping":    mapping,
	"AmbassadorTCPMapping": mapping,

	"AuthService":      gatewayHelper,
	"RateLimitService": gatewayHelper,
	"LogService":       gatewayHelper,
	"TracingService":   gatewayHelper,

	"Host":                       nil,
	"Listener":                   nil,
	"Module":                     emissaryModule,
	"TLSContext":                 nil,
	"DevPortal":                  nil,
	"ConsulResolver":             nil,
	"KubernetesEndpointResolver": nil,
	"KubernetesServiceResolver":  nil,
}

// mapping reads one route of the gateway. A redirect leads nowhere inside.
func mapping(r *resource) {
	if redirect, _ := r.spec.Get("host_redirect").Bool(); redirect {
		return
	}
	e := graph.Evidence{Way: "mapping", Strength: weighted(r.spec), Class: graph.ClassIngress, Protocol: "http"}
	e.Mirror, _ = r.spec.Get("shadow").Bool()
	if grpc, _ := r.spec.Get("grpc").Bool(); grpc {
		e.Protocol = "grpc"
	}
	if strings.HasSuffix(r.kind, "TCPMapping") {
		e.Protocol = "tcp"
	}
	e.Via = []graph.Ref{r.ref()}
	r.emissaryCall("service", e)
	emissaryPolicies(r)
}

// gatewayHelper reads a service that the gateway asks or tells about requests.
func gatewayHelper(r *resource) {
	e := graph.Evidence{Way: "gateway-extension", Strength: graph.Strong, Class: graph.ClassControl}
	if r.kind == "LogService" || r.kind == "TracingService" {
		e.Class = graph.ClassTelemetry
	}
	key := "service"
	if r.kind == "AuthService" {
		key = "auth_service"
	}
	r.emissaryCall(key, e)
}

// emissaryCall gives a call of every gateway that the object is for to the
// address below key, such as "https://cart.shop:8443".
func (r *resource) emissaryCall(key string, e graph.Evidence) {
	service := r.spec.Get(key)
	address, ok := address.Parse(r.text(r.spec, key))
	if !ok {
		return
	}
	for _, from := range r.emissaryGateways() {
		r.call(from, graph.EndpointRef{Host: address, Namespace: r.namespace, Realm: kubernetesRealm}, service, e)
	}
}

// emissaryGateways declares the gateways that the object is for. Objects name
// them by ambassador_id alone; where they run is not said.
func (r *resource) emissaryGateways() []graph.EndpointRef {
	ids := r.spec.Get("ambassador_id").Strs()
	if len(ids) == 0 {
		ids = []string{"default"}
	}
	var gateways []graph.EndpointRef
	for _, id := range ids {
		name := "ambassador"
		if id = strings.TrimPrefix(id, "--apiVersion-v3alpha1-only--"); id != "default" && id != "" {
			name += "-" + id
		}
		ref := graph.Ref{Realm: "emissary", Name: name}
		r.facts.Entities = append(r.facts.Entities, graph.Entity{Ref: ref, Origin: r.At(r.Root), Kind: graph.KindGateway})
		gateways = append(gateways, graph.EndpointRef{Ref: ref})
	}
	return gateways
}
