package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirgraph/weir/internal/testlong"
)

// exported is the graph that weir writes about sources as JSON, by the services
// and the calls in it. What was read to get there is not part of it.
func exported(t *testing.T, name string, sources ...string) map[string]any {
	t.Helper()
	var out, talk bytes.Buffer
	if code := Main(append([]string{"graph", "--all", "-o", "json"}, sources...), nil, &out, &talk); code != exitClean && code != exitUnread { // for a chart beside manifests
		t.Fatalf("weir graph %s: exit code %d: %s", strings.Join(sources, " "), code, talk.String())
	}
	if err := os.WriteFile(name, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	var g map[string]any
	if err := json.Unmarshal(out.Bytes(), &g); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"services": g["services"], "calls": g["calls"], "groups": g["groups"]}
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

// A service of which traces show that it runs, and no call, is in the graph and in what is read back from it.
func TestExchangeOfServiceWithoutCalls(t *testing.T) {
	dir := t.TempDir()
	input, written := filepath.Join(dir, "traces.json"), filepath.Join(dir, "graph.json")
	if err := os.WriteFile(input, []byte(`{"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "alone"}}]}, "scopeSpans": [{"spans": [
{"traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0102030405060708", "name": "tick", "kind": 1, "startTimeUnixNano": "1", "endTimeUnixNano": "2"}]}]}]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	want := exported(t, written, input)
	text, err := os.ReadFile(written)
	if err != nil || !strings.Contains(string(text), `"id":"alone"`) && !strings.Contains(string(text), `"id": "alone"`) {
		t.Errorf("the service is missing: %v\n%s", err, text)
	}
	if diff := cmp.Diff(want, exported(t, filepath.Join(dir, "again.json"), written)); diff != "" {
		t.Errorf("the graph changes on its way through JSON (-written +read back):\n%s", diff)
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
			each, _ := f["each"].([]any)
			for _, one := range append(each, f) {
				delete(one.(map[string]any), "fix") // edits objects, which a saved graph does not have
				for _, o := range one.(map[string]any)["origins"].([]any) {
					delete(o.(map[string]any), "reader")
				}
			}
			list = append(list, f)
		}
	}
	return list
}

// missing are the rules that name objects which would give a call what it lacks. A saved graph
// does not have them.
var missing = map[string]bool{"timeout-missing": true, "timeout-default-only": true, "retry-missing": true, "breaker-missing": true, "bulkhead-missing": true}

// forgetObjects takes from findings about inputs that name such an object, and from their twins
// about the saved graph, what depends on it. All others are left whole.
func forgetObjects(inputs, saved []any) {
	for i := range min(len(inputs), len(saved)) {
		f := inputs[i].(map[string]any)
		// The hint names a route that declares nothing yet; of the saved graph it can only name its kind.
		if hint, _ := f["hint"].(string); saved[i].(map[string]any)["hint"] == strings.ReplaceAll(silentRoute.ReplaceAllString(hint, "a $1"), "a HTTP", "an HTTP") {
			delete(f, "hint")
			delete(saved[i].(map[string]any), "hint")
		}
		if message, _ := f["message"].(string); !missing[f["rule"].(string)] || !strings.Contains(message, "; ") {
			continue
		}
		for _, f := range []any{f, saved[i]} {
			each, _ := f.(map[string]any)["each"].([]any)
			for _, one := range append(each, f) {
				one := one.(map[string]any)
				text, _ := one["message"].(string)
				one["message"], _, _ = strings.Cut(text, "; ")
				delete(one, "origins")
				delete(one, "hint")
			}
		}
	}
}

var silentRoute = regexp.MustCompile(`\b(VirtualService|HTTPRoute|GRPCRoute|HTTPProxy|Mapping) [\w./-]+`)

// TestExchangeFindings holds that a saved graph has the same findings as its inputs: policies come back in their layers, and values with their provenance.
func TestExchangeFindings(t *testing.T) {
	testlong.OneSize(t)
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
			got := found(t, written)
			forgetObjects(want, got)
			if diff := cmp.Diff(want, got); diff != "" {
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

// TestExchangeGroups holds that groups are the same after a graph was written and read back,
// and after it was read twice, or beside its inputs.
func TestExchangeGroups(t *testing.T) {
	estates, judged, atLeast := testlong.N(6, 20), testlong.N(1, 4), testlong.N(24, 80)
	r := rand.New(rand.NewPCG(1, 11))
	groups, nested := 0, 0
	for i := range estates {
		dir := t.TempDir()
		input, written := filepath.Join(dir, "weir.yaml"), filepath.Join(dir, "graph.json")
		text := randomGroups(r)
		if err := os.WriteFile(input, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		want := exported(t, written, input)
		for _, g := range want["groups"].([]any) {
			groups++
			if g.(map[string]any)["in"] != nil {
				nested++
			}
		}
		if diff := cmp.Diff(want, exported(t, filepath.Join(dir, "again.json"), written)); diff != "" {
			t.Fatalf("estate %d:\n%s\nchanges on its way through JSON (-written +read back):\n%s", i, text, diff)
		}
		for _, sources := range [][]string{{written, filepath.Join(dir, "again.json")}, {input, written}} {
			got := exported(t, filepath.Join(dir, "both.json"), sources...)
			if diff := cmp.Diff(want["groups"], got["groups"]); diff != "" {
				t.Fatalf("estate %d:\n%s\nhas other groups if it is read twice (-once +twice):\n%s", i, text, diff)
			}
		}
		if i >= judged {
			continue
		}
		fromInputs, fromGraph := found(t, input), found(t, written)
		forgetObjects(fromInputs, fromGraph)
		if diff := cmp.Diff(fromInputs, fromGraph); diff != "" {
			t.Fatalf("estate %d:\n%s\nis judged otherwise (-inputs +graph):\n%s", i, text, diff)
		}
	}
	if groups < atLeast || nested < atLeast/4 {
		t.Errorf("%d groups, %d of them in others: too few to show anything", groups, nested)
	}
}

// randomGroups is a manifest with groups of every kind, nested, with members in several of
// them and beside them, behind programs and gateways.
func randomGroups(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("apiVersion: weir/v1\nservices:\n")
	name := func(beside map[string]bool) string {
		for {
			if s := fmt.Sprintf("s%d", 2+r.IntN(7)); !beside[s] {
				beside[s] = true
				return s
			}
		}
	}
	some := func(words ...string) string { return words[r.IntN(len(words))] }
	var entry func(depth int, beside map[string]bool, share string) string
	entry = func(depth int, beside map[string]bool, share string) string {
		if r.IntN(3) > depth {
			kind := some("anyOf", "split", "failover")
			weighted := r.IntN(2) == 0
			var members []string
			inside := map[string]bool{}
			for k := range 2 + r.IntN(3) {
				share := ""
				if kind == "split" && weighted {
					share = fmt.Sprintf(", weight: %d", r.IntN(4)*r.IntN(50))
					if k == 0 {
						share = ", weight: 7"
					}
				} else if kind == "split" {
					share = some("", ", match: /a*", ", match: /b*")
				}
				members = append(members, entry(depth+1, inside, share))
			}
			more := some("", ", timeout: 1s", ", hard: false", ", retry: {retries: 2}, fallback: static", ", mode: async")
			switch kind {
			case "anyOf":
				more += some("", ", need: 2", ", need: unknown", ", checked: true, name: some servers")
			case "failover":
				more += some("", ", same: true", ", checked: true")
			}
			return fmt.Sprintf("{%s: [%s]%s%s}", kind, strings.Join(members, ", "), more, share)
		}
		return fmt.Sprintf("{to: %s%s%s}", name(beside), some("", "", ", timeout: 2s", ", protocol: grpc", ", methods: [GET]"), share)
	}
	for i := range 9 {
		fmt.Fprintf(&b, "- name: s%d\n", i)
		if i < 2 {
			b.WriteString("  kind: gateway\n")
		}
		if i < 5 {
			b.WriteString("  calls:\n")
			beside := map[string]bool{}
			for range 1 + r.IntN(4) {
				fmt.Fprintf(&b, "  - %s\n", entry(0, beside, ""))
			}
		}
	}
	return b.String()
}

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
			took := 1000 * (id + i + shard)
			if kind == "SERVER" { // it answers after all that it calls
				took += 2_000_000
			}
			s := fmt.Sprintf(`{"traceId":%q,"id":"%016x","parentId":"%016x","kind":%q,"name":"post /orders","timestamp":%d,"duration":%d,"localEndpoint":{"serviceName":%q}`,
				trace, id, parent, kind, at(id), took, service)
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
