package failure

import (
	"slices"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
)

// A wire is one call of a test's graph, with its settings.
type wire struct {
	from, to string
	timeout  time.Duration
	retries  int
	backoff  time.Duration
	breaker  string // call, slow (call, opens on slowness), late (call, after three seconds), endpoint, all (endpoint, of all replicas)
	sticky   bool   // each try asks the same replica
	checked  bool   // a health check leaves replicas out
	bulkhead bool
	cache    bool
	fallback []string // static, cache, or the service that is asked instead
	soft     bool
	tolerant bool
	async    bool
	fresh    bool
	instead  bool // only made as a fallback
	in       *graph.Place
	alone    bool // it is made outside the group, too
}

func say[T any](v T) policy.Setting[T] {
	return policy.Declare(v, policy.Source{Reader: "test", File: "estate.yaml"}.At(7, 0))
}

// says is the policy of w, nil if there is none.
func (w wire) says() *policy.Set {
	s := &policy.Set{Layer: policy.App}
	if w.timeout > 0 {
		s.Timeout = &policy.Timeout{PerTry: say(w.timeout)}
	}
	if w.retries > 0 {
		s.Retry = &policy.Retry{Retries: say(w.retries), On: say([]string{policy.OnAny})}
		if w.backoff > 0 {
			s.Retry.Backoff = &policy.Backoff{Kind: say("fixed"), Base: say(w.backoff)}
		}
	}
	switch w.breaker {
	case "call":
		s.Breaker = &policy.Breaker{Kind: say("call")}
	case "slow":
		s.Breaker = &policy.Breaker{Kind: say("call"), Slow: say(true)}
	case "late":
		s.Breaker = &policy.Breaker{Kind: say("call"), SlowAfter: say(3 * time.Second)}
	case "endpoint":
		s.Breaker = &policy.Breaker{Kind: say("endpoint"), MaxEject: say(0.4)}
	case "all":
		s.Breaker = &policy.Breaker{Kind: say("endpoint"), MaxEject: say(1.0), Panic: say(0.0)}
	}
	if w.sticky {
		s.Balance = &policy.Balance{Strategy: say("consistent-hash")}
	}
	if w.checked {
		s.HealthCheck = &policy.HealthCheck{Interval: say(time.Second)}
	}
	if w.bulkhead {
		s.Bulkhead = &policy.Bulkhead{MaxConcurrent: say(10)}
	}
	if w.cache {
		s.Cache = &policy.Cache{TTL: say(time.Minute)}
	}
	for _, f := range w.fallback {
		step := policy.FallbackStep{Kind: say(f)}
		if f != "static" && f != "cache" && f != "outbox" {
			step = policy.FallbackStep{Kind: say("service"), To: f}
		}
		if s.Fallback == nil {
			s.Fallback = &policy.Fallback{}
		}
		s.Fallback.Steps = append(s.Fallback.Steps, step)
	}
	if s.Empty() {
		return nil
	}
	return s
}

// estate is the graph of some calls. Services whose name begins with "q-" are
// brokers.
func estate(wires []wire) *graph.Graph {
	var names []string
	for _, w := range wires {
		names = append(names, w.from, w.to)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	services := make([]graph.Service, len(names))
	for i, name := range names {
		services[i] = graph.Service{ID: name, Name: name, Kind: graph.KindService}
		if len(name) > 2 && name[:2] == "q-" {
			services[i].Kind = graph.KindBroker
		}
	}
	node := func(name string) graph.Node { return graph.Node(slices.Index(names, name)) }
	calls := make([]graph.Call, len(wires))
	for i, w := range wires {
		c := graph.Call{From: node(w.from), To: node(w.to), Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Fallback: w.instead, Tolerant: w.tolerant, FreshnessCritical: w.fresh}
		if w.async {
			c.Mode = graph.Async
		}
		if w.soft {
			c.Need = graph.Soft
		}
		c.Evidence = []graph.Evidence{{Says: w.says(), Strength: graph.Strong, In: w.in, Origin: policy.Source{Reader: "test", File: "estate.yaml"}.At(3, 0)}}
		if w.alone {
			c.Evidence = append(c.Evidence, graph.Evidence{Strength: graph.Strong, Origin: policy.Source{Reader: "test", File: "estate.yaml"}.At(4, 0)})
		}
		calls[i] = c
	}
	return graphtest.New(services, calls)
}

// modelOf is the model of g. Calls of a loop are found the slow way.
func modelOf(g *graph.Graph) *Model {
	return modelWith(g, func(e graph.Edge) bool { return Waits(g, e) && leads(g, g.To(e), g.From(e)) })
}

func modelWith(g *graph.Graph, inLoop func(graph.Edge) bool) *Model {
	return New(g, func(e graph.Edge) []Part {
		routes := g.Routes(e)
		if routes == nil {
			return []Part{{}}
		}
		parts := make([]Part, len(routes))
		for i, r := range routes {
			facts := policy.CallFacts{Replicas: g.Service(g.To(e)).Replicas}
			parts[i] = Part{Match: r.Match, Effective: policy.Combine(r.Layers, facts)}
		}
		return parts
	}, inLoop)
}

// leads reports whether calls that wait lead from one service to another.
func leads(g *graph.Graph, from, to graph.Node) bool {
	seen := map[graph.Node]bool{from: true}
	for work := []graph.Node{from}; len(work) > 0; work = work[1:] {
		if work[0] == to {
			return true
		}
		for e, end := g.Out(work[0]); e < end; e++ {
			if w := g.To(e); !seen[w] && Waits(g, e) {
				seen[w] = true
				work = append(work, w)
			}
		}
	}
	return false
}

func node(t testing.TB, g *graph.Graph, id string) graph.Node {
	t.Helper()
	v, ok := g.Node(id)
	if !ok {
		t.Fatalf("no service %q in the graph", id)
	}
	return v
}
