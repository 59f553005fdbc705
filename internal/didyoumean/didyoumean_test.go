package didyoumean

import (
	"strings"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestSuggest(t *testing.T) {
	tests := []struct {
		name, word, known, want string
	}{
		{"a letter too few", "chekout", "cart checkout payments", "checkout"},
		{"neighbours swapped", "blsat", "blast check graph", "blast"},
		{"case", "PAYMENTS", "payments", "payments"},
		{"nearest first", "cart", "carts chart care", "care carts chart"},
		{"the name within an id", "cart", "shop/cart shop/pricing", "shop/cart"},
		{"an id for a name", "shop/cart", "cart web", "cart"},
		{"the beginning of a word before its middle", "sync", "async-cycle sync-cycle", "sync-cycle async-cycle"},
		{"nothing near", "dog", "cat cow", ""},
		{"too short to contain", "a", "shop/cart", ""},
		{"three at most", "aaaa", "aaab aaac aaad aaae", "aaab aaac aaad"},
		{"said once", "cart", "carts carts", "carts"},
		{"not bytes but letters", "müsli", "musli", "musli"},
		{"empty", "", "cart", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(Suggest(tt.word, strings.Fields(tt.known)), " ")
			if got != tt.want {
				t.Errorf("Suggest(%q, %q) = %q, want %q", tt.word, tt.known, got, tt.want)
			}
		})
	}
}

func TestHint(t *testing.T) {
	if got, want := Hint("crat", []string{"chart", "cart"}), `did you mean "cart"?`; got != want {
		t.Errorf(`Hint("crat") = %q, want %q`, got, want)
	}
	if got := Hint("payments", []string{"cart"}); got != "" {
		t.Errorf(`Hint("payments") = %q, want none`, got)
	}
}

func TestEdits(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"kitten", "sitting", 3},
		{"ab", "ba", 1},
		{"retries", "retry", 3},
	}
	for _, tt := range tests {
		if got := edits([]rune(tt.a), []rune(tt.b)); got != tt.want {
			t.Errorf("edits(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := edits([]rune(tt.b), []rune(tt.a)); got != tt.want {
			t.Errorf("edits(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestIsTypo(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"pricing", "pricng", true}, {"notifications", "notificatoins", true}, {"order", "ordre", true},
		{"orders", "borders", false}, {"cart", "card", false}, {"stock", "stack-db", false}, {"web", "web", true}, {"", "a", false},
	} {
		if got := IsTypo(tt.a, tt.b); got != tt.want {
			t.Errorf("IsTypo(%q, %q) = %t, want %t", tt.a, tt.b, got, tt.want)
		}
	}
}
