package gateway

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// UnreadPolicies takes the policies that kgateway, NGINX Gateway Fabric, GKE and Azure's Application
// Gateway have for routes of the Gateway API.
var UnreadPolicies = &document.Reader{
	Name:  "gateway-policies",
	Doc:   "policies of kgateway, NGINX Gateway Fabric, GKE and Azure for the Gateway API: which calls they are for; what they say is not read",
	Reads: unreadPolicyKinds.Names(),
	Match: unreadPolicyKinds.Match("gateway.kgateway.dev", "gateway.nginx.org", "networking.gke.io", "alb.networking.azure.io"),
	Read:  unreadPolicyKinds.Read,
}

var unreadPolicyKinds = resource.Kinds{
	"TrafficPolicy":          unreadPolicy,
	"BackendConfigPolicy":    unreadPolicy,
	"ProxySettingsPolicy":    unreadPolicy,
	"SnippetsPolicy":         unreadPolicy,
	"GCPBackendPolicy":       unreadPolicy,
	"RoutePolicy":            unreadPolicy,
	"ClientSettingsPolicy":   otherPolicy,
	"UpstreamSettingsPolicy": otherPolicy,
}

// unreadPolicy takes a policy whose fields weir does not read: what it says of the calls of its targets
// is not known, and not missing.
func unreadPolicy(r *resource.Object) {
	f := field.New(r.Document, product.GatewayDuration)
	p := r.Policy(product.GatewayAPI, "unread "+r.Kind, r.Root)
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.GatewayAPI, Partial: true}
	var policies []graph.Policy
	for _, at := range targetsOf(r, f) {
		p, target := p, namedTarget(r, at)
		if target.aim(r, &p) {
			policies = append(policies, p)
		} else if to, ok := backendRef(r, at); ok {
			p.From, p.To = []graph.EndpointRef{{Group: gatewayClassRef(anyClass)}}, []graph.EndpointRef{to}
			policies = append(policies, p)
		}
	}
	r.Facts.Policies = append(r.Facts.Policies, policies...)
	r.AddPolicies(f, r.Policy(product.GatewayAPI, "targets", r.Root))
	if policies != nil {
		r.Problem(graph.Note, r.Root, "", "%s %q: its fields are not read: what it says of the calls of its targets is not known", r.Kind, r.Name)
	}
}

// otherPolicy takes a policy that has nothing for the calls of its targets.
func otherPolicy(r *resource.Object) {
	f := field.New(r.Document, product.GatewayDuration)
	targetsOf(r, f)
	r.AddPolicies(f, r.Policy(product.GatewayAPI, "targets", r.Root))
}
