// Package kubectl compares the objects that weir finds in a file with those that kubectl finds
// in it:
//
//	go test -C tools/oracle/kubectl ./...
//
// Where kubectl applies an object, weir has to read the same one or report that it does not
// read it. It is a module of its own, so that weir does not depend on the library.
package kubectl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"k8s.io/apimachinery/pkg/util/yaml"
	"pgregory.net/rapid"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// applied returns the objects that kubectl finds in a file before the first that it refuses.
func applied(text []byte) []map[string]any {
	var found []map[string]any
	for in := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096); ; {
		var raw json.RawMessage
		err := in.Decode(&raw)
		if err != nil {
			return found // also at the end
		}
		if raw = bytes.TrimSpace(raw); len(raw) == 0 || string(raw) == "null" {
			continue
		}
		var object map[string]any
		in := json.NewDecoder(bytes.NewReader(raw))
		in.UseNumber()
		if in.Decode(&object) != nil {
			return found
		}
		objects, err := flatten(object, "", "")
		if err != nil {
			return found
		}
		found = append(found, objects...)
	}
}

// flatten returns an object, or the items of a List, as the scheme of unstructured objects of
// kubectl does.
func flatten(object map[string]any, apiVersion, kind string) ([]map[string]any, error) {
	for _, key := range []string{"apiVersion", "kind"} {
		if v, isText := object[key].(string); !isText && object[key] != nil {
			return nil, fmt.Errorf("%s is %v", key, v)
		}
	}
	v, _ := object["apiVersion"].(string)
	k, _ := object["kind"].(string)
	if v == "" && k == "" && kind != "" {
		v, k = apiVersion, kind
		object["apiVersion"], object["kind"] = v, k
	}
	if v == "" || k == "" {
		return nil, errors.New("not an object")
	}
	items, isList := object["items"].([]any)
	if !isList {
		return []map[string]any{object}, nil
	}
	var found []map[string]any
	for _, item := range items {
		m, ok := item.(map[string]any)
		if !ok {
			return nil, errors.New("an item that is no object")
		}
		objects, err := flatten(m, v, strings.TrimSuffix(k, "List"))
		if err != nil {
			return nil, err
		}
		found = append(found, objects...)
	}
	return found, nil
}

// read returns the objects that weir finds in a file, and what it reports.
func read(text []byte) (found []*document.Document, said []string) {
	var names document.Names
	document.Split(text, func(p document.Part) {
		facts := &graph.Facts{}
		d, sure := document.New("f.yaml", "f.yaml", p, &names)
		d.Facts = facts
		head := d.Head
		if err := d.Parse(); err != nil {
			said = append(said, err.Error())
			return
		}
		if sure && (head.APIVersion != d.Head.APIVersion || head.Kind != d.Head.Kind) {
			said = append(said, fmt.Sprintf("WRONG HEAD %v %v", head, d.Head))
		}
		d.Settle()
		d.Documents(func(d *document.Document) bool {
			part := *d
			found = append(found, &part)
			return true
		})
		for _, p := range facts.Problems {
			if p.Level == graph.Failed {
				said = append(said, p.Message)
			}
		}
	})
	return found, said
}

// difference returns where weir's value is not the one of kubectl, "" if it is nowhere.
func difference(at string, want any, got document.Node) string {
	differs := func() string { return fmt.Sprintf("%s: kubectl has %#v, weir %q %s", at, want, got.Str(), got.Tag()) }
	switch want := want.(type) {
	case map[string]any:
		if !got.IsMap() {
			return differs()
		}
		keys := map[string]document.Node{}
		for k, v := range got.Pairs() {
			keys[k.Str()] = v // the last of two wins
		}
		for k, v := range want {
			if k == "apiVersion" && at == "" || k == "kind" && at == "" {
				continue // compared as the head
			}
			if fmt.Sprint(v) == "<nil>" {
				continue
			}
			value, ok := keys[document.Clean(k)]
			if !ok {
				if !plainKey(k) {
					continue // a number or a truth value, which kubectl writes in its own way
				}
				return fmt.Sprintf("%s.%s: only kubectl has it", at, k)
			}
			if s := difference(at+"."+k, v, value); s != "" {
				return s
			}
			if plainKey(k) {
				if s := difference(at+"."+k+" (Get)", v, got.Get(k)); s != "" {
					return s
				}
			}
		}
		for k, v := range keys {
			if _, ok := want[k]; !ok && v.Exists() && plainKey(k) {
				return fmt.Sprintf("%s.%s: only weir has it", at, k)
			}
		}
	case []any:
		items := got.List()
		if len(items) != len(want) {
			return fmt.Sprintf("%s: kubectl has %d items, weir %d", at, len(want), len(items))
		}
		for i := range want {
			if s := difference(fmt.Sprintf("%s[%d]", at, i), want[i], items[i]); s != "" {
				return s
			}
		}
	case string:
		if document.Clean(want) != document.Clean(got.Str()) {
			return differs()
		}
	case bool:
		if v, ok := got.Bool(); !ok || v != want {
			return differs()
		}
	case json.Number:
		w, err := want.Float64()
		g, ok := got.Float()
		if err == nil && (!ok || math.Abs(w-g) > 1e-9*math.Abs(w)) {
			return differs()
		}
		if n, err := strconv.Atoi(want.String()); err == nil {
			if g, ok := got.Int(); !ok || g != n {
				return differs()
			}
		}
	}
	return ""
}

