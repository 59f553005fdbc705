package graphtest

import (
	"fmt"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Estate is a graph of n services that is as rich as real ones, for benchmarks: every
// service is declared with labels, ports, probes and replicas, and calls the next
// three, with two pieces of evidence a call and policies in two layers. Every fourth
// call was also observed. The same n makes the same graph.
func Estate(n int) *graph.Graph {
	services := make([]graph.Service, n)
	for i := range services {
		services[i] = estateService(i)
	}
	var calls []graph.Call
	for i := range n {
		for next := 1; next <= 3 && i+next < n; next++ {
			calls = append(calls, estateCall(i, i+next))
		}
	}
	g := graph.New(services, calls)
	d := graph.Details{Routes: map[graph.Edge][]graph.Route{}, Observed: make([]*graph.Observed, g.Calls())}
	for e := range graph.Edge(g.Calls()) {
		d.Routes[e] = estateRoutes(int(e))
		if e%4 == 0 {
			seen := &graph.Observed{Calls: 120, Errors: 3}
			for i := range 20 {
				seen.Trace().Latency.Add(float64(time.Duration(i+1) * time.Millisecond))
			}
			d.Observed[e] = seen
		}
	}
	return g.With(d)
}

func estateAt(i, line int) graph.Origin {
	return graph.Source{Reader: "kubernetes", File: fmt.Sprintf("deploy/shop-%02d.yaml", i%50)}.At(int32(line), 9)
}

func estateService(i int) graph.Service {
	name := fmt.Sprintf("service-%05d", i)
	return graph.Service{
		ID: "shop/" + name, Name: name, Namespace: "shop", Kind: graph.KindService, Defined: true,
		Traits: &graph.Traits{
			Team: "front", Tier: policy.Declare(2, estateAt(i, 6)), Replicas: policy.Declare(3, estateAt(i, 9)),
			Probes: graph.Probes{Known: true, Readiness: true, Liveness: true, Origin: estateAt(i, 12)},
			Ports:  []graph.Port{{Name: "http", Number: 80, Target: "8080", Protocol: "http"}},
			Labels: graph.Labels{"app": name, "app.kubernetes.io/part-of": "shop", "version": "v1"},
			Meshes: []graph.Membership{{Product: product.Istio, In: true, Origin: estateAt(i, 1)}},
			Images: []string{"registry.example.com/shop/" + name + ":1.4.2"},
		},
		Aliases: []string{name + ".shop.svc"}, Origins: []graph.Origin{estateAt(i, 1), estateAt(i, 40)},
	}
}

func estateCall(from, to int) graph.Call {
	evidence := func(way string, line int) graph.Evidence {
		return graph.Evidence{
			Origin: estateAt(from, line), Way: way, Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard,
			Protocol: "http", Key: fmt.Sprintf("SERVICE_%05d_URL", to), Port: 80,
		}
	}
	said := evidence("native", 31)
	said.Says = &estateRoutes(from)[0].Layers[0]
	return graph.Call{
		From: graph.Node(from), To: graph.Node(to), Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Protocol: "http",
		Declared: true, Evidence: []graph.Evidence{evidence("env-url", 28), said},
	}
}

func estateRoutes(i int) []graph.Route {
	return []graph.Route{{Layers: []policy.Set{
		{
			Layer:   policy.App,
			Timeout: &policy.Timeout{Total: policy.Declare(2*time.Second, estateAt(i, 33))},
			Breaker: &policy.Breaker{ErrorRate: policy.Declare(0.5, estateAt(i, 34)), Open: policy.Declare(30*time.Second, estateAt(i, 35))},
		},
		policy.Set{
			Layer: policy.ClientProxy, Product: product.Istio,
			Timeout: &policy.Timeout{Total: policy.Declare(5*time.Second, estateAt(i, 60))},
			Retry: &policy.Retry{
				Retries: policy.Declare(2, estateAt(i, 62)),
				On:      policy.Declare([]string{"connect", "response-5xx"}, estateAt(i, 63)),
			},
		}.WithDefaults(),
	}}}
}
