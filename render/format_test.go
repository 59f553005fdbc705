package render

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirgraph/weir/analyze"
)

var update = flag.Bool("update", false, "write the golden files anew")

// written returns what format f makes of r.
func written(t *testing.T, f *Format, r *analyze.Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, r, o); err != nil {
		t.Fatalf("writing %s: %v", f.Name, err)
	}
	return b.String()
}

// golden compares got with a file under testdata/render.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("..", "testdata", "render", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// ownFormats are those that weir writes itself; images are Graphviz's.
func ownFormats() []*Format {
	return slices.DeleteFunc(slices.Clone(Formats), func(f *Format) bool {
		return f.Name == "svg" || f.Name == "png" || f.Name == "pdf"
	})
}

func TestGolden(t *testing.T) {
	all := fixtures()
	for _, f := range ownFormats() {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			r := all[name]
			if Parts(r)&^f.Shows != 0 {
				continue
			}
			t.Run(f.Name+"/"+name, func(t *testing.T) {
				got := written(t, f, r, Options{})
				if f == html {
					got = pageData(t, got)
				}
				golden(t, filepath.Join(f.Name, name+".golden"), got)
			})
		}
	}
}

// pageData returns the data of a page, that in one document indented: the rest is the same in every page.
func pageData(t *testing.T, page string) string {
	t.Helper()
	_, data, _ := strings.Cut(page, `<script type="application/json" id="data">`)
	data, _, _ = strings.Cut(data, "</script>")
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(data), "", " "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	for _, id := range []string{"after", "before"} {
		_, packed, _ := strings.Cut(page, `<script type="text/plain" id="`+id+`">`)
		packed, _, _ = strings.Cut(packed, "</script>")
		if packed == "" {
			continue
		}
		z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed)))
		if err != nil {
			t.Fatal(err)
		}
		lines, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(id + ":\n" + string(lines))
	}
	return b.String()
}

func TestSameBytesTwice(t *testing.T) {
	one, other := fixtures(), fixtures()
	for name, a := range one {
		b := other[name]
		for _, f := range ownFormats() {
			if Parts(a)&^f.Shows != 0 {
				continue
			}
			if diff := cmp.Diff(written(t, f, a, Options{}), written(t, f, b, Options{})); diff != "" {
				t.Errorf("%s of %s differs from one run to the next:\n%s", f.Name, name, diff)
			}
		}
	}
}

func TestFormatsAreNamedOnce(t *testing.T) {
	for i, f := range Formats {
		if Named(f.Name) != f {
			t.Errorf("format %d is not the one that Named(%q) returns", i, f.Name)
		}
		if f.Doc == "" || f.Shows == 0 {
			t.Errorf("format %q has no sentence for help, or shows nothing", f.Name)
		}
	}
	if Named("docx") != nil {
		t.Error(`Named("docx") is a format`)
	}
}

func TestEveryPartHasAFormat(t *testing.T) {
	for i := range partNames {
		if p := Part(1) << i; len(showing(p)) == 0 {
			t.Errorf("no format shows %s", p)
		}
	}
}

func TestCannotShow(t *testing.T) {
	r := &analyze.Report{Ranking: []analyze.Rank{}}
	f := &Format{Name: "picture", Shows: graphPart}
	var b bytes.Buffer
	err := f.Write(&b, r, Options{})
	var refused *CannotShow
	if !errors.As(err, &refused) {
		t.Fatalf("writing a ranking as a picture: %v, want a *CannotShow", err)
	}
	if got, want := err.Error(), `format "picture" cannot show a ranking`; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
	if got, want := refused.Hint(), "formats for a ranking: text, json"; got != want {
		t.Errorf("hint %q, want %q", got, want)
	}
	if b.Len() > 0 {
		t.Errorf("wrote %q before refusing", b.String())
	}
}

// Options that change the look must not change the words.
func TestColorOnlyAddsStyle(t *testing.T) {
	for name, r := range fixtures() {
		plain := written(t, text, r, Options{Verbose: true})
		styled := written(t, text, r, Options{Verbose: true, Color: true})
		if diff := cmp.Diff(plain, stripStyles(styled)); diff != "" {
			t.Errorf("%s in colour says something else (-plain +styled):\n%s", name, diff)
		}
		if strings.Contains(plain, "\x1b") {
			t.Errorf("%s without colour has escape sequences", name)
		}
	}
}
