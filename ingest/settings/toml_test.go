package settings

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/ingest/document"
)

func TestParseTOML(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a = 1\nb.c = 'x' # y\n", "{a:1@1 b:{c:x@2}}"},
		{"[a.\"b.c\"]\nd = \"\"\"one\n\"two\"\"\"\"\n", "{a:{b.c:{d:one\n\"two\"@2}}}"}, // a quote before the last three
		{"[[a]]\nb = 1_000\n[a.c]\nd = true\n[[a]]\nb = [\n  1, # one\n  2,\n]\n", "{a:[{b:1000@2 c:{d:true@4}} {b:[1@7 2@8]}]}"},
		{"a = {b = 'C:\\x', c = [\"q\\\"r\"]}\n", `{a:{b:C:\x@1 c:[q"r@1]}}`},
		{"a = 2024-01-02T03:04:05Z\nb = '''\nx\ny'''\nc = 5\n", "{a:2024-01-02T03:04:05Z@1 b:x\ny@2 c:5@5}"},
		{"a = 1\na = 2\n", ""},
		{"a = 1\n[a.b]\n", ""},
		{"a = [1\n", ""},
		{"a = \"x\ny\"\n", ""},
		{"a 1\n", ""},
		{"[a\nb = 1\n", ""},
		{"upstream a { server b; }\n", ""},
		{"a = " + strings.Repeat("[", 200), ""},
	} {
		root, ok := parseTOML(tt.text)
		got := ""
		if ok {
			got = tomlText(root, root.Node)
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func tomlText(root YAMLRoot, n document.Node) string {
	var parts []string
	switch {
	case n.IsMap():
		for k, v := range n.Pairs() {
			parts = append(parts, k.Str()+":"+tomlText(root, v))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case n.IsList():
		for _, item := range n.List() {
			parts = append(parts, tomlText(root, item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprintf("%s@%d", n.Str(), root.doc.At(n).Line)
}
