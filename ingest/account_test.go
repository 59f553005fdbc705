package ingest_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/testlong"
)

// TestAccountAddsUp holds the account of what was read, over all samples: each document was read, or skipped as one of a
// kind, or could not be read; and each file is one that was read or passed over. A document of a kind that no reader takes
// and one with a mistake add one each to their own counts, and to no other.
func TestAccountAddsUp(t *testing.T) {
	var dirs []string
	archives, err := filepath.Glob("../testdata/*/*.txtar")
	if err != nil || len(archives) < 100 {
		t.Fatalf("%d archives: %v", len(archives), err)
	}
	deeper, err := filepath.Glob("../testdata/*/*/*.txtar")
	if err != nil || len(deeper) < 100 {
		t.Fatalf("%d archives: %v", len(deeper), err)
	}
	for i, name := range append(archives, deeper...) {
		if i%testlong.N(8, 1) != 0 {
			continue
		}
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, unpack(t, archive.Files))
	}
	estates, err := filepath.Glob("../testdata/estates/*")
	if err != nil || len(estates) == 0 {
		t.Fatalf("%d estates: %v", len(estates), err)
	}
	for _, dir := range estates {
		to := filepath.Join(t.TempDir(), "estate")
		if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, to)
	}
	whole := 0 // directories in which each file that is passed over is counted by itself
	for _, dir := range dirs {
		t.Chdir(dir)
		before := read(t, ".").Coverage()
		checkSum(t, dir, before)
		if passed, each := filesPassed(before); each {
			whole++
			if n := regularFiles(t); before.Files+passed != n {
				t.Errorf("%s: %d files are counted and %d passed over, want %d in all", dir, before.Files, passed, n)
			}
		}
		if err := os.WriteFile("zz-more.yaml", []byte("kind: WeirUnwanted\nmetadata: {name: a}\n---\nkind: Service\na: [b\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		after := read(t, ".").Coverage()
		checkSum(t, dir, after)
		want := countsOf(before.Skipped)
		want["WeirUnwanted"]++
		if after.Documents != before.Documents+2 || after.Unreadable != before.Unreadable+1 || after.Files != before.Files+1 ||
			!maps.Equal(countsOf(after.Skipped), want) || !maps.Equal(countsOf(after.Read), countsOf(before.Read)) {
			t.Errorf("%s: a skipped document and a broken one make\n%s of\n%s", dir, account(after), account(before))
		}
	}
	if whole < len(dirs)*9/10 {
		t.Errorf("only %d of %d directories have their files counted", whole, len(dirs))
	}
}

func checkSum(t *testing.T, dir string, c *graph.Coverage) {
	t.Helper()
	sum := c.Unreadable
	for _, list := range [...][]graph.Count{c.Read, c.Skipped} {
		for _, one := range list {
			if sum += one.Count; one.Count <= 0 || one.Name == "" {
				t.Errorf("%s: the count of %q is %d", dir, one.Name, one.Count)
			}
		}
	}
	if sum != c.Documents {
		t.Errorf("%s: counts add up to %d, want %d:\n%s", dir, sum, c.Documents, account(c))
	}
}

// filesPassed returns how many files were passed over, and whether each is counted by itself: directories of test data and
// files that are encrypted are listed instead.
func filesPassed(c *graph.Coverage) (n int, each bool) {
	for _, p := range c.Passed {
		if !strings.HasPrefix(p.Name, "file of ") {
			return 0, false
		}
		n += p.Count
	}
	return n, !slices.ContainsFunc(c.Unread, func(u graph.Unread) bool { return u.Origin.Line == 0 })
}

func countsOf(list []graph.Count) map[string]int {
	counts := map[string]int{}
	for _, c := range list {
		counts[c.Name] = c.Count
	}
	return counts
}

func regularFiles(t *testing.T) int {
	t.Helper()
	n := 0
	if err := filepath.WalkDir(".", func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			n++
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func account(c *graph.Coverage) string {
	var b strings.Builder
	graphCounts := func(what string, list []graph.Count) {
		for _, one := range list {
			b.WriteString(what + " " + one.Name + ": " + strconv.Itoa(one.Count) + "\n")
		}
	}
	b.WriteString("files " + strconv.Itoa(c.Files) + ", documents " + strconv.Itoa(c.Documents) + ", unreadable " + strconv.Itoa(c.Unreadable) + "\n")
	graphCounts("read", c.Read)
	graphCounts("skipped", c.Skipped)
	graphCounts("passed", c.Passed)
	return b.String()
}
