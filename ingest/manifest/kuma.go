package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Kuma reads the policies and services of Kuma and Kong Mesh, as Kubernetes
// objects and in the universal form that their command line takes.
var Kuma = &document.Reader{
	Name:  "kuma",
	Doc:   "Kuma and Kong Mesh: permissions, routes, policies and services outside the mesh",
	Reads: kumaKinds.names(),
	Match: func(h *document.Head) bool { return kumaObject(h) || isKumaUniversal(h) },
	Read: func(d *document.Document, f *graph.Facts) {
		if isKumaUniversal(&d.Head) {
			readKumaUniversal(d, f)
		} else {
			kumaKinds.read(d, f)
		}
	},
}

var kumaObject = kumaKinds.match("kuma.io")

var kumaKinds = resourceKinds{
	"MeshTrafficPermission": meshTrafficPermission,
	"MeshHTTPRoute":         meshRoute,
	"MeshTCPRoute":          meshRoute,

	"MeshTimeout":               meshPolicy,
	"MeshRetry":                 meshPolicy,
	"MeshCircuitBreaker":        meshPolicy,
	"MeshHealthCheck":           meshPolicy,
	"MeshLoadBalancingStrategy": meshPolicy,
	"MeshRateLimit":             kumaPolicies,

	"MeshService":         kumaMeshService,
	"MeshExternalService": meshExternalService,
	"ExternalService":     kumaExternalService,
	"MeshGateway":         kumaGateway,
	"MeshGatewayRoute":    kumaGatewayRoute,

	"TrafficPermission": kumaTrafficPermission,
	"TrafficRoute":      kumaTrafficRoute,
	"Timeout":           kumaOldPolicies,
	"Retry":             kumaOldPolicies,
	"CircuitBreaker":    kumaOldPolicies,

	"Mesh":                 nil,
	"MeshAccessLog":        nil,
	"MeshFaultInjection":   nil,
	"MeshMetric":           nil,
	"MeshMultiZoneService": nil,
	"MeshPassthrough":      nil,
	"MeshProxyPatch":       nil,
	"MeshTLS":              nil,
	"MeshTrace":            nil,
	"MeshGatewayConfig":    nil,
	"MeshGatewayInstance":  nil,
	"HostnameGenerator":    nil,
	"ContainerPatch":       nil,
	"HealthCheck":          nil,
	"RateLimit":            nil,
	"FaultInjection":       nil,
	"ProxyTemplate":        nil,
	"TrafficLog":           nil,
	"TrafficTrace":         nil,
	"VirtualOutbound":      nil,
	"Dataplane":            nil,
}

// isKumaUniversal reports whether a document is in the universal form, whose
// objects say type, name and mesh.
func isKumaUniversal(h *document.Head) bool {
	return h.APIVersion == "" && h.Kind == "" && h.Has("type") && h.Has("name") && h.Has("mesh")
}

func readKumaUniversal(d *document.Document, f *graph.Facts) {
	r := &resource{Document: d, facts: f, kind: d.Root.Get("type").Str(), name: d.Root.Get("name").Str()}
	take, known := kumaKinds[r.kind]
	if !known {
		d.Problem(graph.Skipped, d.Root, "", "%q is no type of Kuma object that weir reads", r.kind)
		return
	}
	if r.spec = r.mapping(d.Root, "spec"); !r.spec.Exists() {
		r.spec = d.Root // the older policies have no spec
	}
	if take != nil && r.name != "" {
		take(r)
	}
}

// kumaServiceTag is the tag of a proxy that says which service it is.
const kumaServiceTag = "kuma.io/service"

// kumaService is the service that a tag names: "backend_shop_svc_8080" for a
// Service of Kubernetes, or a name of the universal form.
func (r *resource) kumaService(tag string) (graph.EndpointRef, bool) {
	if tag == "" || strings.Contains(tag, "*") {
		return graph.EndpointRef{}, false
	}
	if parts := strings.Split(tag, "_"); len(parts) >= 3 && parts[2] == "svc" && parts[0] != "" && parts[1] != "" {
		return r.service(parts[1], parts[0]), true
	}
	return graph.EndpointRef{Ref: graph.Ref{Name: tag}}, true
}

// kumaTarget is the party that a targetRef means. The whole mesh is nobody in
// particular.
func (r *resource) kumaTarget(ref document.Node) (graph.EndpointRef, bool) {
	name, namespace := r.text(ref, "name"), r.text(ref, "namespace")
	tags := labelsOf(r.mapping(ref, "tags"))
	switch kind := r.text(ref, "kind"); kind {
	case "MeshService", "MeshServiceSubset":
		to, ok := r.kumaService(name)
		if ok && to.Ref.Realm == "" {
			to.Ref.Namespace = namespace
		}
		return to, ok
	case "MeshSubset":
		return r.kumaTagged(tags)
	case "Dataplane":
		return r.kumaTagged(labelsOf(r.mapping(ref, "labels")))
	case "MeshExternalService":
		return graph.EndpointRef{Group: kumaRef(kind, name)}, name != ""
	case "MeshGateway":
		return graph.EndpointRef{Ref: kumaRef(kind, name)}, name != ""
	}
	return graph.EndpointRef{}, false
}

// kumaTagged is the party of the proxies with certain tags: the service they
// name, or the workloads whose pods carry them as labels.
func (r *resource) kumaTagged(tags graph.Labels) (graph.EndpointRef, bool) {
	if tag := tags[kumaServiceTag]; tag != "" {
		return r.kumaService(tag)
	}
	namespace := tags["k8s.kuma.io/namespace"]
	if name := tags["k8s.kuma.io/service-name"]; name != "" && namespace != "" {
		return r.service(namespace, name), true
	}
	sel := graph.Selector{Labels: graph.Labels{}}
	for key, value := range tags {
		if !strings.Contains(key, "kuma.io/") {
			sel.Labels[key] = value
		}
	}
	if namespace != "" {
		sel.Namespaces = []string{namespace}
	} else {
		sel.AnyNamespace = true // a mesh spans namespaces
	}
	return r.podsOf(sel), !sel.IsZero()
}

// kumaRef names an object of Kuma's, which belongs to a mesh and no namespace.
func kumaRef(kind, name string) graph.Ref { return graph.Ref{Realm: "kuma", Kind: kind, Name: name} }
