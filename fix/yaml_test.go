package fix

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/internal/yaml"
	"github.com/weirgraph/weir/policy"
)

// An edit changes the text at one place and nothing else.
func TestEditTree(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		op       policy.Op
		path     string
		value    string
		at       string // the text at the place
		inside   bool
		want     string
	}{
		{"a field of a block", "spec:\n  # why\n  timeout: 2s # two\n", policy.OpSet, "spec.timeout", "3s", "", false, "spec:\n  # why\n  timeout: 3s # two\n"},
		{"a new field", "spec:\n  hosts: [a] # one\n\nother: 1\n", policy.OpSet, "spec.timeout", "3s", "", false, "spec:\n  hosts: [a] # one\n  timeout: 3s\n\nother: 1\n"},
		{"a new block", "spec:\n  hosts: [a]\n", policy.OpAdd, "spec.a.b", "{c: 1, d: [x]}", "", false, "spec:\n  hosts: [a]\n  a:\n    b:\n      c: 1\n      d: [x]\n"},
		{"in brackets", "spec: {hosts: [a]}\n", policy.OpSet, "spec.timeout", "3s", "", false, "spec: {hosts: [a], timeout: 3s}\n"},
		{"empty brackets", "spec: {}\n", policy.OpSet, "spec.timeout", "3s", "", false, "spec: {timeout: 3s}\n"},
		{"in JSON", "{\n\t\"spec\": {\n\t\t\"a\": 1\n\t}\n}\n", policy.OpSet, "spec.b", "3s", "", false, "{\n\t\"spec\": {\n\t\t\"a\": 1,\n\t\t\"b\": \"3s\"\n\t}\n}\n"},
		{"the entry of the place", "http:\n- route: a\n- route: b\n  retries: {}\n- route: c\n", policy.OpSet, "http[].timeout", "1s", "b", false, "http:\n- route: a\n- route: b\n  retries: {}\n  timeout: 1s\n- route: c\n"},
		{"every entry", "http:\n- route: a\n- route: b\n", policy.OpSet, "http[].timeout", "1s", "", false, "http:\n- route: a\n  timeout: 1s\n- route: b\n  timeout: 1s\n"},
		{"a value at its place", "a: [{t: \"2s\"}, {t: 2s}]\n", policy.OpSet, "", "3s", "2s}", true, "a: [{t: \"2s\"}, {t: 3s}]\n"},
		{"the short form", "calls: [a, b]\n", policy.OpSet, "timeout", "3s", "b", true, "calls: [a, {to: b, timeout: 3s}]\n"},
		{"a field below a place", "calls:\n- to: b\n  # note\n", policy.OpSet, "timeout", "3s", "to", true, "calls:\n- to: b\n  timeout: 3s\n  # note\n"},
		{"an annotation", "metadata:\n  name: a\n", policy.OpSet, "metadata.annotations[x.io/y]", "2", "", false, "metadata:\n  name: a\n  annotations:\n    x.io/y: \"2\"\n"},
		{"an empty value", "spec:\n  retries:\n", policy.OpSet, "spec.retries", "3", "", false, "spec:\n  retries: 3\n"},
		{"windows", "a:\r\n  b: 1\r\n", policy.OpSet, "a.c", "2", "", false, "a:\r\n  b: 1\r\n  c: 2\r\n"},
		{"a second document", "a: 1\n---\nb: 1\n", policy.OpSet, "c", "2", "b", false, "a: 1\n---\nb: 1\nc: 2\n"},
		{"no break at the end", "a: 1", policy.OpSet, "b", "2", "", false, "a: 1\nb: 2"},
		{"after a block of text", "a: |\n  text\n\n  more\n\n", policy.OpSet, "b", "2", "", false, "a: |\n  text\n\n  more\nb: 2\n\n"},
		{"remove a field", "a:\n  b: 1 # one\n  c: 2\n", policy.OpRemove, "a.b", "", "", false, "a:\n  c: 2\n"},
		{"remove the first of an entry", "a:\n- b: 1\n  c: 2\n", policy.OpRemove, "a[].b", "", "", false, "a:\n- c: 2\n"},
		{"remove the only one", "a:\n  b: 1\n", policy.OpRemove, "a.b", "", "", false, "a:\n  {}\n"},
		{"remove in brackets", "a: {b: 1, c: 2, d: 3}\n", policy.OpRemove, "", "", "2", false, "a: {b: 1, d: 3}\n"},
		{"remove an entry", "a:\n- b\n- c # two\n- d\n", policy.OpRemove, "", "", "c #", false, "a:\n- b\n- d\n"},
		{"remove the last of a document", "a:\n  b: 1\n  c: 2\n---\nd: 1\n", policy.OpRemove, "", "", "2", false, "a:\n  b: 1\n---\nd: 1\n"},
		{"a value with an anchor", "a: &x 2s # two\nb: *x\n", policy.OpSet, "a", "3s", "", false, "a: &x 3s # two\nb: *x\n"},
		{"append", "a:\n- b\n", policy.OpAdd, "a[+]", "mesh", "", false, "a:\n- b\n- mesh\n"},
		{"append in brackets", "a: [b]\n", policy.OpAdd, "a[+]", "mesh", "", false, "a: [b, mesh]\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			place, line := -1, 1
			if tt.at != "" {
				place = strings.Index(tt.in, tt.at)
				line = 1 + strings.Count(tt.in[:place], "\n")
			}
			list, err := editTree([]byte(tt.in), line, place, tt.inside, policy.Edit{Op: tt.op, Path: tt.path, Value: tt.value}, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := string(splices([]byte(tt.in), list)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// What the editor does not know how to edit it refuses.
func TestEditTreeRefuses(t *testing.T) {
	for _, tt := range []struct{ name, in, path string }{
		{"an alias", "a: &x {b: 1}\nc: *x\n", "c.b"},
		{"a merge", "a: &x {b: 1}\nc: {<<: *x}\n", "c.b"},
		{"a template", "a: {{ .Values.a }}\n", "b"},
		{"a field of a number", "a: 1\n", "a.b"},
		{"no YAML", "a: [\n", "a"},
	} {
		if list, err := editTree([]byte(tt.in), 1, -1, false, policy.Edit{Path: tt.path, Value: "2"}, ""); err == nil {
			t.Errorf("%s: edited to %q", tt.name, splices([]byte(tt.in), list))
		}
	}
}

// TestEditRandomTrees edits random documents in random styles. The values of the result are those
// of the old document with the change, and its text is that of the old one but for the splices.
func TestEditRandomTrees(t *testing.T) {
	edited, refused := 0, 0
	for seed := range uint64(testlong.N(1000, 6000)) {
		w := &writer{r: rand.New(rand.NewPCG(seed, 1))}
		text := w.document()
		path := w.path(decode(t, text))
		if judge(t, text, path, []string{"3s", "7", "{x: 1, y: [p, q]}", "true"}[w.r.IntN(4)], policy.Op(w.r.IntN(3))) {
			edited++
		} else {
			refused++
		}
	}
	if refused*3 > edited { // blocks that are replaced as a whole, and removals of what is not there
		t.Errorf("%d edits are refused, %d made", refused, edited)
	}
}

func FuzzEdit(f *testing.F) {
	for seed := range uint64(30) {
		w := &writer{r: rand.New(rand.NewPCG(seed, 2))}
		f.Add(w.document(), "k1.k2", "3s", uint8(seed%3))
	}
	f.Add("a: |\n  b\nc: 'd''e' # f\n", "c", "{x: 1}", uint8(0))
	f.Add("- {to: b, x: \"a\\\"b\"}\n- c\n", "[].y", "2", uint8(0))
	f.Fuzz(func(t *testing.T, text, path, value string, op uint8) {
		var v yaml.Node
		if len(text) > 2000 || unmarshal([]byte(value), &v) != nil || v.IsZero() {
			return
		}
		judge(t, text, path, value, policy.Op(op%3))
	})
}

// judge makes an edit and compares it with the same change of plain values. It reports whether the
// editor made it.
func judge(t *testing.T, text, path, value string, op policy.Op) bool {
	t.Helper()
	list, err := editTree([]byte(text), 1, -1, false, policy.Edit{Op: op, Path: path, Value: value}, "")
	if err != nil {
		return false
	}
	edited := string(splices([]byte(text), list))
	kept, at := "", 0
	for _, s := range list {
		kept += text[at:s.start]
		at = s.end
	}
	if kept += text[at:]; len(list) == 0 || len(kept) > len(text) {
		t.Fatalf("%q at %s: the splices are %v", text, path, list)
	}
	first, end := documentAround([]byte(text), lineStarts([]byte(text)), 1)
	if first != 0 || end != len(lineStarts([]byte(text))) {
		return true // the rest is another document
	}
	before, after := decode(t, text), decode(t, edited)
	if hasReferences(text) {
		return true
	}
	v := decode(t, value)
	if strings.HasPrefix(path, "metadata.annotations") || strings.HasPrefix(path, "metadata.labels") {
		return true
	}
	steps := parsePath(path)
	want := change(before, steps, v, op)
	if !reflect.DeepEqual(after, want) {
		t.Fatalf("%s %s to %s in\n%s\ngives\n%s\n%v, want %v", op, path, value, text, edited, after, want)
	}
	return true
}

func hasReferences(text string) bool { return strings.ContainsAny(text, "&*<!?") }

func decode(t *testing.T, text string) any {
	t.Helper()
	var n yaml.Node
	if err := unmarshal([]byte(text), &n); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if len(n.Content) == 0 {
		return nil
	}
	return plain(n.Content[0])
}

// plain is a tree as maps, lists and texts with their tags.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[fmt.Sprint(plain(n.Content[i]))] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plain(c))
		}
		return list
	case yaml.AliasNode:
		return "*" + n.Value
	}
	return n.ShortTag() + " " + n.Value
}

// change makes an edit of plain values.
func change(v any, steps []step, value any, op policy.Op) any {
	if len(steps) == 0 {
		return value
	}
	s, rest := steps[0], steps[1:]
	if v == nil || v == "!!null " || v == "!!null null" || v == "!!null ~" {
		for i := len(steps) - 1; i >= 0; i-- {
			if steps[i].each || steps[i].add {
				value = []any{value}
			} else {
				value = map[string]any{"!!str " + steps[i].key: value}
			}
		}
		return value
	}
	switch v := v.(type) {
	case map[string]any:
		key := "!!str " + s.key
		for _, tag := range []string{"!!int ", "!!bool ", "!!null ", "!!float ", "!!timestamp "} {
			if _, ok := v[tag+s.key]; ok {
				key = tag + s.key
			}
		}
		if op == policy.OpRemove && len(rest) == 0 {
			delete(v, key)
			return v
		}
		if _, ok := v[key]; !ok {
			v[key] = change(nil, rest, value, op)
			return v
		}
		v[key] = change(v[key], rest, value, op)
		return v
	case []any:
		if s.add || len(v) == 0 {
			return append(v, change(nil, rest, value, op))
		}
		for i := range v {
			if text, ok := v[i].(string); ok && len(rest) > 0 && !strings.HasPrefix(text, "!!null") {
				long := change(nil, rest, value, op).(map[string]any)
				long["!!str to"] = "!!str " + text[strings.Index(text, " ")+1:]
				v[i] = long
				continue
			}
			v[i] = change(v[i], rest, value, op)
		}
		return v
	}
	return v
}

// A writer writes random documents.
type writer struct {
	r    *rand.Rand
	next int
}

func (w *writer) document() string {
	if w.r.IntN(6) == 0 {
		return w.flow(0) + "\n"
	}
	text := "# a document\n"
	for range 1 + w.r.IntN(4) {
		text += w.entry(0, 0)
	}
	return text
}

func (w *writer) key() string {
	w.next++
	return fmt.Sprintf("k%d", w.next)
}

// entry writes a key with its value, in a block.
func (w *writer) entry(indent, depth int) string {
	pad := strings.Repeat(" ", indent)
	head := pad + w.key() + ":"
	comment := []string{"", "", " # note", "  "}[w.r.IntN(4)]
	after := []string{"", "", "\n", pad + "# before\n"}[w.r.IntN(4)]
	switch n := w.r.IntN(9); {
	case n < 2 && depth < 4:
		text := head + comment + "\n"
		for range 1 + w.r.IntN(3) {
			text += w.entry(indent+2, depth+1)
		}
		return text + after
	case n == 2 && depth < 4:
		text := head + comment + "\n"
		extra := 2 * w.r.IntN(2)
		for range 1 + w.r.IntN(3) {
			inner := w.entry(indent+extra+2, depth+1)
			text += pad + strings.Repeat(" ", extra) + "- " + strings.TrimLeft(inner, " ")
			if w.r.IntN(2) == 0 {
				text += w.entry(indent+extra+2, depth+1)
			}
		}
		return text + after
	case n == 3:
		return head + " " + []string{"|", "|-", ">", ">-", "|+"}[w.r.IntN(5)] + "\n" + pad + "  text: of\n\n" + pad + "    more # no comment\n" + after
	case n == 4:
		return head + comment + "\n" + after
	case n == 5:
		return head + " " + w.flow(depth) + comment + "\n" + after
	}
	return head + " " + w.scalar() + comment + "\n" + after
}

func (w *writer) scalar() string {
	return []string{"2s", "5", "true", "'it''s # no'", `"a \"b\" {"`, "a b", "null", "http://a:80/x", "\"ü\"", "é"}[w.r.IntN(10)]
}

func (w *writer) flow(depth int) string {
	var parts []string
	for range w.r.IntN(3) {
		value := w.scalar()
		if depth < 3 && w.r.IntN(3) == 0 {
			value = w.flow(depth + 1)
		}
		parts = append(parts, w.key()+": "+value)
	}
	return "{" + strings.Join(parts, []string{", ", ",\n        "}[w.r.IntN(2)]) + "}"
}

// path returns a path into a value, to something that exists or not.
func (w *writer) path(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var keys []string
		for i := range 60 {
			if _, ok := v[fmt.Sprintf("!!str k%d", i)]; ok {
				keys = append(keys, fmt.Sprintf("k%d", i))
			}
		}
		if len(keys) == 0 || w.r.IntN(5) == 0 {
			return "new" + []string{"", ".deep", ".list[].deep"}[w.r.IntN(3)]
		}
		key := keys[w.r.IntN(len(keys))]
		if rest := w.path(v["!!str "+key]); rest != "" && w.r.IntN(4) > 0 {
			return key + "." + rest
		}
		return key
	case []any:
		if w.r.IntN(5) == 0 {
			return "[+]"
		}
		return "[]." + w.path(v[0])
	}
	return ""
}
