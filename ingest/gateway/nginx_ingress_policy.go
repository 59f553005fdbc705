package gateway

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// nginxIngressPolicies reads the policies of each upstream of a virtual server, or of the
// routes that virtual servers take from another object.
func nginxIngressPolicies(r *resource.Object) {
	f := field.New(r.Document, product.NginxDuration)
	from := graph.EndpointRef{Ref: r.Ref()}
	if r.Kind == "VirtualServerRoute" {
		from = graph.EndpointRef{Group: graph.GatewaysOf(r.Ref())}
	}
	var parts []graph.Policy
	for i, upstream := range r.Spec.Get("upstreams").List() {
		service := r.Text(upstream, "service")
		if service == "" {
			continue
		}
		p := r.Policy(product.NginxIngress, "upstream", upstream)
		p.From, p.To, p.Rank = []graph.EndpointRef{from}, []graph.EndpointRef{r.Service("", service)}, -i
		p.Says = nginxIngressUpstream(f.Within(fmt.Sprintf("upstreams[%d]", i)), upstream, "")
		parts = append(parts, p)
	}
	r.AddPolicies(f, parts...)
}

// NginxIngressAnnotations reads the annotations of an Ingress for NGINX Ingress Controller.
func NginxIngressAnnotations(o *resource.Object) {
	if !isNginxOrg(o) {
		return
	}
	annotations := o.Meta.Get("annotations")
	f := o.Annotations(product.NginxIngress.IngressPrefix, product.NginxDuration)
	p := o.Policy(product.NginxIngress, "ingress", annotations)
	p.From = []graph.EndpointRef{{Ref: o.Self}}
	p.Says = nginxIngressUpstream(f, annotations, "proxy-")
	o.AddPolicies(f, p)
}

// isNginxOrg reports whether an Ingress is for NGINX Ingress Controller, whose class has the name
// of ingress-nginx's, too: it has annotations of this one alone.
func isNginxOrg(o *resource.Object) bool {
	theirs := false
	for key := range o.Meta.Get("annotations").Pairs() {
		if strings.HasPrefix(key.Str(), ingressNginx) {
			return false
		}
		theirs = theirs || strings.HasPrefix(key.Str(), product.NginxIngress.IngressPrefix)
	}
	return theirs && o.IsIngress("nginx")
}

// nginxIngressUpstream reads the policies of an upstream. On an Ingress the names of those of
// nginx's proxy module begin with it.
func nginxIngressUpstream(f *field.Reader, n document.Node, proxy string) policy.Set {
	s := policy.Set{Layer: policy.Gateway, Product: product.NginxIngress, Retry: nginxRetry(f, n, proxy+"next-upstream")}
	s.Timeout = field.Presence(policy.Timeout{Connect: f.Duration(n, proxy+"connect-timeout"), ReadGap: f.Duration(n, proxy+"read-timeout")})
	f.Duration(n, proxy+"send-timeout")                                  // for its flaws
	if address := f.Look(n, "use-cluster-ip"); address.Str() == "true" { // the only server of the upstream
		s.Retry = &policy.Retry{Retries: field.Off(f, address, 0)}
	}
	s.Bulkhead = field.Presence(policy.Bulkhead{MaxConnections: f.Count(0, n, "max-conns")})
	open := f.Duration(n, "fail-timeout")
	s.Breaker = field.Presence(policy.Breaker{Failures: f.Count(0, n, "max-fails"), Window: open, Open: open})
	method := f.Look(n, "lb-method")
	switch word, _, _ := strings.Cut(method.Str(), " "); word {
	case "round_robin":
		s.Balance = &policy.Balance{Strategy: field.Written(f, method, "round-robin")}
	case "least_conn", "least_time":
		s.Balance = &policy.Balance{Strategy: field.Written(f, method, "least-request")}
	case "random":
		s.Balance = &policy.Balance{Strategy: field.Written(f, method, "random")}
	case "hash", "ip_hash":
		s.Balance = &policy.Balance{Strategy: field.Written(f, method, "consistent-hash")}
	}
	return s
}
