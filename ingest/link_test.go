package ingest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
)

var update = flag.Bool("update", false, "write the graphs that are linked into the golden files")

// TestLink reads every archive in testdata/link and compares the graph it makes with the
// file "want" in it. Together the archives show how names are resolved; the comment of
// each says what it is about.
func TestLink(t *testing.T) { testArchives(t, "link", summary) }

// testArchives compares what show says of the graph of the files in each archive
// of a directory of testdata with the archive's file "want".
func testArchives(t *testing.T, directory string, show func(*graph.Graph) string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "testdata", directory))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives in %s: %v", root, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			if want < 0 {
				want = len(archive.Files)
				archive.Files = append(archive.Files, txtar.File{Name: "want"})
			}
			t.Chdir(unpack(t, slices.Delete(slices.Clone(archive.Files), want, want+1)))
			got := show(read(t, "."))
			if got == string(archive.Files[want].Data) {
				return
			}
			if !*update {
				t.Fatalf("%s (-want +got; -update writes it):\n%s", file,
					cmp.Diff(strings.Split(string(archive.Files[want].Data), "\n"), strings.Split(got, "\n")))
			}
			archive.Files[want].Data = []byte(got)
			if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// unpack writes files into a directory of the test's own.
func unpack(t *testing.T, files []txtar.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// summary writes a graph down, one fact a line.
func summary(g *graph.Graph) string {
	var b strings.Builder
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		fmt.Fprintf(&b, "%s (%s)", s.ID, s.Kind)
		if !s.Defined {
			b.WriteString(" not declared")
		}
		if s.Replicas.Set() && s.Replicas.Value != 1 {
			fmt.Fprintf(&b, " x%d", s.Replicas.Value)
		}
		if len(s.Aliases) > 0 {
			b.WriteString(" also " + strings.Join(s.Aliases, " "))
		}
		b.WriteByte('\n')
	}
	for e := range graph.Edge(g.Calls()) {
		c := g.Call(e)
		fmt.Fprintf(&b, "%s > %s %s %s %s", g.ID(c.From), g.ID(c.To), c.Strength, c.Mode, c.Class)
		if c.Protocol != "" {
			b.WriteString(" " + c.Protocol)
		}
		for _, e := range c.Evidence {
			fmt.Fprintf(&b, "; %s", strings.TrimSpace(e.Way+" "+e.Key))
			if e.Database != "" {
				b.WriteString(" database " + e.Database)
			}
			if e.Strength != c.Strength {
				b.WriteString(" " + e.Strength.String())
			}
		}
		b.WriteByte('\n')
	}
	for i := range g.Groups() {
		group := &g.Groups()[i]
		fmt.Fprintf(&b, "%s calls %s %s:", g.ID(group.Caller), group.Kind, group.Name)
		if group.Kind == graph.Pool {
			fmt.Fprintf(&b, " %d of", group.Need)
		}
		for _, m := range group.Members {
			if m.Call == graph.NoEdge {
				fmt.Fprintf(&b, " a %s", g.Groups()[m.Group].Kind)
				continue
			}
			b.WriteString(" " + g.ID(g.To(m.Call)))
			if m.Alone {
				b.WriteString("!")
			}
		}
		if group.Checked {
			b.WriteString(", checked")
		}
		b.WriteByte('\n')
	}
	for _, u := range g.Coverage().Unresolved {
		fmt.Fprintf(&b, "unresolved %s in %s: %s (%s)\n", u.Address, u.Key, u.Why, u.Origin)
	}
	for _, p := range g.Coverage().Problems {
		fmt.Fprintf(&b, "note %s: %s\n", p.Origin, p.Message)
	}
	return b.String()
}
