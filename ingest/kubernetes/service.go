package kubernetes

import (
	"net/netip"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// readService reads a name and the pods behind it, or the host that it is an alias of.
func readService(o *resource.Object) {
	n := graph.Name{
		Ref:         o.Self,
		Origin:      o.At(o.Root),
		Selects:     graph.Selector{Labels: resource.LabelsOf(o.Mapping(o.Spec, "selector"))},
		Target:      resource.HostName(o.Spec.Get("externalName").Str()),
		Headless:    o.Spec.Get("clusterIP").Str() == "None",
		Labels:      resource.LabelsOf(o.Meta.Get("labels")),
		Annotations: resource.LabelsOf(o.Meta.Get("annotations")),
	}
	if key := o.Spec.Key("selector"); key.Exists() {
		n.SelectAt = o.At(key)
	}
	if !strings.EqualFold(o.Spec.Get("type").Str(), "ExternalName") {
		n.Target = "" // left over, the platform looks at the type
	}
	n.Outside = n.Target != "" && !isClusterHost(n.Target)
	for _, p := range o.List(o.Spec, "ports") {
		if number, _, ok := o.Number(p, "port"); ok {
			name := p.Get("name").Str()
			n.Ports = append(n.Ports, graph.Port{
				Name: name, Number: number, Target: p.Get("targetPort").Str(),
				Protocol: portProtocol(name, p.Get("appProtocol").Str()),
			})
		}
	}
	n.Hosts = serviceHosts(o, n.Annotations)
	o.Facts.Names = append(o.Facts.Names, n)
}

// serviceHosts are the addresses that a Service has besides its name in the
// cluster: the IPs that it is bound to and the name that external-dns gives it.
func serviceHosts(o *resource.Object, annotations graph.Labels) []string {
	var hosts []string
	for _, key := range [...]string{"clusterIP", "loadBalancerIP", "externalIPs"} {
		for _, ip := range o.Spec.Get(key).Strs() {
			if _, err := netip.ParseAddr(ip); err == nil {
				hosts = append(hosts, strings.ToLower(ip))
			}
		}
	}
	for host := range strings.SplitSeq(annotations["external-dns.alpha.kubernetes.io/hostname"], ",") {
		if host = strings.ToLower(strings.Trim(host, " .")); host != "" && !strings.Contains(host, "*") {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// isClusterHost reports whether a host is a name of a Service.
func isClusterHost(host string) bool {
	return strings.HasSuffix(host, ".svc") || strings.Contains(host, ".svc.")
}

// readEndpoints reads the addresses behind a Service that selects no pods.
func readEndpoints(o *resource.Object) {
	for _, subset := range o.List(o.Root, "subsets") {
		for _, address := range o.List(subset, "addresses") {
			if !isPodAddress(address) && firstText(address.Get("hostname"), address.Get("ip")) != "" {
				addNamed(o, o.Name)
				return
			}
		}
	}
}

// readEndpointSlice reads a part of the addresses behind a Service.
func readEndpointSlice(o *resource.Object) {
	service := o.Meta.Get("labels", "kubernetes.io/service-name").Str()
	for _, endpoint := range o.List(o.Root, "endpoints") {
		if service != "" && !isPodAddress(endpoint) && strings.Join(endpoint.Get("addresses").Strs(), "") != "" {
			addNamed(o, service)
			return
		}
	}
}

// isPodAddress reports whether an address was filled in by the platform for a
// pod: the Service's selector says the same.
func isPodAddress(n document.Node) bool { return n.Get("targetRef", "kind").Str() == "Pod" }

// addNamed adds a Service whose addresses are declared without pods.
func addNamed(o *resource.Object, service string) {
	o.Facts.Names = append(o.Facts.Names, graph.Name{Ref: o.Sibling("Service", service), Origin: o.At(o.Root)})
}

// portProtocol returns the protocol of a port: from appProtocol, or from the first word
// of its name, as meshes read it ("grpc-web", "http-admin").
func portProtocol(name, appProtocol string) string {
	if p := protocolWord(strings.TrimPrefix(appProtocol, "kubernetes.io/")); p != "" {
		return p
	}
	if p := protocolWord(name); p != "" {
		return p
	}
	word, _, _ := strings.Cut(name, "-")
	return protocolWord(word)
}

// protocolWord is the protocol that one word of a port's name or appProtocol means.
func protocolWord(word string) string {
	switch strings.ToLower(word) {
	case "http", "http1", "ws":
		return "http"
	case "https", "wss":
		return "https"
	case "http2", "h2c":
		return "http2"
	case "grpc", "tcp", "tls", "udp", "amqp", "redis", "kafka", "thrift", "mqtt":
		return strings.ToLower(word)
	case "mongo", "mongodb":
		return "mongodb"
	case "mysql", "postgres", "postgresql":
		return "sql"
	}
	return ""
}
