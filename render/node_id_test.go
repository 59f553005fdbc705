package render

import (
	"regexp"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph/graphtest"
)

func TestPictureID(t *testing.T) {
	for name, want := range map[string]string{
		"cart": "n_cart", "shop/cart": "n_shop__cart", "shop/cart-api": "n_shop__cart_api", "7": "n_7", "end": "n_end",
	} {
		if got := pictureID("n", name); got != want {
			t.Errorf("identifier of %q is %q, want %q", name, got, want)
		}
	}
	seen := map[string]string{}
	safe := regexp.MustCompile(`^[a-z_0-9]+$`)
	for _, name := range append([]string{
		"a/b-c", "a-b/c", "a-b-c", "a/b/c", "a--b", "a_b", "a-b", "a/b", "A", "a", "a.b", "", "-", "/", "n_a", "a__b", strings.Repeat("a", 80), strings.Repeat("a", 81), strings.Repeat("a", 300),
	}, hostileNames...) {
		id := pictureID("n", name)
		if other, taken := seen[id]; taken && other != name {
			t.Errorf("%q and %q have the identifier %q", name, other, id)
		}
		seen[id] = name
		if !safe.MatchString(id) || len(id) > 120 {
			t.Errorf("identifier of %q is %q", name, id)
		}
	}
}

// One service more changes the lines about it and the line that counts services, and no others.
func TestPicturesOfAGrowingGraph(t *testing.T) {
	old, now := reportOf(graphtest.Parse("b:c c:d x:y y")), reportOf(graphtest.Parse("a b:c c:d x:y y"))
	for _, f := range []*Format{dot, mermaid} {
		lines := map[string]bool{}
		for line := range strings.Lines(written(t, f, old, Options{})) {
			lines[line] = true
		}
		added := 0
		for line := range strings.Lines(written(t, f, now, Options{})) {
			if !lines[line] && !strings.Contains(line, "6 services, 3 calls") {
				added++
				if !strings.Contains(line, "n_a") {
					t.Errorf("%s: the line %q is new", f.Name, line)
				}
			}
		}
		if added != 1 {
			t.Errorf("%s: %d lines are new, want 1", f.Name, added)
		}
	}
}
