package proxy

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
)

// readEnvoyClusters reads the hosts behind Envoy's static clusters. Any host of a cluster
// will do, first those of the lowest priority. Clusters that get only copies of requests, or
// none, are left out: no caller waits for them.
//
// Files for parts of the configuration (xDS) hold the same: clusters for the listeners of
// other files, endpoints for the clusters of others.
func readEnvoyClusters(s *settings.Collector, root settings.YAMLRoot) {
	at := func(n document.Node) graph.Origin { return s.Place(root, n) }
	refer := func(n document.Node, key, part string) {
		line, column := s.Here(root, n)
		s.AddReference(line, column, key, part, "")
	}
	listed := len(envoyResources(root.Node, "listeners")) > 0
	clusters, elsewhere, invoked := envoyClusters(root.Node, at)
	for _, place := range elsewhere {
		s.In = place.in
		refer(place.at, "route.cluster", "cluster "+place.cluster)
	}
	for _, route := range invoked {
		s.In = route.in
		s.PutText(root, route.at, "route.prefix_rewrite", route.url)
	}
	for _, load := range envoyResources(root.Node, "endpoints") {
		name := EnvoyGet(load, "cluster_name").Str()
		s.Part = "endpoints " + name
		addEnvoyEndpoints(s, root, assigned(name, load), at(load), nil)
		s.Part = ""
	}
	for _, cluster := range clusters {
		if cluster.idle {
			continue
		}
		if !listed {
			s.Part, s.Loose = "cluster "+cluster.Get("name").Str(), true
		}
		endpoints := ClusterEndpoints(cluster.Node)
		for _, place := range cluster.places {
			addEnvoyEndpoints(s, root, endpoints, at(cluster.Node), place)
			if eds := EnvoyGet(cluster.Node, "eds_cluster_config"); eds.Exists() && len(endpoints) == 0 {
				s.In = place
				refer(cluster.Get("name"), "clusters.eds_cluster_config", "endpoints "+cmp.Or(EnvoyGet(eds, "service_name").Str(), cluster.Get("name").Str()))
			}
		}
		s.Part, s.Loose = "", false
	}
}

// addEnvoyEndpoints takes the hosts of a cluster in a place.
func addEnvoyEndpoints(s *settings.Collector, root settings.YAMLRoot, endpoints []envoyEndpoint, at graph.Origin, in *graph.Place) {
	pools := envoyPools(endpoints, at, in)
	for _, e := range endpoints {
		address := e.Host
		if e.Port > 0 {
			address += ":" + strconv.Itoa(e.Port)
		}
		s.In = &graph.Place{Group: pools[e.priority]}
		s.PutText(root, e.At, "static_resources.clusters.endpoint", address)
	}
}

// An envoyInvoke is a route through the sidecar of Dapr, which calls the app that the rewritten
// path names.
type envoyInvoke struct {
	url     string
	at      document.Node
	in      *graph.Place
	matches []string
}

// An envoyElsewhere is what listeners send to a cluster of another file.
type envoyElsewhere struct {
	cluster string
	at      document.Node
	in      *graph.Place
}

// envoyPools returns the pools of the hosts of one cluster by their priority.
func envoyPools(endpoints []envoyEndpoint, at graph.Origin, in *graph.Place) map[int]*graph.GroupFact {
	pools := map[int]*graph.GroupFact{}
	for _, e := range endpoints {
		pools[e.priority] = nil
	}
	var failover *graph.GroupFact
	name := ""
	if len(endpoints) > 0 {
		name = "cluster " + endpoints[0].Cluster
	}
	if len(pools) > 1 {
		failover = settings.ProxyGroup(graph.Failover, at, name, in)
		failover.Same = true
	}
	for priority := range pools {
		if failover != nil {
			in = &graph.Place{Group: failover, Rank: priority}
		}
		pools[priority] = settings.ProxyGroup(graph.Pool, at, name, in)
	}
	return pools
}

// An envoyCluster is a static cluster with its places among what Envoy calls.
type envoyCluster struct {
	document.Node
	places []*graph.Place // nil is a need of its own
	routed bool           // requests are sent there that Envoy waits for
	idle   bool           // it gets copies, or the weight 0
}

// envoyClusters returns the static clusters of a configuration in the order written.
// Clusters that listeners route to are calls of whoever is in front of the proxy; the
// others serve the proxy itself (authorisation, rate limits, tracing, its own control
// plane). Without listeners, which may come from a control plane, every cluster is a call.
//
// What listeners send to clusters of other files, and through a sidecar of Dapr, comes apart.
func envoyClusters(root document.Node, at func(document.Node) graph.Origin) (all []*envoyCluster, elsewhere []envoyElsewhere, invoked []*envoyInvoke) {
	listeners := envoyResources(root, "listeners")
	u := envoyUse{
		at: at, routes: map[string][]string{}, beside: map[string]bool{}, idle: map[string]bool{}, shares: map[string][]*graph.Place{}, first: map[string]document.Node{},
	}
	for _, listener := range listeners {
		host := EnvoyGet(listener, "address", "socket_address", "address").Str()
		ip, err := netip.ParseAddr(host)
		u.local = host == "localhost" || err == nil && ip.IsLoopback()
		u.walk("", listener, "", 0)
	}
	named := map[string]*envoyCluster{}
	for _, n := range envoyResources(root, "clusters") {
		name := n.Get("name").Str()
		c := &envoyCluster{Node: n, places: u.places(name), routed: true}
		switch {
		case len(c.places) > 0:
		case len(listeners) == 0:
			c.places = []*graph.Place{{}}
		default:
			c.places, c.routed, c.idle = []*graph.Place{nil}, false, u.idle[name]
		}
		all, named[name] = append(all, c), c
	}
	for _, c := range all {
		c.aggregate(at, named)
	}
	for _, name := range slices.Sorted(maps.Keys(u.first)) {
		if named[name] != nil {
			continue
		}
		for _, place := range u.places(name) {
			elsewhere = append(elsewhere, envoyElsewhere{name, u.first[name], place})
		}
	}
	return all, elsewhere, u.invoked
}

