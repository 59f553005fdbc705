package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"
)

// What two rules need is in a file of its own, so that the file of a rule can be read
// without those of other rules.
func TestFilesOfRulesShareNothing(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	hasRule := map[string]bool{} // by name of a file
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		hasRule[name] = declaresRule(f)
	}
	// The types of other packages are not known, and not needed.
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Error: func(error) {}}
	pkg, _ := config.Check("rules", set, files, info)
	n := 0
	for use, object := range info.Uses {
		if object.Parent() != pkg.Scope() {
			continue
		}
		n++
		from, to := set.File(use.Pos()).Name(), set.File(object.Pos()).Name()
		if from != to && hasRule[from] && hasRule[to] {
			t.Errorf("%s uses %s of %s: move it to a file that is not one of a rule", from, use.Name, to)
		}
	}
	if n < len(Rules) {
		t.Errorf("only %d uses of declarations were found", n)
	}
}

// declaresRule reports whether a file declares a variable that is a rule.
func declaresRule(f *ast.File) bool {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			for _, v := range s.(*ast.ValueSpec).Values {
				u, _ := v.(*ast.UnaryExpr)
				if u == nil {
					continue
				}
				if l, ok := u.X.(*ast.CompositeLit); ok {
					if name, ok := l.Type.(*ast.Ident); ok && name.Name == "Rule" {
						return true
					}
				}
			}
		}
	}
	return false
}
