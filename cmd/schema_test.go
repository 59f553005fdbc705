package cmd

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/internal/yaml"
)

const testdata = "../testdata"

// TestSchemaFiles keeps docs/schema in step with weir schema.
func TestSchemaFiles(t *testing.T) {
	for _, s := range schemas {
		var out bytes.Buffer
		if code := Main([]string{"schema", s.name}, strings.NewReader(""), &out, &out); code != exitClean {
			t.Fatal(out.String())
		}
		file := filepath.Join("..", "docs", "schema", s.name+".json")
		if *update {
			if err := os.WriteFile(file, out.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, out.Bytes()) {
			t.Errorf("%s is not what weir schema %s prints; go test ./cmd -run TestSchema -update writes it", file, s.name)
		}
	}
}

// compiled returns a schema of docs/schema, ready to validate.
func compiled(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "docs", "schema", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestReportSchema validates all reports of testdata.
func TestReportSchema(t *testing.T) {
	schema := compiled(t, "report")
	reports := 0
	eachInput(t, filepath.Join("render", "json"), ".golden", func(name string, text []byte) {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		reports++
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		misspell(doc, func(key string) {
			if schema.Validate(doc) == nil {
				t.Errorf("%s: %s misspelled is valid", name, key)
			}
		})
	})
	if reports < 10 {
		t.Errorf("%d reports, want those of testdata/render/json", reports)
	}
}

// TestConfigSchemas validates all files of testdata that weir takes as its configuration or
// as native manifests, and holds that it rejects the keys of others that are unknown to weir.
func TestConfigSchemas(t *testing.T) {
	config, manifest := compiled(t, "config"), compiled(t, "native")
	seen, valid, manifests, dir := 0, 0, 0, t.TempDir()
	eachInput(t, "", ".yaml", func(name string, text []byte) {
		var doc map[string]any
		var node, more yaml.Node
		d := yaml.NewDecoder(bytes.NewReader(text))
		if d.Decode(&node) != nil || d.Decode(&more) == nil || node.Decode(&doc) != nil || len(doc) == 0 || !isOurs(doc) {
			return
		}
		if seen++; !testlong.Every(8, seen) {
			return
		}
		_, problems := native.ReadConfig("weir.yaml", text, configRules())
		mistakes := len(problems) > 0 || !isReadable(t, dir, text)
		err := config.Validate(plain(doc))
		switch {
		case !mistakes && err != nil:
			t.Errorf("%s is valid for weir, but not by its schema: %v\n%s", name, err, text)
		case !mistakes:
			valid++
			misspell(doc, func(key string) {
				if config.Validate(plain(doc)) == nil {
					t.Errorf("%s: %s misspelled is valid", name, key)
				}
			})
		case err == nil && slices.ContainsFunc(problems, func(p graph.Problem) bool {
			return strings.HasPrefix(p.Message, "unknown key") && !strings.Contains(p.Message, "/")
		}):
			t.Errorf("%s: an unknown key is valid\n%s", name, text)
		}
		if doc["services"] != nil && !mistakes && onlyManifest(doc) {
			manifests++
			if err := manifest.Validate(plain(doc)); err != nil {
				t.Errorf("%s is no native manifest by its schema: %v", name, err)
			}
		}
	})
	if valid < testlong.N(12, 100) || manifests < testlong.N(6, 50) {
		t.Errorf("%d configurations and %d manifests, want more", valid, manifests)
	}
}

// eachInput yields the files below a directory of testdata, also those in archives.
func eachInput(t *testing.T, dir, extension string, yield func(name string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(testdata, dir), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		switch filepath.Ext(name) {
		case extension:
			yield(name, text)
		case ".txtar":
			for _, f := range txtar.Parse(text).Files {
				if filepath.Ext(f.Name) == extension {
					yield(name+":"+f.Name, f.Data)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// isOurs reports whether the keys of a document are those of weir.yaml.
func isOurs(doc map[string]any) bool {
	for key := range doc {
		if !slices.Contains([]string{
			"apiVersion", "services", "aliases", "sources", "exclude", "rules", "ignore", "render", "variants", "fail-on", "forbid", "require", "allow", "extends",
		}, key) && !strings.HasPrefix(key, "x-") {
			return false
		}
	}
	services, list := doc["services"].([]any)
	if doc["apiVersion"] != nil && doc["apiVersion"] != "weir/v1" || doc["services"] != nil && !list {
		return false
	}
	for _, s := range services {
		if service, ok := s.(map[string]any); !ok || service["name"] == nil {
			return false
		}
	}
	return true
}

func onlyManifest(doc map[string]any) bool {
	for key := range doc {
		if key != "services" && key != "aliases" && key != "apiVersion" {
			return false
		}
	}
	return true
}

// isReadable reports whether weir reads text as a native manifest without a mistake.
func isReadable(t *testing.T, dir string, text []byte) bool {
	t.Helper()
	file := filepath.Join(dir, "weir.yaml")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	var out, messages bytes.Buffer
	return Main([]string{"graph", "--config", os.DevNull, file}, strings.NewReader(""), &out, &messages) == exitClean
}

// plain is a tree of YAML as JSON has it, without keys that have no value yet.
func plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.Format(time.DateOnly)
	case map[string]any:
		tree := map[string]any{}
		for key, value := range v {
			if value != nil {
				tree[key] = plain(value)
			}
		}
		return tree
	case []any:
		list := []any{}
		for _, item := range v {
			list = append(list, plain(item))
		}
		return list
	}
	return v
}

// misspell changes one key of a tree after the other, calls the function, and changes it back.
func misspell(tree any, check func(key string)) {
	switch tree := tree.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(tree)) {
			value := tree[key]
			if slices.Contains(fixedKeys, key) && value != nil {
				delete(tree, key)
				tree[key+"x"] = value
				check(key)
				delete(tree, key+"x")
				tree[key] = value
			}
			misspell(value, check)
		}
	case []any:
		for _, item := range tree[:min(len(tree), 3)] {
			misspell(item, check)
		}
	}
}

// fixedKeys are keys of mappings in which no others are allowed.
var fixedKeys = []string{
	"services", "rules", "ignore", "calls", "timeout", "retry", "severity", "reason", "variants", "render", "forbid", "require", "to", "reach",
	"check", "findings", "coverage", "fingerprint", "origins", "evidence", "policy", "diff", "impacts",
}
