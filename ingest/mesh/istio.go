// Package mesh reads service meshes: Istio, Linkerd, Consul, Kuma, SMI and the Envoy
// configuration of Cilium.
package mesh

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Istio reads the traffic and security objects of Istio, in every version of
// their API groups and back to those of release 0.8.
var Istio = &document.Reader{
	Name:  "istio",
	Doc:   "Istio: routes of gateways, hosts outside the mesh, policies of calls, and permissions to call",
	Reads: istioKinds.Names(),
	Match: istioKinds.Match("networking.istio.io", "security.istio.io", "authentication.istio.io",
		"rbac.istio.io", "telemetry.istio.io", "extensions.istio.io",
		"install.istio.io", "sailoperator.io", "operator.istio.io"),
	Read: readIstio,
}

// readIstio reads any of the kinds. An IstioOperator is the input of istioctl and needs no
// name. An object of the Sail operator without one is a profile, which other objects name.
func readIstio(d *document.Document, f *graph.Facts) {
	if !d.Root.Get("metadata", "name").Exists() {
		switch {
		case d.Head.Kind == "IstioOperator":
			istioInstallation(resource.New(d, d.Head.Kind))
			return
		case d.Head.Group() == "sailoperator.io":
			d.Problem(graph.Note, d.Root, "", "%s without a name is a profile and is not applied", d.Head.Kind)
			return
		}
	}
	istioKinds.Read(d, f)
}

var istioKinds = resource.Kinds{
	"VirtualService":  virtualService,
	"Gateway":         istioGateway,
	"ServiceEntry":    serviceEntry,
	"WorkloadEntry":   workloadEntry,
	"Sidecar":         sidecar,
	"DestinationRule": destinationRule,
	"WorkloadGroup":   workloadGroup,
	"EnvoyFilter":     envoyFilter,
	"ProxyConfig":     nil,

	"AuthorizationPolicy":   authorizationPolicy,
	"ServiceRole":           serviceRole,
	"ServiceRoleBinding":    serviceRoleBinding,
	"RequestAuthentication": nil,
	"PeerAuthentication":    nil,
	"Policy":                nil,
	"MeshPolicy":            nil,
	"RbacConfig":            nil,
	"ClusterRbacConfig":     nil,

	"Telemetry":  nil,
	"WasmPlugin": nil,

	"IstioOperator": istioInstallation,
	"Istio":         istioInstallation, // of the Sail operator
	"IstioRevision": istioInstallation,
}

// istioGateway reads a Gateway: a set of open ports on the proxies it selects,
// in whatever namespace they run. It carries the labels by which it selects,
// because it represents those proxies if no input declares them.
func istioGateway(r *resource.Object) {
	gateway := r.Gateway()
	selector := resource.LabelsOf(r.Mapping(r.Spec, "selector"))
	gateway.PodLabels = selector
	for _, server := range r.List(r.Spec, "servers") {
		port := server.Get("port")
		if number := resource.PortNumber(port.Get("number")); number > 0 {
			gateway.Ports = append(gateway.Ports, graph.Port{
				Name: port.Get("name").Str(), Number: number, Protocol: strings.ToLower(port.Get("protocol").Str()),
			})
		}
	}
	r.Facts.Entities = append(r.Facts.Entities, gateway)
	if len(selector) == 0 {
		return
	}
	r.Facts.Names = append(r.Facts.Names, graph.Name{
		Ref: r.Ref(), Origin: r.At(r.Spec.Key("selector")), Kind: graph.KindGateway,
		Selects: graph.Selector{Labels: selector, AnyNamespace: true},
	})
}

