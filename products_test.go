package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Only policy/product and the readers know products by name: the algebra of policies,
// the graph and the rules ask what a product does.
func TestProductsHaveNoNamesInTheCore(t *testing.T) {
	for _, root := range []string{"policy", "graph", "analyze"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case filepath.ToSlash(path) == "policy/product":
				return fs.SkipDir
			case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
				checkNames(t, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// alsoWords are names of products that are words for other things too.
var alsoWords = map[string]string{
	"native": "a realm and a reader: the native manifest",
	"grpc":   "a protocol",
	"dapr":   "a realm: app-ids",
	"consul": "a store, whose servers are a cluster",
}

// checkNames fails for a string literal that is the name of a product.
func checkNames(t *testing.T, path string) {
	t.Helper()
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, _ := strconv.Unquote(lit.Value)
		known := slices.ContainsFunc(product.All, func(p *policy.Product) bool { return p.Name == text })
		if _, other := alsoWords[text]; known && !other {
			t.Errorf("%s: the product %q by its name", files.Position(lit.Pos()), text)
		}
		return true
	})
}
