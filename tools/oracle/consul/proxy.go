package main

import (
	"fmt"
	"strings"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	aggregate "github.com/envoyproxy/go-control-plane/envoy/extensions/clusters/aggregate/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcp "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	"google.golang.org/protobuf/proto"

	"github.com/hashicorp/consul/agent/structs"

	"github.com/weirgraph/weir/tools/oracle/answer"
	"github.com/weirgraph/weir/tools/oracle/answer/envoy"
)

// made is the configuration of a proxy.
type made struct {
	listeners []*listener.Listener
	routes    map[string]*route.RouteConfiguration
	clusters  map[string]*cluster.Cluster
}

func sorted(all map[string][]proto.Message) *made {
	m := &made{routes: map[string]*route.RouteConfiguration{}, clusters: map[string]*cluster.Cluster{}}
	for _, messages := range all {
		for _, message := range messages {
			switch r := message.(type) {
			case *listener.Listener:
				m.listeners = append(m.listeners, r)
			case *route.RouteConfiguration:
				m.routes[r.Name] = r
			case *cluster.Cluster:
				m.clusters[r.Name] = r
			}
		}
	}
	return m
}

// endpoints is an instance of a service, with an address of its own in the proxies of callers.
func endpoints(i int) structs.CheckServiceNodes {
	return structs.CheckServiceNodes{{
		Node: &structs.Node{Node: "node", Address: "10.2.0.1", Datacenter: dataCenter},
		Service: &structs.NodeService{
			Service: "any", Port: 8080, TaggedAddresses: map[string]structs.ServiceAddress{structs.TaggedAddressVirtualIP: {Address: fmt.Sprintf("240.0.0.%d", i+1)}},
		},
	}}
}

// filters calls f with each filter of connections.
func (m *made) filters(f func(*listener.Filter)) {
	for _, l := range m.listeners {
		for _, chain := range l.FilterChains {
			for _, filter := range chain.Filters {
				f(filter)
			}
		}
	}
}

// manager and connection are a filter as one for requests, and one without; nil for others.
func manager(f *listener.Filter) *hcm.HttpConnectionManager {
	var h hcm.HttpConnectionManager
	if f.GetTypedConfig().UnmarshalTo(&h) != nil {
		return nil
	}
	return &h
}

func connection(f *listener.Filter) *tcp.TcpProxy {
	var t tcp.TcpProxy
	if f.GetTypedConfig().UnmarshalTo(&t) != nil {
		return nil
	}
	return &t
}

// calls returns what a sidecar does with the calls of the filter whose statistics have a name.
func (m *made) calls(statistics string, l answer.Line) []answer.Line {
	var lines []answer.Line
	m.filters(func(f *listener.Filter) {
		if h := manager(f); h != nil && h.StatPrefix == statistics {
			config := h.GetRouteConfig()
			if config == nil {
				config = m.routes[h.GetRds().GetRouteConfigName()]
			}
			lines = append(lines, m.routed(l, config)...)
		}
		if t := connection(f); t != nil && t.StatPrefix == statistics {
			own := l
			own.TCP = true
			lines = append(lines, m.targets(own, t.GetCluster())...)
		}
	})
	return lines
}

// gateway returns what a gateway does with all requests.
func (m *made) gateway(l answer.Line) []answer.Line {
	var lines []answer.Line
	m.filters(func(f *listener.Filter) {
		if h := manager(f); h != nil {
			lines = append(lines, m.routed(l, m.routes[h.GetRds().GetRouteConfigName()])...)
		}
		if t := connection(f); t != nil {
			own := l
			own.TCP = true
			lines = append(lines, m.targets(own, t.GetCluster())...)
		}
	})
	return lines
}

