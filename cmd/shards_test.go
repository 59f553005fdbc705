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

// TestShardsBesideManifests holds that it makes no difference when manifests are
// read: with every part of the traces, with none but the last step, or as a part of
// their own. Only the coverage may differ between these ways.
func TestShardsBesideManifests(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole := func(sources ...string) string {
		var out, talk bytes.Buffer
		if code := Main(append([]string{"graph", "--all", "-o", "json"}, sources...), nil, &out, &talk); code != exitClean {
			t.Fatalf("weir graph %s: exit code %d: %s", strings.Join(sources, " "), code, talk.String())
		}
		return out.String()
	}
	manifests := write("deploy.yaml", shopManifests)
	a, b := write("a.jsonl", otlpTraces(1, 7)), write("b.jsonl", otlpTraces(7, 21))
	part := func(name string, sources ...string) string { return write(name, whole(sources...)) }

	want := withoutCoverage(t, whole(manifests, a, b))
	for _, way := range [][]string{
		{part("1.json", manifests, a), part("2.json", manifests, b)},
		{manifests, part("3.json", a), part("4.json", b)},
		{part("5.json", manifests), part("6.json", a), part("7.json", b)},
		{part("8.json", manifests, a), b},
		{part("9.json", part("10.json", manifests, a), part("11.json", b))},
	} {
		got := withoutCoverage(t, whole(way...))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: parts do not add up (-all at once +part by part):\n%s", filepath.Base(way[0]), diff)
		}
	}
	for _, said := range []string{`"to":"shop/orders-db"`, `"id":"orders.placed"`, `"to":"shop/cart"`, `"calls":20`} {
		if text := strings.Join(want, ""); !strings.Contains(text, said) {
			t.Errorf("the traces do not show %s, which the test is about: %s", said, text)
		}
	}
}

// withoutCoverage returns the members of an export but the account of the reading,
// as they are written.
func withoutCoverage(t *testing.T, text string) []string {
	t.Helper()
	in := json.NewDecoder(strings.NewReader(text))
	if _, err := in.Token(); err != nil {
		t.Fatal(err)
	}
	var members []string
	for in.More() {
		key, err := in.Token()
		var value json.RawMessage
		if err == nil {
			err = in.Decode(&value)
		}
		if err != nil {
			t.Fatal(err)
		}
		if key != "coverage" {
			members = append(members, fmt.Sprintf("%s: %s", key, strings.ReplaceAll(string(value), "},{", "},\n{")))
		}
	}
	return members
}

const shopManifests = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: x, env: [{name: CART_URL, value: "http://cart:8080"}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: c, image: x, env: [{name: DB_URL, value: "postgres://orders-db/orders"}, {name: KAFKA_ADDR, value: "kafka:9092"}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: orders-db, namespace: shop}
spec:
  selector: {matchLabels: {app: orders-db}}
  template:
    metadata: {labels: {app: orders-db}}
    spec: {containers: [{name: c, image: "postgres:16"}]}
---
apiVersion: v1
kind: Service
metadata: {name: orders-db, namespace: shop}
spec: {selector: {app: orders-db}, ports: [{port: 5432}]}
`

// otlpTraces are traces of these numbers: web calls cart in all the ways to name it,
// cart its database by the database's name, a topic, a host outside, and whoever
// collects traces.
func otlpTraces(from, to int) string {
	var b strings.Builder
	for trace := from; trace < to; trace++ {
		id := 0
		span := func(service string, kind, parent int, attributes ...string) int {
			id++
			var list []string
			for _, a := range attributes {
				key, value, _ := strings.Cut(a, "=")
				list = append(list, fmt.Sprintf(`{"key":%q,"value":{"stringValue":%q}}`, key, value))
			}
			fmt.Fprintf(&b, `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":%q}},{"key":"k8s.namespace.name","value":{"stringValue":"shop"}}]},`+
				`"scopeSpans":[{"spans":[{"traceId":"%032x","spanId":"%016x","parentSpanId":"%016x","kind":%d,"startTimeUnixNano":"1000","endTimeUnixNano":"%d","attributes":[%s]}]}]}]}`+"\n",
				service, trace, id, parent, kind, 1000+1000*id*trace, strings.Join(list, ","))
			return id
		}
		root := span("web", 2, 0)
		span("cart", 2, span("web", 3, root, "server.address=cart", "server.port=8080"))
		span("web", 3, root, "server.address=cart.shop", "server.port=8080")
		span("web", 3, root, "peer.service=cart.shop.svc.cluster.local:8080")
		span("cart", 3, root, "db.system=postgresql", "db.name=orders")
		sent := span("cart", 4, root, "messaging.system=kafka", "messaging.destination.name=orders.placed")
		span("mailer", 5, sent, "messaging.system=kafka", "messaging.destination.name=orders.placed")
		span("cart", 3, root, "url.full=https://api.example.com/v1", "http.request.method=POST")
		span("cart", 3, root, "server.address=otel-collector", "server.port=4318")
		if trace%5 == 0 {
			span("promo", 2, span("cart", 3, root, "server.address=promo"))
		} else {
			span("cart", 3, root, "server.address=promo")
		}
	}
	return b.String()
}
