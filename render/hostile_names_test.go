package render

import (
	"strings"
	"testing"

	"github.com/weirgraph/weir/render/pen"
)

func TestEscapeFormula(t *testing.T) {
	for in, want := range map[string]string{
		"shop/cart": "shop/cart", "a-b": "a-b", "": "", "a=b": "a=b",
		"=1": "'=1", "@x": "'@x", "-1": "'-1", "＝1": "'＝1", "a;=1": "a;'=1", "a; =1": "a; '=1", "a;＝1;+2": "a;'＝1;'+2", " =1": " '=1",
	} {
		if got := escapeFormula(in); got != want {
			t.Errorf("escapeFormula(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHostileNames(t *testing.T) {
	if got := markdownText("@alice and a@b"); strings.Contains(strings.ReplaceAll(got, "@<!-- -->", ""), "@") {
		t.Errorf("a person is mentioned: %s", got)
	}
	if got := pen.Clean("a\uFFFEb\uFFFF\U0001FFFEc"); got != "a?b??c" {
		t.Errorf("characters that XML does not allow remain: %q", got)
	}
	for _, name := range []string{strings.Repeat("x", 40_000), strings.Repeat("&", 40_000), strings.Repeat("支", 40_000)} {
		if n := len(dotQuote(name)); n > 16_000 {
			t.Errorf("a name has %d bytes in DOT", n)
		}
	}
}
