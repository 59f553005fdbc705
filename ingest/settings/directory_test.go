package settings

import "testing"

func TestSpringModule(t *testing.T) {
	for file, want := range map[string]string{
		"cart/src/main/resources/application.yml":                         "cart",
		"cart/service/src/main/resources/application.yml":                 "cart",
		"services/service/src/main/resources/application.yml":             "service",
		"cart/java/quarkus/src/main/resources/application.properties":     "cart",
		"cart/camel-springboot/src/main/resources/application.properties": "cart",
		"services/quarkus/src/main/resources/application.properties":      "quarkus",
		"quarkus/src/main/resources/application.properties":               "quarkus",
		"examples/camel-routes/src/main/resources/application.properties": "camel-routes",
		"java/quarkus/src/main/resources/application.properties":          "quarkus",
		"../src/main/resources/application.yml":                           "",
		"shop/src/cart/src/main/resources/application.yml":                "cart",
		"shop/src/cart/config/application.yml":                            "cart",
		"cart/src/it/resources/application.yml":                           "cart",
		"cart/src/config/application.yml":                                 "cart",
		"cart/config/application.yml":                                     "cart",
		"config/application.yml":                                          "",
	} {
		if got := SpringModule(file); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}
