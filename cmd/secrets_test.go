package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirgraph/weir/internal/testlong"
)

// TestSecretsStaySecret has passwords, each with "s3cret" in it, wherever an input may have one.
func TestSecretsStaySecret(t *testing.T) {
	testlong.OneSize(t)
	span := func(key string) string {
		return `{"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]}, "scopeSpans": [{"spans": [
{"traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0102030405060708", "name": "GET", "kind": 3, "startTimeUnixNano": "1", "endTimeUnixNano": "2",
"attributes": [{"key": "` + key + `", "value": {"stringValue": "postgres://u:s3cret@db:5432/orders"}}, {"key": "db.system", "value": {"stringValue": "postgresql"}}]}]}]}]}`
	}
	deployment := func(value string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: a, image: b, env: [{name: BROKER_URL, value: '" + value + "'}]}]}}}\n"
	}
	inputs := map[string]string{
		"secret.yaml":        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: s3cret: x\n",
		"block.yaml":         "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: |\n  s3cret\n  more\n",
		"secret.json":        `{"kind": "Secret", "apiVersion": "v1", "stringData": {"password": s3cret}}`,
		"quote.json":         "{\"kind\": \"Secret\", \"stringData\": {\"password\": \"s3cret\n}}",
		"comma.json":         `{"kind": "Secret", "stringData": {"password": "a" "s3cret"}}`,
		"consul.hcl":         "service {\n  name = \"web\"\n  token = s3cret\n}\n",
		"weir.yaml":          "services:\n- {name: web, calls: [\"postgres://u:s3cret@db/x\", \"u:s3cret@cache:6379\", {to: \"amqp://u:s3cret@mq\"}]}\n- {name: \"redis://:s3cret@r\"}\n",
		"peer.json":          span("peer.service"),
		"address.json":       span("server.address"),
		"database.json":      span("db.name"),
		"namespace.json":     span("db.namespace"),
		"kafka.yaml":         deployment(`org.apache.kafka.common.security.plain.PlainLoginModule required username="s3cret-user" password="s3cret";`),
		"scram.yaml":         deployment(`username="s3cret-user" password="s3cret"`),
		"pairs.yaml":         deployment(`user=s3cret-user;password=s3cret`),
		"url.yaml":           deployment(`amqps://u:s3cret@mq:5671/v`),
		"bare.yaml":          deployment(`u:s3cret@mq:5671/v`),
		"prometheus.prom":    "traces_service_graph_request_total{client=\"web\",server=\"http://u:s3cret@db/x\"} 5\n",
		"kiali.json":         `{"elements": {"nodes": [{"data": {"id": "1", "nodeType": "app", "namespace": "http://u:s3cret@n", "app": "http://u:s3cret@a"}}, {"data": {"id": "2", "nodeType": "app", "namespace": "n", "app": "b"}}], "edges": [{"data": {"id": "3", "source": "1", "target": "2", "traffic": {"protocol": "http", "rates": {"http": "1"}}}}]}}`,
		"istio.yaml":         "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e}\nspec: {hosts: [\"u:s3cret@e.example.com\"], ports: [{number: 80, name: \"http://u:s3cret@a\", protocol: \"http://u:s3cret@b\"}]}\n",
		"service.yaml":       "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: \"redis://:s3cret@n\", annotations: {note: \"see http://u:s3cret@x\"}}\n",
		"upstream.hcl":       "service {\n  name = \"http://u:s3cret@web\"\n  connect { sidecar_service { proxy { upstreams { destination_name = \"postgres://u:s3cret@db\", local_bind_port = 1 } } } }\n}\n",
		"kong.yaml":          "_format_version: \"3.0\"\nservices: [{name: \"http://u:s3cret@s\", url: \"http://u:s3cret@h/x\", routes: [{name: r, paths: [/]}]}]\n",
		"catalog-info.yaml":  "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: \"http://u:s3cret@c\"}\nspec: {type: service, owner: \"http://u:s3cret@o\", dependsOn: [\"component:http://u:s3cret@d\"]}\n",
		"compose.yaml":       "services:\n  \"http://u:s3cret@svc\": {image: x, hostname: \"u:s3cret@h\", networks: {n: {aliases: [\"http://u:s3cret@a\"]}}, labels: {\"traefik.http.services.a.loadbalancer.server.url\": \"http://u:s3cret@t\"}}\n",
		"Chart.yaml":         "apiVersion: v2\nname: \"http://u:s3cret@c\"\nversion: 1.0.0\n",
		"server.js":          "fetch(\"http://u:s3cret@cart:8080/x\"); new Pool({connectionString: \"postgres://u:s3cret@db/x\"})\n",
		"application.yml":    "spring: {application: {name: shop}}\nresilience4j: {circuitbreaker: {instances: {\"http://u:s3cret@host/x\": {slidingWindowSize: 10}}}, timelimiter: {instances: {\"u:s3cret@t\": {timeoutDuration: 5s}}}}\n",
		"images.yaml":        "services:\n  web: {image: \"https://u:s3cret@reg.example.com/web:1\"}\n  api: {image: \"u:s3cret@reg.example.com/api:1@sha256:abc\"}\n  db: {image: \"postgres://u:s3cret@reg/db\"}\n",
		"docker-compose.yml": "services:\n  web: {image: x, links: [\"l:u:s3cret@l\"], depends_on: [\"u:s3cret@db\"], environment: {A_URL: \"redis://:s3cret@r:6379\"}}\n",
	}
	secret := func(name, args string) {
		var out, err bytes.Buffer
		Main(append(strings.Fields(args), name), strings.NewReader(""), &out, &err)
		for _, written := range []string{out.String(), err.String()} {
			if i := strings.Index(written, "s3cret"); i >= 0 {
				t.Errorf("%s: weir %s writes %q", name, args, written[max(0, i-80):min(len(written), i+30)])
			}
		}
	}
	all := t.TempDir()
	for name, text := range inputs {
		t.Chdir(t.TempDir())
		for _, path := range []string{name, filepath.Join(all, name)} {
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		for _, args := range []string{"check -v", "check -o json", "graph -o json"} {
			secret(name, args)
		}
	}
	for _, args := range []string{"check -o html", "policies --why", "check -o sarif", "check -o gitlab", "graph -v", "graph -o dot", "graph -o mermaid", "rank"} {
		secret(all, args)
	}
	t.Chdir(t.TempDir())
	for _, text := range []string{"rules: {\"http://u:s3cret@r\": off}\n", "sources: [\"http://u:s3cret@x\"]\n"} {
		if err := os.WriteFile("weir.yaml", []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		secret(".", "check")
	}
}
