package ingest

import (
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// estateFiles is a directory with a little of everything. The document in each file has
// the name of the file, which shows what was read.
func estateFiles() map[string]string {
	files := map[string]string{}
	for _, name := range []string{
		"a.yaml", "b.yml", "c.json", "d/e.yaml", "d/f/g.yaml", "d/README.md", "d/main.go", "[x].yaml",
		".git/h.yaml", "d/node_modules/i.yaml", ".github/j.yaml", "k.YAML", "vendor/l.tmpl",
		"d/testdata/m/n.yaml", "d/php/vendor/autoload.php", "d/php/vendor/o/p.yaml", "go/vendor/modules.txt", "go/vendor/q.json",
		"tests/data/r.yaml", "sample_data/s.yaml",
	} {
		files[name] = object("Service", strings.ReplaceAll(name, "[", ""))
	}
	files["go/vendor/q.json"] = `{"kind": "Service", "metadata": {"name": "go/vendor/q.json"}}`
	files["c.json"] = `{"kind": "Service", "metadata": {"name": "c.json"}}`
	return files
}

func TestSources(t *testing.T) {
	const all = "[x].yaml a.yaml b.yml c.json d/e.yaml d/f/g.yaml k.YAML .github/j.yaml"
	tests := []struct{ name, sources, want string }{
		{"directory", ".", all},
		{"file", "a.yaml", "a.yaml"},
		{"file in several spellings", "a.yaml ./a.yaml d/../a.yaml", "a.yaml"},
		{"directory with a slash", "d/", "d/e.yaml d/f/g.yaml"},
		{"directory and its own", "d . d/f d/e.yaml", all},
		{"file with another extension", "d/README.md", "d/README.md"},
		{"ignored directory that is named", "d/node_modules .git", ".git/h.yaml d/node_modules/i.yaml"},
		{"directory of test data that is named", "d/testdata", "d/testdata/m/n.yaml"},
		{"directory in test data that is named", "d/testdata/m", "d/testdata/m/n.yaml"},
		{"packages of others that are named", "go/vendor", "go/vendor/q.json"},
		{"pattern", "*.yaml", "[x].yaml a.yaml"},
		{"pattern with a class", "[ab].y*ml", "a.yaml b.yml"},
		{"file that looks like a pattern", "[x].yaml", "[x].yaml"},
		{"pattern of any depth", "**/*.yaml", "[x].yaml a.yaml d/e.yaml d/f/g.yaml .github/j.yaml"},
		{"pattern below a directory", "d/**/*.yaml", "d/e.yaml d/f/g.yaml"},
		{"pattern of everything", "d/**", "d/e.yaml d/f/g.yaml"},
		{"pattern of directories", "d*", "d/e.yaml d/f/g.yaml"},
		{"pattern with another extension", "**/*.tmpl", "vendor/l.tmpl"},
		{"pattern within a name", "d/**/g.*", "d/f/g.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			write(t, estateFiles())
			got, err := names(t, strings.Fields(tt.sources)...)
			if err != nil {
				t.Fatal(err)
			}
			if want := sorted(tt.want); got != want {
				t.Errorf("%s is read as\n%s\nwant\n%s", tt.sources, got, want)
			}
		})
	}
}

// There are more ways than can be gone by which directories of one name match a pattern with many "**".
func TestPatternWithManyWays(t *testing.T) {
	write(t, map[string]string{strings.Repeat("a/", 40) + "x.yaml": object("Service", "x")})
	for pattern, want := range map[string]string{strings.Repeat("**/a/", 20) + "**/*.yaml": "x", strings.Repeat("**/", 30) + "*.yaml": "x", strings.Repeat("**/a/", 40) + "b.yaml": ""} {
		got, err := read(t, Options{}, pattern)
		if found := err == nil && strings.Contains(got, "Service "+want); found != (want != "") {
			t.Errorf("%s: found %v: %v\n%s", pattern, found, err, got)
		}
	}
}

func TestSourceErrors(t *testing.T) {
	tests := []struct{ source, message, hint string }{
		{"nowhere", `there is no file or directory "nowhere"`, "name a file"},
		{"b.yaml", `there is no file or directory "b.yaml"`, "did you mean"},
		{"*.toml", `no file matches "*.toml"`, "working directory"},
		{"x/**/*.yaml", `no file matches "x/**/*.yaml"`, "working directory"},
		{"[a.yaml", `pattern "[a.yaml" is malformed`, "close every"},
	}
	for _, tt := range tests {
		write(t, estateFiles())
		_, err := read(t, Options{}, "a.yaml", tt.source)
		var e *SourceError
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v is no *SourceError", tt.source, err)
			continue
		}
		if e.Source != tt.source || e.Message != tt.message || !strings.Contains(e.Hint, tt.hint) {
			t.Errorf("%s: got %q, hint %q; want %q, hint with %q", tt.source, e.Message, e.Hint, tt.message, tt.hint)
		}
	}
}

