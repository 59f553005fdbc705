package failure

import (
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
)

// Of several layers, the one nearest to the callee acts first: its breaker opens and
// its fallback is asked before those of the layers around it.
func TestGuardActsFromTheInsideOut(t *testing.T) {
	g := graphtest.Parse("a:b")
	e, _ := g.Out(0)
	layer := func(l policy.Layer, fallback string) policy.Set {
		return policy.Set{
			Layer:    l,
			Breaker:  &policy.Breaker{Kind: policy.Declare("call", policy.Source{File: l.String()}.Whole())},
			Fallback: &policy.Fallback{Steps: []policy.FallbackStep{{Kind: say(fallback)}}},
		}
	}
	effective := policy.Combine([]policy.Set{layer(policy.ServerProxy, "cache"), layer(policy.App, "static")}, policy.CallFacts{})
	d := newGuard(g, e, Part{Effective: effective})
	var breakers, steps []string
	for _, b := range d.breakers {
		breakers = append(breakers, b.at.File())
	}
	for _, s := range d.steps {
		steps = append(steps, s.words)
	}
	if got, want := strings.Join(breakers, ", "), "server-proxy, app"; got != want {
		t.Errorf("breakers: %s, want %s", got, want)
	}
	if got, want := strings.Join(steps, ", "), "fallback cache, fallback static"; got != want {
		t.Errorf("steps of the fallback: %s, want %s", got, want)
	}
}

func TestShare(t *testing.T) {
	for part, want := range map[float64]string{
		0.0001: "0.1 %", 0.00149: "0.1 %", 0.00151: "0.2 %", 0.3333: "33.3 %", 0.5: "50 %", 1: "100 %",
	} {
		if got := share(part); got != want {
			t.Errorf("share(%v) = %q, want %q", part, got, want)
		}
	}
}
