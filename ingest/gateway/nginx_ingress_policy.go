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
		p.Says = nginxIngressUpstream(f.Within(fmt.Sprintf("upstreams[%d]", i)), upstream)
		parts = append(parts, p)
	}
	r.AddPolicies(f, parts...)
}

func nginxIngressUpstream(f *field.Reader, n document.Node) policy.Set {
	s := policy.Set{Layer: policy.Gateway, Product: product.NginxIngress, Retry: nginxRetry(f, n, "next-upstream")}
	s.Timeout = field.Presence(policy.Timeout{Connect: f.Duration(n, "connect-timeout"), ReadGap: f.Duration(n, "read-timeout")})
	f.Duration(n, "send-timeout") // for its flaws
	s.Bulkhead = field.Presence(policy.Bulkhead{MaxConnections: f.Count(0, n, "max-conns")})
	open := f.Duration(n, "fail-timeout")
	s.Breaker = field.Presence(policy.Breaker{Failures: f.Count(0, n, "max-fails"), Window: open, Open: open})
	method := n.Get("lb-method")
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
