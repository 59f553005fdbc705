package manifest

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Istio reads the traffic and security objects of Istio, in every version of
// their API groups and back to those of release 0.8.
var Istio = &document.Reader{
	Name:  "istio",
	Doc:   "Istio: routes of gateways, hosts outside the mesh, policies of calls, and who may call whom",
	Reads: istioKinds.names(),
	Match: istioKinds.match("networking.istio.io", "security.istio.io", "authentication.istio.io",
		"rbac.istio.io", "telemetry.istio.io", "extensions.istio.io",
		"install.istio.io", "sailoperator.io", "operator.istio.io"),
	Read: istioKinds.read,
}

var istioKinds = resourceKinds{
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
// because it stands for those proxies when no input declares them.
func istioGateway(r *resource) {
	gateway := r.gateway()
	selector := labelsOf(r.mapping(r.spec, "selector"))
	gateway.PodLabels = selector
	for _, server := range r.list(r.spec, "servers") {
		port := server.Get("port")
		if number := portNumber(port.Get("number")); number > 0 {
			gateway.Ports = append(gateway.Ports, graph.Port{
				Name: port.Get("name").Str(), Number: number, Protocol: strings.ToLower(port.Get("protocol").Str()),
			})
		}
	}
	r.facts.Entities = append(r.facts.Entities, gateway)
	if len(selector) == 0 {
		return
	}
	r.facts.Names = append(r.facts.Names, graph.Name{
		Ref: r.ref(), Origin: r.At(r.spec.Key("selector")), Kind: graph.KindGateway,
		Selects: graph.Selector{Labels: selector, AnyNamespace: true},
	})
}

// serviceEntry reads a ServiceEntry. Each of its hosts is a name of its own: an
// entry often lists hosts that have nothing to do with each other.
func serviceEntry(r *resource) {
	name := graph.Name{
		Selects:  graph.Selector{Labels: labelsOf(r.mapping(r.spec, "workloadSelector", "labels"))},
		Outside:  r.text(r.spec, "location") != "MESH_INTERNAL",
		Backends: r.endpoints(),
	}
	if n := len(name.Backends); n > 0 && r.text(r.spec, "resolution") == "STATIC" && len(name.Selects.Labels) == 0 {
		name.Replicas = policy.Declare(n, r.At(r.spec.Get("endpoints"))) // names could stand for several
	}
	for _, port := range r.list(r.spec, "ports") {
		protocol := strings.ToLower(port.Get("protocol").Str())
		name.Ports = append(name.Ports, graph.Port{
			Name: port.Get("name").Str(), Number: portNumber(port.Get("number")),
			Target: port.Get("targetPort").Str(), Protocol: protocol,
		})
		name.Kind = max(name.Kind, storeKinds[protocol])
	}
	if name.Outside && name.Kind == graph.KindUnknown {
		name.Kind = graph.KindExternal
	}
	for _, host := range r.list(r.spec, "hosts") {
		name.Hosts = []string{hostName(host.Str())}
		if name.Hosts[0] == "" {
			continue
		}
		name.Ref = r.object(r.kind, "", name.Hosts[0])
		name.Origin = r.At(host)
		r.facts.Names = append(r.facts.Names, name)
		if !strings.HasPrefix(name.Hosts[0], "*") { // policies and routes name the entry, not its hosts
			r.member(r.ref(), r.host(name.Hosts[0]), host)
		}
	}
}

// storeKinds are the protocols of a ServiceEntry that only stores speak.
var storeKinds = map[string]graph.Kind{
	"mongo": graph.KindDatabase,
	"mysql": graph.KindDatabase,
	"redis": graph.KindCache,
}

// endpoints returns the addresses that a ServiceEntry lists, sockets left out.
func (r *resource) endpoints() []string {
	var addresses []string
	for _, endpoint := range r.list(r.spec, "endpoints") {
		address := hostName(r.text(endpoint, "address"))
		if address != "" && !strings.HasPrefix(address, "unix:") {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// workloadEntry reads a WorkloadEntry: one machine that is part of the mesh.
func workloadEntry(r *resource) {
	r.machine(r.mapping(r.spec, "labels"), r.text(r.spec, "serviceAccount"))
	address := hostName(r.text(r.spec, "address"))
	if address == "" || strings.HasPrefix(address, "unix:") {
		return
	}
	r.facts.Names = append(r.facts.Names, graph.Name{
		Ref: r.ref(), Origin: r.At(r.spec.Get("address")), Hosts: []string{address}, Of: r.ref(),
	})
}

// workloadGroup reads a WorkloadGroup: what the machines of a group have in
// common.
func workloadGroup(r *resource) {
	r.machine(r.mapping(r.spec, "metadata", "labels"), r.text(r.spec, "template", "serviceAccount"))
}

// machine declares the resource as a workload outside Kubernetes.
func (r *resource) machine(labels document.Node, account string) {
	r.facts.Entities = append(r.facts.Entities, graph.Entity{
		Ref: r.ref(), Origin: r.At(r.Root), Kind: graph.KindService,
		PodLabels: labelsOf(labels), Account: account,
	})
}

// sidecar reads which hosts the proxies of the selected workload may reach. Only
// hosts named one by one tell of calls: "*/*" and "istio-system/*" are there to
// keep the proxy small.
func sidecar(r *resource) {
	from, ok := r.pods(r.mapping(r.spec, "workloadSelector", "labels"))
	if !ok {
		return
	}
	for _, egress := range r.list(r.spec, "egress") {
		for _, host := range r.list(egress, "hosts") {
			namespace, name, found := strings.Cut(host.Str(), "/")
			if !found || strings.Contains(name, "*") || name == "" || namespace == "~" {
				continue
			}
			if namespace == "." || namespace == "*" {
				namespace = r.namespace
			}
			to := hostIn(namespace, name, portNumber(egress.Get("port", "number")))
			r.call(from, to, host, graph.Evidence{Way: "sidecar-egress", Strength: graph.Strong})
		}
	}
}

// envoyFilter reads the clusters that an EnvoyFilter adds to proxies, and those of
// the mesh that its filters ask: rate limit services, authorizers, collectors.
// They steer the proxy, they are not what its service calls.
func envoyFilter(r *resource) {
	from, ok := r.pods(r.mapping(r.spec, "workloadSelector", "labels"))
	from.Pods.AnyNamespace = r.namespace == product.Istio.RootNamespace
	var proxies []graph.EndpointRef
	if ok {
		proxies = []graph.EndpointRef{from}
	}
	for i, patch := range r.list(r.spec, "configPatches") {
		if r.spec.Get("targetRefs").Exists() || !r.patchPolicies(i, patch, proxies) {
			r.unreadPatch(patch)
		}
	}
	if !ok {
		return
	}
	fields := newPolicyFields(r.Document, product.EnvoyDuration)
	filters := r.filterTimeouts(fields)
	for _, patch := range r.list(r.spec, "configPatches") {
		value := patch.Get("patch", "value")
		endpoints := meshClusters(value)
		var connect policy.Setting[time.Duration]
		if patch.Get("applyTo").Str() == "CLUSTER" {
			endpoints = clusterEndpoints(value)
			connect = fields.duration(value, "connect_timeout")
		}
		for _, e := range endpoints {
			says := &policy.Set{Layer: policy.ClientProxy, Product: product.Envoy, Timeout: &policy.Timeout{Total: filters[e.cluster], Connect: connect}}
			if says.Timeout.Total.Provenance == policy.Unknown && connect.Provenance == policy.Unknown {
				says = nil
			}
			r.call(from, hostIn(r.namespace, e.host, e.port), e.at, graph.Evidence{
				Way: "envoy-filter", Strength: graph.Strong, Class: graph.ClassControl, Says: says,
			})
		}
	}
}

// filterTimeouts returns how long the filters that an EnvoyFilter inserts wait for
// the services they ask (rate limit, external authorization), by cluster.
func (r *resource) filterTimeouts(fields *policyFields) map[string]policy.Setting[time.Duration] {
	timeouts := map[string]policy.Setting[time.Duration]{}
	for _, patch := range r.list(r.spec, "configPatches") {
		filter := patch.Get("patch", "value", "typed_config")
		for _, grpc := range []document.Node{filter.Get("grpc_service"), filter.Get("rate_limit_service", "grpc_service")} {
			cluster := grpc.Get("envoy_grpc", "cluster_name").Str()
			if cluster == "" {
				continue
			}
			timeouts[cluster] = fields.duration(grpc, "timeout")
			if own := fields.duration(filter, "timeout"); own.Provenance != policy.Unknown {
				timeouts[cluster] = own
			}
		}
		if uri := filter.Get("http_service", "server_uri"); uri.Get("cluster").Str() != "" {
			timeouts[uri.Get("cluster").Str()] = fields.duration(uri, "timeout")
		}
	}
	return timeouts
}
