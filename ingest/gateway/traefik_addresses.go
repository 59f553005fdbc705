package gateway

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
)

// TraefikServers finds the addresses in a dynamic configuration of Traefik: each request goes
// to the service of one router, and there to any of the servers of a load balancer, to one of
// the weighted services, or to the fallback when no server of the first service is well.
var TraefikServers = settings.YAMLFormat{
	Match: func(_ string, root document.Node) bool { return isTraefikDynamic(root) }, Read: readTraefikServers,
}

func readTraefikServers(s *settings.Collector, root settings.YAMLRoot) {
	for protocol, part := range root.Pairs() {
		for key, n := range part.Pairs() {
			if key.Str() != "services" {
				s.Flatten(root, protocol.Str()+"."+key.Str(), n, 0)
			}
		}
		t := &traefikServers{Collector: s, root: root, protocol: protocol.Str(), services: part.Get("services")}
		t.read(part.Get("routers"))
	}
}

// A traefikServers is the services of one protocol.
type traefikServers struct {
	*settings.Collector
	root     settings.YAMLRoot
	protocol string
	services document.Node
	used     map[string]bool
}

func (t *traefikServers) read(routers document.Node) {
	t.used = map[string]bool{}
	matches := map[string][]string{}
	for _, router := range routers.Pairs() {
		name := traefikName(router.Get("service"))
		matches[name] = append(matches[name], router.Get("rule").Str())
	}
	for name := range t.services.Pairs() {
		if rules := matches[name.Str()]; rules != nil {
			t.service(name.Str(), &graph.Place{Match: resource.MatchList(rules)}, 0)
		}
	}
	for name := range t.services.Pairs() { // that routers of other files may use
		if !t.used[name.Str()] {
			t.service(name.Str(), &graph.Place{}, 0)
		}
	}
}

// traefikName is the name of a service of the same file.
func traefikName(n document.Node) string { return strings.TrimSuffix(n.Str(), "@file") }

// maxTraefikDepth bounds services made of services.
const maxTraefikDepth = 10

// service reports the servers of a service in a place.
func (t *traefikServers) service(name string, in *graph.Place, depth int) {
	n := t.services.Get(name)
	if !n.Exists() || depth > maxTraefikDepth || len(t.Values) > settings.MaxValues {
		return
	}
	t.used[name] = true
	group := func(kind graph.GroupKind) *graph.GroupFact {
		return settings.ProxyGroup(kind, t.Place(t.root, n), "service "+name, in)
	}
	if servers := n.Get("loadBalancer", "servers").List(); len(servers) > 0 {
		pool := group(graph.Pool)
		for _, server := range servers {
			if weight, written := resource.Weight(server); written && weight == 0 {
				continue
			}
			t.In = &graph.Place{Group: pool}
			t.Put(t.root, field.OrNode(server.Get("url"), server.Get("address")), t.protocol+".services.loadBalancer.servers.url")
		}
	}
	split := group(graph.Split)
	for _, part := range n.Get("weighted", "services").List() {
		weight, written := resource.Weight(part)
		if !written {
			weight = 1
		}
		if weight > 0 {
			t.service(traefikName(part.Get("name")), &graph.Place{Group: split, Share: weight}, depth+1)
		} else {
			t.used[traefikName(part.Get("name"))] = true
		}
	}
	if mirroring := n.Get("mirroring"); mirroring.Exists() {
		t.service(traefikName(mirroring.Get("service")), in, depth+1)
		for _, mirror := range mirroring.Get("mirrors").List() {
			t.used[traefikName(mirror.Get("name"))] = true
		}
	}
	if failover := n.Get("failover"); failover.Exists() {
		first := group(graph.Failover)
		t.service(traefikName(failover.Get("service")), &graph.Place{Group: first}, depth+1)
		t.service(traefikName(failover.Get("fallback")), &graph.Place{Group: first, Rank: 1}, depth+1)
	}
}
