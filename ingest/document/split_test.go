package document

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	_ "github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/internal/yaml"
)

// outline writes the documents of a text: where the value of the key "at" of each
// is, or what is wrong.
func outline(text string) string {
	var all []string
	for _, p := range parts(text) {
		d, _ := New("f", "f", p, &Names{})
		d.Facts = &graph.Facts{}
		if err := d.Parse(); err != nil {
			all = append(all, "error")
			continue
		}
		d.Documents(func(d *Document) bool {
			at := d.Root.Get("at")
			if at.Exists() {
				all = append(all, fmt.Sprintf("%s %s", at.Str(), d.At(at)))
			} else {
				all = append(all, "other")
			}
			return true
		})
	}
	return strings.ReplaceAll(strings.Join(all, ", "), "f:", "")
}

func TestSplit(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"comments", "# one\n\n# two\n", ""},
		{"marks alone", "---\n---\n# c\n---\n...\n", ""},
		{"one", "at: 1", "1 1:5"},
		{"two", "at: 1\n---\nat: 2\n", "1 1:5, 2 3:5"},
		{"directives without a mark before them", "at: 1\n%YAML 1.1\n# c\n---\nat: 2\n", "1 1:5, 2 5:5"},
		{"empty ones between", "---\n---\nat: 1\n---\n# none\n---\nat: 2\n---\n", "1 3:5, 2 7:5"},
		{"CRLF", "at: 1\r\n---\r\nat: 2\r\n", "1 1:5, 2 3:5"},
		{"BOM", "\uFEFFat: 1\n---\nat: 2\n", "1 1:5, 2 3:5"},
		{"comment on the mark", "--- # first\nat: 1\n--- # second\nat: 2\n", "1 2:5, 2 4:5"},
		{"content on the mark", "--- {at: 1}\n--- {at: 2}\n", "1 1:10, 2 2:10"},
		{"trailing space", "---   \nat: 1\n---\t\nat: 2\n", "1 2:5, 2 4:5"},
		{"end marks", "at: 1\n...\nat: 2\n...\n# c\n...\n---\nat: 3\n", "1 1:5, 2 3:5, 3 8:5"},
		{"directive", "%YAML 1.1\n---\nat: 1\n...\n%YAML 1.1\n# c\n---\nat: 2\n", "1 3:5, 2 8:5"},
		{"comment before the mark", "# licence\n---\nat: 1\n", "1 3:5"},
		{"no marks", "at: 1\n----\n", "error"},
		{"mark within a line", "at: a --- b\n", "a --- b 1:5"},
		{"indented in a block of text", "a: |\n  x\n  ---\n  y\nat: 1\n", "1 5:5"},
		{"a block of text ends at a mark", "a: |\n  x\n---\nat: 1\n", "other, 1 4:5"},
		{"one bad document hides no other", "at: 1\n---\na: b: c\n---\nat: 3\n---\n\t\n", "1 1:5, error, 3 5:5"},
		{"list", "kind: List\nitems:\n- at: 1\n- at: 2\n", "1 3:7, 2 4:7"},
		{"list with indented items", "apiVersion: v1\nkind: List\nitems:\n  - at: 1\n    b: c\n  -\n    at: 2\n\n  # c\n  - {at: 3}\n", "1 4:9, 2 7:9, 3 10:10"},
		{"list as kubectl prints it", "apiVersion: v1\nitems:\n- at: 1\n  b:\n  - c\n- at: 2\nkind: List\nmetadata:\n  resourceVersion: \"\"\n", "1 3:7, 2 6:7"},
		{"list of a kind", "kind: ServiceList\nitems:\n- at: 1\n", "1 3:7"},
		{"list with a bad item", "kind: List\nitems:\n- a: b: c\n- at: 2\n", "error, 2 4:7"},
		{"list in a list", "kind: List\nitems:\n- kind: List\n  items:\n  - at: 1\n  - at: 2\n- at: 3\n", "1 5:9, 2 6:9, 3 7:7"},
		{"list in flow style", "{kind: List, items: [{at: 1}, {at: 2}]}", "1 1:27, 2 1:36"},
		{"list with aliases", "kind: List\nitems:\n- at: &a 1\n- at: *a\n", "1 3:7, 1 3:7"},
		{"list with text that looks like items", "kind: List\nitems:\n- at: 1\n  b: |\n    - x\n    - y\n- at: 2\n", "1 3:7, 2 7:7"},
		{"empty list", "kind: List\nitems: []\n", ""},
		{"no list", "kind: Other\nitems:\n- at: 1\nat: 2\n", "2 4:5"},
		{"json", `{"at": 1}`, "1 1:8"},
		{"json with tabs", "{\n\t\"at\": 1\n}\n", "1 2:8"},
		{"json values in a row", "{\"at\": 1} {\"at\": 2}\n{\"at\": 3}\n\n{\"at\": 4}", "1 1:8, 2 1:18, 3 2:8, 4 4:8"},
		{"json between marks", "---\n{\"at\": 1}\n---\nat: 2\n", "1 2:8, 2 4:5"},
		{"json list", "{\"kind\": \"List\",\n \"items\": [{\"at\": 1},\n {\"at\": 2}]}", "1 2:19, 2 3:9"},
		{"json list, as kubectl prints it", "{\"items\": [{\"kind\": \"List\", \"items\": [{\"at\": 1}]}, {\"at\": 2}], \"kind\": \"List\"}", "1 1:46, 2 1:59"},
		{"json with comments", "// c\n{ /* é */ \"at\": 1, }\n", "1 2:17"},
		{"bad json hides no other", "{\"at\": 1}\n{\"at\" 2}\n{\"at\": 3}", "1 1:8, error, 3 3:8"},
		{"flow style", "{at: 1, b: 'it''s'}\n---\n[at]\n", "1 1:6, other"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := outline(tt.text); got != tt.want {
				t.Errorf("%q\ngot  %s\nwant %s", tt.text, got, tt.want)
			}
		})
	}
}

