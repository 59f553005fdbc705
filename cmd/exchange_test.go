package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// exported is the graph that weir writes about sources as JSON, by the services
// and the calls in it. What was read to get there is not part of it.
func exported(t *testing.T, name string, sources ...string) map[string]any {
	t.Helper()
	var out, talk bytes.Buffer
	if code := Main(append([]string{"graph", "--all", "-o", "json"}, sources...), nil, &out, &talk); code != exitClean {
		t.Fatalf("weir graph %s: exit code %d: %s", strings.Join(sources, " "), code, talk.String())
	}
	if err := os.WriteFile(name, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	var g map[string]any
	if err := json.Unmarshal(out.Bytes(), &g); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"services": g["services"], "calls": g["calls"]}
}

// TestExchange holds that a graph is the same after it was written and read back.
func TestExchange(t *testing.T) {
	estates, err := filepath.Glob("../testdata/estates/*")
	if err != nil || len(estates) == 0 {
		t.Fatalf("no estates: %v", err)
	}
	for _, estate := range estates {
		t.Run(filepath.Base(estate), func(t *testing.T) {
			written := filepath.Join(t.TempDir(), "graph.json")
			want := exported(t, written, estate)
			got := exported(t, filepath.Join(t.TempDir(), "again.json"), written)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the graph changes on its way through JSON (-written +read back):\n%s", diff)
			}
		})
	}
}

// ofObjects are the rules about the objects that declare policies. An exported graph has
// only the policies in effect on its calls.
var ofObjects = map[string]bool{
	"policy-unbound": true, "policy-shadowed": true, "policy-inert": true, "policy-needs-mesh": true, "value-invalid": true,
}

// found are the findings about sources that do not look at objects. The places of
// policies are written as people read them, without the name of their reader.
func found(t *testing.T, sources ...string) []any {
	t.Helper()
	var out, talk bytes.Buffer
	Main(append([]string{"check", "--fail-on", "never", "-o", "json"}, sources...), nil, &out, &talk)
	var report struct{ Findings []map[string]any }
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("weir check %v: %v: %s", sources, err, talk.String())
	}
	var list []any
	for _, f := range report.Findings {
		if rule, _ := f["rule"].(string); !ofObjects[rule] && rule != "unreadable-input" {
			for _, o := range f["origins"].([]any) {
				delete(o.(map[string]any), "reader")
			}
			list = append(list, f)
		}
	}
	return list
}

// TestExchangeFindings holds that a saved graph has the same findings as its inputs: policies come back in their layers, and values with their provenance.
func TestExchangeFindings(t *testing.T) {
	meshed := t.TempDir()
	if err := os.WriteFile(filepath.Join(meshed, "meshed.yaml"), []byte(meshedEstate), 0o666); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, set := range append(systems(t), meshed) {
		t.Run(filepath.Base(filepath.Dir(set))+"/"+filepath.Base(set), func(t *testing.T) {
			written := filepath.Join(t.TempDir(), "graph.json")
			exported(t, written, set)
			want := found(t, set)
			total += len(want)
			if diff := cmp.Diff(want, found(t, written)); diff != "" {
				t.Errorf("the written graph is judged otherwise (-inputs +graph):\n%s", diff)
			}
		})
	}
	if total < 50 {
		t.Errorf("%d findings in all: too few to show anything", total)
	}
}

// meshedEstate has a call with two routes in a mesh that differ in what protects
// them, a policy of the code on top, and a caller that the mesh does not carry.
const meshedEstate = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: weir/v1
services:
- {name: shop/cart, tier: 1, calls: [{to: shop/pricing, protocol: http, retry: {retries: 2, on: [response-5xx], backoff: {kind: fixed, base: 1s}}}]}
- {name: shop/batch, calls: [{to: shop/pricing, protocol: http, methods: [POST], idempotent: true}]}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: pricing
  namespace: shop
  annotations: {weir.dev/ignore: "breaker-missing: known"}
spec: {selector: {matchLabels: {app: pricing}}, template: {metadata: {labels: {app: pricing}}, spec: {containers: [{name: c, image: x}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: pricing, namespace: shop}
spec: {selector: {app: pricing}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: batch, namespace: shop}
spec:
  selector: {matchLabels: {app: batch}}
  template:
    metadata: {labels: {app: batch}, annotations: {sidecar.istio.io/inject: "false"}}
    spec: {containers: [{name: c, image: x}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: pricing, namespace: shop}
spec:
  hosts: [pricing]
  http:
  - match: [{uri: {prefix: /v2}}]
    timeout: 2s
    retries: {attempts: 3, perTryTimeout: 2s, retryOn: "5xx"}
    route: [{destination: {host: pricing}}]
  - retries: {attempts: 1, retryOn: "reset"}
    route: [{destination: {host: pricing}}]
`

// TestShards holds that parts of the traces, read one by one and put together, are
// as good as all of them at once, where no trace is split between parts. What one
// part knows only from its callers is a service in another.
func TestShards(t *testing.T) {
	dir := t.TempDir()
	const shards = 3
	var files, parts []string
	for shard := range shards {
		name := filepath.Join(dir, fmt.Sprintf("spans-%d.json", shard))
		if err := os.WriteFile(name, []byte(zipkinTraces(shard)), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
		part := filepath.Join(dir, fmt.Sprintf("part-%d.json", shard))
		exported(t, part, name)
		parts = append(parts, part)
	}
	want := exported(t, filepath.Join(dir, "all.json"), files...)
	got := exported(t, filepath.Join(dir, "merged.json"), parts...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parts do not add up (-all at once +part by part):\n%s", diff)
	}
	if text := fmt.Sprint(want); !strings.Contains(text, "calls:60") || !strings.Contains(text, "name:promo") ||
		!strings.Contains(text, "during:post /orders") || !strings.Contains(text, "overlapping:60") || !strings.Contains(text, "entrypoint:true") {
		t.Fatalf("the traces do not show what the test is about: %s", text)
	}
}

// zipkinTraces are twenty traces: web calls orders, which calls promo and a
// database, and in some of them stock over and over. Only in the second part does
// promo report spans of its own.
func zipkinTraces(shard int) string {
	var spans []string
	for i := range 20 {
		at := func(id int) int {
			if id == 6 {
				id = 4 // while promo is asked
			}
			return 1_760_000_000_000_000 + 50_000*id
		}
		trace := fmt.Sprintf("%016x", 1+shard*100+i)
		span := func(id, parent int, kind, service, remote string, failed bool) {
			s := fmt.Sprintf(`{"traceId":%q,"id":"%016x","parentId":"%016x","kind":%q,"name":"post /orders","timestamp":%d,"duration":%d,"localEndpoint":{"serviceName":%q}`,
				trace, id, parent, kind, at(id), 1000*(id+i+shard), service)
			if remote != "" {
				s += fmt.Sprintf(`,"remoteEndpoint":{"serviceName":%q}`, remote)
			}
			if failed {
				s += `,"tags":{"error":"503"}`
			}
			spans = append(spans, s+"}")
		}
		span(1, 0, "SERVER", "web", "", false)
		span(2, 1, "CLIENT", "web", "orders", i == 7)
		span(3, 2, "SERVER", "orders", "", false)
		span(4, 3, "CLIENT", "orders", "promo", i%5 == shard)
		if shard == 1 {
			span(5, 4, "SERVER", "promo", "", false)
		}
		span(6, 3, "CLIENT", "orders", "postgres", false)
		for n := range (i + shard) % 9 {
			span(7+n, 3, "CLIENT", "orders", "stock", false)
		}
	}
	return "[" + strings.Join(spans, ",\n") + "]"
}
