package rules

import (
	"slices"
	"testing"

	"github.com/weirgraph/weir/policy/product"
)

// Hints are in the words of a product; a new product brings its own.
func TestRecipes(t *testing.T) {
	for _, p := range product.All {
		if _, ok := recipes[p.Name]; !ok && !slices.Contains(wordless, p.Name) {
			t.Errorf("no recipes for the policies of %q, so that hints about them say what and not where", p.Name)
		}
	}
	for name := range recipes {
		if product.Find(name) == nil {
			t.Errorf("recipes for %q, which is no product", name)
		}
	}
	if got, want := recipe(nil, fixTotal), recipe(product.Native, fixTotal); got != want || got == "" {
		t.Errorf("a set without a product is fixed by %q, want what the native manifest says: %q", got, want)
	}
}

// wordless are products that say what others carry out, or that are no more.
var wordless = []string{"smi", "dapr-default", "gloo", "cilium"}