// plainKey reports whether a key is a word to every version of YAML.
func plainKey(k string) bool {
	switch strings.ToLower(k) {
	case "", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~":
		return false
	}
	return k[0] >= 'a' && k[0] <= 'z' && strings.Trim(k, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// isWord matches what may be the API version or the kind of an object: no server has others.
var isWord = regexp.MustCompile(`^[A-Za-z0-9./-]+$`)

// compare returns what kubectl finds in a file and weir neither reads nor reports.
func compare(text []byte) string {
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(text, '\n') // as kubectl does
	}
	want := slices.DeleteFunc(applied(text), func(object map[string]any) bool {
		return !isWord.MatchString(object["apiVersion"].(string)) || !isWord.MatchString(object["kind"].(string))
	})
	if len(want) == 0 {
		return ""
	}
	got, said := read(text)
	for _, s := range said {
		if strings.HasPrefix(s, "WRONG HEAD") {
			return s
		}
	}
	if len(said) > 0 {
		return ""
	}
	for _, w := range want {
		why := ""
		i := slices.IndexFunc(got, func(d *document.Document) bool {
			if d.Head.APIVersion != document.Clean(w["apiVersion"].(string)) || d.Head.Kind != document.Clean(w["kind"].(string)) {
				return false
			}
			s := difference("", w, d.Root)
			if s != "" {
				why = s
			}
			return s == ""
		})
		if i < 0 {
			return fmt.Sprintf("%s %s: %s", w["apiVersion"], w["kind"], why)
		}
		got = slices.Delete(got, i, i+1)
	}
	return ""
}

// attacks are files that hid an object once, or might.
var attacks = []string{
	"---\n\ufeffkind: Deployment\napiVersion: v1\n",
	"apiVersion: v1\nkind: A\n---\n\ufeffkind: Deployment\napiVersion: v1\nmetadata: {name: x}\n",
	"apiVersion: v1\nkind: A\n\ufeff---\nkind: B\napiVersion: v1\n",
	"_format_version: \"3.0\"\nservices: []\napiVersion: v1\nkind: Deployment\n",
	"apiVersion: v1\nkind: A\nkind: B\n",
	"kind: A\napiVersion: v1\n<<: {kind: B}\n",
	"<<: {kind: B, x: 1}\nkind: A\napiVersion: v1\nx: 2\n",
	"a: &a {kind: B}\nb: &b {kind: C, x: 1}\napiVersion: v1\n<<: [*a, *b]\n<<: {x: 2}\n",
	"x: &k kind\n*k : Deployment\napiVersion: v1\n",
	"? kind\n: Deployment\napiVersion: v1\n",
	"kind: !!binary RGVwbG95bWVudA==\napiVersion: v1\n",
	"kind: !<tag:yaml.org,2002:%62inary> RGVwbG95bWVudA==\napiVersion: v1\n",
	"\"\\x6bind\": \"Depl\\u006fyment\"\napiVersion: v1\n",
	"kind: List\napiVersion: v1\nx: \"\nitems:\n- a\ny: \"\nitems:\n- {kind: Deployment, apiVersion: v1}\n",
	"kind: List\napiVersion: v1\nitems:\n- {kind: A, apiVersion: v1}\nx: 1\nitems:\n- {kind: B, apiVersion: v1}\n",
	"kind: ConfigMap\napiVersion: v1\nitems:\n- {kind: Deployment, apiVersion: v1}\n",
	"kind: DeploymentList\napiVersion: apps/v1\nitems:\n- metadata: {name: x}\n",
	`{"kind": "DeploymentList", "apiVersion": "apps/v1", "items": [{"metadata": {"name": "x"}}]}`,
	`{"kind": "A", "apiVersion": "v1"}{"kind": "B", "apiVersion": "v1"}`,
	`{"kind": "A", "kind": "B", "apiVersion": "v1"}`,
	"apiVersion: v1\nkind: A\n...\n---\napiVersion: v1\nkind: B\n",
	"--- # c\napiVersion: v1\nkind: A\nreplicas: 010\nn: 0x1F\nm: 1_000\no: 0b11\np: 0o17\nq: 1e3\nr: .5\ns: +3\nt: -0x10\nu: 190:20:30\n",
	"apiVersion: v1\nkind: A\na: yes\nb: On\nc: n\nd: ~\ne: NULL\n",
	"apiVersion: v1\r\nkind: A\r\nd: |\r\n  x\r\n  y\r\n",
	"apiVersion: v1\u0085kind: A\u2028spec: {x: 1}\n",
	"%YAML 1.1\n---\napiVersion: v1\nkind: A\n",
	"# c\n\napiVersion: v1 # d\nkind:\n  A\n",
	"apiVersion: v1\nkind: >-\n  A\n",
	"\tapiVersion: v1\nkind: A\n",
}

func TestAttacks(t *testing.T) {
	for _, text := range attacks {
		if s := compare([]byte(text)); s != "" {
			t.Errorf("%q: %s", text, s)
		}
	}
}

// samples are the inputs of the tests of readers.
func samples(t testing.TB) [][]byte {
	names, err := filepath.Glob("../../../testdata/ingest/*/*.txtar")
	if err != nil || len(names) < 50 {
		t.Fatal(len(names), err)
	}
	var texts [][]byte
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(text).Files {
			if slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(f.Name)) {
				texts = append(texts, f.Data)
			}
		}
	}
	return texts
}