// serviceEntry reads a ServiceEntry. Each of its hosts is a name of its own: an
// entry often lists hosts that have nothing to do with each other.
func serviceEntry(r *resource.Object) {
	name := graph.Name{
		Selects: graph.Selector{Labels: resource.LabelsOf(r.Mapping(r.Spec, "workloadSelector", "labels"))},
		Outside: r.Text(r.Spec, "location") != "MESH_INTERNAL",
	}
	if n := len(endpoints(r)); n > 0 && r.Text(r.Spec, "resolution") == "STATIC" && len(name.Selects.Labels) == 0 {
		name.Replicas = policy.Declare(n, r.At(r.Spec.Get("endpoints"))) // a name could resolve to several
	}
	for _, port := range r.List(r.Spec, "ports") {
		protocol := strings.ToLower(port.Get("protocol").Str())
		name.Ports = append(name.Ports, graph.Port{
			Name: port.Get("name").Str(), Number: resource.PortNumber(port.Get("number")),
			Target: port.Get("targetPort").Str(), Protocol: protocol,
		})
		name.Kind = max(name.Kind, storeKinds[protocol])
	}
	if name.Outside && name.Kind == graph.KindUnknown {
		name.Kind = graph.KindExternal
	}
	for _, host := range r.List(r.Spec, "hosts") {
		name.Hosts = []string{resource.HostName(host.Str())}
		if name.Hosts[0] == "" {
			continue
		}
		if name.Twin = ""; !name.Outside {
			name.Twin = inOtherCluster(name.Hosts[0])
		}
		name.Ref = r.RefTo(r.Kind, "", name.Hosts[0])
		name.Origin = r.At(host)
		r.Facts.Names = append(r.Facts.Names, name)
		if !strings.HasPrefix(name.Hosts[0], "*") { // policies and routes name the entry, not its hosts
			r.Member(r.Ref(), r.Host(name.Hosts[0]), host)
		}
	}
}

// inOtherCluster returns the name that a Service has in its own cluster: meshes of several control
// planes reach "cart.shop.svc.cluster.local" of another cluster as "cart.shop.global". It returns ""
// for any other host.
func inOtherCluster(host string) string {
	inside, ok := strings.CutSuffix(host, ".global")
	if !ok || strings.Count(inside, ".") != 1 || strings.Contains(inside, "*") {
		return ""
	}
	return inside + ".svc.cluster.local"
}

// storeKinds are the protocols of a ServiceEntry that only stores speak.
var storeKinds = map[string]graph.Kind{
	"mongo": graph.KindDatabase,
	"mysql": graph.KindDatabase,
	"redis": graph.KindCache,
}

