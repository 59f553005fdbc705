// Package readertest runs the samples and the fuzz tests of readers. It imports
// package ingest, so that every list of detectors is filled as in the program.
package readertest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	_ "github.com/weirgraph/weir/ingest" // fills the lists of detectors
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/yaml"
)

// Update reports whether expected files are to be written.
var Update = flag.Bool("update", false, "write the facts that readers give into the golden files")

// Test reads every archive in testdata/ingest/NAME, where NAME is the
// reader's, and compares its facts with the file "want" in the archive. All other
// files of the archive are input.
//
// Documents that the reader's Match leaves to others are listed too, so that an
// archive can show what a reader keeps its hands off. Run with -update to write
// the facts, then read what changed.
func Test(t *testing.T, r *document.Reader) {
	t.Helper()
	for _, file := range archives(t, r) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := readArchive(t, r, archive)
			i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			if i < 0 {
				i = len(archive.Files)
				archive.Files = append(archive.Files, txtar.File{Name: "want"})
			}
			want := string(archive.Files[i].Data)
			if got == want {
				return
			}
			if !*Update {
				t.Fatalf("facts of %s differ (-want +got; -update writes them):\n%s", file, cmp.Diff(Lines(want), Lines(got)))
			}
			archive.Files[i].Data = []byte(got)
			if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Fuzz feeds a reader what the fuzzer makes of the inputs in its archives
// and of the further seeds: it must neither crash nor state facts that the
// builder cannot use. The document's file name has the extension of the seed.
func Fuzz(f *testing.F, r *document.Reader, seeds ...string) {
	f.Helper()
	for _, file := range archives(f, r) {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, in := range archive.Files {
			if in.Name != "want" {
				f.Add(path.Base(in.Name), in.Data)
			}
		}
	}
	for _, seed := range seeds {
		f.Add("seed.yaml", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if name == "" {
			name = "seed.yaml" // every source has a name
		}
		for _, d := range Documents(fstest.MapFS{}, name, data) {
			if takes(r, d) {
				checkFacts(t, readDocument(r, d))
			}
		}
	})
}

// archives are the golden files of a reader.
func archives(t testing.TB, r *document.Reader) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../../testdata/ingest", r.Name, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples of the reader %q (%v)", r.Name, err)
	}
	return files
}

// readArchive returns the facts of all input files of an archive in print.
func readArchive(t *testing.T, r *document.Reader, archive *txtar.Archive) string {
	t.Helper()
	directory := fstest.MapFS{}
	for _, in := range archive.Files {
		if in.Name != "want" {
			directory[in.Name] = &fstest.MapFile{Data: in.Data}
		}
	}
	var b strings.Builder
	for _, in := range archive.Files {
		if in.Name == "want" {
			continue
		}
		for _, d := range Documents(directory, in.Name, in.Data) {
			if !takes(r, d) {
				fmt.Fprintf(&b, "other %s %s %s\n", d.At(d.Root), d.Head.APIVersion, d.Head.Kind)
				continue
			}
			facts := readDocument(r, d)
			checkFacts(t, facts)
			for _, line := range printFacts(facts) {
				b.WriteString(line + "\n")
			}
		}
	}
	return b.String()
}

// takes reports whether a document is one of the reader's.
func takes(r *document.Reader, d *document.Document) bool {
	return r.Match(&d.Head) || d.Head.Text && r.Whole != nil && r.Whole(d.Text)
}

func readDocument(r *document.Reader, d *document.Document) *graph.Facts {
	facts := &graph.Facts{}
	d.Reader, d.Facts = r.Name, facts
	r.Read(d, facts)
	for _, p := range facts.Projects { // as if no other file had them as a part
		link.Join(facts, p.Facts)
	}
	facts.Projects = nil
	for _, d := range facts.Deferred { // as if the objects that it depends on were not there
		link.Join(facts, d.Complete(func(graph.Ref) []any { return nil }))
	}
	facts.Deferred = nil
	return facts
}

// Documents does in small what package ingest does in full: it splits a
// file into documents, items of a List into documents of their own, and fills
// their heads.
func Documents(directory fstest.MapFS, name string, data []byte) []*document.Document {
	dir := subdirectory{directory, path.Dir(name)}
	text := &document.Document{
		Head: document.Head{Base: strings.ToLower(path.Base(name)), Text: true},
		File: name, Text: data, Dir: dir,
	}
	if strings.HasSuffix(name, ".hcl") {
		return []*document.Document{text}
	}
	var docs []*document.Document
	for decoder := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var y yaml.Node
		err := decoder.Decode(&y)
		if errors.Is(err, io.EOF) {
			return docs
		}
		if err != nil {
			return append(docs, text)
		}
		d := &document.Document{File: name, Dir: dir}
		d.Root = document.NewNode(d, &y)
		switch {
		case d.Root.IsScalar(): // a properties file is one long YAML string
			return append(docs, text)
		case strings.HasSuffix(d.Root.Get("kind").Str(), "List"):
			for _, item := range d.Root.Get("items").List() {
				docs = append(docs, &document.Document{File: name, Dir: dir, Root: item, Head: head(name, item)})
			}
		default:
			d.Head = head(name, d.Root)
			docs = append(docs, d)
		}
	}
}

func head(name string, root document.Node) document.Head {
	h := document.Head{
		Base:       strings.ToLower(path.Base(name)),
		APIVersion: root.Get("apiVersion").Str(),
		Kind:       root.Get("kind").Str(),
	}
	for key, value := range root.Pairs() {
		h.Keys = append(h.Keys, key.Str())
		if value.IsList() {
			h.Lists = append(h.Lists, key.Str())
		}
	}
	return h
}

// A subdirectory opens files by paths relative to dir, "../" allowed.
type subdirectory struct {
	all fstest.MapFS
	dir string
}

func (s subdirectory) Open(name string) (fs.File, error) { return s.all.Open(path.Join(s.dir, name)) }

// Lines splits a text for a comparison by line.
func Lines(text string) []string { return strings.Split(text, "\n") }
