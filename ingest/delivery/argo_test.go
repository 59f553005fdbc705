package delivery

import (
	"strings"
	"testing"
)

func TestFill(t *testing.T) {
	g := generators{values: map[string]string{"env": "prod", "several": "", "long": strings.Repeat("x", maxPath), "of": "{{env}}"}}
	for template, want := range map[string]string{
		"apps/shop":                    "",
		"apps/{{env}}/shop":            "apps/prod/shop",
		"apps/{{ .env }}":              "apps/prod",
		"apps/{{env}}/{{several}}/x":   "apps/prod",
		"apps/{{unknown}}-x":           "apps",
		"{{several}}/x":                "",
		"apps/{{of}}/x":                "apps",
		"apps/{{env":                   "apps",
		"{{long}}":                     strings.Repeat("x", maxPath),
		strings.Repeat("{{long}}", 10): "",
	} {
		if got := g.fill(template); got != want {
			t.Errorf("%.40q is filled as %.40q, want %.40q", template, got, want)
		}
	}
}
