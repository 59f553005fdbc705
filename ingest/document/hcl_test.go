package document

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl"
)

func TestHCL(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"values", "a = 1\nb = 1.5\nc = true\nd = \"x \\\"y\\\"\"\n", `{a: 1:5 1, b: 2:5 1.5, c: 3:5 true, d: 4:5 x "y"}`},
		{"quoted key", `"*" = { b = [] }`, `{*: 1:7 {b: 1:13 []}}`},
		{"block", "a {\n  b = 1\n}", `{a: 1:1 {b: 2:7 1}}`},
		{"object", "a = {\n  b = 1\n}", `{a: 1:5 {b: 2:7 1}}`},
		{"blocks of one name", "a { b = 1 }\nc = 2\na { b = 3 }\na { b = 4 }", `{a: 1:1 [1:1 {b: 1:9 1}, 3:1 {b: 3:9 3}, 4:1 {b: 4:9 4}], c: 2:5 2}`},
		{"list of objects, with and without commas between fields", "a = [{ b = 1 c = 2 }, { b = 3, c = 4 },]",
			`{a: 1:5 [1:6 {b: 1:12 1, c: 1:18 2}, 1:23 {b: 1:29 3, c: 1:36 4}]}`},
		{"labels", "a \"x\" \"y\" { b = 1 }", `{a: 1:1 {x: 1:3 {y: 1:7 {b: 1:17 1}}}}`},
		{"the last of two values", "a = 1\na = 2\nb = [1]\nb = 2", `{a: 2:5 2, b: 4:5 2}`},
		{"comments", "# a\n// b\n/* c\n */ a = 1 # d\n", `{a: 4:9 1}`},
		{"text over lines", "a = <<EOF\nb\n c\nEOF\n", "{a: 1:5 b\n c\n}"},
		{"control characters", "a = \"\\x1b[31mred\"", `{a: 1:5 red}`},
		{"characters of several bytes", "a = \"é\" b = \"ü\"", `{a: 1:5 é, b: 1:13 ü}`},
		{"other line ends", "a = 1\r\nb = 2\r\n", `{a: 1:5 1, b: 2:5 2}`},
		{"nothing", "# nothing\n", `{}`},
		{"no value", "a = 1\nb\n", `3:1: a key without a value`},
		{"no key", "= 1", `1:1: a "=" without a key`},
		{"open block", "a {\n b = 1\n", `3:2: a block without end`},
		{"open list", "a = [1, 2", `1:12: a list without a comma between its items in "a"`},
		{"within a list", "a = [\n{ b = 1 },\n{ c d = 1 }]", `3:7: a "=" after two words`},
		{"open quote", "a = \"b\nc = 1", `1:7: a string without a closing quote in "a"`},
		{"expression", "a = b.c", `1:5: a missing value in "a"`},
		{"closed twice", "a { }\n}", `2:1: a missing key`},
		{"not UTF-8", "a = \"\xff\"", `1:6: a byte that is not UTF-8 in "a"`},
		{"nesting", strings.Repeat("a {", 50_000), `1:0: HCL with 50000 blocks and lists in 0 MB`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &Document{Text: []byte(tt.text), File: "f.hcl"}
			got := ""
			if err := d.ParseHCL(); err != nil {
				var e *SyntaxError
				if !errors.As(err, &e) {
					t.Fatalf("error %v is no *SyntaxError", err)
				}
				got = fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
				if e.Hint == "" {
					t.Error("there is no hint")
				}
			} else {
				got = placed(d, d.Root)
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// placed prints a node with the places of the values in it.
func placed(d *Document, n Node) string {
	var parts []string
	value := func(n Node) string { return fmt.Sprintf("%d:%d %s", d.At(n).Line, d.At(n).Column, placed(d, n)) }
	switch {
	case n.IsMap():
		for k, v := range n.Pairs() {
			parts = append(parts, k.Str()+": "+value(v))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case n.IsList():
		for _, item := range n.List() {
			parts = append(parts, value(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return n.Str()
}

// FuzzHCL compares with the decoder of the library, for which every block is a
// list of one mapping.
func FuzzHCL(f *testing.F) {
	for _, s := range []string{
		"a = 1\nb { c = \"d\" }\nb { c = [1, {e = true}] }", `a "b" "c" { d = 1.5 }`, "a = <<-EOF\n  b\n  EOF\n", "a = [{", "/* a */ b = \"\\u00e9\"",
		`Kind = "service-router" Routes = [{ Match { HTTP { PathPrefix = "/" } } }]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := &Document{Text: []byte(text), File: "f.hcl"}
		err := d.ParseHCL()
		if err != nil || strings.HasPrefix(strings.TrimSpace(text), "{") { // which the library takes for JSON
			return
		}
		var want map[string]any
		if hcl.Unmarshal([]byte(text), &want) != nil {
			return // its decoder refuses some things that the parser takes
		}
		if got, want := hclShape(hclPlain(d.Root)), hclShape(want); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is %v, want %v", text, got, want)
		}
	})
}

// hclPlain is a node as plain values.
func hclPlain(n Node) any {
	switch {
	case n.IsMap():
		m := map[string]any{}
		for k, v := range n.Pairs() {
			m[k.Str()] = hclPlain(v)
		}
		return m
	case n.IsList():
		list := []any{}
		for _, item := range n.List() {
			list = append(list, hclPlain(item))
		}
		return list
	}
	return n.Str()
}

// hclShape is a value with every list of one mapping as that mapping, and without
// the ways to write a number.
func hclShape(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for key, value := range v {
			m[Clean(key)] = hclShape(value)
		}
		return m
	case []map[string]any:
		if len(v) == 1 {
			return hclShape(v[0])
		}
		list := []any{}
		for _, item := range v {
			list = append(list, hclShape(item))
		}
		return list
	case []any:
		list := []any{}
		for _, item := range v {
			list = append(list, hclShape(item))
		}
		if len(list) == 1 {
			if m, ok := list[0].(map[string]any); ok {
				return m
			}
		}
		return list
	case string:
		if v = Clean(v); isNumber(v) {
			return "a number"
		}
		return v
	case int, float64:
		return "a number"
	}
	return fmt.Sprint(v)
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
