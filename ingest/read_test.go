package ingest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/testlong"
)

// spy reads Services and notes where their names are.
var spy = &document.Reader{
	Name:  "spy",
	Match: func(h *document.Head) bool { return h.Kind == "Service" },
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
	var b link.Builder
	err := Read(context.Background(), sources, o, &b)
	var s strings.Builder
	for _, p := range b.Coverage.Problems {
		fmt.Fprintf(&s, "%s: %s\n", p.Origin, p.Message)
	}
	for _, u := range b.Build().Coverage().Unread {
		fmt.Fprintf(&s, "%s: %s\n", u.Origin, u.Message())
	}
	for _, c := range append(slices.Clip(b.Coverage.Skipped), b.Coverage.Passed...) {
		fmt.Fprintf(&s, "skipped %d %s, first %s\n", c.Count, c.Name, c.First)
	}
	if err == nil {
		addsUp(t, &b.Coverage)
	}
	fmt.Fprintf(&s, "%d files, %d documents\n", b.Coverage.Files, b.Coverage.Documents)
	return s.String(), err
}

// addsUp reports documents that are counted twice, or not at all.
func addsUp(t *testing.T, c *graph.Coverage) {
	t.Helper()
	sum := c.Unreadable
	for _, counts := range [][]graph.Count{c.Read, c.Skipped} {
		for _, n := range counts {
			sum += n.Count
		}
	}
	if sum != c.Documents {
		t.Errorf("%d documents, and %d that were read, skipped or unreadable", c.Documents, sum)
	}
}

