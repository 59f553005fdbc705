package library

import "testing"

func TestLibraryDirectory(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"appsettings.json", ""},
		{"src/Orders.Api/appsettings.json", "orders-api"},
		{"/home/me/shop/src/Orders/appsettings.json", "orders"},
		{"../shop/web/config/opossum.json", "web"},
		{"shop/orders/src/main/resources/META-INF/microprofile-config.properties", "orders"},
	} {
		if got := libraryDirectory(tt.file); got != tt.want {
			t.Errorf("libraryDirectory(%q) = %q, want %q", tt.file, got, tt.want)
		}
	}
}

func TestSpringStatus(t *testing.T) {
	for name, want := range map[string]int{
		"BAD_GATEWAY": 502, "bad-gateway": 502, "BadGateway": 502, "HTTP_VERSION_NOT_SUPPORTED": 505,
		"PAYLOAD_TOO_LARGE": 413, "I_AM_A_TEAPOT": 418, "TEAPOT": 0, "502": 0, "": 0,
	} {
		if got := springStatus(name); got != want {
			t.Errorf("springStatus(%q) = %d, want %d", name, got, want)
		}
	}
}
