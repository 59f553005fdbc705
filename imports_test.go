package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	pathpkg "path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/weirgraph/weir"

// layers are the packages of weir, each with those it may import besides the
// leaves. A package that is not listed is judged by the nearest one above it.
var layers = map[string][]string{
	"policy":             {},
	"policy/product":     {"policy"},
	"graph":              {"policy"},
	"graph/address":      {"graph"},
	"graph/link":         {"graph/address", "graph", "policy", "policy/product"},
	"graph/graphtest":    {"graph/link", "graph", "policy", "policy/product"},
	"graph/wire":         {"graph", "policy", "policy/product"},
	"ingest/trace/spans": {"graph"},
	"ingest/trace/link":  {"ingest/trace/spans", "graph"},
	"ingest/trace":       {"ingest/trace/link", "ingest/trace/spans", "graph"},
	"ingest":             {"ingest/trace", "ingest/trace/link", "ingest/trace/spans", "graph/wire", "graph/link", "graph/address", "graph", "policy", "policy/product"},
	"analyze":            {"analyze/failure", "graph", "policy", "policy/product"},
	"analyze/failure":    {"graph", "policy", "policy/product"},
	"analyze/rules":      {"analyze", "graph", "policy", "policy/product"},
	"fix":                {"analyze", "graph", "policy", "policy/product"},
	"render/pen":         {},
	"render/page":        {},
	"render":             {"render/pen", "render/page", "analyze", "analyze/failure", "graph/wire", "graph", "policy", "policy/product"},
	"serve":              {"fix", "render", "render/page", "analyze", "analyze/failure", "analyze/rules", "graph", "policy", "policy/product"},
	"cmd":                {"serve", "fix", "render", "render/pen", "analyze", "analyze/failure", "analyze/rules", "ingest", "ingest/trace/spans", "graph/link", "graph", "policy", "policy/product"},
	"":                   {"cmd"}, // main
}

// leaf packages know nothing of weir and may be imported by all.
const leaves = "internal"

// homes are the layers that a library may be imported in.
var homes = map[string][]string{
	"gonum.org/":                       {"graph", "analyze"},
	"gopkg.in/yaml.v3":                 {"internal"},
	module + "/internal/yaml":          {"ingest", "fix"},
	"regexp":                           {"internal"}, // internal/lazy compiles expressions when they are first used
	"charm.land/lipgloss/":             {"render", "render/pen"},
	"github.com/spf13/":                {"cmd"},
	"github.com/klauspost/":            {"ingest"},
	"github.com/fsnotify/":             {"serve"},
	"github.com/hashicorp/":            {"ingest"},
	"github.com/DataDog/":              {"graph"},
	"github.com/owenrumney/":           {"render"},
	"google.golang.org/protobuf":       {"ingest"},
	"github.com/compose-spec/":         {}, // tools/oracle/compose, a module of its own
	"k8s.io/":                          {},
	"github.com/modelcontextprotocol/": {}, // mcp, a module of its own
	"github.com/apache/beam/":          {}, // beam, a module of its own
	"google.golang.org/grpc":           {},
	"github.com/goccy/go-graphviz":     {},
}

func TestImportsRunOneWay(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		own := layer(p.ImportPath)
		seen[own] = true
		allowed, known := layers[own]
		if !known && own != leaves {
			t.Errorf("package %s belongs to no layer", p.ImportPath)
			continue
		}
		for _, path := range p.Imports {
			if path == module || strings.HasPrefix(path, module+"/") {
				if to := layer(path); to != own && to != leaves && !slices.Contains(allowed, to) {
					t.Errorf("%s imports %s: %s may import %s", p.ImportPath, path, own, strings.Join(allowed, ", "))
				}
			}
			for library, at := range homes {
				if strings.HasPrefix(path, library) && !slices.Contains(at, topDirectoryOf(own)) {
					t.Errorf("%s imports %s, which is at home in %s", p.ImportPath, path, strings.Join(at, ", "))
				}
			}
		}
	}
	for own := range layers {
		if !seen[own] {
			t.Errorf("no package in layer %q: the table is out of date", own)
		}
	}
}

// An archived library has one importer, tests included, so that it can be replaced in
// one place.
func TestOneImporterOfYAML(t *testing.T) {
	var importers []string
	for _, p := range packages(t) {
		if slices.Contains(slices.Concat(p.Imports, p.TestImports, p.XTestImports), "gopkg.in/yaml.v3") {
			importers = append(importers, p.ImportPath)
		}
	}
	if want := []string{module + "/internal/yaml"}; !slices.Equal(importers, want) {
		t.Errorf("gopkg.in/yaml.v3 is imported by %v, want %v", importers, want)
	}
}

// go test hands the flag -long to the tests of every package, and those that do not
// know it fail.
func TestEveryPackageKnowsTheFlagLong(t *testing.T) {
	const testlong = module + "/internal/testlong"
	for _, p := range packages(t) {
		imports := slices.Concat(p.TestImports, p.XTestImports)
		if len(imports) > 0 && !slices.Contains(imports, testlong) {
			t.Errorf("the tests of %s do not import %s, which has the flag -long", p.ImportPath, testlong)
		}
	}
}

// layer returns the listed package that is nearest above a package of weir, or its
// first directory; "" for main.
func layer(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
	for at := path; at != "."; at = pathpkg.Dir(at) {
		if _, listed := layers[at]; listed {
			return at
		}
	}
	return topDirectoryOf(path)
}

// topDirectoryOf returns the first directory of a path.
func topDirectoryOf(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}

type listed struct {
	ImportPath                string
	Imports                   []string // without those of tests
	TestImports, XTestImports []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}
