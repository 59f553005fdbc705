package manifest

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// readNetworkPolicy reads who is permitted to call whom. A permission proves no
// call, and one for everybody not even a permission worth telling.
func readNetworkPolicy(o *object) {
	subject := graph.EndpointRef{Pods: o.selectorAt(o.mapping(o.spec, "podSelector")), Namespace: o.namespace}
	if subject.Pods.IsZero() {
		return
	}
	if o.policyActs("Ingress") {
		for _, rule := range o.list(o.spec, "ingress") {
			o.readPolicyRule(rule, "from", func(peer graph.EndpointRef, e graph.Evidence) {
				e.Way = "network-policy-ingress"
				o.permit(peer, subject, e)
			})
		}
	}
	if o.policyActs("Egress") {
		for _, rule := range o.list(o.spec, "egress") {
			o.readPolicyRule(rule, "to", func(peer graph.EndpointRef, e graph.Evidence) {
				e.Way = "network-policy-egress"
				o.permit(subject, peer, e)
			})
		}
	}
}

// policyActs reports whether the policy applies to a direction: one that
// policyTypes leaves out is ignored, whatever rules stand there.
func (o *object) policyActs(direction string) bool {
	types := o.spec.Get("policyTypes").Strs()
	return len(types) == 0 || slices.Contains(types, direction)
}

// readPolicyRule says allow for each peer of a rule that names workloads. IP
// blocks name none, nor do empty selectors.
func (o *object) readPolicyRule(rule document.Node, key string, allow func(graph.EndpointRef, graph.Evidence)) {
	e, dns := o.policyPorts(o.list(rule, "ports"))
	if dns {
		return
	}
	for _, n := range o.list(rule, key) {
		peer := graph.EndpointRef{Pods: o.selectorAt(n.Get("podSelector")), Namespace: o.namespace}
		if peer.Pods.IsZero() || isDNS(peer.Pods.Labels) {
			continue
		}
		if spaces := n.Get("namespaceSelector"); spaces.IsMap() && !o.lookIn(&peer.Pods, spaces) {
			o.Problem(graph.Note, spaces, "", "namespaceSelector of %s %q is too involved; what it permits is not shown", o.kind, o.name)
			continue
		}
		e.Origin = o.At(n)
		allow(peer, e)
	}
}

// policyPorts reads what the ports of a rule tell of the calls it permits, and
// whether they are all for looking up names, which is no call.
func (o *object) policyPorts(ports []document.Node) (e graph.Evidence, dns bool) {
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
func (o *object) permit(from, to graph.EndpointRef, e graph.Evidence) {
	e.Strength, e.Class = graph.Allowed, graph.ClassCall
	o.facts.Calls = append(o.facts.Calls, graph.CallFact{From: from, To: to, Evidence: e})
}
