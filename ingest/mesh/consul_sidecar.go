package mesh

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// ConsulSidecar reads the annotations of a pod that say under which name its
// Consul sidecar registers it, and which services the sidecar lets it call.
func ConsulSidecar(o *resource.Object, annotations document.Node) (alias string) {
	if name := annotations.Get("consul.hashicorp.com/connect-service").Str(); name != o.Self.Name {
		alias = name
	}
	upstreams := annotations.Get("consul.hashicorp.com/connect-service-upstreams")
	for upstream := range strings.SplitSeq(upstreams.Str(), ",") {
		if to, port, ok := consulUpstream(upstream); ok {
			if port > 0 {
				o.Facts.Listeners = append(o.Facts.Listeners, graph.Listener{Of: o.Self, Port: port, To: graph.EndpointRef{Ref: to}, Origin: o.At(upstreams)})
			}
			o.Facts.Calls = append(o.Facts.Calls, graph.CallFact{
				From: graph.EndpointRef{Ref: o.Self},
				To:   graph.EndpointRef{Ref: to},
				Evidence: graph.Evidence{
					Origin: o.At(upstreams), Way: "consul-upstream", Strength: graph.Strong, Class: graph.ClassCall,
				},
			})
		}
	}
	return alias
}

// consulUpstream reads one upstream and the port that the sidecar binds for it. It is written in one of two ways:
// "name.namespace.partition:port:datacenter", where all but name and port may be
// missing, or "name.svc.namespace.ns.datacenter.dc:port". Prepared queries name no
// service.
func consulUpstream(text string) (to graph.Ref, port int, ok bool) {
	address, rest, found := strings.Cut(strings.TrimSpace(text), ":")
	words := strings.Split(address, ".")
	if !found || words[0] == "" || words[0] == "prepared_query" {
		return graph.Ref{}, 0, false
	}
	bound, _, _ := strings.Cut(rest, ":")
	ref := graph.Ref{Name: words[0]} // Consul's names are those of no one world
	switch {
	case len(words) > 1 && words[1] == "svc":
		for i := 2; i+1 < len(words); i += 2 {
			if words[i+1] == "ns" {
				ref.Namespace = words[i]
			}
		}
	case len(words) > 1:
		ref.Namespace = words[1]
	}
	return ref, resource.PortText(bound), true
}
