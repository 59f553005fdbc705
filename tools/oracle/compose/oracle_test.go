package compose

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
)

// TestComposeOracle holds the reader against compose's own library on projects
// that the library accepts.
func TestComposeOracle(t *testing.T) {
	t.Setenv("TAG", "from-the-process") // must not show in weir's results
	archive, err := txtar.ParseFile("../../testdata/compose/oracle.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var projects []string
	for _, f := range archive.Files {
		file := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
		if name := path.Dir(f.Name); path.Base(f.Name) == "compose.yaml" {
			projects = append(projects, name)
		}
	}
	for _, project := range projects {
		t.Run(project, func(t *testing.T) {
			want := oracleServices(t, filepath.Join(dir, project))
			got := weirServices(t, filepath.Join(dir, project))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("services of %q differ (-compose +weir):\n%s", project, diff)
			}
		})
	}
}

// oracleServices are the services as compose's library loads them, in print.
func oracleServices(t *testing.T, dir string) []string {
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
	var all []string
	for _, s := range project.Services {
		line := []string{s.Name, s.Image, strings.Join(s.Links, ",")}
		for key, value := range s.Environment {
			if value != nil && *value != "" {
				line = append(line, key+"="+*value)
			}
		}
		for name, need := range s.DependsOn {
			line = append(line, fmt.Sprintf("needs %s %t", name, !need.Required))
		}
		slices.Sort(line[3:])
		all = append(all, strings.Join(line, " | "))
	}
	slices.Sort(all)
	return all
}

// weirServices are the same services as weir loads them.
func weirServices(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	d := &document.Document{File: "compose.yaml", Reader: "compose", Dir: os.DirFS(dir), Facts: &graph.Facts{}}
	if d.Root, err = settings.ParseNode(d, text); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range loadProject(d).services {
		var links []string
		for _, l := range s.links {
			links = append(links, l.text)
		}
		line := []string{s.name, s.image.text, strings.Join(links, ",")}
		for _, e := range mergePairs(s.envFiles, s.environment) {
			if e.text != "" {
				line = append(line, e.key+"="+e.text)
			}
		}
		for _, need := range s.dependsOn {
			line = append(line, fmt.Sprintf("needs %s %t", need.text, need.optional))
		}
		slices.Sort(line[3:])
		all = append(all, strings.Join(line, " | "))
	}
	slices.Sort(all)
	return all
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// Variables are replaced as compose's library does it, wherever that gives a
// result: it refuses what weir leaves as it is.
func TestExpandOracle(t *testing.T) {
	values := map[string]string{"A": "a", "B": "", "C_1": "c"}
	vars := &variables{values: values, missing: map[string]bool{}}
	rapid.Check(t, func(r *rapid.T) {
		text := drawTemplate(r, 3)
		want, err := template.Substitute(text, func(name string) (string, bool) { v, ok := values[name]; return v, ok })
		if err != nil {
			return
		}
		if got := vars.expand(text); got != want {
			r.Errorf("expand(%q) = %q, compose makes it %q", text, got, want)
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
