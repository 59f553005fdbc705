// Package compose compares weir's reader of compose files with compose-go, the library
// that compose itself loads projects with:
//
//	go test -C tools/oracle/compose ./...
//
// It is a module of its own, so that weir does not depend on the library.
package compose

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/compose"
	"github.com/weirgraph/weir/ingest/readertest"
)

// TestServices compares the services of projects that the library accepts: images,
// variables, links and dependencies.
func TestServices(t *testing.T) {
	t.Setenv("TAG", "from-the-process") // must not show in weir's results
	archive, err := txtar.ParseFile("../../../testdata/compose/oracle.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir, folder := t.TempDir(), fstest.MapFS{}
	for _, f := range archive.Files {
		file := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
		folder[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	for _, f := range archive.Files {
		project, base := path.Split(f.Name)
		if base != "compose.yaml" {
			continue
		}
		t.Run(path.Clean(project), func(t *testing.T) {
			want := libraryServices(t, filepath.Join(dir, project))
			if len(want) == 0 {
				t.Fatal("no services")
			}
			if diff := cmp.Diff(want, weirServices(folder, f.Name)); diff != "" {
				t.Errorf("services differ (-compose +weir):\n%s", diff)
			}
		})
	}
}

// libraryServices are the services as the library loads them, in print.
func libraryServices(t *testing.T, dir string) []string {
	t.Helper()
	files := []string{filepath.Join(dir, "compose.yaml")}
	if over := filepath.Join(dir, "compose.override.yaml"); fileExists(over) {
		files = append(files, over)
	}
	options, err := cli.NewProjectOptions(files, cli.WithWorkingDirectory(dir), cli.WithName("oracle"), cli.WithEnvFiles(), cli.WithDotEnv,
		cli.WithProfiles([]string{"*"}))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	services := printed{}
	for _, s := range project.Services {
		services.add(s.Name, "image "+s.Image)
		for _, l := range s.Links {
			target, alias, _ := strings.Cut(l, ":")
			services.add(s.Name, "links "+target)
			if alias != "" {
				services.add(target, "alias "+alias)
			}
		}
		for key, value := range s.Environment {
			if value != nil && *value != "" {
				services.add(s.Name, key+"="+*value)
			}
		}
		for name := range s.DependsOn {
			services.add(s.Name, "needs "+name)
		}
	}
	return services.lines()
}

// weirServices are the same services by the facts that weir states.
func weirServices(folder fstest.MapFS, name string) []string {
	f := read(folder, name)
	services := printed{}
	for _, e := range f.Entities {
		services.add(e.Ref.Name, "image "+e.Image)
	}
	for _, v := range f.Values {
		if v.Source == graph.FromEnv {
			services.add(v.Of.Name, v.Key+"="+v.Text)
		}
	}
	for _, n := range f.Names {
		if n.Ref.Kind == "link" {
			services.add(n.Of.Name, "alias "+n.Ref.Name)
		}
	}
	for _, c := range f.Calls {
		switch c.Way {
		case "compose-links":
			services.add(c.From.Ref.Name, "links "+c.To.Ref.Name)
		case "compose-depends-on":
			services.add(c.From.Ref.Name, "needs "+c.To.Ref.Name)
		}
	}
	return services.lines()
}

// read returns the facts of a file.
func read(folder fstest.MapFS, name string) *graph.Facts {
	f := &graph.Facts{}
	for _, d := range readertest.Documents(folder, name, folder[name].Data) {
		d.Reader, d.Facts = compose.Reader.Name, f
		compose.Reader.Read(d, f)
	}
	if len(f.Projects) == 1 {
		return f.Projects[0].Facts
	}
	return f
}

// printed is what is known of each service.
type printed map[string][]string

func (p printed) add(service, line string) { p[service] = append(p[service], line) }

func (p printed) lines() []string {
	var all []string
	for name, lines := range p {
		slices.Sort(lines)
		all = append(all, name+": "+strings.Join(lines, " | "))
	}
	slices.Sort(all)
	return all
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// TestVariables compares how variables are replaced, wherever the library gives a
// result: it refuses what weir leaves as it is.
func TestVariables(t *testing.T) {
	values := map[string]string{"A": "a", "B": "", "C_1": "c"}
	var dotEnv strings.Builder
	for name, value := range values {
		fmt.Fprintf(&dotEnv, "%s=%s\n", name, value)
	}
	rapid.Check(t, func(r *rapid.T) {
		text := drawTemplate(r, 3)
		want, err := template.Substitute(text, func(name string) (string, bool) { v, ok := values[name]; return v, ok })
		if err != nil {
			return
		}
		f := read(fstest.MapFS{
			"shop/.env":         {Data: []byte(dotEnv.String())},
			"shop/compose.yaml": {Data: []byte("services: {web: {image: web, environment: {TEXT: " + strconv.Quote(text) + "}}}\n")},
		}, "shop/compose.yaml")
		got := "" // weir states no variable without a value
		for _, v := range f.Values {
			if v.Key == "TEXT" {
				got = v.Text
			}
		}
		if got != want {
			r.Errorf("weir makes %q of %q, compose %q", got, text, want)
		}
	})
}

// drawTemplate makes up a text with variables, nested as deep as depth.
func drawTemplate(r *rapid.T, depth int) string {
	var b strings.Builder
	for range rapid.IntRange(1, 4).Draw(r, "pieces") {
		piece := rapid.SampledFrom([]string{"$A", "${A}", "$B", "${C_1}", "$NONE", "x", "$$", ":", "/x", "-", " ", "+", "{"}).Draw(r, "piece")
		if piece == "{" {
			piece = "${" + rapid.SampledFrom([]string{"A", "B", "NONE"}).Draw(r, "name")
			if depth > 0 {
				piece += rapid.SampledFrom([]string{":-", "-", ":+", "+"}).Draw(r, "operator") + drawTemplate(r, depth-1)
			}
			piece += "}"
		}
		b.WriteString(piece)
	}
	return b.String()
}
