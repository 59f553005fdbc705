package ingest

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
)

// spanLine is a client in web, or the server in cart that answers it, of trace n.
func spanLine(n int, service, kind, span, parent string) string {
	return fmt.Sprintf(`{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"%s"}}]},`+
		`"scopeSpans":[{"spans":[{"traceId":"%032x","spanId":"%s","parentSpanId":"%s","kind":%s}]}]}]}`, service, n+1, span, parent, kind)
}

// spanLines are n traces, two lines each.
func spanLines(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(spanLine(i, "web", "3", "0000000000000001", "") + "\n")
		b.WriteString(spanLine(i, "cart", "2", "0000000000000002", "0000000000000001") + "\n")
	}
	return b.String()
}

// TestSpans reads spans whole and damaged, packed and from standard input, and
// looks at how many calls are found and what is said.
func TestSpans(t *testing.T) {
	lines := spanLines(4000) // of several chunks
	line := strings.Index(lines, "\n") + 1
	half := line/2 + 1
	client, server := spanLine(0, "web", "3", "01", ""), spanLine(0, "cart", "2", "02", "01")
	inner := func(doc string) string {
		return strings.TrimSuffix(strings.TrimPrefix(doc, `{"resourceSpans":[`), "]}")
	}
	whole := `{"resourceSpans":[` + inner(client) + "," + inner(server) + "]}"
	for _, tt := range []struct {
		name, text string
		calls      float64
		want       string // of the problems, "" for none
	}{
		{"lines", lines, 4000, ""},
		{"gzip", pack(t, "gzip", lines), 4000, ""},
		{"zstd", pack(t, "zstd", lines), 4000, ""},
		{"tar", archive(t, lines[:line], lines[line:]), 4000, ""},
		{"tar in gzip", pack(t, "gzip", archive(t, lines)), 4000, ""},
		{"tar in zstd, of many files", pack(t, "zstd", archive(t, client, "", server+"\n", whole)), 1, ""},
		{"tar of a table", pack(t, "gzip", archive(t, "from,to,calls\na,b,3\n")), 3, ""},
		{"tar of tables", pack(t, "gzip", archive(t, "from,to,calls\na,b,3\n", "from,to,calls\na,b,3\n")), 0, "is an archive of 2 files"},
		{"tar of nothing", archive(t, strings.Repeat(" ", 10))[:1024], 0, "is a damaged archive"},
		{"half a tar", pack(t, "gzip", archive(t, "from,to,calls\n"+strings.Repeat("a,b,3\n", 500))[:2600]), 0, "is a damaged archive"},
		{"one document", whole, 1, ""},
		{"documents one after another", whole + whole + " \n " + whole, 1, ""},
		{"a list of documents", "[" + client + "," + server + "]", 1, ""},
		{"a log of a container", "2026-01-02T03:04:05Z stdout F " + client + "\n2026-01-02T03:04:05Z stdout F " + server + "\n", 1, ""},
		{"a log that says other things", "2026-01-02 DEBUG export " + client + "\nstarted\n\n  as planned {}\n2026-01-02 DEBUG export " + server + "\n2026-01-02 INFO done\n", 1,
			"stdin:2:1: 4 lines of the log without spans, this one first"},
		{"half a line in a log", "2026-01-02 " + client[:60] + "\n2026-01-02 " + client + "\n2026-01-02 " + server + "\n", 1, "stdin:2:14: cannot read spans"},
		{"something behind the end", whole + "\nand so on\n", 1, "stdin:2:1: cannot read spans: is not JSON"},
		{"something behind the end of the line", whole + " trailing", 1, "stdin:1:"},
		{"mark of UTF-8", "\uFEFF" + whole, 1, ""},
		{"CRLF", client + "\r\n" + server + "\r\n", 1, ""},
		{"Tempo", `{"trace":` + whole + "}", 1, ""},
		{"Jaeger's newest", `{"result":` + client + "}\n" + `{"result":` + server + "}", 1, ""},
		{"half a line at the end", lines + lines[:half], 4000, "stdin:8001:"},
		{"half a line between", lines[:half] + "\n" + lines, 4000, "stdin:2:3: cannot read spans: a colon is missing"},
		{"half a document", whole[:len(whole)-5], 1, "ends in the middle of a value"},
		{"no comma", strings.Replace(whole, `"parentSpanId"`, ` "x" "parentSpanId"`, 1), 0, "stdin:1:"},
		{"gzip without end", pack(t, "gzip", lines)[:2000], -1, "is compressed and truncated; the spans before the end are read"},
		{"zstd without end", pack(t, "zstd", lines)[:2000], -2, "is compressed and truncated; the spans before the end are read"},
		{"a search of Tempo", `{"traces":[{"traceID":"2f3e0cee77ae5dc9c17ade3689eb2e54","rootServiceName":"shop","rootTraceName":"GET /","spanSet":{"spans":[]}}]}`, 0, "is a search result of Tempo"},
		{"Jaeger's store", `{"spans":[{"traceId":"AAAAAAAAAAAAAAAAAAAAEQ==","spanId":"AAAAAAAAAAM=","operationName":"x","startTime":"2017-01-26T16:46:31.639875-05:00"}]}`, 0, "is Jaeger's storage format"},
		{"deep", `{"resourceSpans":[{"x":` + strings.Repeat("[", 1_000_000), 0, "ends in the middle"},
		{"blanks", `{"resourceSpans":[]}` + strings.Repeat(" ", 3<<20) + "\n" + client + server, 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := &link.Builder{}
			if err := Read(context.Background(), []string{"-"}, Options{Stdin: strings.NewReader(tt.text)}, b); err != nil {
				t.Fatal(err)
			}
			checkSpans(t, b.Build(), tt.calls, tt.want)
		})
	}
}

