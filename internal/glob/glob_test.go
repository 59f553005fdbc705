package glob

import (
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestBelow(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"deploy", "deploy", true},
		{"deploy/", "deploy/web.yaml", true},
		{"./deploy", "deploy/web.yaml", true},
		{"deploy", "deployment/web.yaml", false},
		{"deploy/*.yaml", "deploy/web.yaml", true},
		{"deploy/*.yaml", "deploy/eu/web.yaml", false},
		{"deploy/**/*.yaml", "deploy/web.yaml", true},
		{"deploy/**/*.yaml", "deploy/eu/de/web.yaml", true},
		{"**/testdata", "a/b/testdata/web.yaml", true},
		{"**", "web.yaml", true},
		{"*", "deploy/web.yaml", true},
		{"*.yaml", "deploy/web.yaml", false},
		{"/repo/*/x", "/repo/a/x/y", true},
		{"web.yaml/more", "web.yaml", false},
	} {
		if got := Below(Steps(tt.pattern), Steps(tt.path)); got != tt.want {
			t.Errorf("Below(%q, %q) = %t", tt.pattern, tt.path, got)
		}
	}
}

func TestValid(t *testing.T) {
	for pattern, want := range map[string]bool{"a/[bc]/**": true, "a/[b": false, "": true, `a\`: false} {
		if got := Valid(pattern); got != want {
			t.Errorf("Valid(%q) = %t", pattern, got)
		}
	}
}
