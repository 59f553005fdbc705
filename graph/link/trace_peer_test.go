package link

import "testing"

func TestHostIn(t *testing.T) {
	for name, want := range map[string]string{
		"cart":                     "cart",
		"Cart:8080":                "cart",
		"Unspecified/cart:8080":    "cart",
		"InterNetwork/10.0.0.7:80": "10.0.0.7",
		"cart/10.0.0.7:8080":       "cart",
		"/10.0.0.7:8080":           "10.0.0.7",
		"http://cart.shop:8080/x":  "cart.shop",
		"[::1]:80":                 "::1",
		"cart.shop.svc.":           "cart.shop.svc",
		"Payment Provider":         "Payment Provider",
		"":                         "",
		"a:b":                      "a:b",
	} {
		if got := hostIn(name); got != want {
			t.Errorf("hostIn(%q) = %q, want %q", name, got, want)
		}
	}
}
