package rules

import (
	"fmt"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// pairs are as many calls and services, from n callers to n callees by n in the
// middle.
func pairs(n int) *graph.Graph {
	return protected(2*n, func(call func(from, to string)) {
		for i := range n {
			call(fmt.Sprint("caller-", i), fmt.Sprint("middle-", i))
			call(fmt.Sprint("middle-", i), fmt.Sprint("callee-", i))
		}
	})
}

// protected is a graph of calls with the same policies each.
func protected(calls int, each func(call func(from, to string))) *graph.Graph {
	says := func(at graph.Origin) *policy.Set {
		return &policy.Set{
			Timeout: &policy.Timeout{Total: policy.Declare(2*time.Second, at), PerTry: policy.Declare(500*time.Millisecond, at)},
			Retry: &policy.Retry{
				Retries: policy.Declare(2, at), On: policy.Declare([]string{policy.OnConnect, policy.On5xx}, at),
				Backoff: &policy.Backoff{Kind: policy.Declare("exponential", at), Base: policy.Declare(50*time.Millisecond, at)},
			},
			Breaker: &policy.Breaker{Kind: policy.Declare("call", at)},
		}
	}
	var builder link.Builder
	f := &graph.Facts{Calls: make([]graph.CallFact, 0, calls)}
	each(func(from, to string) {
		at := graph.Source{Reader: product.Native.Name, File: "weir.yaml"}.At(int32(len(f.Calls)+1), 1)
		f.Calls = append(f.Calls, graph.CallFact{
			From: graph.EndpointRef{Ref: graph.Ref{Name: from}}, To: graph.EndpointRef{Ref: graph.Ref{Name: to}},
			Evidence: graph.Evidence{
				Origin: at, Strength: graph.Strong, Mode: graph.Sync, Protocol: "http", Methods: []string{"GET"}, Says: says(at),
			},
		})
	})
	builder.Add(f)
	return builder.Build()
}

// hub is a service with n callers and n callees.
func hub(n int) *graph.Graph {
	return protected(2*n, func(call func(from, to string)) {
		for i := range n {
			call(fmt.Sprint("caller-", i), "hub")
			call("hub", fmt.Sprint("callee-", i))
		}
	})
}

// BenchmarkProtected runs the rules on services all of whose calls have timeouts,
// retries and breakers: a hub between callers and callees, which rules that look at
// a callee's own calls once for each of its callers would make the square of, and
// as many calls without a hub.
func BenchmarkProtected(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		for _, shape := range []struct {
			name string
			g    *graph.Graph
		}{{"hub", hub(n)}, {"pairs", pairs(n)}} {
			b.Run(fmt.Sprintf("shape=%s/callers=%d", shape.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Run(shape.g, Options{})
				}
			})
		}
	}
}

func BenchmarkRun(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		for _, shape := range []struct {
			name string
			make func(services, calls int, seed uint64) *graph.Graph
		}{{"random", graphtest.Random}, {"layered", graphtest.Layered}} {
			g := shape.make(n, n*10, 1)
			b.Run(fmt.Sprintf("shape=%s/services=%d", shape.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Run(g, Options{})
				}
			})
		}
	}
}
