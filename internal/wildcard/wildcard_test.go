package wildcard

import (
	"slices"
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
		{"a*a", "a", false}, {"a*a", "aa", true}, {"a*", "b", false}, {"*ü*", "müsli", true}, {"**", "", true}, {"*a", "b", false},
	}
	for _, tt := range tests {
		if got := Match(tt.pattern, tt.text); got != tt.want {
			t.Errorf("Match(%q, %q) = %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}

// TestMatchRuns compares the quick way and the index with Sequence on all short patterns and texts.
func TestMatchRuns(t *testing.T) {
	words := func(letters string, n int) []string {
		all := []string{""}
		for from := 0; n > 0; n-- {
			last := len(all)
			for _, w := range all[from:last] {
				for _, c := range letters {
					all = append(all, w+string(c))
				}
			}
			from = last
		}
		return all
	}
	texts := words("ab", 5)
	index := NewIndex(texts)
	for _, pattern := range words("ab*", 5) {
		var places []int
		for i, text := range texts {
			want := Sequence([]rune(pattern), []rune(text), func(p rune) bool { return p == '*' }, func(p, c rune) bool { return p == c })
			if got := Match(pattern, text); got != want {
				t.Errorf("Match(%q, %q) = %v, want %v", pattern, text, got, want)
			}
			if want {
				places = append(places, i)
			}
		}
		if got := index.Match(pattern); !slices.Equal(got, places) {
			t.Errorf("the index finds %q at %v, want %v", pattern, got, places)
		}
	}
}
