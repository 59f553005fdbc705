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
		Import([]byte(tt.text), graph.Source{Reader: "weir", File: "f"}.Whole(), &f)
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
		"":                         {},
		"a.yaml":                   graph.Source{File: "a.yaml"}.Whole(),
		"a.yaml:3":                 graph.Source{File: "a.yaml"}.At(3, 0),
		"a:b:14:9":                 graph.Source{File: "a:b"}.At(14, 9),
		"c:1:2:3":                  graph.Source{File: "c:1"}.At(2, 3),
		"d:99999999999":            graph.Source{File: "d:99999999999"}.Whole(),
		"a (b)":                    graph.Source{File: "a (b)"}.Whole(),
		"a (b):3":                  graph.Source{File: "a (b)"}.At(3, 0),
		"web.yaml (stdin:38:18)":   graph.Source{File: "stdin", RenderedFrom: "web.yaml"}.At(38, 18),
		"a/x y.yaml (b/c:1:38:18)": graph.Source{File: "b/c:1", RenderedFrom: "a/x y.yaml"}.At(38, 18),
	} {
		got := parseOrigin(text)
		if got != want || originText(got) != text {
			t.Errorf("parseOrigin(%q) = %+v, want %+v", text, got, want)
		}
	}
}

// What makes no sense of groups is passed over, and the calls are read.
func TestImportGroups(t *testing.T) {
	const calls = `{"services":[{"id":"a","name":"a","defined":true},{"id":"b","name":"b","defined":true},{"id":"c","name":"c","defined":true}],"calls":[
{"from":"a","to":"b","evidence":[{"way":"x","strength":"strong","class":"call","group":[%d],"origin":{"file":"f"}}]},
{"from":"a","to":"c","evidence":[{"way":"x","strength":"strong","class":"call","group":[0],"origin":{"file":"f"}}]}],"groups":[%s]}`
	for _, tt := range []struct {
		name   string
		number int
		groups string
		want   string // the group of each call, outwards
	}{
		{"pool", 0, `{"caller":"a","kind":"pool","need":2,"members":[{"to":"b"},{"to":"c"}]}`, "pool2; pool2"},
		{"no groups", 0, ``, "-; -"},
		{"no such group", 7, `{"caller":"a","kind":"pool","members":[{"to":"b"},{"to":"c"}]}`, "-; pool0"},
		{"negative numbers", -1, `{"caller":"a","kind":"pool","need":-2,"in":-1,"members":[{"to":"b"},{"to":"c","share":-3}]}`, "-; pool0"},
		{"no such member", 0, `{"caller":"a","kind":"pool","members":[{"to":"b"}]}`, "pool0; -"},
		{"unknown kind", 0, `{"caller":"a","kind":"quorum","members":[{"to":"b"},{"to":"c"}]}`, "-; -"},
		{"nested", 1, `{"caller":"a","kind":"failover","members":[{"to":"c"},{"group":1,"rank":1}]},{"caller":"a","kind":"pool","in":0,"members":[{"to":"b"}]}`, "pool0 in failover0; failover0"},
		{"in itself", 0, `{"caller":"a","kind":"pool","in":0,"members":[{"to":"b"},{"group":0}]}`, "pool0; -"},
		{"in each other", 1, `{"caller":"a","kind":"pool","in":1,"members":[{"to":"c"},{"group":1}]},{"caller":"a","kind":"split","in":0,"members":[{"to":"b"},{"group":0}]}`, "split0 in pool0; pool0"},
		{"around it only by one side", 1, `{"caller":"a","kind":"pool","members":[{"to":"c"}]},{"caller":"a","kind":"split","in":0,"members":[{"to":"b"}]}`, "split0; pool0"},
	} {
		var f graph.Facts
		Import(fmt.Appendf(nil, calls, tt.number, tt.groups), graph.Source{Reader: "weir", File: "f"}.Whole(), &f)
		got := ""
		for i := range f.Calls {
			if i > 0 {
				got += "; "
			}
			words := "-"
			for p := f.Calls[i].In; p != nil; p = p.Group.In {
				if words == "-" {
					words = ""
				} else {
					words += " in "
				}
				words += fmt.Sprintf("%v%d", p.Group.Kind, p.Group.Need)
				if p.Share < 0 {
					t.Errorf("%s: a share of %v", tt.name, p.Share)
				}
			}
			got += words
		}
		if got != tt.want {
			t.Errorf("%s: calls are in %q, want %q", tt.name, got, tt.want)
		}
	}
}
