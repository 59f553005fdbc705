package kubernetes

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// readCiliumPolicy reads the permissions of Cilium's policies, which say the
// same as NetworkPolicies in other words and may name hosts and HTTP methods.
func readCiliumPolicy(o *resource.Object) {
	for _, spec := range append([]document.Node{o.Spec}, o.List(o.Root, "specs")...) {
		subject, ok := ciliumPods(o, spec.Get("endpointSelector"))
		if !ok {
			continue
		}
		for _, rule := range o.List(spec, "ingress") {
			e, _ := ciliumPorts(o, rule)
			e.Way = "cilium-policy-ingress"
			for _, n := range o.List(rule, "fromEndpoints") {
				if peer, ok := ciliumPods(o, n); ok {
					e.Origin = o.At(n)
					permit(o, peer, subject, e)
				}
			}
		}
		for _, rule := range o.List(spec, "egress") {
			readCiliumEgress(o, rule, subject)
		}
	}
}

// readCiliumEgress reads whom a rule lets the subject call.
func readCiliumEgress(o *resource.Object, rule document.Node, subject graph.EndpointRef) {
	e, dns := ciliumPorts(o, rule)
	e.Way = "cilium-policy-egress"
	if dns {
		return
	}
	for _, n := range o.List(rule, "toEndpoints") {
		if peer, ok := ciliumPods(o, n); ok {
			e.Origin = o.At(n)
			permit(o, subject, peer, e)
		}
	}
	for _, n := range o.List(rule, "toServices") {
		service := n.Get("k8sService")
		if name := service.Get("serviceName").Str(); name != "" {
			to := o.Sibling("Service", name)
			if namespace := service.Get("namespace").Str(); namespace != "" {
				to.Namespace = namespace
			}
			e.Origin = o.At(service)
			permit(o, subject, graph.EndpointRef{Ref: to}, e)
		}
	}
	for _, n := range o.List(rule, "toFQDNs") {
		if host := n.Get("matchName"); host.Str() != "" {
			e.Origin = o.At(host)
			permit(o, subject, resource.HostIn(o.Namespace, host.Str(), e.Port), e)
		}
	}
}

// ciliumNamespace is the label by which Cilium's selectors pick a namespace.
const ciliumNamespace = "io.kubernetes.pod.namespace"

// ciliumPods reads a selector of Cilium, whose labels may say where they come
// from ("k8s:app"). It reports false if the selector names no workload.
func ciliumPods(o *resource.Object, n document.Node) (graph.EndpointRef, bool) {
	s := o.SelectorAt(n)
	var labels graph.Labels
	for k, v := range s.Labels {
		source, key, found := strings.Cut(k, ":")
		switch {
		case !found:
			key = k
		case source == "reserved":
			return graph.EndpointRef{}, false // the host, the world
		}
		if key == ciliumNamespace {
			s.Namespaces = []string{v}
			continue
		}
		if labels == nil {
			labels = graph.Labels{}
		}
		labels[key] = v
	}
	s.Labels = labels
	for i := range s.Exprs {
		if _, key, found := strings.Cut(s.Exprs[i].Key, ":"); found {
			s.Exprs[i].Key = key
		}
	}
	if o.Kind == "CiliumClusterwideNetworkPolicy" && s.Namespaces == nil {
		s.AnyNamespace = true
	}
	return graph.EndpointRef{Pods: s, Namespace: o.Namespace}, s.NamesAny() && !isDNS(s.Labels)
}

// ciliumPorts reads the protocol of the calls that a rule permits from its ports, and
// whether all are for DNS.
func ciliumPorts(o *resource.Object, rule document.Node) (graph.Evidence, bool) {
	var ports []document.Node
	var methods []string
	for _, n := range o.List(rule, "toPorts") {
		ports = append(ports, o.List(n, "ports")...)
		for _, http := range n.Get("rules", "http").List() {
			if method := strings.ToUpper(http.Get("method").Str()); method != "" && !slices.Contains(methods, method) {
				methods = append(methods, method)
			}
		}
	}
	e, dns := policyPorts(o, ports)
	if slices.Sort(methods); methods != nil {
		e.Methods, e.Protocol = methods, "http"
	}
	return e, dns
}
