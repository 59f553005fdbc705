package image

import "testing"

func TestModuleOf(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"cart/target/cart-1.0.jar", "cart"},
		{"./services/cart/target/*.jar", "services/cart"},
		{"cart/build/libs/*.jar", "cart"},
		{"cart/build/resources/main/application.yaml", "cart"},
		{"cart/target", "cart"},
		{"target/*.jar", ""},
		{"build/libs/cart.jar", ""},
		{"../cart/target/cart.jar", ""},
		{"*/target/*.jar", ""},
		{"cart/build/index.html", ""},
		{"cart", ""},
		{"", ""},
	} {
		if got := ModuleOf(tt.file); got != tt.want {
			t.Errorf("ModuleOf(%q) = %q, want %q", tt.file, got, tt.want)
		}
	}
}
