package wire

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/weirgraph/weir/graph"
)

func TestImportReportsProblems(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"empty", `{"schema":"weir/v1","services":[],"calls":null}`, ""},
		{"no graph", `{"schema":"weir/v1","findings":[]}`, `f:1: is a report of weir without its graph`},
		{"a list", `[]`, `f:1: cannot be read as a graph of weir: it is no object`},
		{"cut", "{\"services\":[\n{\"id\":\"a\"},\n", `f:2: cannot be read as a graph of weir: services: EOF`},
		{"wrong type", "{\"services\":[\n{\"id\":\"a\",\"name\":\"a\",\"tier\":\"one\",\"defined\":true}]}", `f:2: "tier" is a string, which makes no sense there`},
		{"wrong part", "{\"services\":[{\"id\":\"a\",\"name\":\"a\",\"defined\":true}],\n\"calls\":[{\"from\":\"a\",\"to\":\"a\",\"policy\":{\"timeout\":5}}]}", `f:2: "policy.timeout" is a number, which makes no sense there`},
		{"unknown keys", `{"services":[{"id":"a","name":"a","defined":true,"color":{"red":[1]}}],"weather":"fine"}`, ""},
		{"unknown service", `{"services":[],"calls":[{"from":"a","to":"b"}]}`, `f:1: 1 calls are of services that the file does not name`},
	} {
		var f graph.Facts
		Import([]byte(tt.text), graph.Origin{Reader: "weir", File: "f"}, &f)
		got := ""
		for _, p := range f.Problems {
			got += fmt.Sprintf("%v: %s", p.Origin, p.Message)
		}
		if got != tt.want {
			t.Errorf("%s: problems %q, want %q", tt.name, got, tt.want)
		}
		if (tt.name == "wrong type" || tt.name == "wrong part") && len(f.Entities) != 1 {
			t.Errorf("%s: %d services are read, want 1", tt.name, len(f.Entities))
		}
	}
}

func TestAmount(t *testing.T) {
	for text, want := range map[string]Amount{`3`: 3, `"2.5"`: 2.5, `"NaN"`: 0, `-1`: 0, `"Inf"`: 0, `null`: 0, `{}`: 0} {
		var got struct{ A Amount }
		if err := json.Unmarshal([]byte(`{"a":`+text+`}`), &got); err != nil || got.A != want {
			t.Errorf("%s is read as %v, %v, want %v", text, got.A, err, want)
		}
	}
}

func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]graph.Origin{
		"":              {},
		"a.yaml":        {File: "a.yaml"},
		"a.yaml:3":      {File: "a.yaml", Line: 3},
		"a:b:14:9":      {File: "a:b", Line: 14, Column: 9},
		"c:1:2:3":       {File: "c:1", Line: 2, Column: 3},
		"d:99999999999": {File: "d:99999999999"},
	} {
		got := parseOrigin(text)
		if got != want || got.String() != text {
			t.Errorf("parseOrigin(%q) = %+v, want %+v", text, got, want)
		}
	}
}
