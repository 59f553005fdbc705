package rules

import "testing"

func TestNearWords(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"shop-ruler", "shop-querier", false},
		{"shop-rulr", "shop-ruler", true},
		{"orders-api", "order-api", true},
		{"payments", "paymets", true},
		{"edge-external", "edge-internal", false},
		{"read-cache-v1", "write-cache-v1", false},
		{"orders-v1", "orders-v2", false},
		{"orders2-api", "orders10-api", false},
		{"orders1-api", "order1-api", true},
	} {
		if got := nearWords(tt.a, tt.b); got != tt.want {
			t.Errorf("nearWords(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}