func TestLinks(t *testing.T) {
	write(t, map[string]string{"in/a.yaml": object("Service", "a"), "in/sub/b.yaml": object("Service", "b"), "out/c.yaml": object("Service", "c")})
	for _, link := range [][2]string{
		{"..", "in/sub/up"}, {".", "in/self"}, {"sub", "in/again"}, {"../out", "in/other"}, {"a.yaml", "in/0.yaml"},
		{"nowhere", "in/broken"}, {"nowhere.yaml", "in/broken.yaml"}, {"loop.yaml", "in/loop.yaml"},
	} {
		if err := os.Symlink(link[0], link[1]); err != nil {
			t.Skip("this system has no symbolic links")
		}
	}
	got, err := read(t, Options{FollowOutside: true}, "in")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"in/a.yaml:4:9: Service a", "in/sub/b.yaml:4:9: Service b", "in/other/c.yaml:4:9: Service c", `in/broken.yaml: cannot open "in/broken.yaml"`, "in/loop.yaml: cannot open"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "Service"); n != 3 {
		t.Errorf("%d services are read, want each of 3 once:\n%s", n, got)
	}
	for _, sources := range [][]string{{"in", "out"}, {"out", "in"}} {
		if got, _ := names(t, sources...); !strings.Contains(got, "out/c.yaml") || strings.Contains(got, "in/other") {
			t.Errorf("%q: the file itself goes before a link to it, got %s", sources, got)
		}
	}
}

func TestUnreadable(t *testing.T) {
	write(t, map[string]string{"a.yaml": object("Service", "a"), "b.yaml": object("Service", "b"), "c/d.yaml": object("Service", "d")})
	for _, name := range []string{"b.yaml", "c"} {
		if err := os.Chmod(name, 0); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod("c", 0o777)
	if _, err := os.ReadDir("c"); err == nil {
		t.Skip("this user may read everything")
	}
	got, err := read(t, Options{}, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Service a", "b.yaml: cannot be opened: permission denied", `c: cannot open "c": permission denied`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}

func TestPacked(t *testing.T) {
	text := object("Service", "packed")
	write(t, map[string]string{
		"a.yaml.gz": pack(t, "gzip", text), "b.yaml.zst": pack(t, "zstd", text), "c.yaml": pack(t, "gzip", text),
		"d.yaml": pack(t, "zstd", text), "e.yaml.gz": text, "f.yaml.gz": pack(t, "gzip", text)[:30], "g.yaml": pack(t, "zstd", text)[:20],
	})
	got, err := read(t, Options{}, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.yaml.gz", "b.yaml.zst", "c.yaml", "d.yaml", "e.yaml.gz"} {
		if !strings.Contains(got, name+":4:9: Service packed") {
			t.Errorf("%s is not read:\n%s", name, got)
		}
	}
	for _, name := range []string{"f.yaml.gz", "g.yaml"} {
		if !strings.Contains(got, name+": is packed and") {
			t.Errorf("%s is cut off, and nothing says so:\n%s", name, got)
		}
	}
}

// pack compresses text.
func pack(t *testing.T, how, text string) string {
	t.Helper()
	var b strings.Builder
	var w interface {
		Write([]byte) (int, error)
		Close() error
	} = gzip.NewWriter(&b)
	if how == "zstd" {
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// names returns the files that are read from sources, sorted.
func names(t *testing.T, sources ...string) (string, error) {
	t.Helper()
	got, err := read(t, Options{}, sources...)
	var files []string
	for _, line := range strings.Split(got, "\n") {
		if file, _, ok := strings.Cut(line, ":"); ok && strings.Contains(line, "Service") {
			files = append(files, file)
		}
	}
	return strings.Join(files, "\n"), err
}

func sorted(fields string) string {
	return strings.Join(slices.Sorted(slices.Values(strings.Fields(fields))), "\n")
}

func TestAbsolutePath(t *testing.T) {
	write(t, estateFiles())
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := names(t, filepath.Join(here, "a.yaml")); got != "a.yaml" {
		t.Errorf("an absolute path below the working directory is shown as %q, want %q", got, "a.yaml")
	}
	t.Chdir("vendor")
	if got, _ := names(t, "../a.yaml"); got != "../a.yaml" {
		t.Errorf("a path beside the working directory is shown as %q, want it as it was given", got)
	}
}

// TestPipe reads what a shell gives for "<(helm template .)".
func TestPipe(t *testing.T) {
	write(t, nil)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	name := fmt.Sprintf("/dev/fd/%d", r.Fd())
	if _, err := os.Stat(name); err != nil {
		t.Skip("this system does not show its pipes as files")
	}
	go func() {
		defer w.Close()
		w.WriteString(object("Service", "piped"))
	}()
	got, err := read(t, Options{}, name)
	if err != nil || !strings.Contains(got, name+":4:9: Service piped") {
		t.Errorf("error %v, and got:\n%s", err, got)
	}
}
