package kubernetes

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// readNetworkPolicy reads who is permitted to call whom. A permission does not prove a
// call; one for every workload, or for all but some, is left out.
func readNetworkPolicy(o *resource.Object) {
	subject := graph.EndpointRef{Pods: o.SelectorAt(o.Mapping(o.Spec, "podSelector")), Namespace: o.Namespace}
	if !subject.Pods.NamesAny() {
		return
	}
	if policyActs(o, "Ingress") {
		for _, rule := range o.List(o.Spec, "ingress") {
			readPolicyRule(o, rule, "from", func(peer graph.EndpointRef, e graph.Evidence) {
				e.Way = "network-policy-ingress"
				permit(o, peer, subject, e)
			})
		}
	}
	if policyActs(o, "Egress") {
		for _, rule := range o.List(o.Spec, "egress") {
			readPolicyRule(o, rule, "to", func(peer graph.EndpointRef, e graph.Evidence) {
				e.Way = "network-policy-egress"
				permit(o, subject, peer, e)
			})
		}
	}
}

// policyActs reports whether the policy applies to a direction: one that policyTypes
// leaves out is ignored, whatever its rules.
func policyActs(o *resource.Object, direction string) bool {
	types := o.Spec.Get("policyTypes").Strs()
	return len(types) == 0 || slices.Contains(types, direction)
}

// readPolicyRule says allow for each peer of a rule that names workloads. IP
// blocks name none, nor do selectors that ask for no label.
func readPolicyRule(o *resource.Object, rule document.Node, key string, allow func(graph.EndpointRef, graph.Evidence)) {
	e, dns := policyPorts(o, o.List(rule, "ports"))
	if dns {
		return
	}
	for _, n := range o.List(rule, key) {
		peer := graph.EndpointRef{Pods: o.SelectorAt(n.Get("podSelector")), Namespace: o.Namespace}
		if !peer.Pods.NamesAny() || isDNS(peer.Pods.Labels) {
			continue
		}
		if spaces := n.Get("namespaceSelector"); spaces.IsMap() && !lookIn(o, &peer.Pods, spaces) {
			o.Problem(graph.Note, spaces, "", "namespaceSelector of %s %q is not supported; its permissions are not shown", o.Kind, o.Name)
			continue
		}
		e.Origin = o.At(n)
		allow(peer, e)
	}
}

// policyPorts reads the protocol of the calls that a rule permits from its ports, and
// whether all are for DNS, which is not a call.
func policyPorts(o *resource.Object, ports []document.Node) (e graph.Evidence, dns bool) {
	dns = len(ports) > 0
	for _, p := range ports {
		number, _ := p.Get("port").Int()
		dns = dns && (number == dnsPort || p.Get("port").Str() == "dns" || p.Get("port").Str() == "dns-tcp")
		if len(ports) == 1 {
			e.Port = number
			e.Protocol = portProtocol(p.Get("port").Str(), "")
		}
	}
	return e, dns
}

const dnsPort = 53

// isDNS reports whether labels pick the cluster's name server.
func isDNS(labels graph.Labels) bool {
	switch labels["k8s-app"] {
	case "kube-dns", "coredns", "node-local-dns":
		return true
	}
	return false
}

// permit states a permission to call.
func permit(o *resource.Object, from, to graph.EndpointRef, e graph.Evidence) {
	e.Strength, e.Class = graph.Allowed, graph.ClassCall
	o.Facts.Calls = append(o.Facts.Calls, graph.CallFact{From: from, To: to, Evidence: e})
}
