package document

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// parts returns the documents of a text, unparsed.
func parts(text string) []Part {
	var all []Part
	Split([]byte(text), func(p Part) { all = append(all, p) })
	return all
}

func TestSyntaxError(t *testing.T) {
	long := "a:\n  b: 1\n  c:\n  - d\n"
	tests := []struct{ name, text, want string }{
		{"tab", "a:\n\tb: 1\n", `2:1: a tab in the indentation in "b"`},
		{"tab after spaces", "a:\n  b:\n  \tc: 1\n", `3:3: a tab in the indentation in "c"`},
		{"second colon", "a: 1\nb: c: d\n", `2:5: a second ":" in "b"`},
		{"second colon on the first line", "b: c: d\n", `1:5: a second ":" in "b"`},
		{"unclosed quote on the first line", "a: \"b\nc: d\ne: f\n", `1:4: a string without a closing quote in "a"`},
		{"unclosed quote later", long + "a2: 'b\nc: d\ne: f\n", `5:5: a string without a closing quote in "a2"`},
		{"unclosed bracket", "x: 1\na: [b\nc: d\n", `2:4: a bracket without end in "a"`},
		{"unclosed brace on the first line", "a: {b: 1\nc: d\n", `1:4: a bracket without end in "a"`},
		{"wrong indentation", "a:\n  b: 1\n c: 2\n", `3:2: neither a key of the mapping above nor the end of it in "c"`},
		{"wrong indentation far from the start", strings.Repeat("k:\n- l\n", 30) + "a:\n  b: 1\n c: 2\nd: 1\n", `63:2: neither a key of the mapping above nor the end of it in "c"`},
		{"wrong item", "- a\nb: 1\n", `2:1: neither an item of the list above nor the end of it in "b"`},
		{"no colon", "a: 1\nb\nc: 2\n", `2:1: a key without ":"`},
		{"at sign", "a: @b\n", `1:4: a character that no value can start with in "a"`},
		{"unknown alias", "a: 1\nb: *nobody\n", `2:1: an alias without an anchor in "b"`},
		{"escape", "a: \"\\q\"\n", `1:5: an unknown escape in "a"`},
		{"invalid UTF-8", "a: 1\nb: \u00e9\xff\n", `2:5: the byte 0xff is not UTF-8`},
		{"control character", "a: \x01\n", `1:4: a control character, 0x01`},
		{"escape sequence", "a: \x1b[31m\n", `1:4: a control character, 0x1b`},
		{"trailing garbage", "{a: 1}\nb\n", `2:1: something after the end of the document`},
		{"second document", "x: 1\n---\na: b: c\n", `3:5: a second ":" in "a"`},
		{"item of a List", "kind: List\nitems:\n- a: 1\n- b: c: d\n", `4:7: a second ":" in "b"`},
		{"json", "{\"a\": 1,\n\"b\" 2}", `2:5: a word where ":" should be`},
		{"json that is cut off", "{\"a\": [\n{\"b\": \"}\"},\n{\"c\": ", `3:5: the text ends within brackets`},
		{"long line", "a: " + strings.Repeat("b: ", 1000), `1:3002: a second ":" in "a"`},
		{"nesting", strings.Repeat("[", 100_000), `1:1: values nested too deep`},
		{"nesting of blocks", strings.Repeat("- ", 20_000), `1:1: values nested too deep`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := parts(tt.text)
			d, _ := New("f.yaml", "f.yaml", all[len(all)-1], &Names{})
			got := "no error"
			if err := d.Parse(); err != nil {
				var e *SyntaxError
				if !errors.As(err, &e) {
					t.Fatalf("error %v is no *SyntaxError", err)
				}
				got = fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
				if e.Hint == "" {
					t.Error("there is no hint")
				}
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