// seeds are the samples of all readers, and texts that are hard to split or to recognize.
func seeds(t testing.TB) []string {
	t.Helper()
	texts := []string{
		"kind: A\n---\n{\"kind\": \"B\"}\n...\n%YAML 1.1\n---\nkind: C # c\n", "kind: |\n  A\napiVersion: 'v1'\n", "kind: A\n  B\nspec: {\nkind: C}\n",
		"a: \"\nkind: A\"\nkind: B\n", "kind: List\nitems:\n- kind: A\n  b: |\n    - c\n-\n  kind: B\n", "kind: List\nitems:\n- kind: \"A\n- kind: B\"\n",
		"a: &a\n- b\nc: *a\n<<: {kind: D}\n", "? kind\n: A\n", "kind: null\n", "kind: ~\nkind: A\n", "services: # c\n# d\n- a\nvolumes: !x [a]\n",
		"kind:\tA\nx:\n\t- y\n", "kind: A\u0085apiVersion: b\n", "a: 1\rkind: A\n", "\uFEFFkind: A\r\nx: 1\r\n", "kind: A\n\n  # c\n   B\n", "- kind: A\n", "--- kind: A\n", "kind: 'A''B'\n", " {0}", "    0:\n    1:",
	}
	samples, err := filepath.Glob("../../testdata/ingest/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range samples {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

// FuzzSplit holds the documents that weir cuts out of a stream against those that
// the YAML parser finds in it.
func FuzzSplit(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		whole, err := decodeAll(text)
		if err != nil || strings.ContainsAny(text, "\u0085\u2028\u2029") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
			outline(text)
			return
		}
		var cut []string
		for _, p := range parts(text) {
			d, _ := New("f", "f", p, &Names{})
			if err := d.Parse(); err != nil && p.form == formItem {
				return // the parser lets a quote go on at the left margin, over what looks like items
			} else if err != nil {
				t.Fatalf("%q is YAML, but of its part %q weir says: %v", text, p.Text, err)
			}
			if p.form == formItem || strings.HasSuffix(d.Head.Kind, "List") {
				return // cut finer than the parser does
			}
			if d.Root.Exists() {
				cut = append(cut, dump(d.Root.y, d.line))
			}
		}
		if !slices.Equal(cut, whole) {
			t.Fatalf("%q\nis cut into %q\nwant         %q", text, cut, whole)
		}
	})
}

// decodeAll returns the documents of a stream as the YAML parser splits it.
func decodeAll(text string) (all []string, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	for dec := yaml.NewDecoder(strings.NewReader(text)); ; {
		var y yaml.Node
		if err := dec.Decode(&y); err != nil {
			if err.Error() == "EOF" {
				return all, nil
			}
			return nil, err
		}
		if n := NewNode(&Document{}, &y); n.Exists() {
			all = append(all, dump(n.y, 0))
		}
	}
}

// dump writes a node with all places, without following aliases.
func dump(y *yaml.Node, line int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:%d %d %q", y.Line+line, y.Column, y.Kind, y.Value)
	for _, c := range y.Content {
		b.WriteString(" (" + dump(c, line) + ")")
	}
	return b.String()
}

// FuzzHead compares the head found without parsing with that of the parsed document.
func FuzzHead(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range parts(text) {
			d, sure := New("f", "f", p, &Names{})
			guess := d.Head
			guess.Keys, guess.Lists = slices.Clone(guess.Keys), slices.Clone(guess.Lists)
			if !sure || d.Parse() != nil {
				continue
			}
			if guess.APIVersion != d.Head.APIVersion || guess.Kind != d.Head.Kind {
				t.Fatalf("%q: found %q %q, want %q %q", p.Text, guess.APIVersion, guess.Kind, d.Head.APIVersion, d.Head.Kind)
			}
			for _, key := range d.Head.Keys {
				if !guess.Has(key) || guess.HasList(key) != d.Head.HasList(key) {
					t.Fatalf("%q: found keys %q and lists %q, want %q and %q", p.Text, guess.Keys, guess.Lists, d.Head.Keys, d.Head.Lists)
				}
			}
		}
	})
}
