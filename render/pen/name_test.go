package pen

import (
	"strings"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"shop/cart", "shop/cart"},
		{"", `""`},
		{" ", `" "`},
		{"a\nb", "a b"},
		{"zero\u200bwidth", "zero?width"},
		{"\x1b[31mred\x1b[0m", "red"},
		{"a\u2028b", "a b"},
		{"bell\a", "bell?"},
		{"not\xffutf8", "not?utf8"},
		{"\u202Egpj.exe", "?gpj.exe"},
		{"支払い", "支払い"},
	} {
		if got := Clean(tt.name); got != tt.want {
			t.Errorf("Clean(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestShortKeepsBothEnds(t *testing.T) {
	long := strings.Repeat("a", 100) + strings.Repeat("z", 100)
	got := Short(long)
	if n := len([]rune(got)); n != labelWidth {
		t.Errorf("short of 200 characters has %d, want %d", n, labelWidth)
	}
	if !strings.HasPrefix(got, "aaa") || !strings.HasSuffix(got, "zzz") || !strings.Contains(got, "…") {
		t.Errorf("Short(%q) = %q, want both ends around an ellipsis", long, got)
	}
}
