package ingest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// estateExtensions are those of graphs that weir wrote, as they are or packed.
var estateExtensions = []string{".json", ".json.gz", ".json.zst"}

// ReadEstate returns the facts of the graphs of other repositories: files that weir wrote, or
// directories of such files. Names are those to be shown of the paths. The error is a *SourceError
// about the first that cannot be used; a part that is missing or broken would hide what the inputs
// depend on.
func ReadEstate(paths, names []string) ([]*graph.Facts, error) {
	var all []*graph.Facts
	seen := map[string]bool{}
	for i, root := range paths {
		files, err := partsIn(root, names[i])
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			real, err := filepath.EvalSymlinks(file.path)
			if err == nil && seen[real] {
				continue
			}
			seen[real] = true
			f, err := readPart(file)
			if err != nil {
				return nil, err
			}
			all = append(all, f)
		}
	}
	return all, nil
}

// partsIn returns the files of one name, sorted.
func partsIn(root, name string) ([]file, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, &SourceError{name, fmt.Sprintf("the estate has no file or directory %q", name), similar(root)}
	}
	if !info.IsDir() {
		return []file{{name: document.Clean(filepath.ToSlash(name)), path: root}}, nil
	}
	var files []file
	err = filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !slices.ContainsFunc(estateExtensions, func(x string) bool { return strings.HasSuffix(p, x) }) {
			return err
		}
		below, err := filepath.Rel(root, p)
		files = append(files, file{name: document.Clean(filepath.ToSlash(filepath.Join(name, below))), path: p})
		return err
	})
	if err != nil {
		return nil, &SourceError{name, fmt.Sprintf("reading the estate %q: %v", name, err), ""}
	}
	if len(files) == 0 {
		return nil, &SourceError{name, fmt.Sprintf("the estate %q has no graph that weir wrote", name), "put there what weir graph -o json writes of each repository"}
	}
	return files, nil
}

// readPart reads one graph.
func readPart(f file) (*graph.Facts, error) {
	failed := func(at graph.Origin, hint, format string, args ...any) error {
		return &SourceError{f.name, at.String() + ": " + fmt.Sprintf(format, args...), hint}
	}
	whole := graph.Source{File: f.name}.Whole()
	in, err := os.Open(f.path)
	if err != nil {
		message, hint := Reason(err)
		return nil, failed(whole, hint, "%s", message)
	}
	defer in.Close()
	text, err := readText(in, 0)
	if err != nil {
		message, hint := Reason(err)
		return nil, failed(whole, hint, "%s", message)
	}
	head, err := wire.ReadHead(text)
	switch {
	case err != nil:
		return nil, failed(graph.Source{File: f.name}.At(head.Line, 0), "write it again with weir graph -o json", "is no graph that weir wrote: %v", err)
	case head.Schema == "":
		return nil, failed(whole, "leave it out of the estate, or write it with weir graph -o json", "is no graph that weir wrote: it has no schema")
	case head.Schema != wire.Schema:
		return nil, failed(whole, "write it again with this version of weir: weir graph -o json", "schema %q is not %q", head.Schema, wire.Schema)
	}
	facts := &graph.Facts{}
	wire.ImportPart(text, graph.Source{Reader: "weir", File: f.name}.Whole(), facts)
	for _, p := range facts.Problems {
		if p.Level >= graph.Skipped {
			return nil, failed(p.Origin, p.Hint, "%s", p.Message)
		}
	}
	part := graph.EstatePart{File: f.name}
	for i := range facts.Entities {
		if !facts.Entities[i].Patch {
			part.Services++
		}
	}
	if head.Made != nil {
		part.Revision, part.Time = head.Made.Revision, head.Made.Time
	}
	prefixPlaces(reflect.ValueOf(facts).Elem(), f.name+":", map[any]bool{})
	facts.Estate = []graph.EstatePart{part}
	return facts, nil
}

var (
	originType  = reflect.TypeFor[policy.Origin]()
	productType = reflect.TypeFor[*policy.Product]()
)

// prefixPlaces puts the places in a value into a part of the estate.
func prefixPlaces(v reflect.Value, prefix string, seen map[any]bool) {
	switch {
	case v.Type() == productType: // what weir knows itself, and all facts share
	case v.Type() == originType:
		o, _ := v.Addr().Interface().(*policy.Origin)
		if s := o.Source(); s.File != "" && !strings.HasPrefix(s.File, prefix) {
			s.File = prefix + s.File
			if s.RenderedFrom != "" {
				s.RenderedFrom = prefix + s.RenderedFrom
			}
			*o = s.At(o.Line, o.Column)
		}
	case v.Kind() == reflect.Pointer && !v.IsNil() && v.CanInterface() && !seen[v.Interface()]:
		seen[v.Interface()] = true
		prefixPlaces(v.Elem(), prefix, seen)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				prefixPlaces(v.Field(i), prefix, seen)
			}
		}
	case v.Kind() == reflect.Slice && hasPlaces(v.Type().Elem()):
		for i := range v.Len() {
			prefixPlaces(v.Index(i), prefix, seen)
		}
	}
}

// hasPlaces reports whether values of a type can have places: numbers and texts have none.
func hasPlaces(t reflect.Type) bool {
	return slices.Contains([]reflect.Kind{reflect.Struct, reflect.Pointer, reflect.Slice}, t.Kind())
}