// write fills a new directory with files, and makes it the working directory.
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
	for round := range testlong.N(5, 20) {
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

// TestReaders holds what every reader owes to its users.
func TestReaders(t *testing.T) {
	testlong.OneSize(t)
	for i, r := range Readers {
		t.Run(r.Name, func(t *testing.T) {
			if r.Name == "" || r.Doc == "" || len(r.Reads) == 0 || r.Match == nil && r.Whole == nil || r.Read == nil {
				t.Errorf("it lacks a name, a sentence, what it reads, or a function: %+v", r)
			}
			if first := slices.IndexFunc(Readers, func(o *document.Reader) bool { return o.Name == r.Name }); first != i {
				t.Errorf("reader %d has the same name", first)
			}
			samples, err := filepath.Glob(filepath.Join("../testdata/ingest", r.Name, "*.txtar"))
			if err != nil || len(samples) == 0 {
				t.Fatalf("there is no sample in testdata/ingest/%s", r.Name)
			}
			files := map[string]string{}
			for _, sample := range samples {
				archive, err := txtar.ParseFile(sample)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range archive.Files {
					files[filepath.Join(filepath.Base(sample), f.Name)] = string(f.Data)
				}
			}
			write(t, files)
			var b link.Builder
			sources := []string{"."}
			for name := range files {
				if isManifest(name) {
					sources = append(sources, name) // weir's own output counts only if it is named
				}
			}
			if err := Read(context.Background(), sources, Options{}, &b); err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(b.Coverage.Read, func(c graph.Count) bool { return c.Name == r.Name }) {
				t.Errorf("none of its samples is read by it, but %v", b.Coverage.Read)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	write(t, map[string]string{"a.yaml": object("Service", "a"), "b.yaml": "", "c.yaml": object("Service", "c")})
	var got []string
	var last Progress
	tell := func(p Progress) {
		last = p
		if s := fmt.Sprint(p.Files, "/", p.FilesFound); !slices.Contains(got, s) {
			got = append(got, s)
		}
	}
	if _, err := read(t, Options{Workers: 3, Progress: tell}, "."); err != nil {
		t.Fatal(err)
	}
	if want := "0/3 1/3 2/3 3/3"; strings.Join(got, " ") != want && "0/3 "+strings.Join(got, " ") != want {
		t.Errorf("progress is %q, want %q", got, want)
	}
	if !last.Linking || last.Bytes != int64(2*len(object("Service", "a"))) {
		t.Errorf("at the end: %+v", last)
	}
}

// TestDir opens files beside a document.
func TestDir(t *testing.T) {
	write(t, map[string]string{
		"app/a.yaml": object("Service", "a"), "app/x.env": "x", "y.env": "y", "app/z.env": pack(t, "gzip", "z"), "app/b.yaml": object("Service", "b"), ".git/HEAD": "",
	})
	if err := os.Symlink(t.TempDir(), "app/away"); err != nil {
		t.Skip("this system has no symbolic links")
	}
	var got []string
	r := &document.Reader{
		Name: "r", Match: spy.Match,
		Read: func(d *document.Document, f *graph.Facts) {
			if d.Dir == nil {
				got = append(got, "no directory")
				return
			}
			for _, name := range []string{"x.env", "../y.env", "z.env", "./x.env", "a.yaml", "none", "/etc/hosts", ".", "../../../../../../../../etc/hosts", "away"} {
				text, err := fs.ReadFile(d.Dir, name)
				if errors.Is(err, document.ErrOutside) {
					name = "outside"
				}
				got = append(got, fmt.Sprintf("%s=%d %v", name, len(text), err == nil))
			}
		},
	}
	var b link.Builder
	if err := Read(context.Background(), []string{"app/a.yaml", "-"}, Options{Stdin: strings.NewReader(object("Service", "c")), Workers: 1, Readers: []*document.Reader{r}}, &b); err != nil {
		t.Fatal(err)
	}
	want := "x.env=1 true, ../y.env=1 true, z.env=1 true, ./x.env=1 true, a.yaml=49 true, none=0 false, /etc/hosts=0 false, .=0 false, outside=0 false, outside=0 false, no directory"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
	if b.Coverage.Files != 5 { // a.yaml, standard input, and three opened by the reader
		t.Errorf("%d files are counted, want 5", b.Coverage.Files)
	}
}

// TestTemplates distinguishes templates from documents that only contain braces.
func TestTemplates(t *testing.T) {
	const chart = "chart/Chart.yaml"
	tests := []struct{ name, file, text, want string }{
		{"values", "a.yaml", "kind: Service\nmetadata:\n  name: {{ .Values.name }}\n", "a.yaml:3: the chart of a.yaml is not rendered"},
		{"control", "a.yaml", "{{- if .Values.on }}\nkind: Service\n{{- end }}\n", "a.yaml:1: the chart of a.yaml is not rendered"},
		{"quoted name", "a.yaml", "kind: Service\nmetadata:\n  name: '{{ name }}-db'\n", "a.yaml:3: a.yaml is a template that is not rendered (Jinja"},
		{"jinja", "a.yaml", "kind: Service\n{% if x %}\nspec: {}\n{% endif %}\n", "a.yaml:2: a.yaml is a template that is not rendered (Jinja"},
		{"scaffolder", "a.yaml", "kind: Service\nmetadata:\n  name: ${{ values.name }}\n", "a.yaml:3: a.yaml is a template that is not rendered (Jinja"},
		{"inclusion", "a.yaml", "kind: Service\nmetadata:\n  name: x\n  labels:\n    {{- include \"labels\" . | nindent 4 }}\n", "a.yaml:5: the chart of a.yaml is not rendered"},
		{"text in a chart", "chart/templates/sub/a.yaml", "kind: Service\nmetadata:\n  name: x\ndata: |\n  {{ .Values.x }}\n", "chart/templates/sub/a.yaml:1: chart chart is not rendered"},
		{"no braces in a chart", "chart/templates/a.yaml", object("Service", "plain"), "Service plain"},
		{"templates without a chart", "templates/a.yaml", "kind: Service\nmetadata:\n  name: x\ndata: '{{ x }}'\n", "Service x"},
		{"alert", "a.yaml", "kind: Service\nmetadata:\n  name: x\nsummary: \"{{ $labels.instance }} is down\"\n", "Service x"},
		{"unquoted alert", "a.yaml", "kind: Service\nmetadata:\n  name: x\nsummary: Instance {{ $labels.instance }} down\n", "Service x"},
		{"dashboard", "a.yaml", "kind: Service\nmetadata:\n  name: x\ndata:\n  d: |\n    {{ instance }}\n    {% if %}\n", "Service x"},
		{"values of a loop", "a.yaml", "kind: Service\nmetadata:\n  name: x\n%{ for p in ports ~}\n  port: ${p}\n%{ endfor ~}\n", "a.yaml:4: a.yaml is a template that is not rendered (Terraform"},
		{"a library", "lib/templates/a.yaml", "kind: Service\nmetadata:\n  name: {{ .x }}\n", "skipped 2 un-rendered template"},
		{"envsubst in JSON", "a.json", `{"kind": "Service", "metadata": {"name": "x"}, "port": ${PORT:-80}}`, "a.json:1: a.json is a template that is not rendered (envsubst"},
		{"another mistake beside variables", "a.yaml", "kind: Service\nimage: ${IMAGE}\nf: a: b\n", `a.yaml:3:5: a second ":"`},
		{"ERB", "a.yaml", "kind: Service\n<% if x %>\nmetadata: {name: x}\n<% end %>\n", "a.yaml:2: a.yaml is a template that is not rendered (ERB"},
		{"ytt", "a.yaml", "#@ load(\"@ytt:data\", \"data\")\nkind: Service\nmetadata:\n  name: #@ data.values.name\n", "a.yaml:1: a.yaml is a template that is not rendered (ytt"},
		{"a comment like ytt's", "a.yaml", "#@param name\n## @section Common\nkind: Service\nmetadata:\n  name: x # see #@1\n", "Service x"},
		{"Maven", "a.yml", "kind: Service\nmetadata:\n  name: @project.artifactId@\n", "a.yml:3: a.yml is a template that is not rendered (filtered by Maven"},
		{"tokens", "a.yaml", "kind: Service\nmetadata:\n  name: #{NAME}#\n", "a.yaml:3: a.yaml is a template that is not rendered (tokens"},
		{"other mistake beside braces in quotes", "a.yaml", "kind: Service\ndata: '{{ x }}'\ne: |\n  {{ y }}\nf: a: b\n", `a.yaml:5:5: a second ":"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			write(t, map[string]string{tt.file: tt.text + "---\n" + tt.text, chart: "apiVersion: v2\nname: chart\n", "lib/Chart.yaml": "name: lib\ntype: library\n"})
			got, err := read(t, Options{}, ".")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("%q is missing in:\n%s", tt.want, got)
			}
			if strings.Count(got, "is not rendered") > 1 {
				t.Errorf("one file is reported twice:\n%s", got)
			}
		})
	}
}
