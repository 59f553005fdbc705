package mesh

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// Kuma reads the policies and services of Kuma and Kong Mesh, as Kubernetes
// objects and in the universal form that their command line takes.
var Kuma = &document.Reader{
	Name:  "kuma",
	Doc:   "Kuma and Kong Mesh: permissions, routes, policies and services outside the mesh",
	Reads: kumaKinds.Names(),
	Match: func(h *document.Head) bool { return kumaObject(h) || isKumaUniversal(h) },
	Read: func(d *document.Document, f *graph.Facts) {
		if isKumaUniversal(&d.Head) {
			readKumaUniversal(d, f)
		} else {
			kumaKinds.Read(d, f)
		}
	},
}

var kumaObject = kumaKinds.Match("kuma.io")

var kumaKinds = resource.Kinds{
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
	r := &resource.Object{Document: d, Kind: d.Root.Get("type").Str(), Name: d.Root.Get("name").Str()}
	take, known := kumaKinds[r.Kind]
	if !known {
		d.Problem(graph.Skipped, d.Root, "", "Kuma objects of type %q are not supported", r.Kind)
		return
	}
	if r.Spec = r.Mapping(d.Root, "spec"); !r.Spec.Exists() {
		r.Spec = d.Root // the older policies have no spec
	}
	if take != nil && r.Name != "" {
		take(r)
	}
}

// kumaServiceTag is the tag of a proxy that says which service it is.
const kumaServiceTag = "kuma.io/service"

// kumaService is the service that a tag names: "backend_shop_svc_8080" for a
// Service of Kubernetes, or a name of the universal form.
func kumaService(r *resource.Object, tag string) (graph.EndpointRef, bool) {
	if tag == "" || strings.Contains(tag, "*") {
		return graph.EndpointRef{}, false
	}
	if parts := strings.Split(tag, "_"); len(parts) >= 3 && parts[2] == "svc" && parts[0] != "" && parts[1] != "" {
		return r.Service(parts[1], parts[0]), true
	}
	return graph.EndpointRef{Ref: graph.Ref{Name: tag}}, true
}

// kumaTarget is the party that a targetRef means. The whole mesh is no party.
func kumaTarget(r *resource.Object, ref document.Node) (graph.EndpointRef, bool) {
	name, namespace := r.Text(ref, "name"), r.Text(ref, "namespace")
	if labels := r.Mapping(ref, "labels"); name == "" && labels.Exists() && r.Text(ref, "kind") != "Dataplane" {
		return kumaLabelled(r, r.Text(ref, "kind"), resource.LabelsOf(labels))
	}
	tags := resource.LabelsOf(r.Mapping(ref, "tags"))
	switch kind := r.Text(ref, "kind"); kind {
	case "MeshService", "MeshServiceSubset":
		to, ok := kumaService(r, name)
		if ok && to.Ref.Realm == "" {
			to.Ref.Namespace = namespace
		}
		return to, ok
	case "MeshSubset":
		return kumaTagged(r, tags)
	case "Dataplane":
		return kumaTagged(r, resource.LabelsOf(r.Mapping(ref, "labels")))
	case "MeshExternalService":
		return graph.EndpointRef{Group: kumaRef(kind, name)}, name != ""
	case "MeshGateway":
		return graph.EndpointRef{Ref: kumaRef(kind, name)}, name != ""
	}
	return graph.EndpointRef{}, false
}

// kumaLabelled is the party of the services of a kind with certain labels: their name, and
// on Kubernetes their namespace, which is that of the policy if they give none and it is in
// one of its own.
func kumaLabelled(r *resource.Object, kind string, labels graph.Labels) (graph.EndpointRef, bool) {
	name := labels["kuma.io/display-name"]
	if service := labels["k8s.kuma.io/service-name"]; name == "" {
		name = service
	}
	if name == "" {
		return graph.EndpointRef{}, false
	}
	switch kind {
	case "MeshService", "MeshMultiZoneService":
		namespace := labels["k8s.kuma.io/namespace"]
		if namespace == "" && r.Namespace != kumaSystem {
			namespace = r.Namespace
		}
		if namespace == "" {
			return graph.EndpointRef{Ref: graph.Ref{Name: name}}, true
		}
		return r.Service(namespace, name), true
	case "MeshExternalService":
		return graph.EndpointRef{Group: kumaRef(kind, name)}, true
	}
	return graph.EndpointRef{}, false
}

// kumaSystem is the namespace of the control plane, whose policies are for all namespaces.
const kumaSystem = "kuma-system"

// kumaTagged is the party of the proxies with certain tags: the service they
// name, or the workloads whose pods carry them as labels.
func kumaTagged(r *resource.Object, tags graph.Labels) (graph.EndpointRef, bool) {
	if tag := tags[kumaServiceTag]; tag != "" {
		return kumaService(r, tag)
	}
	namespace := tags["k8s.kuma.io/namespace"]
	if name := tags["k8s.kuma.io/service-name"]; name != "" && namespace != "" {
		return r.Service(namespace, name), true
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
	return r.PodsOf(sel), !sel.IsZero()
}

// kumaRef names an object of Kuma's, which belongs to a mesh and no namespace.
func kumaRef(kind, name string) graph.Ref { return graph.Ref{Realm: "kuma", Kind: kind, Name: name} }
