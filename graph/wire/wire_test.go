package wire

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestDocumentIsTheContract holds that every document that weir writes is a Document,
// without a key that the type does not have, and that the type has its members in the
// order in which they are written.
func TestDocumentIsTheContract(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/render/json/*.golden")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	seen := map[string]bool{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var d Document
		in := json.NewDecoder(bytes.NewReader(text))
		in.DisallowUnknownFields()
		if err := in.Decode(&d); err != nil {
			t.Errorf("%s is not a Document: %v", path, err)
			continue
		}
		// A byte that is no UTF-8 is written as an escape and read as the rune.
		want := strings.ReplaceAll(string(text), `\ufffd`, "\ufffd")
		if diff := cmp.Diff(want, rewritten(t, &d, seen)); diff != "" {
			t.Errorf("%s differs when the Document is written again (-read +written):\n%s", path, diff)
		}
	}
	for _, f := range fields(reflect.TypeFor[Document]()) {
		if !seen[f.key] && f.key != "left" { // of drawings of a part
			t.Errorf("no document has the member %q", f.key)
		}
	}
}

// rewritten writes the members that d has in the order of its fields.
func rewritten(t *testing.T, d *Document, seen map[string]bool) string {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b)
	seen["schema"] = true
	v := reflect.ValueOf(d).Elem()
	for i, f := range fields(v.Type()) {
		switch member := v.Field(i); {
		case f.key == "schema" || member.IsZero() && (f.key != "coverage" || d.Variants != nil):
			continue
		case member.Kind() == reflect.Slice && f.key != "left":
			List(w, f.key, func(yield func(any) bool) {
				for k := range member.Len() {
					if !yield(member.Index(k).Interface()) {
						return
					}
				}
			})
		default:
			w.Member(f.key, member.Interface())
		}
		seen[f.key] = true
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type field struct {
	key, options string
	reflect.StructField
}

func fields(t reflect.Type) []field {
	list := make([]field, t.NumField())
	for i := range list {
		key, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		list[i] = field{key, options, t.Field(i)}
	}
	return list
}

// TestTypesDescribeTheJSON holds that a schema can be made of the types: every field has
// a key of its own, and no value can be anything.
func TestTypesDescribeTheJSON(t *testing.T) {
	visited := map[reflect.Type]bool{}
	var visit func(t reflect.Type, path string)
	visit = func(typ reflect.Type, path string) {
		if visited[typ] || typ == reflect.TypeFor[Jitter]() { // a Jitter writes itself
			return
		}
		visited[typ] = true
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			visit(typ.Elem(), path)
		case reflect.Map:
			if typ.Key().Kind() != reflect.String {
				t.Errorf("%s is a map by %s", path, typ.Key())
			}
			visit(typ.Elem(), path+"[]")
		case reflect.Struct:
			keys := map[string]bool{}
			for _, f := range fields(typ) {
				if f.key == "" || keys[f.key] || !f.IsExported() || f.Anonymous {
					t.Errorf("%s.%s has no key of its own in JSON", typ, f.Name)
				}
				keys[f.key] = true
				visit(f.Type, path+"."+f.key)
			}
		case reflect.Interface, reflect.Func, reflect.Chan, reflect.Complex128, reflect.UnsafePointer:
			t.Errorf("%s is a %s", path, typ)
		}
	}
	visit(reflect.TypeFor[Document](), "document")
	if len(visited) < 50 {
		t.Errorf("only %d types were looked at", len(visited))
	}
}

// The settings of policies were once written from maps, by sorted keys.
func TestPolicyKeysAreSorted(t *testing.T) {
	var visit func(typ reflect.Type)
	visit = func(typ reflect.Type) {
		var keys []string
		for _, f := range fields(typ) {
			keys = append(keys, f.key)
			part := f.Type
			if part.Kind() == reflect.Pointer || part.Kind() == reflect.Slice {
				visit(part.Elem())
			}
		}
		if !slices.IsSorted(keys) {
			t.Errorf("the keys of %s are not sorted: %v", typ, keys)
		}
	}
	visit(reflect.TypeFor[Policy]())
}
