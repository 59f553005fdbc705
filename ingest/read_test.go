package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// spy reads every object with a name and notes where.
var spy = &document.Reader{
	Name:  "spy",
	Match: func(h *document.Head) bool { return h.Kind != "" && h.Kind != "Unwanted" },
	Read: func(d *document.Document, f *graph.Facts) {
		name := d.Root.Get("metadata", "name")
		if name.Str() == "panic" {
			panic("as asked")
		}
		f.Problems = append(f.Problems, graph.Problem{Origin: d.At(name), Message: d.Head.Kind + " " + name.Str()})
	},
}

// read returns the account of reading sources with the spy: its own words and
// the problems of others, one a line, and the skipped kinds.
func read(t *testing.T, o Options, sources ...string) (string, error) {
	t.Helper()
	o.Readers = []*document.Reader{spy}
	var b graph.Builder
	err := Read(context.Background(), sources, o, &b)
	var s strings.Builder
	for _, p := range b.Coverage.Problems {
		fmt.Fprintf(&s, "%s: %s\n", p.Origin, p.Message)
	}
	for _, c := range b.Coverage.Skipped {
		fmt.Fprintf(&s, "skipped %d %s, first %s\n", c.Count, c.Name, c.First)
	}
	fmt.Fprintf(&s, "%d files, %d documents\n", b.Coverage.Files, b.Coverage.Documents)
	return s.String(), err
}

// write fills a new folder with files, and makes it the working folder.
func write(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func object(kind, name string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: %s\nmetadata:\n  name: %s\n", kind, name)
}

// TestReadOrder shuffles the sources and the number of workers.
func TestReadOrder(t *testing.T) {
	files := map[string]string{}
	var sources []string
	for i := range 30 {
		var text strings.Builder
		for j := range 40 {
			kind := []string{"Service", "Unwanted"}[(i+j)%7/6]
			text.WriteString(object(kind, fmt.Sprintf("s-%d-%d", i, j)) + strings.Repeat("# padding\n", i*10) + "---\n")
		}
		name := fmt.Sprintf("d%d/f%d.yaml", i%4, i)
		files[name] = text.String()
		sources = append(sources, name)
	}
	sources = append(sources, ".", "d1", "*/f*.yaml")
	write(t, files)
	want, err := read(t, Options{Workers: 1}, ".")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(want, "30 files, 1200 documents\n") {
		t.Fatalf("wrong account:\n%s", want)
	}
	for round := range 20 {
		rand.Shuffle(len(sources), func(i, j int) { sources[i], sources[j] = sources[j], sources[i] })
		got, err := read(t, Options{Workers: 1 + round%5}, sources...)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("reading depends on the order of sources or the number of workers (-one worker +shuffled):\n%s", cmp.Diff(want, got))
		}
	}
}

func TestReaders(t *testing.T) {
	for i, r := range Readers {
		if r.Name == "" || r.Doc == "" || len(r.Reads) == 0 || r.Match == nil || r.Read == nil {
			t.Errorf("reader %d (%q) lacks a name, a sentence, what it reads, or a function", i, r.Name)
		}
		if slices.IndexFunc(Readers, func(o *document.Reader) bool { return o.Name == r.Name }) != i {
			t.Errorf("two readers are called %q", r.Name)
		}
		samples, err := filepath.Glob(filepath.Join("../testdata/ingest", r.Name, "*"))
		if err != nil || len(samples) == 0 {
			t.Errorf("reader %q has no sample in testdata/ingest/%s", r.Name, r.Name)
		}
	}
}

// A list of services is what several formats have; a native manifest is what no
// other reader takes.
func TestListsOfServicesGoToTheirReaders(t *testing.T) {
	for name, text := range map[string]string{
		"kong":    "_format_version: '3.0'\nservices:\n- {name: cart, url: 'http://cart:80', routes: [{paths: [/cart]}]}\n",
		"native":  "services:\n- {name: web, calls: [cart]}\n",
		"compose": "services:\n  web: {image: web}\n",
	} {
		write(t, map[string]string{"services.yaml": text})
		b := &graph.Builder{}
		if err := Read(t.Context(), []string{"."}, Options{}, b); err != nil {
			t.Fatal(err)
		}
		if got := b.Coverage.Read; len(got) != 1 || got[0].Name != name {
			t.Errorf("read by %v, want %q:\n%s", got, name, text)
		}
	}
}
