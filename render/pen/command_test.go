package pen

import (
	"encoding/json"
	"strings"
	"testing"
)

var orders = []string{"##[error]", "##VSO[task.setvariable]", "##vso[x]y", "##teamcity[x]", "###[x]", "::error::x", "  ::set-output name=x::y", "\t::stop-commands::x"}

func isOrder(text string) bool {
	for line := range strings.Lines(text) {
		lower := strings.ToLower(strings.TrimSpace(line))
		for _, word := range []string{"##[", "##vso[", "##teamcity["} {
			if strings.Contains(lower, word) {
				return true
			}
		}
		if strings.HasPrefix(lower, "::") {
			return true
		}
	}
	return false
}

func TestGuard(t *testing.T) {
	for _, order := range orders {
		for _, text := range []string{order, "a\n" + order + "\nb", order + "\n", "x\n" + order} {
			var out strings.Builder
			g := NewGuard(&out, false)
			for i := range len(text) { // whatever the pieces are
				if n, err := g.Write([]byte{text[i]}); n != 1 || err != nil {
					t.Fatal(n, err)
				}
			}
			if err := g.Flush(); err != nil || isOrder(out.String()) {
				t.Errorf("%q is written as %q", text, out.String())
			}
		}
		if cleaned := Clean(order); isOrder(cleaned) {
			t.Errorf("Clean(%q) = %q", order, cleaned)
		}
		text, _ := json.Marshal([]string{order})
		var out strings.Builder
		g := NewGuard(&out, true)
		_, _ = g.Write(text)
		_ = g.Flush()
		var back []string
		if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back[0] != order || isOrder(out.String()) {
			t.Errorf("%q is %s in JSON: %v", order, out.String(), err)
		}
	}
	for _, text := range []string{"## a heading\n", "std::vector\n", "a ##", "", "#[x]\n", "c::d::e"} {
		var out strings.Builder
		g := NewGuard(&out, false)
		_, _ = g.Write([]byte(text))
		if _ = g.Flush(); out.String() != text {
			t.Errorf("%q is written as %q", text, out.String())
		}
	}
}
