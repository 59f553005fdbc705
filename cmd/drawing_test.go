package cmd

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A drawnGraph is what weir graph -o json writes of services and calls.
type drawnGraph struct {
	Services []struct{ ID, Namespace string }
	Calls    []struct {
		From, To      string
		Calls         int
		Policy, Parts json.RawMessage
	}
}

func draw(t *testing.T, args ...string) *drawnGraph {
	t.Helper()
	var out, talk bytes.Buffer
	if code := Main(append([]string{"graph", "-o", "json"}, args...), nil, &out, &talk); code != exitClean {
		t.Fatalf("weir graph %s: exit code %d: %s", strings.Join(args, " "), code, talk.String())
	}
	g := &drawnGraph{}
	if err := json.Unmarshal(out.Bytes(), g); err != nil {
		t.Fatal(err)
	}
	return g
}

// policies returns the policies of the calls by their ends, each end under the name
// that box gives it, for calls between different boxes. Of several calls between two
// boxes it returns what all have in common: the same policies, or none.
func (g *drawnGraph) policies(box func(id string) string) map[string]string {
	all := map[string]string{}
	for _, c := range g.Calls {
		from, to := box(c.From), box(c.To)
		if from == to && c.From != c.To {
			continue
		}
		key, policies := from+" -> "+to, string(c.Policy)+string(c.Parts)
		if known, ok := all[key]; ok && known != policies {
			policies = ""
		}
		all[key] = policies
	}
	return all
}

// TestDrawingKeepsPolicies holds that a part of a graph has the policies of the whole:
// what a mesh does to a call is declared in other documents than the call.
func TestDrawingKeepsPolicies(t *testing.T) {
	dir := t.TempDir()
	meshed := filepath.Join(dir, "meshed.yaml")
	// A collector leaves every drawing without --all, and another team's calls share a box.
	estate := meshedEstate + `
---
apiVersion: weir/v1
services:
- {name: shop/cart, calls: [{to: ops/collector}, {to: ops/ledger, timeout: 1s}]}
- {name: shop/batch, calls: [{to: ops/ledger, timeout: 3s}]}
- {name: ops/collector, kind: telemetry}
- {name: ops/ledger}
`
	if err := os.WriteFile(meshed, []byte(estate), 0o666); err != nil {
		t.Fatal(err)
	}
	estates, err := filepath.Glob("../testdata/estates/*")
	if err != nil || len(estates) == 0 {
		t.Fatalf("no estates: %v", err)
	}
	same := func(id string) string { return id }
	for _, set := range append(estates, meshed) {
		t.Run(filepath.Base(set), func(t *testing.T) {
			whole := draw(t, set, "--all")
			want := whole.policies(same)
			part := func(args ...string) {
				t.Helper()
				got := draw(t, append([]string{set}, args...)...).policies(same)
				common := maps.Clone(want)
				maps.DeleteFunc(common, func(call, _ string) bool { _, drawn := got[call]; return !drawn })
				if diff := cmp.Diff(common, got); diff != "" {
					t.Errorf("%s: policies differ from those of the whole graph (-whole +part):\n%s", strings.Join(args, " "), diff)
				}
			}
			part()
			for i, c := range whole.Calls {
				if i%10 == 0 {
					part("--all", "--focus", c.From, "--depth", "1")
				}
			}

			namespace := map[string]string{}
			for _, s := range whole.Services {
				namespace[s.ID] = s.ID
				if s.Namespace != "" {
					namespace[s.ID] = "namespace " + s.Namespace
				}
			}
			boxed := draw(t, set, "--all", "--collapse", "namespace").policies(same)
			if diff := cmp.Diff(whole.policies(func(id string) string { return namespace[id] }), boxed); diff != "" {
				t.Errorf("--collapse namespace: policies differ from those of the calls in common (-whole +boxes):\n%s", diff)
			}
		})
	}
}
