package gateway

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy/product"
)

// KongServices finds the addresses in a declarative configuration that a program has: each
// request takes one of the routes, to a service or to any of the targets of its upstream.
var KongServices = settings.YAMLFormat{
	Match: func(_ string, root document.Node) bool { return isKongFile(root) }, Read: readKongServices,
}

// KongServicePolicies finds the policies in such a configuration.
var KongServicePolicies = settings.YAMLPolicy{
	Sign: func(text string) bool { return strings.Contains(text, "_format_version") }, Match: isKongFile,
	Syntax: product.KongDuration, Read: kongServicePolicies,
}

// isKongFile reports whether a file is a declarative configuration with services.
func isKongFile(root document.Node) bool {
	return root.Get("_format_version").Exists() && root.Get("services").IsList()
}

func readKongServices(s *settings.Collector, root settings.YAMLRoot) {
	config := newKongConfig(root.Node)
	for _, service := range root.Get("services").List() {
		at := kongAddress(service)
		in := &graph.Place{Match: config.match(service)}
		upstream, isUpstream := config.upstreams[at.Str()]
		if !isUpstream {
			s.In = in
			s.PutText(root, at, "services.url", kongText(service, at))
			continue
		}
		group := settings.ProxyGroup(graph.Pool, s.Place(root, upstream), "upstream "+at.Str(), in)
		for _, target := range upstream.Get("targets").List() {
			if resource.Weighted(target) == graph.Strong {
				s.In = &graph.Place{Group: group}
				s.Put(root, target.Get("target"), "upstreams.targets.target")
			}
		}
	}
	s.In = nil
}

// kongText returns the address of a service with its port, which may be a field of its own.
func kongText(service, at document.Node) string {
	if port := service.Get("port").Str(); port != "" && !service.Get("url").Exists() {
		return at.Str() + ":" + port
	}
	return at.Str()
}

func kongServicePolicies(f *field.Reader, root document.Node) []graph.Policy {
	config := newKongConfig(root)
	var policies []graph.Policy
	for _, service := range root.Get("services").List() {
		at := kongAddress(service)
		var to []graph.EndpointRef
		add := func(text string) {
			if called, ok := address.Parse(text); ok {
				to = append(to, graph.EndpointRef{Host: graph.Address{Host: called.Host, Port: called.Port}})
			}
		}
		if upstream, isUpstream := config.upstreams[at.Str()]; isUpstream {
			for _, target := range upstream.Get("targets").List() {
				add(target.Get("target").Str())
			}
		} else {
			add(kongText(service, at))
		}
		if len(to) == 0 {
			continue
		}
		for _, p := range config.policies(f, service) {
			p.To = to
			policies = append(policies, p)
		}
	}
	return policies
}
