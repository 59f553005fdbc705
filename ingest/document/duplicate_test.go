package document

import (
	"fmt"
	"strings"
	"testing"
)

func TestSettle(t *testing.T) {
	var large strings.Builder
	for i := range 40 {
		fmt.Fprintf(&large, "k%d: 1\n", i)
	}
	tests := []struct{ name, text, want string }{
		{"none", "a: 1\nb: {a: 1}\n", ""},
		{"two", "a: 1\nb: 2\na: 3\n", `f.yaml:3:1: duplicate key "a"`},
		{"below", "l:\n- {b: 1, c: 2, b: 3}\n", `f.yaml:2:16: duplicate key "b"`},
		{"in a large mapping", large.String() + "k7: 2\n", `f.yaml:41:1: duplicate key "k7"`},
		{"json", `{"a": 1, "a": 2}`, `f.yaml:1:10: duplicate key "a"`},
		{"merge keys", "x: &x {a: 1}\nb:\n  <<: *x\n  <<: *x\n", ""},
		{"keys that are no words", "a: {[b]: 1, [c]: 2}\n", ""},
	}
	for _, tt := range tests {
		d := parse(t, tt.text)
		d.Settle()
		var got []string
		for _, p := range d.Facts.Problems {
			got = append(got, p.Origin.String()+": "+p.Message)
		}
		if strings.Join(got, "\n") != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
