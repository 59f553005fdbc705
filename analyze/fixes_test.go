package analyze

import (
	"slices"
	"testing"

	"github.com/weirgraph/weir/policy"
)

// Hints are in the words of a product; a new product brings its own.
func TestRecipes(t *testing.T) {
	for _, p := range policy.Products {
		if _, ok := recipes[p.Name]; !ok && !slices.Contains(wordless, p.Name) {
			t.Errorf("no recipes for the policies of %q, so that hints about them say what and not where", p.Name)
		}
	}
	for name := range recipes {
		if policy.FindProduct(name) == nil {
			t.Errorf("recipes for %q, which is no product", name)
		}
	}
	if got, want := recipe("", fixTotal), recipe(policy.Native, fixTotal); got != want || got == "" {
		t.Errorf("a set without a product is fixed by %q, want what the native manifest says: %q", got, want)
	}
}

// wordless are products that say what others carry out, or that are no more.
var wordless = []string{"smi", "app-mesh", "gloo", "cilium"}
