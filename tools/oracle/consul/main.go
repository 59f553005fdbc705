// Command consul asks Consul's own code what it makes of a directory of configuration entries,
// written as objects of Kubernetes or in HCL: the compiler of discovery chains, and what makes
// the configuration of Envoy for the proxies of callers, of services that are called, and of
// ingress gateways. It prints sorted lines of JSON, as tools/oracle/istio does:
//
//	go -C tools/oracle/consul run . DIRECTORY
//	go -C tools/oracle/consul run . -record ../../../testdata/oracle/consul/*.txtar
//
// Consul 1.15.4 is the last release under the MPL. Its Envoy configuration is from before that was
// split into modules: the empty module in split takes the place of the newer one.
package main

import (
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/mitchellh/go-testing-interface"

	"github.com/hashicorp/consul/agent/configentry"
	"github.com/hashicorp/consul/agent/consul/discoverychain"
	"github.com/hashicorp/consul/agent/proxycfg"
	"github.com/hashicorp/consul/agent/structs"
	"github.com/hashicorp/consul/agent/xds"

	"github.com/weirgraph/weir/tools/oracle/answer"
)

const dataCenter = "dc1"

func main() { answer.Main("github.com/hashicorp/consul", ask) }

func ask(text string) ([]answer.Line, error) {
	in, err := parse(text)
	if err != nil {
		return nil, err
	}
	lines := in.refused
	for i := range in.workloads {
		w := &in.workloads[i]
		own, err := in.sidecar(w)
		if err != nil {
			return nil, err
		}
		lines = append(lines, own...)
	}
	for _, e := range in.entries {
		if gateway, ok := e.(*structs.IngressGatewayConfigEntry); ok {
			own, err := in.ingress(gateway)
			if err != nil {
				return nil, err
			}
			lines = append(lines, own...)
		}
	}
	return lines, nil
}

// service returns the settings of a sidecar, as the agents of Consul merge them.
func (in *input) service(name string, upstreams structs.Upstreams) (*structs.NodeService, error) {
	node := &structs.NodeService{
		Kind: structs.ServiceKindConnectProxy, ID: name + "-sidecar", Service: name + "-sidecar", Port: 20000,
		Proxy: structs.ConnectProxyConfig{
			DestinationServiceID: name, DestinationServiceName: name, LocalServiceAddress: "127.0.0.1", LocalServicePort: 8080,
			Mode: structs.ProxyModeTransparent, Upstreams: upstreams,
		},
	}
	node.EnterpriseMeta.Normalize()
	request := &structs.ServiceConfigRequest{Name: name, Mode: node.Proxy.Mode, EnterpriseMeta: node.EnterpriseMeta}
	for _, u := range upstreams {
		request.UpstreamServiceNames = append(request.UpstreamServiceNames, u.DestinationID())
	}
	set := &configentry.ResolvedServiceConfigSet{}
	for _, e := range in.entries {
		switch e := e.(type) {
		case *structs.ServiceConfigEntry:
			set.AddServiceDefaults(e)
		case *structs.ProxyConfigEntry:
			set.AddProxyDefaults(e)
		}
	}
	defaults, err := configentry.ComputeResolvedServiceConfig(request, set, hclog.NewNullLogger())
	if err != nil {
		return nil, err
	}
	return configentry.MergeServiceConfig(defaults, node)
}

// chain compiles the discovery chain of a service.
func (in *input) chain(name string, config map[string]any) (*structs.CompiledDiscoveryChain, error) {
	set := configentry.NewDiscoveryChainSet()
	for _, e := range in.entries {
		switch e.GetKind() {
		case structs.ServiceRouter, structs.ServiceSplitter, structs.ServiceResolver, structs.ServiceDefaults, structs.ProxyDefaults:
			set.AddEntries(e)
		}
	}
	own, err := structs.ParseUpstreamConfigNoDefaults(config)
	if err != nil {
		return nil, err
	}
	request := discoverychain.CompileRequest{
		ServiceName: name, EvaluateInNamespace: "default", EvaluateInPartition: "default", EvaluateInDatacenter: dataCenter,
		EvaluateInTrustDomain: trustDomain, OverrideProtocol: own.Protocol, OverrideConnectTimeout: time.Duration(own.ConnectTimeoutMs) * time.Millisecond, Entries: set,
	}
	return discoverychain.Compile(request)
}