// archive packs files with these texts, and a directory, with tar.
func archive(t testing.TB, texts ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(h tar.Header, text string) {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	add(tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755}, "")
	for i, text := range texts {
		add(tar.Header{Name: fmt.Sprintf("data/._%d", i), Size: 4, Mode: 0o644}, "\x00\x05\x16\x07")
		add(tar.Header{Name: fmt.Sprintf("data/%d", i), Size: int64(len(text)), Mode: 0o644}, text)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func checkSpans(t *testing.T, g *graph.Graph, calls float64, want string) {
	t.Helper()
	var got float64
	for e := range graph.Edge(g.Calls()) {
		got += g.Observed(e).Calls
	}
	if got != calls && calls >= 0 || calls < 0 && got == 0 {
		t.Errorf("%g calls, want %g", got, calls)
	}
	var said []string
	for _, p := range g.Coverage().Problems {
		said = append(said, p.Origin.String()+": "+p.Message)
	}
	if all := strings.Join(said, "\n"); !strings.Contains(all, want) || want == "" && all != "" {
		t.Errorf("problems are %q, want %q", all, want)
	}
}

// TestSpansOfManyFiles has the spans of each trace in two files, and files beside
// them that hold none.
func TestSpansOfManyFiles(t *testing.T) {
	var parts [2]strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(spanLines(500)), "\n") {
		parts[i%2].WriteString(line + "\n")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.jsonl": parts[0].String(), "deep/b.json.gz": pack(t, "gzip", parts[1].String()), "model.pb": "\x00\x01\x02", "cart.yaml": object("Service", "cart"),
	} {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, workers := range []int{1, 4} {
		b := &link.Builder{}
		if err := Read(context.Background(), []string{dir}, Options{Workers: workers}, b); err != nil {
			t.Fatal(err)
		}
		g := b.Build()
		checkSpans(t, g, 500, "")
		if s := g.Coverage().Spans; s.Traces != 500 || s.Spans != 1000 {
			t.Errorf("%d workers: %+v", workers, s)
		}
	}
}
