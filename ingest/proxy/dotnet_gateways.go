package proxy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
)

// YARP and Ocelot are gateways in the configuration of a .NET program: each request takes one
// of its routes, to one of several hosts. Their other settings are those of any program.

// dotnetGet follows a path of names, whose case .NET does not care for.
func dotnetGet(n document.Node, path ...string) document.Node {
	for _, name := range path {
		next := n.Get(name)
		if !next.Exists() {
			for k, v := range n.Pairs() {
				if strings.EqualFold(k.Str(), name) {
					next = v
					break
				}
			}
		}
		n = next
	}
	return n
}

// isTrue reports whether a setting is written and true, in quotes or not.
func isTrue(n document.Node) bool { return strings.EqualFold(n.Str(), "true") }

// flattenOthers takes the settings of a document besides one of its parts.
func flattenOthers(s *settings.Collector, root settings.YAMLRoot, part string) {
	s.In = nil
	for k, v := range root.Pairs() {
		if !strings.EqualFold(k.Str(), part) {
			s.Flatten(root, k.Str(), v, 0)
		}
	}
}

// yarpSection returns the section of a document that configures YARP, which the program may call
// what it likes, "ReverseProxy" as a rule; "" if there is none.
func yarpSection(root document.Node) string {
	for name, section := range root.Pairs() {
		for _, cluster := range dotnetGet(section, "Clusters").Pairs() {
			for _, destination := range dotnetGet(cluster, "Destinations").Pairs() {
				if dotnetGet(destination, "Address").IsScalar() {
					return name.Str()
				}
			}
		}
	}
	return ""
}

func isYARP(_ string, root document.Node) bool { return yarpSection(root) != "" }

// readYARP reads the destinations of YARP's clusters, of which any will do; by the policy
// FirstAlphabetical it is the first that is well. The address of its checks is no call.
func readYARP(s *settings.Collector, root settings.YAMLRoot) {
	section := yarpSection(root.Node)
	matches := map[string][]string{}
	for _, route := range dotnetGet(root.Node, section, "Routes").Pairs() {
		cluster := strings.ToLower(dotnetGet(route, "ClusterId").Str())
		matches[cluster] = append(matches[cluster], yarpMatch(dotnetGet(route, "Match")))
	}
	for name, cluster := range dotnetGet(root.Node, section, "Clusters").Pairs() {
		in := &graph.Place{Match: resource.MatchList(matches[strings.ToLower(name.Str())])}
		group := settings.ProxyGroup(graph.Pool, s.Place(root, name), "cluster "+name.Str(), in)
		if strings.EqualFold(dotnetGet(cluster, "LoadBalancingPolicy").Str(), "FirstAlphabetical") {
			group.Kind, group.Need, group.Same = graph.Failover, 0, true
		}
		checks := dotnetGet(cluster, "HealthCheck")
		group.Checked = isTrue(dotnetGet(checks, "Active", "Enabled")) || isTrue(dotnetGet(checks, "Passive", "Enabled"))
		type destination struct {
			name string
			document.Node
		}
		var destinations []destination
		for id, n := range dotnetGet(cluster, "Destinations").Pairs() {
			destinations = append(destinations, destination{strings.ToLower(id.Str()), n})
		}
		slices.SortStableFunc(destinations, func(a, b destination) int { return cmp.Compare(a.name, b.name) })
		for rank, d := range destinations {
			s.In = &graph.Place{Group: group}
			if group.Kind == graph.Failover {
				s.In.Rank = rank
			}
			s.Put(root, dotnetGet(d.Node, "Address"), section+".Clusters.Destinations.Address")
			s.NameLast(section + ".Clusters." + name.Str() + ".Destinations." + d.name + ".Address")
		}
	}
	flattenOthers(s, root, section)
}

// yarpMatch returns which requests take a route of YARP.
func yarpMatch(match document.Node) string {
	words := []string{strings.Join(dotnetGet(match, "Methods").Strs(), " or ")}
	host := ""
	if hosts := dotnetGet(match, "Hosts").Strs(); len(hosts) > 0 {
		host = hosts[0]
	}
	words = append(words, host+dotnetGet(match, "Path").Str())
	for _, header := range dotnetGet(match, "Headers").List() {
		words = append(words, "header "+dotnetGet(header, "Name").Str())
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// ocelotRoutes returns the routes of Ocelot, which older versions have under another name.
func ocelotRoutes(root document.Node) (key string, routes []document.Node) {
	for _, key := range []string{"Routes", "ReRoutes"} {
		if list := dotnetGet(root, key).List(); len(list) > 0 && dotnetGet(list[0], "DownstreamPathTemplate").Exists() {
			return key, list
		}
	}
	return "", nil
}

func isOcelot(_ string, root document.Node) bool {
	_, routes := ocelotRoutes(root)
	return routes != nil
}

// readOcelot reads the hosts of Ocelot's routes: any of them with a load balancer, without
// one the first alone. Its own address is no call.
func readOcelot(s *settings.Collector, root settings.YAMLRoot) {
	key, routes := ocelotRoutes(root.Node)
	global := dotnetGet(root.Node, "GlobalConfiguration")
	for i, route := range routes {
		match := dotnetGet(route, "UpstreamHost").Str() + dotnetGet(route, "UpstreamPathTemplate").Str()
		hosts := dotnetGet(route, "DownstreamHostAndPorts").List()
		balancer := cmp.Or(dotnetGet(route, "LoadBalancerOptions", "Type").Str(), dotnetGet(route, "LoadBalancer").Str(), dotnetGet(global, "LoadBalancerOptions", "Type").Str())
		if len(hosts) > 1 && (balancer == "" || strings.EqualFold(balancer, "NoLoadBalancer")) {
			hosts = hosts[:1]
		}
		pool := settings.ProxyGroup(graph.Pool, s.Place(root, route), "route "+match, &graph.Place{Match: match})
		for j, host := range hosts {
			s.In = &graph.Place{Group: pool}
			at := dotnetGet(host, "Host")
			address := settings.WithPort(at.Str(), dotnetGet(host, "Port").Str())
			s.PutText(root, at, key+".DownstreamHostAndPorts.Host", prefixScheme(dotnetGet(route, "DownstreamScheme").Str(), address))
			s.NameLast(key + "." + strconv.Itoa(i) + ".DownstreamHostAndPorts." + strconv.Itoa(j) + ".Host")
		}
		if service := dotnetGet(route, "ServiceName"); len(hosts) == 0 && service.Str() != "" { // one that is discovered
			s.In = &graph.Place{Match: match}
			name := service.Str()
			if namespace := dotnetGet(route, "ServiceNamespace").Str(); namespace != "" {
				name += "." + namespace
			}
			s.PutText(root, service, key+".ServiceName", "lb://"+name)
		}
	}
	s.In = nil
	for k, v := range global.Pairs() {
		if !strings.EqualFold(k.Str(), "BaseUrl") {
			s.Flatten(root, "GlobalConfiguration."+k.Str(), v, 1)
		}
	}
	for k, v := range root.Pairs() {
		if k.Str() != key && !strings.EqualFold(k.Str(), "GlobalConfiguration") {
			s.Flatten(root, k.Str(), v, 0)
		}
	}
}
