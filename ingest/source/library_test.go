package source

import (
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

func librariesIn(name, text string) []graph.CodeLibrary {
	facts := &graph.Facts{}
	d := &document.Document{Head: document.Head{Base: strings.ToLower(path.Base(name)), Text: true}, Reader: "source-project", File: name, Text: []byte(text), Facts: facts}
	Projects.Read(d, facts)
	return facts.CodeLibraries
}

// TestLibraries reads the archive of each package manager in testdata/source/library: which client libraries of
// servers a program is built with in one file, and that it is built with none in another one.
func TestLibraries(t *testing.T) {
	files, err := filepath.Glob("../../testdata/source/library/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	read := map[*dependencyFile][2]bool{} // hit, missed
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		var got strings.Builder
		for _, in := range archive.Files {
			if in.Name == "want" {
				want = string(in.Data)
				continue
			}
			list := librariesIn(in.Name, string(in.Data))
			for _, l := range list {
				fmt.Fprintf(&got, "%s %s %s\n", l.Origin.Place(), l.Name, l.Product)
				if at := strings.Split(string(in.Data), "\n")[l.Origin.Line-1][l.Origin.Column-1:]; !strings.HasPrefix(at, l.Name) {
					t.Errorf("%s: %q is not at its place: %q", file, l.Name, at)
				}
			}
			if miss := strings.HasPrefix(in.Name, "miss/"); miss == (len(list) > 0) {
				t.Errorf("%s: %s: %d libraries found", file, in.Name, len(list))
			} else {
				for _, m := range dependencyFiles {
					if m.is(strings.ToLower(path.Base(in.Name))) {
						r := read[m]
						read[m] = [2]bool{r[0] || !miss, r[1] || miss}
					}
				}
			}
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
	for i, m := range dependencyFiles {
		if read[m] != [2]bool{true, true} {
			t.Errorf("the dependency file %d has no sample and near miss", i)
		}
	}
}

// FuzzProjects holds that any text is read as each kind of file that programs are built by, with places in it.
func FuzzProjects(f *testing.F) {
	files, _ := filepath.Glob("../../testdata/source/library/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, in := range archive.Files {
			if in.Name != "want" {
				f.Add(path.Base(in.Name), string(in.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		if !IsProject(strings.ToLower(name)) {
			return
		}
		lines := strings.Split(text, "\n")
		for _, l := range librariesIn(name, text) {
			if l.Origin.Line < 1 || int(l.Origin.Line) > len(lines) || l.Origin.Column < 1 || int(l.Origin.Column) > len(lines[l.Origin.Line-1]) {
				t.Errorf("%s at %s in %d lines", l.Name, l.Origin, len(lines))
			}
		}
	})
}
