package ingest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// protection is what is known to be declared for the calls of a service.
type protection struct {
	Service   string
	Edge      struct{ From, To string }
	Timeout   *string
	PerTry    *string `json:"per_try_timeout"`
	Retries   any
	Breaker   any     `json:"circuit_breaker"`
	Balancing *string `json:"load_balancing"`
	Derivable *bool   `json:"derivable_from_manifest"`
	Evidence  string
}

// TestCorpusPolicies looks for every policy that real manifests are known to
// declare. Where files hold alternatives of one object only one of them acts, so
// it is what an object declares that is compared, and for whose calls.
func TestCorpusPolicies(t *testing.T) {
	for _, dir := range corpus(t, "manifests") {
		var want struct{ Policies []protection }
		data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		g := read(t, filepath.Join(dir, "files"))
		for _, p := range want.Policies {
			if p.Derivable != nil && !*p.Derivable {
				continue
			}
			if !slices.ContainsFunc(objects(g), func(b *graph.BoundPolicy) bool { return p.meets(g, b) }) {
				t.Errorf("%s: no policy found that %s", filepath.Base(dir), p.Evidence)
			}
		}
	}
}

// objects returns what every object declares for some calls, all its parts laid
// over each other, and what the documents of calls say themselves.
func objects(g *graph.Graph) []*graph.BoundPolicy {
	var list []*graph.BoundPolicy
	for _, b := range g.Policies() {
		list = append(list, b)
		for _, other := range g.Policies() {
			if other.Object == b.Object && other.Origin.File() == b.Origin.File() && slices.Equal(other.Calls, b.Calls) {
				both := *b.Policy
				both.Says = policy.Overlay(b.Says, other.Says)
				list = append(list, &graph.BoundPolicy{Policy: &both, Calls: b.Calls})
			}
		}
	}
	for e := range graph.Edge(g.Calls()) {
		for _, ev := range g.Call(e).Evidence {
			if ev.Says != nil {
				list = append(list, &graph.BoundPolicy{Policy: &graph.Policy{Says: *ev.Says}, Calls: []graph.Edge{e}})
			}
		}
	}
	return list
}

// meets reports whether a policy is the one that is known.
func (p *protection) meets(g *graph.Graph, b *graph.BoundPolicy) bool {
	callee := p.Service
	if callee == "" {
		callee = p.Edge.To
	}
	callee, _, _ = strings.Cut(callee, " (")
	if callee != "*" && !about(g, b, callee) {
		return false
	}
	s := &b.Says
	return (p.Timeout == nil || s.Timeout != nil && lasts(s.Timeout.Total, *p.Timeout)) &&
		(p.PerTry == nil || s.Timeout != nil && lasts(s.Timeout.PerTry, *p.PerTry)) &&
		(p.Retries == nil || s.Retry != nil && retries(s.Retry, p.Retries)) &&
		(p.Breaker == nil || s.Breaker != nil && s.Breaker.Kind.Set()) &&
		(p.Balancing == nil || s.Balance != nil && strings.EqualFold(s.Balance.Strategy.Value, strings.ReplaceAll(*p.Balancing, "_", "-")))
}

// about reports whether a policy is for the calls of a service, by those it is
// bound to or by the name it gives.
func about(g *graph.Graph, b *graph.BoundPolicy, callee string) bool {
	if slices.ContainsFunc(b.Calls, func(e graph.Edge) bool {
		return slices.Contains(append(g.Service(g.To(e)).Aliases, g.Service(g.To(e)).Name), callee) || strings.HasPrefix(g.ID(g.To(e)), callee+".")
	}) || b.Of.Name == callee {
		return true
	}
	return slices.ContainsFunc(b.To, func(p graph.EndpointRef) bool {
		host := p.Host.Host
		return p.Ref.Name == callee || host == callee || strings.HasPrefix(host, callee+".")
	})
}

func lasts(s policy.Setting[time.Duration], want string) bool {
	d, err := time.ParseDuration(want)
	return err == nil && s.Set() && s.Value == d
}

func retries(r *policy.Retry, want any) bool {
	switch want := want.(type) {
	case float64:
		if want == 0 {
			return r.Retries.Provenance == policy.Disabled || r.Retries.Set() && r.Retries.Value == 0
		}
		return r.Retries.Set() && r.Retries.Value == int(want)
	case map[string]any:
		return fmt.Sprint(want["max"]) == fmt.Sprint(r.Retries.Value)
	}
	return false
}
