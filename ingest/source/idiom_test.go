package source

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

var update = flag.Bool("update", false, "write the places that idioms find into the golden files")

func placesIn(name, src string) []graph.CodePlace {
	facts := &graph.Facts{}
	d := &document.Document{Head: document.Head{Base: strings.ToLower(path.Base(name)), Text: true}, Reader: "source", File: name, Text: []byte(src), Facts: facts}
	Reader.Read(d, facts)
	if len(facts.Code) == 0 {
		return nil
	}
	return facts.Code[0].Places
}

var kindNames = map[graph.CodeKind]string{
	graph.CodeAddress: "address", graph.CodeDefault: "default", graph.CodeName: "name", graph.CodeClient: "client", graph.CodeServer: "server", graph.CodeStub: "stub",
	graph.CodeConstant: "constant", graph.CodeApp: "app", graph.CodeListed: "listed",
}

func placeText(p *graph.CodePlace) string {
	words := []string{p.Origin.Place(), kindNames[p.Kind]}
	for _, w := range []struct{ name, text string }{{"symbol", p.Symbol}, {"key", p.Key}, {"text", p.Text}, {"way", p.Way}} {
		if w.text != "" {
			words = append(words, w.name+"="+w.text)
		}
	}
	if p.Client {
		words = append(words, "client")
	}
	if p.Weak {
		words = append(words, "weak")
	}
	return strings.Join(words, " ")
}

// TestIdioms reads the archive of each idiom in testdata/source: for each of its languages what it finds in
// one file, and that it finds nothing in another one with a near miss.
func TestIdioms(t *testing.T) {
	pairs := 0
	seen := map[string]bool{}
	files, err := filepath.Glob("../../testdata/source/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		idiom := strings.TrimSuffix(filepath.Base(file), ".txtar")
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		var got strings.Builder
		found := map[string][2]int{} // hits and misses by language
		for _, in := range archive.Files {
			if in.Name == "want" {
				want = string(in.Data)
				continue
			}
			list := placesIn(in.Name, string(in.Data))
			// Those that other files of JavaScript, Python and Go may refer to prove nothing.
			list = slices.DeleteFunc(list, func(p graph.CodePlace) bool { return p.Kind == graph.CodeConstant && strings.Contains(p.Symbol, "#") })
			for i := range list {
				fmt.Fprintln(&got, placeText(&list[i]))
			}
			lang := LanguageOf(in.Name).Name
			n := found[lang]
			if strings.HasPrefix(in.Name, "miss") {
				n[1]++
				if len(list) > 0 {
					t.Errorf("%s: %s is a near miss, and shows %s", file, in.Name, placeText(&list[0]))
				}
			} else if n[0] += len(list); len(list) == 0 {
				t.Errorf("%s: nothing found in %s", file, in.Name)
			}
			found[lang] = n
		}
		for lang, n := range found {
			if n[0] == 0 || n[1] == 0 {
				t.Errorf("%s: %s needs a file that hits and one that misses", file, lang)
			}
			pairs++
			seen[idiom+" "+lang] = true
		}
		switch {
		case got.String() == want:
		case *update:
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got.String())})
			if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s (-want +got; -update writes it):\n%s", file, cmp.Diff(strings.Split(want, "\n"), strings.Split(got.String(), "\n")))
		}
	}
	for _, m := range Idioms {
		for _, l := range Languages {
			if m.readsLanguage(l) && !seen[m.Name+" "+l.Name] {
				t.Errorf("the idiom %s has no sample in %s", m.Name, l.Name)
			}
		}
	}
	if pairs < 60 {
		t.Errorf("%d pairs of idiom and language have samples, want 60", pairs)
	}
}

// FuzzRead holds that any text is read, with places in it.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("../../testdata/source/*.txtar")
	policies, _ := filepath.Glob("../../testdata/source/policies/*.txtar")
	for _, file := range append(files, policies...) {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, in := range archive.Files {
			if in.Name != "want" {
				f.Add(in.Name, string(in.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, name, src string) {
		if LanguageOf(name) == nil {
			return
		}
		lines := int32(strings.Count(src, "\n") + 1)
		for _, p := range placesIn(name, src) {
			if p.Origin.Line < 1 || p.Origin.Line > lines || p.Origin.Column < 1 || len(p.Text) > 4*maxValue {
				t.Errorf("a place at %s in %d lines: %q", p.Origin, lines, p.Text)
			}
		}
	})
}
