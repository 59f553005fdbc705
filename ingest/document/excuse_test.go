package document

import (
	"fmt"
	"strings"
	"testing"
)

func TestExcuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a: 1\n", ""},
		{"a: 1 # weir:ignore breaker-missing: the client has one\n", "1:6 of 1 breaker-missing (the client has one)"},
		{"# weir:ignore a: x\nb: 1\n", "1:1 of 2 a (x)"},
		{"  # weir:ignore a: x\n  # weir:ignore b\nc: 1 # weir:ignore d: y\n", "1:3 of 3 a (x), 2:3 of 3 b (), 3:6 of 3 d (y)"},
		{"server {\n  // weir:ignore *: no: more\n  listen 80;\n}", "2:3 of 3 * (no: more)"},
		{"<!-- weir:ignore a: x -->\n/* weir:ignore b */\n", "1:1 of 3 a (x), 2:1 of 3 b ()"},
		{"a: weir:ignore b: no comment\n# weir:ignored a\n# weir:ignore\n#weir:ignore c: yes", "4:1 of 5 c (yes)"},
		{"; weir:ignore ä: ö\r\nb=1\r\n", "1:1 of 2 ä (ö)"},
	} {
		var got []string
		d := &Document{File: "f", part: Part{Text: []byte(tt.text)}}
		for _, e := range d.Excuses() {
			got = append(got, fmt.Sprintf("%d:%d of %d %s (%s)", e.Origin.Line, e.Origin.Column, e.Line, e.Rule, e.Reason))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.text, strings.Join(got, ", "), tt.want)
		}
	}
}

func FuzzExcuses(f *testing.F) {
	f.Add("# weir:ignore a: x\nb: 1 # weir:ignore c\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines := int32(strings.Count(text, "\n")) + 1
		d := &Document{part: Part{Text: []byte(text)}}
		for _, e := range d.Excuses() {
			if e.Line < e.Origin.Line || e.Line > lines+1 || e.Rule == "" {
				t.Errorf("%q: %+v", text, e)
			}
		}
	})
}
