package ingest

import (
	"archive/tar"
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
)

// readStdin returns the services of a text on standard input, and what is reported of it.
func readStdin(t *testing.T, text []byte) (services []string, said []string) {
	t.Helper()
	var b link.Builder
	if err := Read(context.Background(), []string{Stdin}, Options{Stdin: bytes.NewReader(text)}, &b); err != nil {
		t.Fatal(err)
	}
	g := b.Build()
	for n := range g.Len() {
		services = append(services, g.Service(graph.Node(n)).ID)
	}
	for _, p := range g.Coverage().Problems {
		if p.Level >= graph.Skipped {
			said = append(said, p.Message)
		}
	}
	return services, said
}

const hiddenSpans = `{"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]}, "scopeSpans": [{"spans": [
{"traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0102030405060708", "name": "GET", "kind": 3, "startTimeUnixNano": "1", "endTimeUnixNano": "2",
"attributes": [{"key": "server.address", "value": {"stringValue": "cart"}}]}]}]}]}`

// TestNothingHides has inputs whose format shows only behind what a careless reader looks at.
func TestNothingHides(t *testing.T) {
	gz := func(text []byte, name string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Name = name
		z.Write(text)
		z.Close()
		return b.Bytes()
	}
	archive := func(text, pax string) []byte {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		h := &tar.Header{Name: "a.json", Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if pax != "" {
			h.PAXRecords = map[string]string{"WEIR.comment": pax}
		}
		w.WriteHeader(h)
		w.Write([]byte(text))
		w.Close()
		return b.Bytes()
	}
	skippable := append([]byte{0x5e, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4}, func() []byte {
		z, _ := zstd.NewWriter(nil)
		return z.EncodeAll([]byte(hiddenSpans), nil)
	}()...)
	const deployment = "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: hidden}\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}\n"
	const configMap = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n"
	long := strings.Repeat("x", 100<<10)
	tests := []struct {
		name string
		text []byte
		want string // a service that is read
		said string // or what is reported
	}{
		{"spans", []byte(hiddenSpans), "web", ""},
		{"tar", archive(hiddenSpans, ""), "web", ""},
		{"tar with a long PAX header", archive(hiddenSpans, long), "web", ""},
		{"packed tar with a long PAX header", gz(archive(hiddenSpans, long), ""), "web", ""},
		{"gzip with a long name", gz([]byte(hiddenSpans), long), "", "is damaged gzip"},
		{"zstd after a frame to be skipped", skippable, "web", ""},
		{"spans after white space", []byte(strings.Repeat(" \n", 50<<10) + hiddenSpans), "web", ""},
		{"spans after a long member", []byte(`{"x": "` + long + `", ` + hiddenSpans[1:]), "web", ""},
		{"order mark", []byte("---\n" + configMap + "---\n\ufeff" + deployment), "hidden", ""},
		{"order mark before the document mark", []byte(configMap + "\ufeff---\n" + deployment), "hidden", ""},
		{"joined files", []byte(configMap + "\ufeff" + deployment), "", "a byte order mark within a document"},
		{"keys of Kong", []byte("_format_version: \"3.0\"\nservices: []\n" + deployment), "hidden", ""},
		{"keys of Envoy", []byte("static_resources: {}\n" + deployment), "hidden", ""},
		{"keys of Consul", []byte("bootstrap: []\nconfig_entries: {}\n" + deployment), "hidden", ""},
		{"keys of compose and others", []byte("services: {}\nspring: {}\nreleases: []\nscrape_configs: []\nmethodConfig: []\nhelm: {}\n" + deployment), "hidden", ""},
		{"duplicate kind", []byte("kind: Secret\n" + deployment), "hidden", `duplicate key "kind"`},
		{"merged kind", []byte("kind: Secret\napiVersion: v1\nmetadata: {name: hidden}\n" + "spec: {template: {spec: {containers: [{name: a, image: b}]}}}\n<<: {kind: Deployment, apiVersion: apps/v1}\n"), "hidden", `the key "kind" is set again by the merge key`},
		{"items of a Deployment", []byte("kind: Deployment\napiVersion: apps/v1\nitems:\n- {" + strings.ReplaceAll(strings.TrimSuffix(deployment, "\n"), "\n", ", ") + "}\n"), "hidden", ""},
		{"items without a kind", []byte("kind: DeploymentList\napiVersion: apps/v1\nitems:\n- metadata: {name: hidden}\n  spec: {template: {spec: {containers: [{name: a, image: b}]}}}\n"), "hidden", ""},
		{"items in a string", []byte("kind: List\napiVersion: v1\nx: \"\nitems:\n- a\ny: \"\nitems:\n- {" + strings.ReplaceAll(strings.TrimSuffix(deployment, "\n"), "\n", ", ") + "}\n"), "hidden", ""},
		{"binary kind", []byte(strings.Replace(deployment, "Deployment", "!!binary RGVwbG95bWVudA==", 1)), "hidden", ""},
		{"alias for a key", []byte("x: &k kind\n*k : Deployment\n" + deployment[len("kind: Deployment\n"):]), "hidden", ""},
		{"Lists in Lists", []byte(strings.Repeat("{kind: List, apiVersion: v1, items: [", 30) + "{kind: Secret}" + strings.Repeat("]}", 30)), "", "Lists are nested more than 20 deep"},
	}
	for _, tt := range tests {
		services, said := readStdin(t, tt.text)
		found := false
		for _, s := range services {
			found = found || s == tt.want
		}
		if tt.want != "" && !found {
			t.Errorf("%s: services %q, reported %q", tt.name, services, said)
		}
		if all := strings.Join(said, "\n"); tt.said != "" && !strings.Contains(all, tt.said) || tt.said == "" && all != "" {
			t.Errorf("%s: reported %q, want %q", tt.name, all, tt.said)
		}
	}
}
