package proxy

import (
	"net/netip"
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
func readEnvoyClusters(s *settings.Collector, root settings.YAMLRoot) {
	at := func(n document.Node) graph.Origin { return s.Place(root, n) }
	for _, cluster := range envoyClusters(root.Node, at) {
		if cluster.idle {
			continue
		}
		endpoints := ClusterEndpoints(cluster.Node)
		for _, place := range cluster.places {
			pools := envoyPools(endpoints, at(cluster.Node), place)
			for _, e := range endpoints {
				address := e.Host
				if e.Port > 0 {
					address += ":" + strconv.Itoa(e.Port)
				}
				s.In = &graph.Place{Group: pools[e.priority]}
				s.PutText(root, e.At, "static_resources.clusters.endpoint", address)
			}
		}
	}
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
func envoyClusters(root document.Node, at func(document.Node) graph.Origin) []*envoyCluster {
	static := EnvoyGet(root, "static_resources")
	listeners := EnvoyGet(static, "listeners")
	u := envoyUse{at: at, routes: map[string][]string{}, beside: map[string]bool{}, idle: map[string]bool{}, shares: map[string][]*graph.Place{}}
	for _, listener := range listeners.List() {
		host := EnvoyGet(listener, "address", "socket_address", "address").Str()
		ip, err := netip.ParseAddr(host)
		u.local = host == "localhost" || err == nil && ip.IsLoopback()
		u.walk("", listener, "", 0)
	}
	var all []*envoyCluster
	named := map[string]*envoyCluster{}
	for _, n := range EnvoyGet(static, "clusters").List() {
		name := n.Get("name").Str()
		c := &envoyCluster{Node: n, places: u.shares[name], routed: true}
		if matches := u.routes[name]; matches != nil {
			c.places = append(c.places, &graph.Place{Match: resource.MatchList(matches)})
		}
		switch {
		case u.beside[name]:
			c.places = append(c.places, nil)
		case len(c.places) > 0:
		case len(listeners.List()) == 0:
			c.places = []*graph.Place{{}}
		default:
			c.places, c.routed, c.idle = []*graph.Place{nil}, false, u.idle[name]
		}
		all, named[name] = append(all, c), c
	}
	for _, c := range all {
		c.aggregate(at, named)
	}
	return all
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
			case u.local:
				u.beside[v.Str()] = true
			default:
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
					u.shares[cluster] = append(u.shares[cluster], &graph.Place{Group: group, Share: weight})
				}
			}
		default:
			u.walk(name, v, match, depth+1)
		}
	}
}
