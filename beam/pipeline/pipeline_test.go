package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"

	"github.com/weirgraph/weir/cmd"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestMain(m *testing.M) {
	flag.Parse()
	log.LogLevel = "error"
	beam.Init()
	os.Exit(m.Run())
}

// run runs the pipeline on Prism, and returns the graph and the bad records.
func run(t testing.TB, most int, inputs ...string) (graph, bad string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir) // Beam leaves a file behind
	o := Options{Inputs: inputs, Output: filepath.Join(dir, "graph.json"), Bad: filepath.Join(dir, "bad.jsonl"), MaxTrace: most}
	p, s := beam.NewPipelineWithRoot()
	Build(s, o)
	if _, err := prism.Execute(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	return readFile(t, o.Output), readFile(t, o.Bad)
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// weir returns what weir itself makes of files.
func weir(t testing.TB, files ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	cmd.Main(slices.Concat([]string{"graph", "-o", "json"}, files), strings.NewReader(""), &out, &said)
	if out.Len() == 0 {
		t.Fatalf("weir graph %s: %s", files, said.String())
	}
	return out.String()
}

// compare compares two graphs line by line.
func compare(t *testing.T, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	a, b := strings.Split(strings.ReplaceAll(want, "},{", "},\n{"), "\n"), strings.Split(strings.ReplaceAll(got, "},{", "},\n{"), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("part %d\n of weir:         %.1500s\n of the pipeline: %.1500s", i, a[i], b[i])
		}
	}
	t.Fatalf("weir writes %d parts, the pipeline %d", len(a), len(b))
}

// sets are lists of files that belong together: every set of traces of the corpus, and those of
// weir's own samples.
func sets(t *testing.T) map[string][]string {
	t.Helper()
	sets := map[string][]string{}
	root := cmp.Or(os.Getenv("WEIR_CORPUS"), "../../../shared/corpus")
	for _, dir := range []string{filepath.Join(root, "traces/*"), "../../testdata/estates/shop-traces"} {
		dirs, _ := filepath.Glob(dir)
		for _, dir := range dirs {
			all, _ := filepath.Glob(filepath.Join(dir, "*"))
			for _, file := range all {
				if base := filepath.Base(file); base != "SOURCE.md" && base != "expected.json" {
					sets[filepath.Base(dir)] = append(sets[filepath.Base(dir)], file)
				}
			}
		}
	}
	if len(sets) == 0 {
		t.Fatal("no traces")
	}
	return sets
}

// TestSameAsWeir holds that the pipeline writes what weir writes about the same files, to the byte.
func TestSameAsWeir(t *testing.T) {
	for name, files := range sets(t) {
		t.Run(name, func(t *testing.T) {
			want := weir(t, files...)
			got, _ := run(t, 0, files...)
			compare(t, want, got)
			slices.Reverse(files)
			got, _ = run(t, 0, files...)
			compare(t, want, got)
		})
	}
}

// TestSameInAnyFiles cuts the spans of files apart, at random and so that traces are split, and holds that
// the pipeline finds in all of these files what weir finds in the whole.
func TestSameInAnyFiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, files := range sets(t) {
		for _, file := range files {
			values := valuesOf(t, file)
			if len(values) < 2 {
				continue
			}
			t.Run(name+"/"+filepath.Base(file), func(t *testing.T) {
				dir := t.TempDir()
				want := withoutFiles(t, weir(t, writeLines(t, dir, "whole.json", values)))
				for _, n := range []int{1, 2, 7, 50} {
					parts := make([][]string, n)
					for _, v := range values {
						i := random.IntN(n)
						parts[i] = append(parts[i], v)
					}
					for i, part := range parts {
						random.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
						if len(part) > 0 {
							writeLines(t, dir, fmt.Sprintf("cut-%d-%d.json", n, i), part)
						}
					}
					got, _ := run(t, 0, filepath.Join(dir, fmt.Sprintf("cut-%d-*.json", n)))
					compare(t, want, withoutFiles(t, got))
				}
			})
		}
	}
}

// writeLines writes values to a file, one a line.
func writeLines(t *testing.T, dir, name string, values []string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(strings.Join(values, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// valuesOf takes a file of spans apart into values of one span each, as far as the format allows it.
func valuesOf(t *testing.T, file string) []string {
	t.Helper()
	in := json.NewDecoder(strings.NewReader(readFile(t, file)))
	var values []string
	for in.More() {
		var v any
		if err := in.Decode(&v); err != nil {
			return nil // it is no JSON
		}
		values = append(values, single(v)...)
	}
	return values
}

func single(v any) []string {
	text := func(v any) string {
		b, _ := json.Marshal(v)
		return string(b)
	}
	var list []string
	switch v := v.(type) {
	case []any: // Zipkin
		for _, v := range v {
			if m, ok := v.(map[string]any); ok && m["traceId"] != nil {
				list = append(list, text([]any{v}))
			} else if inner, ok := v.([]any); ok {
				list = append(list, single(inner)...)
			}
		}
	case map[string]any:
		resources, _ := cmp.Or(v["resourceSpans"], v["batches"]).([]any)
		for _, r := range resources {
			r, _ := r.(map[string]any)
			scopes, _ := cmp.Or(r["scopeSpans"], r["instrumentationLibrarySpans"]).([]any)
			for _, s := range scopes {
				s, _ := s.(map[string]any)
				spans, _ := s["spans"].([]any)
				for _, span := range spans {
					list = append(list, text(map[string]any{"resourceSpans": []any{map[string]any{
						"resource": r["resource"], "scopeSpans": []any{map[string]any{"spans": []any{span}}},
					}}}))
				}
			}
		}
		traces, _ := v["data"].([]any)
		for _, trace := range traces {
			trace, _ := trace.(map[string]any)
			spans, _ := trace["spans"].([]any)
			for _, span := range spans {
				list = append(list, text(map[string]any{"data": []any{map[string]any{"traceID": trace["traceID"], "processes": trace["processes"], "spans": []any{span}}}}))
			}
		}
	}
	return list
}

// withoutFiles returns a graph without the names of files, and the counts of files, documents and bytes.
func withoutFiles(t *testing.T, text string) string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	coverage := all["coverage"].(map[string]any)
	for _, key := range []string{"files", "documents", "bytes", "read"} {
		delete(coverage, key)
	}
	withoutPlaces(all)
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func withoutPlaces(v any) {
	switch v := v.(type) {
	case []any:
		for _, v := range v {
			withoutPlaces(v)
		}
	case map[string]any:
		delete(v, "file")
		for _, v := range v {
			withoutPlaces(v)
		}
	}
}
