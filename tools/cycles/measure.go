package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// manyFields is the number of fields past which a struct is counted.
const manyFields = 15

// A room is a package and what is counted in it.
type room struct {
	name         string // without the module
	files, lines int
	cycle        []string // the files of the biggest cycle, sorted; one or none are no cycle
	cycleLines   int
	unused       []string // exported names that no other package uses
	bigStructs   []string // structs with more than manyFields fields
}

// measure returns the packages of the module in dir, sorted by name.
func measure(dir string) ([]*room, error) {
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedSyntax |
			packages.NeedTypes | packages.NeedTypesInfo | packages.NeedModule,
		Dir:   dir,
		Tests: true,
	}, "./...")
	if err != nil {
		return nil, err
	}
	for _, p := range pkgs {
		if len(p.Errors) > 0 {
			return nil, errors.Join(fmt.Errorf("loading %s", p.ID), p.Errors[0])
		}
	}
	used := usedNames(pkgs)
	var rooms []*room
	for _, p := range pkgs {
		if p.ID != p.PkgPath || strings.HasSuffix(p.PkgPath, ".test") {
			continue // with its tests, or a program of them
		}
		name := strings.TrimPrefix(strings.TrimPrefix(p.PkgPath, p.Module.Path), "/")
		if name == "" {
			name = p.Name
		}
		r := &room{name: name, unused: unusedNames(p, used), bigStructs: bigStructs(p)}
		r.measureFiles(p)
		rooms = append(rooms, r)
	}
	slices.SortFunc(rooms, func(a, b *room) int { return strings.Compare(a.name, b.name) })
	return rooms, nil
}

// measureFiles counts files and lines and finds the biggest cycle.
func (r *room) measureFiles(p *packages.Package) {
	index := map[string]int{} // of each file
	lines := make([]int, len(p.Syntax))
	for i, f := range p.Syntax {
		file := p.Fset.File(f.FileStart)
		index[file.Name()] = i
		lines[i] = file.LineCount()
		r.lines += lines[i]
	}
	r.files = len(p.Syntax)
	refers := make([][]int, len(p.Syntax))
	for i, f := range p.Syntax {
		ast.Inspect(f, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			if obj := p.TypesInfo.Uses[id]; obj != nil && obj.Pkg() == p.Types {
				to := index[p.Fset.Position(obj.Pos()).Filename]
				if to != i && !slices.Contains(refers[i], to) {
					refers[i] = append(refers[i], to)
				}
			}
			return true
		})
	}
	biggest := biggestComponent(refers)
	if len(biggest) < 2 {
		return
	}
	for _, i := range biggest {
		r.cycle = append(r.cycle, filepath.Base(p.Fset.File(p.Syntax[i].FileStart).Name()))
		r.cycleLines += lines[i]
	}
	slices.Sort(r.cycle)
}

// biggestComponent returns the nodes of the biggest strongly connected component:
// those that one node reaches and is reached by. The slow obvious way does for files.
func biggestComponent(to [][]int) []int {
	reach := make([]map[int]bool, len(to))
	for v := range to {
		reach[v] = map[int]bool{v: true}
		for next := []int{v}; len(next) > 0; next = next[1:] {
			for _, w := range to[next[0]] {
				if !reach[v][w] {
					reach[v][w] = true
					next = append(next, w)
				}
			}
		}
	}
	var biggest []int
	for v := range to {
		var both []int
		for w := range to {
			if reach[v][w] && reach[w][v] {
				both = append(both, w)
			}
		}
		if len(both) > len(biggest) {
			biggest = both
		}
	}
	return biggest
}

func bigStructs(p *packages.Package) []string {
	var names []string
	for _, f := range p.Syntax {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := p.TypesInfo.Defs[spec.Name].Type().Underlying().(*types.Struct); ok && s.NumFields() > manyFields {
				names = append(names, fmt.Sprintf("%s(%d)", spec.Name.Name, s.NumFields()))
			}
			return true
		})
	}
	slices.Sort(names)
	return names
}

// names are keys of objects of package blocks.
type names map[string]bool

// usedNames returns the names of package blocks that another package uses, tests of
// other packages included, and the types that those are made of. A package
// and its own tests are one.
func usedNames(pkgs []*packages.Package) names {
	u := users{used: names{}, opened: names{}}
	for _, p := range pkgs {
		own := strings.TrimSuffix(p.Types.Path(), "_test")
		for _, obj := range p.TypesInfo.Uses {
			if pkg := obj.Pkg(); pkg == nil || pkg.Path() == own || pkg.Path() == p.Types.Path() {
				continue
			}
			if obj.Parent() == obj.Pkg().Scope() {
				u.used[key(obj)] = true
			}
			u.open(obj.Type())
		}
	}
	return u.used
}

// users collects used names; opened are the named types whose parts are collected.
type users struct{ used, opened names }

// open collects every named type in t.
func (u users) open(t types.Type) {
	switch t := t.(type) {
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			u.open(arg)
		}
		k := key(t.Obj())
		if u.opened[k] {
			return
		}
		u.used[k], u.opened[k] = true, true
		u.open(t.Underlying())
		for m := range t.Methods() {
			if m.Exported() {
				u.open(m.Type())
			}
		}
	case *types.Alias:
		u.used[key(t.Obj())] = true
		u.open(t.Rhs())
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() {
				u.open(f.Type())
			}
		}
	case *types.Signature:
		u.open(t.Params())
		u.open(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			u.open(v.Type())
		}
	case *types.Interface:
		for m := range t.Methods() {
			u.open(m.Type())
		}
	case *types.Map:
		u.open(t.Key())
		u.open(t.Elem())
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		u.open(t.Elem())
	}
}

func unusedNames(p *packages.Package, used names) []string {
	var names []string
	scope := p.Types.Scope()
	for _, name := range scope.Names() {
		if token.IsExported(name) && !used[key(scope.Lookup(name))] {
			names = append(names, name)
		}
	}
	return names
}

func key(obj types.Object) string {
	if obj.Pkg() == nil {
		return obj.Name()
	}
	return obj.Pkg().Path() + "." + obj.Name()
}
