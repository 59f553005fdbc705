package wildcard

import (
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"", "", true}, {"", "a", false},
		{"*", "", true}, {"*", "shop/cart", true}, {"shop/*", "shop/cart", true}, {"shop/*", "bank/cart", false},
		{"*/cart", "shop/cart", true}, {"*cart*", "shop/cart->db", true}, {"s?op/cart", "shop/cart", true}, {"?", "", false},
		{"*a*b", "aXbXb", true}, {"*a*b", "aXbXc", false}, {"a**b", "ab", true}, {"[a]", "a", false}, {"mü?li", "müsli", true},
	}
	for _, tt := range tests {
		if got := Match(tt.pattern, tt.text); got != tt.want {
			t.Errorf("Match(%q, %q) = %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}