const trustDomain = "mesh.consul"

// snapshot starts what a proxy is configured from.
func snapshot(kind structs.ServiceKind, node *structs.NodeService) *proxycfg.ConfigSnapshot {
	roots, leaf := proxycfg.TestCerts(&testing.RuntimeT{})
	roots.TrustDomain = trustDomain
	s := &proxycfg.ConfigSnapshot{
		Kind: kind, Service: node.Service, Proxy: node.Proxy, Port: node.Port, Address: "10.0.0.1", Datacenter: dataCenter, Roots: roots,
		ProxyID: proxycfg.ProxyID{ServiceID: node.CompoundServiceID()},
	}
	of := &s.ConnectProxy.ConfigSnapshotUpstreams
	if kind == structs.ServiceKindIngressGateway {
		of = &s.IngressGateway.ConfigSnapshotUpstreams
	}
	of.Leaf, of.MeshConfigSet = leaf, true
	of.DiscoveryChain = map[proxycfg.UpstreamID]*structs.CompiledDiscoveryChain{}
	of.UpstreamConfig = map[proxycfg.UpstreamID]*structs.Upstream{}
	of.IntentionUpstreams = map[proxycfg.UpstreamID]struct{}{}
	of.WatchedUpstreamEndpoints = map[proxycfg.UpstreamID]map[string]structs.CheckServiceNodes{}
	return s
}

// sidecar returns what the sidecar of a workload does with its calls, and the sidecars of those
// that it calls with them.
func (in *input) sidecar(w *workload) ([]answer.Line, error) {
	var explicit structs.Upstreams
	for i, c := range w.calls {
		if c.explicit {
			explicit = append(explicit, structs.Upstream{DestinationType: structs.UpstreamDestTypeService, DestinationName: c.service, LocalBindPort: 9000 + i})
		}
	}
	node, err := in.service(w.service, explicit)
	if err != nil {
		return nil, err
	}
	s := snapshot(structs.ServiceKindConnectProxy, node)
	s.ConnectProxy.IntentionsSet = true
	for i := range node.Proxy.Upstreams { // as handlerConnectProxy.initialize does
		u := &node.Proxy.Upstreams[i]
		s.ConnectProxy.UpstreamConfig[proxycfg.NewUpstreamID(u)] = u
	}
	ids := map[string]string{} // names of the services called, by the names of their routes
	for i, c := range w.calls {
		id := proxycfg.NewUpstreamIDFromServiceName(structs.NewServiceName(c.service, nil))
		var config map[string]any
		if own, _ := s.ConnectProxy.GetUpstream(id, &node.EnterpriseMeta); own != nil {
			config = own.Config
		}
		chain, err := in.chain(c.service, config)
		if err != nil {
			return []answer.Line{{Refused: in.entryOf(c.service), Reason: err.Error()}}, nil
		}
		s.ConnectProxy.DiscoveryChain[id] = chain
		if !c.explicit {
			s.ConnectProxy.IntentionUpstreams[id] = struct{}{}
		}
		ids[filterOf(chain)] = c.service
		s.ConnectProxy.WatchedUpstreamEndpoints[id] = map[string]structs.CheckServiceNodes{chain.ID(): endpoints(i)}
		for target := range chain.Targets {
			s.ConnectProxy.WatchedUpstreamEndpoints[id][target] = endpoints(i)
		}
	}
	made, err := resources(s)
	if err != nil {
		return nil, err
	}
	var lines []answer.Line
	for filter, service := range ids {
		lines = append(lines, made.calls("upstream."+filter, answer.Line{Caller: w.name, Host: service, Proxy: "client-proxy"})...)
	}
	return in.withInbound(lines)
}

