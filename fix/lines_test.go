package fix

import (
	"errors"
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// TestLines edits files with one setting a line at the text @, which is not there.
func TestLines(t *testing.T) {
	renamed := func(f *file, at int) ([]splice, error) { return renameAt(f, at, "expression") }
	list := func(now string) func(*file, int) ([]splice, error) {
		return func(f *file, at int) ([]splice, error) {
			return rewriteAt(f, at, false, func(old string) (string, bool) { return now, old == `[503, "x"]` || old == "[503]" })
		}
	}
	set := func(value string) func(*file, int) ([]splice, error) {
		return func(f *file, at int) ([]splice, error) {
			return syntaxOf(f.name).set(f, at, policy.BasePlace, &analyze.FieldEdit{Edit: policy.Edit{Path: "b", Value: value}})
		}
	}
	for _, tt := range []struct {
		name, file, in string
		edit           func(*file, int) ([]splice, error)
		want           string // the error if there is none
	}{
		{"a name in TOML", "a.toml", "[x]\nexpresion = @\"A() > 1\" # why\n", renamed, "[x]\nexpression = \"A() > 1\" # why\n"},
		{"a name in an inline table", "a.toml", "x = {a = 1, y.expresion=@\"A()\"}\n", renamed, "x = {a = 1, y.expression=\"A()\"}\n"},
		{"a name in HCL", "a.hcl", "x {\n  expresion = @1\n}\n", renamed, "x {\n  expression = 1\n}\n"},
		{"a name in properties", "a.properties", "x.y.expresion = @1\n", renamed, "x.y.expression = 1\n"},
		{"a name in quotes", "a.toml", "\"expresion\" = @1\n", renamed, "editor knows"},
		{"a name before a blank", "a.conf", "expresion @1;\n", renamed, "editor knows"},
		{"a list", "a.hcl", "x {\n  a = @[503, \"x\"] # two\n}\n", list("[reset, 502]"), "x {\n  a = [\"reset\", 502] # two\n}\n"},
		{"a list of statuses", "a.hcl", "x {\n  a = @[503]\n}\n", list("[reset]"), "statuses only"},
		{"a list of several lines", "a.hcl", "x {\n  a = @[\n    503]\n}\n", list("[reset]"), "editor knows"},
		{"a new text in HCL", "a.hcl", "x {\n  a = @1\n}\n", set("2s"), "x {\n  a = 1\n  b = \"2s\"\n}\n"},
		{"a new number in HCL", "a.hcl", "x {\n  a = @1\n}\n", set("2"), "x {\n  a = 1\n  b = 2\n}\n"},
		{"a new directive in a block of one line", "a.conf", "location / { @a 1; c 3; } # }\n", set("2"), "location / { a 1; b 2; c 3; } # }\n"},
		{"a new directive", "a.conf", "location / { # {\n  @a 1;\n  x \"}\";\n}\n", set("2"), "location / { # {\n  a 1;\n  b 2;\n  x \"}\";\n}\n"},
		{"a directive that is there", "a.conf", "location / {\n  @a 1;\n  b 2;\n}\n", set("2"), "location / {\n  a 1;\n  b 2;\n}\n"},
		{"a directive that has another value", "a.conf", "location / {\n  @a 1;\n  b 3;\n}\n", set("2"), "editor knows"},
		{"a directive of another block", "a.conf", "b 3;\nlocation / {\n  @a 1;\n  if (x) { b 4; }\n}\n", set("2"), "b 3;\nlocation / {\n  a 1;\n  b 2;\n  if (x) { b 4; }\n}\n"},
		{"a new text in properties", "a.properties", "x.a=@1\n", set("2s"), "x.a=1\nx.b=2s\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := strings.Index(tt.in, "@")
			text := []byte(strings.Replace(tt.in, "@", "", 1))
			got := ""
			splicesOf, err := tt.edit(&file{name: tt.file, before: text, text: text}, at)
			if err != nil {
				got = err.Error()
			} else {
				got = string(splices(text, splicesOf))
			}
			if got != tt.want && (err == nil || !strings.Contains(got, tt.want)) {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestSwitch changes conditions where a field that is true or false is one of them, which takes no words.
func TestSwitch(t *testing.T) {
	for name, text := range map[string]string{"a.yaml": "retryOnConnectFailure: true\n", "a.hcl": "RetryOnConnectFailure = true\n"} {
		m := newMaker(func(string) ([]byte, error) { return []byte(text), nil })
		e := analyze.FieldEdit{
			Edit: policy.Edit{Path: "spec.retryOn"}, By: []*policy.Product{product.Consul}, Now: []string{policy.OnReset},
			Written: graph.Source{File: name}.At(1, int32(1+strings.Index(text, "true"))),
		}
		if err := m.rewrite(&e); !errors.Is(err, errSwitch) {
			t.Errorf("%s: %v, want %v", name, err, errSwitch)
		}
	}
}
