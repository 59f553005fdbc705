package library

import (
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
)

// placeGatewayRoutes gives the targets of Spring Cloud Gateway's routes their places: each
// request goes by one route, and by one of those of a weight group.
func placeGatewayRoutes(s *settings.Collector, root settings.YAMLRoot, values []graph.Value) {
	places := map[graph.Origin]*graph.Place{}
	names := map[graph.Origin]string{}
	for _, prefix := range gatewayPrefixes {
		groups := map[string]*graph.GroupFact{}
		for i, route := range relaxedGet(root.Node, append(prefix, "routes")...).List() {
			uri := relaxedGet(route, "uri")
			if !uri.Exists() {
				continue
			}
			at := s.Place(root, uri)
			p := gatewayPredicates(route)
			place := &graph.Place{Match: p.match}
			if p.group != "" {
				if groups[p.group] == nil {
					groups[p.group] = settings.ProxyGroup(graph.Split, at, "weight group "+p.group, place)
				}
				place = &graph.Place{Group: groups[p.group], Share: p.weight}
			}
			places[at] = place
			names[at] = strings.Join(prefix, ".") + ".routes." + strconv.Itoa(i) + ".uri"
		}
	}
	for i := range values {
		if v := &values[i]; strings.HasSuffix(v.Key, "uri") {
			v.In, v.Full = places[v.Origin], names[v.Origin]
		}
	}
}

// relaxedGet follows a path of names as Spring is relaxed about them.
func relaxedGet(n document.Node, path ...string) document.Node {
	for _, name := range path {
		var next document.Node
		for k, v := range n.Pairs() {
			if settings.Relaxed(k.Str()) == settings.Relaxed(name) {
				next = v
			}
		}
		n = next
	}
	return n
}

// A gatewayPredicate is what the predicates of a route say about its requests.
type gatewayPredicate struct {
	match  string
	group  string // of routes that share the requests by weight
	weight float64
}

func gatewayPredicates(route document.Node) gatewayPredicate {
	var p gatewayPredicate
	var hosts, methods, paths []string
	for _, n := range relaxedGet(route, "predicates").List() {
		name, text, _ := strings.Cut(n.Str(), "=")
		args := strings.Split(text, ",")
		if n.IsMap() {
			name, args = relaxedGet(n, "name").Str(), nil
			for _, arg := range relaxedGet(n, "args").Pairs() {
				args = append(args, arg.Strs()...)
			}
		}
		for i := range args {
			args[i] = strings.TrimSpace(args[i])
		}
		switch settings.Relaxed(strings.TrimSpace(name)) {
		case "host":
			hosts = args
		case "method":
			methods = args
		case "path":
			paths = args
		case "weight":
			if len(args) == 2 {
				p.group = args[0]
				p.weight, _ = strconv.ParseFloat(args[1], 64)
			}
		}
	}
	words := append(methods, strings.Join(hosts, ",")+strings.Join(paths, ","))
	p.match = strings.TrimSpace(strings.Join(words, " "))
	return p
}
