package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// parse returns the only document of a text.
func parse(t testing.TB, text string) *Document {
	t.Helper()
	all := parts(text)
	if len(all) != 1 {
		t.Fatalf("%q has %d documents, want 1", text, len(all))
	}
	d, _ := New("f.yaml", "f.yaml", all[0], &Names{})
	d.Facts = &graph.Facts{}
	if err := d.Parse(); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return d
}

// show writes a node as its readers see it.
func show(n Node) string {
	switch {
	case !n.Exists():
		return "-"
	case n.IsMap():
		var b strings.Builder
		for k, v := range n.Pairs() {
			fmt.Fprintf(&b, "%s:%s ", k.Str(), show(v))
		}
		return "{" + strings.TrimSpace(b.String()) + "}"
	case n.IsList():
		var items []string
		for _, item := range n.List() {
			items = append(items, show(item))
		}
		return "[" + strings.Join(items, " ") + "]"
	}
	return n.Str()
}

func TestNode(t *testing.T) {
	tests := []struct{ name, text, path, want string }{
		{"own key", "a: {b: 1}", "a.b", "1"},
		{"absent key", "a: {b: 1}", "a.c.d", "-"},
		{"key of a list", "a: [b]", "a.b", "-"},
		{"null", "a: null", "a", "-"},
		{"tilde", "a: ~", "a", "-"},
		{"empty value", "a:", "a", "-"},
		{"quoted null", "a: 'null'", "a", "null"},
		{"the last of two equal keys", "a: 1\na: 2", "a", "2"},
		{"alias", "a: &x {b: 1}\nc: *x", "c.b", "1"},
		{"alias of an alias' content", "a: &x {b: &y [1]}\nc: *y", "c", "[1]"},
		{"merge", "x: &x {b: 1, c: 2}\na: {<<: *x, c: 3}", "a", "{c:3 b:1}"},
		{"own key before the merge", "x: &x {b: 1}\na: {b: 2, <<: *x}", "a.b", "2"},
		{"merge of a list, the first wins", "x: &x {b: 1}\ny: &y {b: 2, c: 3}\na: {<<: [*x, *y]}", "a", "{b:1 c:3}"},
		{"merge in a merge", "x: &x {b: 1, c: 1}\ny: &y {<<: *x, b: 2}\na: {<<: *y}", "a", "{b:2 c:1}"},
		{"merge in a merge, looked up", "x: &x {b: 1, c: 1}\ny: &y {<<: *x, b: 2}\na: {<<: *y}", "a.c", "1"},
		{"merge without alias", "a: {<<: {b: 1}}", "a.b", "1"},
		{"two merges", "x: &x {b: 1}\ny: &y {b: 2, c: 3}\na:\n  <<: *x\n  <<: *y", "a", "{b:1 c:3}"},
		{"quoted merge is a key", "a: {\"<<\": {b: 1}}", "a.b", "-"},
		{"merge of a scalar", "a: {<<: 1, b: 2}", "a", "{b:2}"},
		{"own null wins over a merged value", "x: &x {b: 1}\na: {<<: *x, b: }", "a.b", "-"},
		{"merge of itself", "a: &a {<<: *a, b: 1}", "a.b", "1"},
		{"merge of itself, absent key", "a: &a {<<: [*a, *a], b: 1}", "a.c", "-"},
		{"key that is a mapping", "a: {{b: 1}: 2, c: 3}", "a", "{c:3}"},
		{"escapes in a name", `a: "x\e[31my\u0000\u0007\x9bz"`, "a", "xyz"},
		{"escapes in a key", `a: {"b\e]0;title\ac": 1}`, "a", "{bc:1}"},
		{"line breaks stay", `a: "b\n\tc"`, "a", "b\n\tc"},
		{"json", `{"a": {"b": "\u001b[1mc"}}`, "a.b", "c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := show(parse(t, tt.text).Root.Get(strings.Split(tt.path, ".")...)); got != tt.want {
				t.Errorf("%s of %q is %q, want %q", tt.path, tt.text, got, tt.want)
			}
		})
	}
}

func TestNodeValues(t *testing.T) {
	d := parse(t, "i: 12\nu: 1_000\nq: '7'\nf: 1.5\nb: Yes\nn: no\ns: text\nl: [a, {b: c}, 2]\nt: |\n  one\n  two\n")
	get := d.Root.Get
	for _, tt := range []struct{ what, got, want string }{
		{"Int of a number", fmt.Sprint(get("i").Int()), "12 true"},
		{"Int with an underscore", fmt.Sprint(get("u").Int()), "1000 true"},
		{"Int of a string", fmt.Sprint(get("q").Int()), "7 true"},
		{"Int of a fraction", fmt.Sprint(get("f").Int()), "0 false"},
		{"Int of nothing", fmt.Sprint(get("x").Int()), "0 false"},
		{"Float", fmt.Sprint(get("f").Float()), "1.5 true"},
		{"Float of text", fmt.Sprint(get("s").Float()), "0 false"},
		{"Bool of Yes", fmt.Sprint(get("b").Bool()), "true true"},
		{"Bool of no", fmt.Sprint(get("n").Bool()), "false true"},
		{"Bool of text", fmt.Sprint(get("s").Bool()), "false false"},
		{"Strs of a list", fmt.Sprint(get("l").Strs()), "[a 2]"},
		{"Strs of a scalar", fmt.Sprint(get("s").Strs()), "[text]"},
		{"Items of nothing", fmt.Sprint(len(get("x").Items())), "0"},
		{"IsString of a number", fmt.Sprint(get("i").IsString()), "false"},
		{"IsString of a quoted number", fmt.Sprint(get("q").IsString()), "true"},
		{"Multiline", fmt.Sprint(get("t").Multiline()), "one\ntwo\n10"},
		{"Key", d.At(d.Root.Key("l")).String(), "f.yaml:8:1"},
		{"At", d.At(get("l").List()[2]).String(), "f.yaml:8:16"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %s, want %s", tt.what, tt.got, tt.want)
		}
	}
}

func TestNodeAccessIsFree(t *testing.T) {
	d := parse(t, "x: &x {e: 1}\na: {b: {<<: *x, c: \"d\"}}")
	if n := testing.AllocsPerRun(100, func() {
		if d.Root.Get("a", "b", "c").Str() != "d" || d.Root.Get("a", "b", "e").Str() != "1" || d.Root.Get("a", "z").Exists() {
			t.Fatal("wrong value")
		}
	}); n > 1 { // for the mappings of a merge key
		t.Errorf("Get and Str allocate %v times", n)
	}
}