// withInbound adds what the sidecars of callees do to what those of their callers do.
func (in *input) withInbound(lines []answer.Line) ([]answer.Line, error) {
	for _, l := range lines {
		inbound, err := in.inbound(l.Callee)
		if err != nil {
			return nil, err
		}
		inbound.Caller, inbound.Match = l.Caller, l.Match
		lines = append(lines, inbound)
	}
	for i := range lines {
		lines[i].Callee = in.name(lines[i].Callee)
	}
	return lines, nil
}

// inbound returns what the sidecar of a service does with the requests that reach it.
func (in *input) inbound(service string) (answer.Line, error) {
	l := answer.Line{Callee: service, Proxy: "server-proxy"}
	if !in.registered(service) {
		return l, nil
	}
	node, err := in.service(service, nil)
	if err != nil {
		return l, err
	}
	s := snapshot(structs.ServiceKindConnectProxy, node)
	s.ConnectProxy.IntentionsSet = true
	made, err := resources(s)
	if err != nil {
		return l, err
	}
	made.inbound(&l)
	return l, nil
}

// ingress returns what an ingress gateway does with requests from outside.
func (in *input) ingress(e *structs.IngressGatewayConfigEntry) ([]answer.Line, error) {
	node := &structs.NodeService{Kind: structs.ServiceKindIngressGateway, Service: e.Name, Port: 8443}
	node.EnterpriseMeta.Normalize()
	s := snapshot(structs.ServiceKindIngressGateway, node)
	g := &s.IngressGateway
	g.GatewayConfigLoaded, g.HostsSet = true, true
	g.Upstreams, g.UpstreamsSet = map[proxycfg.IngressListenerKey]structs.Upstreams{}, map[proxycfg.UpstreamID]struct{}{}
	g.Listeners = map[proxycfg.IngressListenerKey]structs.IngressListener{}
	if e.Defaults != nil {
		g.Defaults = *e.Defaults
	}
	for _, l := range e.Listeners {
		key := proxycfg.IngressListenerKeyFromListener(l)
		g.Listeners[key] = l
		for _, service := range l.Services {
			u := structs.Upstream{DestinationType: structs.UpstreamDestTypeService, DestinationName: service.Name, DestinationNamespace: "default", DestinationPartition: "default", LocalBindPort: l.Port, IngressHosts: service.Hosts}
			id := proxycfg.NewUpstreamID(&u)
			chain, err := in.chain(service.Name, nil)
			if err != nil {
				return []answer.Line{{Refused: in.entryOf(service.Name), Reason: err.Error()}}, nil
			}
			g.DiscoveryChain[id], g.UpstreamsSet[id] = chain, struct{}{}
			g.Upstreams[key] = append(g.Upstreams[key], u)
			g.WatchedUpstreamEndpoints[id] = map[string]structs.CheckServiceNodes{}
		}
	}
	made, err := resources(s)
	if err != nil {
		return nil, err
	}
	return in.withInbound(made.gateway(answer.Line{Caller: e.Name, Proxy: "gateway"}))
}

// filterOf is the name of what belongs to a chain in a listener.
func filterOf(c *structs.CompiledDiscoveryChain) string {
	return c.ServiceName + "." + c.Namespace + "." + c.Partition + "." + c.Datacenter
}

func resources(s *proxycfg.ConfigSnapshot) (*made, error) {
	all, err := xds.NewResourceGenerator(hclog.NewNullLogger(), nil, false).AllResourcesFromSnapshot(s)
	if err != nil {
		return nil, err
	}
	return sorted(all), nil
}

// entryOf is the entry that directs the requests for a service first.
func (in *input) entryOf(service string) string {
	for _, kind := range []string{structs.ServiceRouter, structs.ServiceSplitter, structs.ServiceResolver} {
		if i := slices.IndexFunc(in.entries, func(e structs.ConfigEntry) bool { return e.GetKind() == kind && e.GetName() == service }); i >= 0 {
			return in.written[in.entries[i]]
		}
	}
	return service
}
