package policy_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A timeout that is always beaten changes nothing: without it the caller waits as long.
func TestBeatenTimeoutsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layers := anyLayers(t)
		for i := range layers { // which has an effect beside finite attempts only
			layers[i].Retry.MaxDuration = policy.Setting[time.Duration]{}
		}
		e := policy.Combine(layers, policy.CallFacts{Protocol: "http"})
		for _, c := range e.Chains() {
			for _, l := range c.Links {
				if l.Role != policy.RoleBeaten {
					continue
				}
				if after := l.Value.(time.Duration); after <= l.Ends.Time {
					t.Fatalf("%s %v of layer %d is beaten by what ends after %v", l.Field, after, l.In, l.Ends.Time)
				}
				if l.Field != "timeout.total" {
					continue
				}
				without := slices.Clone(layers)
				for i := range without {
					if without[i].Layer == e.Layers[l.In].Set.Layer {
						timeout := *without[i].Timeout
						timeout.Total = policy.Setting[time.Duration]{}
						without[i].Timeout = &timeout
					}
				}
				if now := policy.Combine(without, policy.CallFacts{Protocol: "http"}); now.Budget.State != e.Budget.State || now.Budget.Time != e.Budget.Time {
					t.Fatalf("%s %v of layer %d never acts, but without it the caller waits %v, not %v", l.Field, l.Value, l.In, now.Budget, e.Budget)
				}
			}
		}
	})
}

func TestChains(t *testing.T) {
	app := policy.Set{Layer: policy.App, Timeout: &policy.Timeout{Total: say(2 * time.Minute)}}
	proxy := policy.Set{Layer: policy.ClientProxy, Product: product.Consul}.WithDefaults()
	proxy.Timeout = &policy.Timeout{Total: policy.Setting[time.Duration]{Value: 15 * time.Second, Provenance: policy.PlatformDefault}}
	chains := policy.Combine([]policy.Set{app, proxy}, policy.CallFacts{Protocol: "http"}).Chains()
	timeout := chains[policy.TimeoutBound]
	if len(timeout.Links) != 2 || timeout.Links[0].Role != policy.RoleBeaten || timeout.Links[1].Role != policy.RoleActs {
		t.Errorf("the timeouts are %+v", timeout.Links)
	}
	if by := timeout.Links[0].By; by.Product != product.Consul || by.Value != 15*time.Second || by.Provenance != policy.PlatformDefault {
		t.Errorf("2m is beaten by %+v", by)
	}
	if links := chains[policy.RetriesBound].Links; len(links) != 1 || links[0].Role != policy.RoleNone {
		t.Errorf("the retries are %+v", links)
	}

	cut := policy.Set{
		Layer: policy.App, Timeout: &policy.Timeout{Total: say(2 * time.Second), PerTry: say(time.Second)},
		Retry: &policy.Retry{Retries: say(4), On: say([]string{policy.OnAny})},
	}
	links := policy.Combine([]policy.Set{cut}, policy.CallFacts{Protocol: "http"}).Chains()[policy.RetriesBound].Links
	if l := links[0]; l.Role != policy.RoleCut || l.Fit != 2 || l.By.Field != "timeout.total" {
		t.Errorf("retries that a timeout cuts are %+v", l)
	}
	cut.Retry.On = say([]string{})
	links = policy.Combine([]policy.Set{cut}, policy.CallFacts{Protocol: "http"}).Chains()[policy.RetriesBound].Links
	if l := links[0]; l.Role != policy.RoleIdle || l.By.Field != "retry.on" {
		t.Errorf("retries without a condition are %+v", l)
	}
}
