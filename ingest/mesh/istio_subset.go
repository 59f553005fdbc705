package mesh

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// declaredSubsets adds the subsets that a DestinationRule declares, and that it speaks of its host.
func declaredSubsets(r *resource.Object, host string) {
	r.Facts.Subsets = append(r.Facts.Subsets, graph.Subset{Of: r.Ref(), Host: host, Origin: r.At(r.Root)})
	for _, subset := range r.Spec.Get("subsets").List() {
		if name := subset.Get("name").Str(); name != "" {
			r.Facts.Subsets = append(r.Facts.Subsets, graph.Subset{Of: r.Ref(), Host: host, Name: name, Origin: r.At(subset)})
		}
	}
}

// routedSubsets adds the subsets that a VirtualService sends requests to, or copies of them. What is of
// a wrong type is reported by who reads the routes.
func routedSubsets(r *resource.Object) {
	add := func(destination document.Node) {
		host, name := destination.Get("host").Str(), destination.Get("subset").Str()
		if host != "" && name != "" {
			r.Facts.Subsets = append(r.Facts.Subsets, graph.Subset{Of: r.Ref(), Host: host, Name: name, Routed: true, Origin: r.At(destination.Get("subset"))})
		}
	}
	for _, protocol := range []string{"http", "tls", "tcp"} {
		for _, rule := range r.Spec.Get(protocol).List() {
			for _, route := range rule.Get("route").List() {
				if resource.Weighted(route) > graph.Allowed {
					add(route.Get("destination"))
				}
			}
			add(rule.Get("mirror"))
			for _, mirror := range rule.Get("mirrors").List() {
				add(mirror.Get("destination"))
			}
		}
	}
}