func TestSamples(t *testing.T) {
	objects := 0
	for _, text := range samples(t) {
		objects += len(applied(text))
		if s := compare(text); s != "" {
			t.Errorf("%s: %.200s", s, text)
		}
	}
	if objects < 300 {
		t.Errorf("kubectl applies %d objects of the samples", objects)
	}
}

// lines are what the random files are made of.
var lines = []string{
	"apiVersion: v1", "kind: Deployment", "kind: List", "kind: ServiceList", "kind: 'A'", "kind: \"B\"", "\"kind\": C", "kind: &k D", "kind: *k", "*k : E",
	"? kind", ": F", "kind: |", "kind: >-", "  G", "kind: {}", "kind:", "  H", "kind: I # c", "kind : J", "kind: K  ", "kind: null", "kind: ~", "kind: 1", "kind: yes",
	"items:", "- apiVersion: v1", "  kind: L", "- {apiVersion: v1, kind: M}", "- kind: N", "items: [{apiVersion: v1, kind: O}]", "items: []", "items: {}", "- ", "- - x", "-",
	"metadata:", "  name: x", "  labels: {a: b}", "metadata: {name: y, name: z}", "<<: {kind: P}", "<<: *k", "<<: &m {apiVersion: v2, x: 1}", "<<: [*m, {kind: Q}]", "<<: *m",
	"x: \"", "y: \"", "x: '", "z: |", "z: >", "  - text", "  kind: R", "x: 010", "x: 1_0", "x: off", "x: !!str 1", "x: !!binary YQ==", "x: [1,", "2]", "x: {a: 1,", "b: 2}",
	"---", "--- ", "--- # c", "---\t", "...", "... ", "%YAML 1.1", "# c", "", "\ufeff", "\ufeff---", "\ufeffkind: S", "\ufeffapiVersion: v1", "\t", "\r", "a\u2028b: 1", "a\u0085",
	`{"apiVersion": "v1", "kind": "T"}`, `{"apiVersion": "v1", "kind": "U", "kind": "V"}`, `{"apiVersion": "v1", "kind": "WList", "items": [{"x": 1}]}`, `{"apiVersion": "v1",`, `"kind": "X"}`, `[`, `]`, `{`, `}`, `, `,
	"services: []", "_format_version: \"3.0\"", "static_resources: {}", "bootstrap: {}", "spring: {}", "{{ x }}", "sops: {}",
}

func TestRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(lines), 1, 14).Draw(t, "lines"), "\n")
		if s := compare([]byte(text)); s != "" {
			t.Fatalf("%s\n%q", s, text)
		}
	})
}

func FuzzKubectl(f *testing.F) {
	for _, text := range attacks {
		f.Add([]byte(text))
	}
	for _, text := range samples(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if s := compare(text); s != "" {
			t.Fatalf("%s\n%q", s, text)
		}
	})
}
