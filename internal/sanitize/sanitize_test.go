package sanitize

import (
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"shop/cart":                    "shop/cart",
		"two\nlines\tand a tab":        "two\nlines\tand a tab",
		"\x1b[31mred\x1b[0m":           "red",
		"\x1b]0;title\a and the rest":  " and the rest",
		"nul\x00 bell\a return\r":      "nul bell return",
		"支払い \u0085 next line control": "支払い  next line control",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}