// endpoints returns the addresses that a ServiceEntry lists, sockets left out.
func endpoints(r *resource.Object) []string {
	var addresses []string
	for _, endpoint := range r.List(r.Spec, "endpoints") {
		address := resource.HostName(r.Text(endpoint, "address"))
		if address != "" && !strings.HasPrefix(address, "unix:") {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// workloadEntry reads a WorkloadEntry: one machine that is part of the mesh.
func workloadEntry(r *resource.Object) {
	machine(r, r.Mapping(r.Spec, "labels"), r.Text(r.Spec, "serviceAccount"))
	address := resource.HostName(r.Text(r.Spec, "address"))
	if address == "" || strings.HasPrefix(address, "unix:") {
		return
	}
	r.Facts.Names = append(r.Facts.Names, graph.Name{
		Ref: r.Ref(), Origin: r.At(r.Spec.Get("address")), Hosts: []string{address}, Of: r.Ref(),
	})
}

// workloadGroup reads a WorkloadGroup: what the machines of a group have in
// common.
func workloadGroup(r *resource.Object) {
	machine(r, r.Mapping(r.Spec, "metadata", "labels"), r.Text(r.Spec, "template", "serviceAccount"))
}

// machine declares the resource as a workload outside Kubernetes.
func machine(r *resource.Object, labels document.Node, account string) {
	r.Facts.Entities = append(r.Facts.Entities, graph.Entity{
		Ref: r.Ref(), Origin: r.At(r.Root), Kind: graph.KindService,
		PodLabels: resource.LabelsOf(labels), Account: account,
	})
}

// sidecar reads which hosts the proxies of the selected workload may reach. Only hosts
// named one by one show calls: "*/*" and "istio-system/*" are there to keep the proxy
// small.
func sidecar(r *resource.Object) {
	from, ok := r.Pods(r.Mapping(r.Spec, "workloadSelector", "labels"))
	if !ok {
		return
	}
	for _, egress := range r.List(r.Spec, "egress") {
		for _, host := range r.List(egress, "hosts") {
			namespace, name, found := strings.Cut(host.Str(), "/")
			if !found || strings.Contains(name, "*") || name == "" || namespace == "~" {
				continue
			}
			if namespace == "." || namespace == "*" {
				namespace = r.Namespace
			}
			to := resource.HostIn(namespace, name, resource.PortNumber(egress.Get("port", "number")))
			r.Call(from, to, host, graph.Evidence{Way: "sidecar-egress", Strength: graph.Strong})
		}
	}
}

// envoyFilter reads the clusters that an EnvoyFilter adds to proxies, and those of
// the mesh that its filters ask: rate limit services, authorizers, collectors.
// They steer the proxy, they are not what its service calls.
func envoyFilter(r *resource.Object) {
	from, ok := r.Pods(r.Mapping(r.Spec, "workloadSelector", "labels"))
	from.Pods.AnyNamespace = r.Namespace == product.Istio.RootNamespace
	var proxies []graph.EndpointRef
	if ok {
		proxies = []graph.EndpointRef{from}
	}
	for i, patch := range r.List(r.Spec, "configPatches") {
		if r.Spec.Get("targetRefs").Exists() || !patchPolicies(r, i, patch, proxies) {
			unreadPatch(r, patch)
		}
	}
	if !ok {
		return
	}
	fields := field.New(r.Document, product.IstioPatch)
	filters := filterTimeouts(r, fields)
	for _, patch := range r.List(r.Spec, "configPatches") {
		value := patch.Get("patch", "value")
		endpoints := proxy.MeshClusters(value)
		var connect policy.Setting[time.Duration]
		if patch.Get("applyTo").Str() == "CLUSTER" {
			endpoints = proxy.ClusterEndpoints(value)
			connect = fields.Duration(value, "connect_timeout")
		}
		for _, e := range endpoints {
			says := &policy.Set{Layer: policy.ClientProxy, Product: product.Envoy, Timeout: &policy.Timeout{Total: filters[e.Cluster], Connect: connect}}
			if says.Timeout.Total.Provenance == policy.Unknown && connect.Provenance == policy.Unknown {
				says = nil
			}
			r.Call(from, resource.HostIn(r.Namespace, e.Host, e.Port), e.At, graph.Evidence{
				Way: "envoy-filter", Strength: graph.Strong, Class: graph.ClassControl, Says: says,
			})
		}
	}
}

// filterTimeouts returns how long the filters that an EnvoyFilter inserts wait for
// the services they ask (rate limit, external authorization), by cluster.
func filterTimeouts(r *resource.Object, fields *field.Reader) map[string]policy.Setting[time.Duration] {
	timeouts := map[string]policy.Setting[time.Duration]{}
	for _, patch := range r.List(r.Spec, "configPatches") {
		filter := patch.Get("patch", "value", "typed_config")
		for _, grpc := range []document.Node{filter.Get("grpc_service"), filter.Get("rate_limit_service", "grpc_service")} {
			cluster := grpc.Get("envoy_grpc", "cluster_name").Str()
			if cluster == "" {
				continue
			}
			timeouts[cluster] = fields.Duration(grpc, "timeout")
			if own := fields.Duration(filter, "timeout"); own.Provenance != policy.Unknown {
				timeouts[cluster] = own
			}
		}
		if uri := filter.Get("http_service", "server_uri"); uri.Get("cluster").Str() != "" {
			timeouts[uri.Get("cluster").Str()] = fields.Duration(uri, "timeout")
		}
	}
	return timeouts
}
