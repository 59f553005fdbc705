package document

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weirgraph/weir/internal/yaml"
)

func TestJSONError(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{"a": 1 "b": 2}`, `1:9: a string where "," or "}" should be`},
		{"{\n\t\"é\": [1, 2\n}", `3:1: "}" where "," or "]" should be`},
		{`{"a" 1}`, `1:6: a word where ":" should be`},
		{`{a: 1}`, `1:2: a word where a key or "}" should be`},
		{`{"a": tru}`, `1:7: a word where a value should be`},
		{`{"a": "\x"}`, `1:7: "\x" is not an escape`},
		{`{"a": "\u12"}`, `1:7: "\u12" is not an escape`},
		{`{"a": "b`, `1:7: a string has no closing quote`},
		{`{"a": `, `1:7: the file ends where a value should be`},
		{`{"a": 1} x`, `1:10: a word after the end of the value`},
		{`{"a": /* b`, `1:7: a comment has no end`},
		{strings.Repeat("[", 20_000), `1:10001: values are nested more than 10000 deep`},
	}
	for _, tt := range tests {
		_, err := parseJSON(Part{Text: []byte(tt.text), form: formJSON})
		got := "no error"
		if e, ok := err.(*SyntaxError); ok {
			got = fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
		}
		if got != tt.want {
			t.Errorf("%.40q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

// FuzzJSON compares with the standard library, and places with the YAML parser.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"a": [1, -2.5e3, true, null, "x\n\u00e9\ud83d\ude00"], "b": {}}`, `[]`, `"text"`, `12`, `{"a": "\ud800"}`,
		"{\"é\": \"ü\",\r\n \"b\": \"\\\\\"}", `[1e400, 0x10, 1_000, Inf]`, "[\"\xff\"]", `{"<<": {"a": 1}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want any
		y, err := parseJSON(Part{Text: []byte(text), form: formJSON})
		if json.Unmarshal([]byte(text), &want) != nil || !utf8.ValidString(text) {
			return // weir puts up with more, but it must not crash
		}
		if err != nil {
			t.Fatalf("%q is JSON, and was refused: %v", text, err)
		}
		if got := plainValue(y); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is %v, want %v", text, got, want)
		}
		if strings.ContainsAny(text, "\t\r\u0085\u2028\u2029\uFEFF") {
			return
		}
		var byYAML yaml.Node
		if yaml.Unmarshal([]byte(text), &byYAML) == nil && len(byYAML.Content) == 1 {
			samePlaces(t, text, y, byYAML.Content[0])
		}
	})
}

// plainValue is what encoding/json makes of a node.
func plainValue(y *yaml.Node) any {
	switch y.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(y.Content); i += 2 {
			m[y.Content[i].Value] = plainValue(y.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range y.Content {
			list = append(list, plainValue(item))
		}
		return list
	}
	if y.Tag == "!!str" {
		return y.Value
	}
	var v any
	if err := json.Unmarshal([]byte(y.Value), &v); err != nil {
		return err
	}
	return v
}

func samePlaces(t *testing.T, text string, a, b *yaml.Node) {
	t.Helper()
	if a.Line != b.Line || a.Column != b.Column {
		t.Fatalf("%q: %q is at %d:%d, the YAML parser says %d:%d", text, a.Value, a.Line, a.Column, b.Line, b.Column)
	}
	if len(a.Content) == len(b.Content) {
		for i := range a.Content {
			samePlaces(t, text, a.Content[i], b.Content[i])
		}
	}
}
