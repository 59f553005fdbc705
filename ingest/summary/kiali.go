package summary

import (
	"encoding/json"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Kiali reads the graphs of Kiali's API: of apps, versioned apps, workloads and
// services. Its numbers are requests a second, and for TCP bytes a second, which count no
// calls. Workloads that name their app are versions of it.
var Kiali = &document.Reader{
	Name:  "kiali",
	Doc:   "graphs of Kiali: apps, versioned apps, workloads, services",
	Reads: []string{"elements.nodes and elements.edges"},
	Whole: func(text []byte) bool {
		return shaped(text, `"elements"`, "elements.nodes[].data.nodeType", "elements.edges[].data.source")
	},
	Read: func(d *document.Document, f *graph.Facts) {
		values(d, func(raw json.RawMessage, line int) {
			var g kialiGraph
			if decode(d, raw, line, &g) {
				t := edgeStats{rates: true}
				g.count(d, line, &t)
				t.addTo(f)
			}
		})
	},
}

type kialiGraph struct {
	GraphType string // "service" where services are the ends of calls
	Elements  struct {
		Nodes []struct{ Data kialiNode }
		Edges []struct{ Data kialiEdge }
	}
}

type kialiNode struct {
	ID, NodeType, Namespace, App, Workload, Service string
	IsServiceEntry                                  json.RawMessage // true, or an object with details
	IsBox                                           string
}

type kialiEdge struct {
	Source, Target string
	Traffic        kialiTraffic
	Waypoint       struct{ Direction string }

	// The names of old versions, which have no traffic.
	Rate, Rate4XX, Rate5XX amount
}

// kialiTraffic is the traffic of an edge by protocol.
type kialiTraffic []struct {
	Protocol string
	Rates    map[string]amount
}

// UnmarshalJSON takes one protocol, as edges have it, or a list of them.
func (t *kialiTraffic) UnmarshalJSON(b []byte) error {
	type list kialiTraffic
	if b[0] != '[' {
		b = append(append([]byte{'['}, b...), ']')
	}
	return json.Unmarshal(b, (*list)(t))
}

// kialiRates are the rates that count requests, by protocol, and those that count
// what failed of them.
var kialiRates = map[string]struct {
	all    string
	failed []string
}{
	"http": {"http", []string{"http4xx", "http5xx", "httpNoResponse"}},
	"grpc": {"grpc", []string{"grpcErr", "grpcNoResponse"}},
	"tcp":  {"tcp", nil},
}

func (g *kialiGraph) count(d *document.Document, line int, t *edgeStats) {
	k := kialiWalk{d: d, line: line, t: t, services: g.GraphType == "service", nodes: map[string]*kialiNode{}, out: map[string][]kialiFlow{}}
	for i := range g.Elements.Nodes {
		k.nodes[g.Elements.Nodes[i].Data.ID] = &g.Elements.Nodes[i].Data
	}
	lost, waypoints := 0, 0
	for _, e := range g.Elements.Edges {
		from, to := k.nodes[e.Data.Source], k.nodes[e.Data.Target]
		if from == nil || to == nil {
			lost++
			continue
		}
		if e.Data.Waypoint.Direction != "" {
			waypoints++
			continue
		}
		k.out[from.ID] = append(k.out[from.ID], e.Data.flows()...)
	}
	if lost > 0 {
		problem(d, line, graph.Skipped, "", "%d edges of the graph have an end that is not one of its nodes", lost)
	}
	if waypoints > 0 { // they go both ways, whoever calls
		problem(d, line, graph.Note, "", "%d edges of the graph are connections with waypoints; their requests are counted end to end", waypoints)
	}
	for _, n := range g.Elements.Nodes {
		if !k.passes(&n.Data) {
			for _, f := range k.out[n.Data.ID] {
				k.follow(n.Data.seen(true), f, 0)
			}
		}
	}
}

// A kialiFlow is the traffic of one protocol along an edge.
type kialiFlow struct {
	to, protocol string
	rate, failed float64
}

func (e *kialiEdge) flows() []kialiFlow {
	var flows []kialiFlow
	for _, traffic := range e.Traffic {
		f := kialiFlow{to: e.Target, protocol: traffic.Protocol}
		names, ok := kialiRates[traffic.Protocol]
		if !ok {
			names.all = traffic.Protocol
		}
		f.rate = float64(traffic.Rates[names.all])
		for _, name := range names.failed {
			f.failed += float64(traffic.Rates[name])
		}
		flows = append(flows, f)
	}
	if flows == nil {
		flows = append(flows, kialiFlow{to: e.Target, rate: float64(e.Rate), failed: float64(e.Rate4XX + e.Rate5XX)})
	}
	return flows
}

// A kialiWalk follows traffic through intermediate nodes.
type kialiWalk struct {
	d     *document.Document
	line  int
	t     *edgeStats
	nodes map[string]*kialiNode
	out   map[string][]kialiFlow

	services bool // they are the ends of calls
}

// passes reports whether a node hands on what it gets: a service in front of its
// workloads, an operation in front of its service.
func (k *kialiWalk) passes(n *kialiNode) bool {
	return (n.NodeType == "service" && !k.services || n.NodeType == "aggregate") && len(k.out[n.ID]) > 0
}

// follow counts traffic where it ends. What goes through a node is shared out as
// all its traffic is.
func (k *kialiWalk) follow(from graph.TracePeer, f kialiFlow, depth int) {
	to := k.nodes[f.to]
	const longest = 4 // an operation, a service, and either once more
	if !k.passes(to) || depth == longest {
		o := k.t.call(edgeKey{from: k.t.number(from), to: k.t.number(to.seen(false)), mode: graph.Sync, protocol: f.protocol}, k.d.Line(k.line, 0), "kiali-edge")
		if f.protocol == "tcp" {
			return
		}
		o.Calls += f.rate
		o.Errors += f.failed
		return
	}
	all := 0.0
	for _, next := range k.out[to.ID] {
		all += next.rate
	}
	for _, next := range k.out[to.ID] {
		share := 1 / float64(len(k.out[to.ID]))
		if all > 0 {
			share = next.rate / all
		}
		k.follow(from, kialiFlow{to: next.to, protocol: f.protocol, rate: f.rate * share, failed: f.failed * share}, depth+1)
	}
}

// seen is a node in the words of the graph.
func (n *kialiNode) seen(calls bool) graph.TracePeer {
	name := n.App
	switch n.NodeType {
	case "workload":
		if name == unknown {
			name = n.Workload
		}
	case "service", "aggregate":
		name = n.Service
	case "unknown":
		name = unknown
	}
	for _, other := range []string{n.Workload, n.Service, unknown} {
		if name == "" {
			name = other
		}
	}
	s := graph.TracePeer{Name: document.Clean(name), Namespace: document.Clean(n.Namespace)}
	if n.Workload != unknown {
		s.Workload = document.Clean(n.Workload)
	}
	switch {
	case name == unknown && calls:
		return outside
	case name == unknown:
		return nowhere
	case len(n.IsServiceEntry) > 0 && string(n.IsServiceEntry) != "false" && string(n.IsServiceEntry) != "null":
		s.Kind = graph.KindExternal
	}
	return s
}
