package wire

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

func timeoutOf(layer policy.Layer, p *policy.Product, total time.Duration) policy.Set {
	return policy.Set{Layer: layer, Product: p, Timeout: &policy.Timeout{Total: policy.Declare(total, graph.Source{File: "a.yaml"}.At(3, 0))}}
}

// A timeout of the code and one of the mesh nest: laid over each other they would say
// that one of them is not there.
func TestPolicyIsOfOneLayer(t *testing.T) {
	code, mesh := timeoutOf(policy.App, nil, 5*time.Second), timeoutOf(policy.ClientProxy, product.Istio, 2*time.Second)
	silent := policy.Set{Layer: policy.ClientProxy, Product: product.Istio}
	server := timeoutOf(policy.ServerProxy, nil, time.Second)
	one := func(layers ...policy.Set) []graph.Route { return []graph.Route{{Layers: layers}} }
	for _, tt := range []struct {
		name   string
		routes []graph.Route
		want   string // policy | layers of the parts
	}{
		{"nothing", nil, " | "},
		{"code", one(code), "5s | app:5s"},
		{"mesh", one(mesh), "2s | client-proxy:2s"},
		{"a proxy of no product", one(server), "1s | server-proxy:1s"},
		{"code in a silent mesh", one(code, silent), "5s | app:5s client-proxy:-"},
		{"silent mesh", one(silent), " | client-proxy:-"},
		{"code and mesh", one(code, mesh), " | app:5s client-proxy:2s"},
		{"two parts", []graph.Route{{Match: "/v2", Layers: []policy.Set{mesh}}, {Layers: []policy.Set{code}}}, " | client-proxy:2s app:5s"},
	} {
		var c Call
		c.fromRoutes(tt.routes)
		got := ""
		if c.Policy != nil {
			got = string(*c.Policy.Timeout.Total.Value)
		}
		var layers []string
		for _, p := range c.Parts {
			for _, l := range p.Layers {
				total := "-"
				if l.Policy.Timeout != nil {
					total = string(*l.Policy.Timeout.Total.Value)
				}
				layers = append(layers, l.Layer+":"+total)
			}
		}
		if got += " | " + strings.Join(layers, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Documents were once written with the layers of a call laid over each other in its
// policy, beside parts that keep them apart.
func TestOldPolicyOfSeveralLayers(t *testing.T) {
	const setting = `{"timeout":{"total":{"value":"%s","provenance":"explicit"}}}`
	document := func(policy string) []byte {
		return fmt.Appendf(nil, `{"schema":"weir/v1",
"services":[{"id":"a","name":"a","kind":"service","defined":true}, {"id":"b","name":"b","kind":"service","defined":true}],
"calls":[{"from":"a","to":"b",%s"parts":[{"layers":[{"layer":"app","policy":%s},{"layer":"client-proxy","product":"istio","policy":%s}]}],
  "evidence":[{"way":"native","strength":"strong","class":"call","layer":"app","policy":%s,"origin":{"file":"a.yaml"}}]}]}`,
			policy, fmt.Sprintf(setting, "5s"), fmt.Sprintf(setting, "2s"), fmt.Sprintf(setting, "5s"))
	}
	var old, now graph.Facts
	Import(document(`"policy":`+fmt.Sprintf(setting, "5s")+`,`), graph.Source{File: "f"}.Whole(), &old)
	Import(document(""), graph.Source{File: "f"}.Whole(), &now)
	if diff := cmp.Diff(now, old, cmp.Comparer((*policy.Product).Is), cmp.AllowUnexported(graph.Latency{})); diff != "" {
		t.Errorf("the old form is read otherwise (-now +old):\n%s", diff)
	}
	if len(old.Policies) != 1 || len(old.Calls) != 1 || old.Calls[0].Says == nil || old.Policies[0].Says.Layer != policy.ClientProxy {
		t.Errorf("read %d policies and %d calls: %+v", len(old.Policies), len(old.Calls), old)
	}
	if text := document(""); !json.Valid(text) {
		t.Errorf("not JSON: %s", text)
	}
}

// A policy of no product that did not come with the evidence of its call is kept.
func TestPolicyWithoutEvidence(t *testing.T) {
	for _, policies := range []string{
		`"policy":{"timeout":{"total":{"value":"5s","provenance":"explicit"}}}`,
		`"parts":[{"match":"/v2","layers":[{"layer":"app","policy":{"timeout":{"total":{"value":"5s","provenance":"explicit"}}}}]}]`,
	} {
		var f graph.Facts
		Import([]byte(`{"services":[{"id":"a","name":"a"},{"id":"b","name":"b"}],"calls":[{"from":"a","to":"b",`+policies+`}]}`), graph.Source{File: "f"}.Whole(), &f)
		if len(f.Policies) != 1 || f.Policies[0].Says.Timeout == nil || f.Policies[0].Says.Timeout.Total.Value != 5*time.Second {
			t.Errorf("%s is read as %+v", policies, f.Policies)
		}
	}
}
