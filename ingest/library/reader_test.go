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
