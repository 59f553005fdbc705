// Package proxy reads the configuration files of programs that pass requests or
// telemetry on: Envoy, nginx, HAProxy, Caddy, Apache, Prometheus, Grafana, the
// OpenTelemetry collector, Fluentd and Fluent Bit.
package proxy

import (
	"cmp"
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

// envoySign reports whether a text can be a configuration of Envoy, or a part of one.
func envoySign(text string) bool {
	return strings.Contains(text, "static_resources") || strings.Contains(text, "staticResources") || strings.Contains(text, "type.googleapis.com/envoy.")
}

// isEnvoyPart reports whether root is a file for a part of a configuration of Envoy.
func isEnvoyPart(root document.Node) bool {
	for _, part := range envoyTypes {
		if len(envoyResources(root, part)) > 0 {
			return true
		}
	}
	return false
}

// isEnvoyConfig reports whether root is a static configuration of Envoy.
func isEnvoyConfig(root document.Node) bool {
	return EnvoyGet(root, "static_resources").IsMap()
}

// An envoyEndpoint is a host that Envoy sends requests to.
type envoyEndpoint struct {
	Cluster  string
	Host     string // lower case
	Port     int    // 0 if none is given
	At       document.Node
	priority int // hosts of the next priority are asked when those before it are out
}

// ClusterEndpoints returns the hosts of one cluster. Loopback, sockets and
// clusters whose hosts a control plane provides have none.
func ClusterEndpoints(cluster document.Node) []envoyEndpoint {
	name := cluster.Get("name").Str()
	all := assigned(name, EnvoyGet(cluster, "load_assignment"))
	for _, host := range EnvoyGet(cluster, "hosts").Items() { // the spelling of API version 2
		all = appendEndpoint(all, name, host, 0)
	}
	return all
}

// assigned returns the hosts of a load assignment, which may be in a file of its own.
func assigned(cluster string, load document.Node) []envoyEndpoint {
	var all []envoyEndpoint
	for _, locality := range load.Get("endpoints").List() {
		priority, _ := locality.Get("priority").Int()
		for _, e := range EnvoyGet(locality, "lb_endpoints").List() {
			all = appendEndpoint(all, cluster, EnvoyGet(e, "endpoint", "address"), priority)
		}
	}
	return all
}

func appendEndpoint(all []envoyEndpoint, cluster string, address document.Node, priority int) []envoyEndpoint {
	socket := EnvoyGet(address, "socket_address")
	at := socket.Get("address")
	host := resource.HostName(at.Str())
	if host == "" {
		return all
	}
	return append(all, envoyEndpoint{Cluster: cluster, Host: host, Port: resource.PortNumber(EnvoyGet(socket, "port_value")), At: at, priority: priority})
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

// MaxEnvoyDepth bounds the walk through a listener. Real route tables are about
// twenty levels deep.
const MaxEnvoyDepth = 64

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

// envoyTypes are the messages that files for parts of the configuration hold, by the part.
var envoyTypes = map[string]string{
	".Cluster": "clusters", ".ClusterLoadAssignment": "endpoints", ".Listener": "listeners", ".RouteConfiguration": "listeners",
}

// envoyResources returns one part of a configuration, be it static or in a file of its own.
// Tables of routes count among listeners.
func envoyResources(root document.Node, part string) []document.Node {
	all := EnvoyGet(root, "static_resources", part).List()
	for _, resource := range root.Get("resources").List() {
		message := resource.Get("@type").Str()
		if i := strings.LastIndexByte(message, '.'); i >= 0 && strings.Contains(message, "envoy.") && envoyTypes[message[i:]] == part {
			all = append(all, resource)
		}
	}
	return all
}

// envoyMatch returns the part of the calls that a route matches, "" for all.
func envoyMatch(match document.Node) string {
	var words []string
	path := match.Get("path").Str()
	switch regex := EnvoyGet(match, "safe_regex", "regex").Str(); {
	case path != "":
		words = append(words, path)
	case regex != "":
		words = append(words, "~"+regex)
	default:
		prefix := cmp.Or(match.Get("prefix").Str(), EnvoyGet(match, "path_separated_prefix").Str())
		if prefix != "" && prefix != "/" {
			words = append(words, prefix+"*")
		}
	}
	for _, header := range match.Get("headers").List() {
		value := cmp.Or(resource.StringMatch(EnvoyGet(header, "string_match")), EnvoyGet(header, "exact_match").Str())
		switch name := header.Get("name").Str(); name {
		case ":method":
			words = slices.Insert(words, 0, value)
		default:
			words = append(words, strings.TrimSpace("header "+name+" "+value))
		}
	}
	for _, query := range EnvoyGet(match, "query_parameters").List() {
		words = append(words, "query "+query.Get("name").Str())
	}
	return strings.Join(words, " ")
}