// inbound adds what a sidecar does with the requests that reach its service.
func (m *made) inbound(l *answer.Line) {
	m.filters(func(f *listener.Filter) {
		h := manager(f)
		if h == nil {
			l.TCP = true
		}
		for _, vhost := range h.GetRouteConfig().GetVirtualHosts() {
			for _, r := range vhost.Routes {
				l.Timeout = timeout(r.GetRoute())
			}
		}
	})
	app := m.clusters["local_app"]
	if l.Connect = envoy.Duration(app.GetConnectTimeout()); l.Connect == "5s" {
		l.Connect = "" // Consul's own, within the pod
	}
	for _, t := range app.GetCircuitBreakers().GetThresholds() {
		l.Limits = &answer.Limits{Connections: int(t.MaxConnections.GetValue())}
	}
}

// timeout is Envoy's own where a route has none.
func timeout(r *route.RouteAction) string {
	if r.Timeout == nil {
		return "15s"
	}
	return envoy.Duration(r.Timeout)
}

func (m *made) routed(l answer.Line, config *route.RouteConfiguration) []answer.Line {
	var lines []answer.Line
	for _, vhost := range config.GetVirtualHosts() {
		seen := map[string]bool{}
		for _, r := range vhost.Routes {
			own := l
			own.Match = match(r.Match)
			if seen[own.Match] {
				continue // the one before it takes all requests
			}
			seen[own.Match] = true
			action := r.GetRoute()
			own.Timeout = timeout(action)
			envoy.Retries(&own, action.RetryPolicy)
			if name := action.GetCluster(); name != "" {
				lines = append(lines, m.targets(own, name)...)
			}
			for _, w := range action.GetWeightedClusters().GetClusters() {
				if w.Weight.GetValue() > 0 {
					lines = append(lines, m.targets(own, w.Name)...)
				}
			}
		}
	}
	return lines
}

// targets returns a line for a cluster, or for each of those of which the next takes over when
// the one before it fails.
func (m *made) targets(l answer.Line, name string) []answer.Line {
	c := m.clusters[name]
	if c == nil {
		return nil
	}
	var group aggregate.ClusterConfig
	if c.GetClusterType().GetTypedConfig().UnmarshalTo(&group) == nil && len(group.Clusters) > 0 {
		var lines []answer.Line
		for _, member := range group.Clusters {
			lines = append(lines, m.targets(l, member)...)
		}
		return lines
	}
	l.Callee, l.Subset = destination(name)
	envoy.Cluster(&l, c, envoy.Own, 50)
	return []answer.Line{l}
}

// destination takes apart the name of a cluster: "failover-target~~0~subset.service.namespace.dc1.internal.domain".
func destination(name string) (service, subset string) {
	name = name[strings.LastIndex(name, "~")+1:]
	before, _, _ := strings.Cut(name, ".default.")
	if subset, service, found := strings.Cut(before, "."); found {
		return service, subset
	}
	return before, ""
}

// match is which requests a route takes, in the words of weir.
func match(m *route.RouteMatch) string {
	var words []string
	switch {
	case m.GetPath() != "":
		words = append(words, m.GetPath())
	case m.GetPrefix() != "" && m.GetPrefix() != "/":
		words = append(words, m.GetPrefix()+"*")
	case m.GetSafeRegex() != nil:
		words = append(words, "~"+m.GetSafeRegex().Regex)
	}
	for _, h := range m.Headers {
		value := ""
		switch {
		case h.Name == ":method":
			words = append(words, strings.ReplaceAll(h.GetSafeRegexMatch().GetRegex(), "|", ","))
			continue
		case h.GetExactMatch() != "":
			value = h.GetExactMatch()
		case h.GetPrefixMatch() != "":
			value = h.GetPrefixMatch() + "*"
		case h.GetSuffixMatch() != "":
			value = "*" + h.GetSuffixMatch()
		case h.GetSafeRegexMatch() != nil:
			value = "~" + h.GetSafeRegexMatch().Regex
		}
		without := ""
		if h.InvertMatch {
			without = "without "
		}
		words = append(words, strings.TrimSpace(without+"header "+h.Name+" "+value))
	}
	for _, q := range m.QueryParameters {
		value := q.GetStringMatch().GetExact()
		if regex := q.GetStringMatch().GetSafeRegex(); regex != nil {
			value = "~" + regex.Regex
		}
		words = append(words, strings.TrimSpace("query "+q.Name+" "+value))
	}
	return strings.Join(words, " ")
}
