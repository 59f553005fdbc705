package gateway

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Emissary reads the mappings of Emissary, formerly Ambassador.
var Emissary = &document.Reader{
	Name:  "emissary",
	Doc:   "Emissary (Ambassador): the services that its mappings lead to, and their policies",
	Reads: emissaryKinds.Names(),
	Match: emissaryKinds.Match("getambassador.io", "x.getambassador.io"),
	Read:  emissaryKinds.Read,
}

var emissaryKinds = resource.Kinds{
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
func mapping(r *resource.Object) {
	if redirect, _ := r.Spec.Get("host_redirect").Bool(); redirect {
		return
	}
	e := graph.Evidence{Way: "mapping", Strength: resource.Weighted(r.Spec), Class: graph.ClassIngress, Protocol: "http"}
	e.Mirror, _ = r.Spec.Get("shadow").Bool()
	if grpc, _ := r.Spec.Get("grpc").Bool(); grpc {
		e.Protocol = "grpc"
	}
	if strings.HasSuffix(r.Kind, "TCPMapping") {
		e.Protocol = "tcp"
	}
	e.Via = []graph.Ref{r.Ref()}
	in := graph.Place{Match: emissaryMatch(r.Spec)}
	if in.Share, _ = resource.Weight(r.Spec); in != (graph.Place{}) {
		e.In = &in
	}
	emissaryCall(r, "service", e)
	emissaryPolicies(r)
}

// emissaryMatch returns which requests a mapping is for, "" for all.
func emissaryMatch(n document.Node) string {
	host := n.Get("hostname").Str()
	if host == "" {
		host = n.Get("host").Str() // of older versions
	}
	prefix, method := n.Get("prefix").Str(), n.Get("method").Str()
	switch exact, _ := n.Get("prefix_exact").Bool(); {
	case prefix == "/" && !exact:
		prefix = ""
	case prefix != "" && !exact:
		prefix += "*"
	}
	if port := n.Get("port").Str(); port != "" { // of a TCPMapping
		host += " " + port
	}
	words := strings.Fields(method + " " + strings.TrimPrefix(host, "*") + prefix)
	for key := range n.Get("headers").Pairs() {
		words = append(words, "header "+key.Str())
	}
	return strings.Join(words, " ")
}

// gatewayHelper reads a service that the gateway calls for each request, such as an
// authorizer or a log.
func gatewayHelper(r *resource.Object) {
	e := graph.Evidence{Way: "gateway-extension", Strength: graph.Strong, Class: graph.ClassTelemetry}
	key := "service"
	if patience, asks := emissaryPatience[r.Kind]; asks {
		f := field.New(r.Document, product.EmissaryDuration)
		a := resource.Authorizer{
			Way: e.Way, Product: product.Emissary, Layer: policy.Gateway, Object: r.Subject(), Timeout: field.OrSupplied(f, r.Root, f.Duration(r.Spec, "timeout_ms"), patience),
		}
		if r.Kind == "AuthService" {
			key = "auth_service"
			a.Open, _ = r.Spec.Get("failure_mode_allow").Bool()
		} else {
			deny, _ := r.Spec.Get("failure_mode_deny").Bool()
			a.Open = !deny
		}
		e = a.Evidence()
		r.AddPolicies(f, r.Policy(product.Emissary, "extension", r.Root))
	}
	emissaryCall(r, key, e)
}

// emissaryPatience is how long Emissary waits for those that it asks about requests.
var emissaryPatience = map[string]time.Duration{"AuthService": 5 * time.Second, "RateLimitService": 20 * time.Millisecond}

// emissaryCall gives a call of every gateway that the object is for to the
// address below key, such as "https://cart.shop:8443".
func emissaryCall(r *resource.Object, key string, e graph.Evidence) {
	service := r.Spec.Get(key)
	address, ok := address.Parse(r.Text(r.Spec, key))
	if !ok {
		return
	}
	for _, from := range emissaryGateways(r) {
		r.Call(from, graph.EndpointRef{Host: address, Namespace: r.Namespace, Realm: resource.Realm}, service, e)
	}
}

// emissaryGateways declares the gateways that the object is for. Objects name
// them by ambassador_id alone; where they run is not said.
func emissaryGateways(r *resource.Object) []graph.EndpointRef {
	ids := r.Spec.Get("ambassador_id").Strs()
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
		r.Facts.Entities = append(r.Facts.Entities, graph.Entity{Ref: ref, Origin: r.At(r.Root), Kind: graph.KindGateway})
		gateways = append(gateways, graph.EndpointRef{Ref: ref})
	}
	return gateways
}