// places returns the places of a cluster among what the listeners call.
func (u *envoyUse) places(name string) []*graph.Place {
	places := u.shares[name]
	if matches := u.routes[name]; matches != nil {
		places = append(places, &graph.Place{Match: resource.MatchList(matches)})
	}
	if u.beside[name] {
		places = append(places, nil)
	}
	return places
}

// aggregate gives the places of a cluster that is made of others to those: the first that
// has hosts which are well gets the requests.
func (c *envoyCluster) aggregate(at func(document.Node) graph.Origin, named map[string]*envoyCluster) {
	names := EnvoyGet(c.Node, "cluster_type", "typed_config", "clusters").Strs()
	if len(names) == 0 || !c.routed {
		return
	}
	for _, place := range c.places {
		group := settings.ProxyGroup(graph.Failover, at(c.Node), "cluster "+c.Get("name").Str(), place)
		for rank, name := range names {
			one := named[name]
			if one == nil || one == c {
				continue
			}
			if !one.routed {
				one.places, one.routed, one.idle = nil, true, false
			}
			one.places = append(one.places, &graph.Place{Group: group, Rank: rank})
		}
	}
	c.places = nil
}

// An envoyUse is the clusters that listeners send requests to, and copies of requests.
type envoyUse struct {
	at     func(document.Node) graph.Origin
	local  bool                      // the listener is for programs beside Envoy: each target is a need of theirs
	routes map[string][]string       // clusters that get all of the requests which these select
	beside map[string]bool           // clusters that get those of programs beside Envoy
	shares map[string][]*graph.Place // clusters that get a part of the requests
	idle   map[string]bool           // clusters that get copies, or nothing
	first  map[string]document.Node  // where a cluster that gets requests is first named

	invoked []*envoyInvoke
}

// invoke notes the app of Dapr that a route calls, and reports whether it is one: the cluster is
// then that of the sidecar, and no callee.
func (u *envoyUse) invoke(route document.Node, match string) bool {
	at := sidecarPath(route)
	url, ok := sidecarURL(at.Str())
	if !ok {
		return false
	}
	i := slices.IndexFunc(u.invoked, func(v *envoyInvoke) bool { return v.url == url })
	if i < 0 {
		i = len(u.invoked)
		u.invoked = append(u.invoked, &envoyInvoke{url: url, at: at})
		if !u.local {
			u.invoked[i].in = &graph.Place{}
		}
	}
	v := u.invoked[i]
	if v.matches = append(v.matches, match); v.in != nil {
		v.in.Match = resource.MatchList(v.matches)
	}
	return true
}

func (u *envoyUse) meet(cluster document.Node) {
	if _, known := u.first[cluster.Str()]; !known {
		u.first[cluster.Str()] = cluster
	}
}

// sidecarPath is the rewritten path of a route.
func sidecarPath(route document.Node) document.Node {
	if at := EnvoyGet(route, "prefix_rewrite"); at.Exists() {
		return at
	}
	return EnvoyGet(route, "regex_rewrite", "substitution")
}

// walk collects the clusters below n, which is the value of key, for the requests that
// match selects.
func (u *envoyUse) walk(key string, n document.Node, match string, depth int) {
	if depth > MaxEnvoyDepth {
		return
	}
	for _, item := range n.List() {
		u.walk(key, item, match, depth+1)
	}
	if domains := n.Get("domains").Strs(); len(domains) > 0 && domains[0] != "*" {
		match = domains[0]
	}
	if key == "routes" {
		match = strings.TrimSpace(match + envoyMatch(n.Get("match")))
	}
	for k, v := range n.Pairs() {
		switch name := k.Str(); {
		case name == "cluster" && v.IsScalar():
			switch {
			case strings.HasPrefix(key, "request_mirror_polic") || strings.HasPrefix(key, "requestMirrorPolic"):
				u.idle[v.Str()] = true
			case key == "http_uri" || key == "server_uri" || key == "httpUri" || key == "serverUri":
			case u.invoke(n, match):
				u.idle[v.Str()] = true
			case u.local:
				u.meet(v)
				u.beside[v.Str()] = true
			default:
				u.meet(v)
				u.routes[v.Str()] = append(u.routes[v.Str()], match)
			}
		case name == "weighted_clusters" || name == "weightedClusters":
			group := settings.ProxyGroup(graph.Split, u.at(v), "", &graph.Place{Match: match})
			if u.local {
				group.In = nil
			}
			for _, weighted := range v.Get("clusters").List() {
				cluster := weighted.Get("name").Str()
				if weight, written := resource.Weight(weighted); written && weight <= 0 {
					u.idle[cluster] = true
				} else {
					u.meet(weighted.Get("name"))
					u.shares[cluster] = append(u.shares[cluster], &graph.Place{Group: group, Share: weight})
				}
			}
		default:
			u.walk(name, v, match, depth+1)
		}
	}
}
