// Package proxy reads the configuration files of programs that pass requests or
// telemetry on: Envoy, nginx, HAProxy, Caddy, Apache, Prometheus, Grafana, the
// OpenTelemetry collector, Fluentd and Fluent Bit.
package proxy

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
)

// Envoy reads static configurations of Envoy. What nothing mounts belongs to the
// proxy that the file says it is for.
var Envoy = &document.Reader{
	Name:  "envoy",
	Doc:   "Envoy: hosts behind the clusters of a static configuration, and the policies of its routes and clusters",
	Reads: []string{"static_resources"},
	Match: func(h *document.Head) bool { return h.Has("static_resources") || h.Has("staticResources") },
	Read:  readEnvoy,
}

func readEnvoy(d *document.Document, f *graph.Facts) {
	if !isEnvoyConfig(d.Root) {
		d.Problem(graph.Failed, d.Root, "", "static_resources is not a mapping")
		return
	}
	node := d.Root.Get("node")
	name := node.Get("cluster")
	if name.Str() == "" {
		name = node.Get("id")
	}
	var owner *graph.Entity
	if name.Str() != "" {
		owner = &graph.Entity{Ref: graph.Ref{Realm: "envoy", Name: name.Str()}, Origin: d.At(name), Kind: graph.KindGateway}
	}
	settings.AddFile(d, f, settings.FileValues(d), owner, owner != nil)
}

// envoySign reports whether a text can be a static configuration of Envoy.
func envoySign(text string) bool {
	return strings.Contains(text, "static_resources") || strings.Contains(text, "staticResources")
}

// isEnvoyConfig reports whether root is a static configuration of Envoy.
func isEnvoyConfig(root document.Node) bool {
	return EnvoyGet(root, "static_resources").IsMap()
}

// An envoyEndpoint is a host that Envoy sends requests to.
type envoyEndpoint struct {
	Cluster string
	Host    string // lower case
	Port    int    // 0 if none is given
	class   graph.Class
	mirror  bool
	At      document.Node
}

// envoyEndpoints returns the hosts behind the static clusters of a configuration
// in the order written. Clusters that listeners route to are calls of whoever is
// in front of the proxy; the others serve the proxy itself (authorisation, rate
// limits, tracing, its own control plane). Without listeners, which may come
// from a control plane, every cluster is a call.
func envoyEndpoints(root document.Node) []envoyEndpoint {
	static := EnvoyGet(root, "static_resources")
	listeners := EnvoyGet(static, "listeners")
	use := clusterUse{}
	use.walk("", listeners, 0)
	var all []envoyEndpoint
	for _, cluster := range EnvoyGet(static, "clusters").List() {
		class, mirror := graph.ClassIngress, false
		if len(listeners.List()) > 0 {
			class, mirror = use.of(cluster.Get("name").Str())
		}
		for _, e := range ClusterEndpoints(cluster) {
			e.class, e.mirror = class, mirror
			all = append(all, e)
		}
	}
	return all
}

// ClusterEndpoints returns the hosts of one cluster. Loopback, sockets and
// clusters whose hosts a control plane provides have none.
func ClusterEndpoints(cluster document.Node) []envoyEndpoint {
	name := cluster.Get("name").Str()
	var all []envoyEndpoint
	add := func(address document.Node) {
		socket := EnvoyGet(address, "socket_address")
		at := socket.Get("address")
		if host := resource.HostName(at.Str()); host != "" {
			all = append(all, envoyEndpoint{
				Cluster: name, Host: host, Port: resource.PortNumber(EnvoyGet(socket, "port_value")), At: at,
			})
		}
	}
	for _, host := range EnvoyGet(cluster, "hosts").Items() { // the spelling of API version 2
		add(host)
	}
	for _, locality := range EnvoyGet(cluster, "load_assignment", "endpoints").List() {
		for _, e := range EnvoyGet(locality, "lb_endpoints").List() {
			add(EnvoyGet(e, "endpoint", "address"))
		}
	}
	return all
}

// EnvoyGet follows a path of protobuf field names, each of which may also be
// written in the camel case of protobuf's JSON form.
func EnvoyGet(n document.Node, path ...string) document.Node {
	for _, key := range path {
		v := n.Get(key)
		if !v.Exists() {
			v = n.Get(camelCase(key))
		}
		n = v
	}
	return n
}

// camelCase writes load_assignment as loadAssignment.
func camelCase(snake string) string {
	words := strings.Split(snake, "_")
	for i, word := range words[1:] {
		if word != "" {
			words[i+1] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, "")
}

// A clusterUse is the clusters that listeners send requests to, and copies of requests.
type clusterUse struct{ routed, mirrored []string }

// of returns the class of calls to a cluster, and whether it gets copies only.
func (u *clusterUse) of(cluster string) (class graph.Class, mirror bool) {
	switch {
	case slices.Contains(u.routed, cluster):
		return graph.ClassIngress, false
	case slices.Contains(u.mirrored, cluster):
		return graph.ClassIngress, true
	}
	return graph.ClassControl, false
}

// MaxEnvoyDepth bounds the walk through a listener. Real route tables are about
// twenty levels deep.
const MaxEnvoyDepth = 64

// walk collects the names of clusters below n, which is the value of key.
func (u *clusterUse) walk(key string, n document.Node, depth int) {
	if depth > MaxEnvoyDepth {
		return
	}
	for _, item := range n.List() {
		u.walk(key, item, depth+1)
	}
	for k, v := range n.Pairs() {
		switch name := k.Str(); {
		case name == "cluster" && v.IsScalar():
			if strings.HasPrefix(key, "request_mirror_polic") || strings.HasPrefix(key, "requestMirrorPolic") {
				u.mirrored = append(u.mirrored, v.Str())
			} else if key != "http_uri" && key != "server_uri" && key != "httpUri" && key != "serverUri" {
				u.routed = append(u.routed, v.Str())
			}
		case name == "weighted_clusters" || name == "weightedClusters":
			for _, weighted := range v.Get("clusters").List() {
				u.routed = append(u.routed, weighted.Get("name").Str())
			}
		default:
			u.walk(name, v, depth+1)
		}
	}
}

// MeshClusters returns the hosts of all clusters below n that are named the way
// Istio names those of its services: "outbound|9191||authz.shop.svc.cluster.local".
func MeshClusters(n document.Node) []envoyEndpoint {
	var all []envoyEndpoint
	var walk func(document.Node, int)
	walk = func(n document.Node, depth int) {
		if depth > MaxEnvoyDepth {
			return
		}
		if parts := strings.Split(n.Str(), "|"); len(parts) == 4 && parts[0] == "outbound" && parts[3] != "" {
			all = append(all, envoyEndpoint{
				Cluster: n.Str(), Host: resource.HostName(parts[3]), Port: resource.PortText(parts[1]), At: n,
			})
		}
		for _, item := range n.List() {
			walk(item, depth+1)
		}
		for _, v := range n.Pairs() {
			walk(v, depth+1)
		}
	}
	walk(n, 0)
	return all
}
