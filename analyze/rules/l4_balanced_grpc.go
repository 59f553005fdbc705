package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var l4BalancedGRPC = &Rule{
	ID:       "l4-balanced-grpc",
	Title:    "connection-level load balancing of gRPC",
	Doc:      l4BalancedGRPCDoc,
	Purposes: []policy.Purpose{policy.LoadBalancing},
	Severity: analyze.Warning,
	NoFix:    analyze.InPlatform,
	Check:    checkL4BalancedGRPC,
}

const l4BalancedGRPCDoc = `
A Kubernetes Service balances connections, and gRPC keeps one connection open for all
its calls. Each caller stays with one replica: the others are idle, scaling out has
no effect, and a new replica gets no calls until a client reconnects.

Reported for a call by gRPC or HTTP/2 to a service with several replicas behind a
Kubernetes Service with a cluster IP, from a caller that is known to be outside every
mesh and does not balance in the client. Info if no input declares whether the caller
is in a mesh. A callee is reported once.

    env:
    - {name: STOCK_ADDR, value: "dns:///stock:50051"}   # replicas: 3, no mesh

Not reported: callers in a mesh or with client-side balancing; headless Services; a
single replica; and an unknown number of replicas.

    "loadBalancingConfig": [{"round_robin": {}}]        # and clusterIP: None
    metadata: {annotations: {linkerd.io/inject: enabled}}

**Fix.** Balance requests instead of connections: use a mesh, or a client that knows
all replicas (a headless Service with round_robin, or xDS). A maximum connection age
on the server ("MAX_CONNECTION_AGE") reduces the effect.
`

func checkL4BalancedGRPC(p *Pass) {
	g := p.Core
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		if n := analyze.Replicas(s); !analyze.IsOwn(s) || s.Headless || !n.Set() || n.Value < 2 || analyze.Ecosystem(s) != "kubernetes" {
			continue
		}
		var sure, presumed []graph.Edge
		for _, e := range g.In(v) {
			if g.Mode(e) != graph.Sync || !longLived(g.Protocol(e)) || balanced(p, e) {
				continue
			}
			if in, known := meshed(g.Service(g.From(e))); known && !in {
				sure = append(sure, e)
			} else if !known {
				presumed = append(presumed, e)
			}
		}
		switch {
		case len(sure) > 0:
			reportL4(p, v, sure, analyze.Warning)
		case len(presumed) > 0:
			reportL4(p, v, presumed, analyze.Info)
		}
	}
}

// longLived reports whether calls of a protocol share one connection.
func longLived(protocol string) bool {
	switch strings.ToLower(protocol) {
	case "grpc", "http2", "h2", "h2c", "grpc-web":
		return true
	}
	return false
}

// balanced reports whether a layer of e balances requests instead of connections.
func balanced(p *Pass, e graph.Edge) bool {
	if fromGateway(p, e) {
		return true // gateways balance requests
	}
	for _, part := range p.Effective(e) {
		for i := range part.Layers {
			b := part.Layers[i].Set.Balance
			if b != nil && b.Strategy.Set() && !slices.Contains(connectionStrategies, b.Strategy.Value) {
				return true
			}
		}
	}
	return false
}

// meshed reports whether a caller is in any mesh that balances requests.
func meshed(s *graph.Service) (in, known bool) {
	for _, m := range s.Meshes {
		known = true
		if m.In && (!m.Ambient || m.Waypoint) {
			return true, true
		}
	}
	return false, known
}

func reportL4(p *Pass, v graph.Node, calls []graph.Edge, severity analyze.Severity) {
	g := p.Core
	n := analyze.Replicas(g.Service(v))
	var callers []graph.Node
	for _, e := range calls {
		callers = append(callers, g.From(e))
	}
	f := aboutCall(p, calls[0], replicasConfidence(n), written(g, calls)...)
	f.Services = append([]graph.Node{v}, callers...)
	f.Owners = nil
	f.Message = fmt.Sprintf("%s over %s on persistent connections; each caller uses only one of %d replicas",
		passive(g, v, callers), g.Protocol(calls[0]), n.Value)
	if severity == analyze.Info {
		f.Confidence = analyze.Assumed
		f.Message += ", unless a mesh that is not declared balances requests"
	}
	f.Hint = fmt.Sprintf("balance requests to %s: use a mesh, or a headless Service with round_robin in the client", g.ID(v))
	f.Values = []analyze.KeyValue{number("callers", len(callers)), replicasValue(n)}
	p.At(severity, f)
}
