package render

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// listed calls test with what format f makes of every report of findings.
func listed(t *testing.T, f *Format, test func(t *testing.T, text string, r *analyze.Report)) {
	t.Helper()
	reports := fixtures()
	reports["hostile"] = hostileFindings()
	for name, r := range reports {
		if r.Check != nil {
			t.Run(name, func(t *testing.T) { test(t, written(t, f, r, Options{Version: "v1.2.3"}), r) })
		}
	}
}

// hostileFindings have what the languages of formats use themselves, many findings, and some
// in no file.
func hostileFindings() *analyze.Report {
	check := &analyze.Check{FailOn: analyze.Error, Rules: fixtureRules()}
	for i := range 50 {
		name := fmt.Sprintf("<a href=\"x\">%d</a> & ]]> ::error::no\n##[error]no %%0A@me | `x` \x1b[31m\u2028", i)
		f := analyze.Finding{
			Rule: "sync-cycle", Severity: analyze.Error, Confidence: analyze.Assumed, Subject: name, Message: name + " is bad", Hint: "rename " + name,
			Fingerprint: fmt.Sprintf("%016x", i), Origins: []graph.Origin{graph.Source{File: "a b/ä:" + name + ".yaml"}.At(int32(i), 0)},
			Values: []analyze.KeyValue{{Key: name, Value: name}},
		}
		switch i % 5 {
		case 1:
			f.Origins = nil
		case 2:
			f.Origins[0] = graph.Source{File: policy.Stdin}.At(3, 4)
		case 3:
			f.Origins[0] = graph.Source{File: policy.Stdin, RenderedFrom: "chart/templates/a.yaml"}.At(3, 4)
		case 4:
			one, two := f, f
			two.Subject, two.Fingerprint = "other", "f"+f.Fingerprint[1:]
			f.Each = []analyze.Finding{one, two}
		}
		check.Findings = append(check.Findings, f)
		check.Found[f.Severity]++
	}
	return &analyze.Report{Graph: graph.New(nil, nil), Check: check}
}

func TestSARIFSchema(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "testdata", "schema", "sarif-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	listed(t, sarifFormat, func(t *testing.T, text string, _ *analyze.Report) {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Error(err)
		}
		results := doc.(map[string]any)["runs"].([]any)[0].(map[string]any)["results"].([]any)
		for _, r := range results {
			if r.(map[string]any)["partialFingerprints"].(map[string]any)[fingerprintName] == "" {
				t.Errorf("a result without a fingerprint: %v", r)
			}
		}
	})
}

// GitLab documents description, check_name, fingerprint, severity, location.path and
// location.lines.begin as required, and fingerprints as unique.
func TestGitLabFields(t *testing.T) {
	listed(t, gitlab, func(t *testing.T, text string, _ *analyze.Report) {
		var issues []map[string]any
		if err := json.Unmarshal([]byte(text), &issues); err != nil {
			t.Fatal(err)
		}
		seen := map[any]bool{}
		for _, issue := range issues {
			location, _ := issue["location"].(map[string]any)
			lines, _ := location["lines"].(map[string]any)
			if begin, _ := lines["begin"].(float64); begin < 1 || location["path"] == "" {
				t.Errorf("no place: %v", issue)
			}
			if path := location["path"].(string); strings.HasPrefix(path, "./") || strings.HasPrefix(path, "/") {
				t.Errorf("path %q is not relative to the repository", path)
			}
			for _, field := range []string{"description", "check_name", "fingerprint"} {
				if text, _ := issue[field].(string); text == "" {
					t.Errorf("no %s: %v", field, issue)
				}
			}
			if s, _ := issue["severity"].(string); !strings.Contains(" info minor major critical blocker ", " "+s+" ") {
				t.Errorf("severity %q", s)
			}
			if seen[issue["fingerprint"]] {
				t.Errorf("fingerprint %v twice", issue["fingerprint"])
			}
			seen[issue["fingerprint"]] = true
		}
	})
}

// Jenkins and GitLab read testsuite (name, tests, failures, skipped), testcase (classname, name,
// file), failure (type, message, text) and skipped (message).
func TestJUnitElements(t *testing.T) {
	allowed := map[string]string{
		"testsuites": "name tests failures skipped", "testsuite": "name tests failures skipped",
		"testcase": "classname name file line", "failure": "type message", "skipped": "message",
	}
	listed(t, junit, func(t *testing.T, text string, r *analyze.Report) {
		decoder := xml.NewDecoder(strings.NewReader(text))
		count := map[string]int{}
		for {
			token, err := decoder.Token()
			if token == nil {
				if err.Error() != "EOF" {
					t.Fatal(err)
				}
				break
			}
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			count[start.Name.Local]++
			fields, known := allowed[start.Name.Local]
			if !known {
				t.Errorf("element %q", start.Name.Local)
			}
			for _, a := range start.Attr {
				if !strings.Contains(" "+fields+" ", " "+a.Name.Local+" ") {
					t.Errorf("attribute %q of %s", a.Name.Local, start.Name.Local)
				}
			}
		}
		if count["testsuites"] != 1 || count["testsuite"] != len(r.Check.Rules) {
			t.Errorf("%d suites of %d rules", count["testsuite"], len(r.Check.Rules))
		}
		failing := 0
		for f := range r.Check.Singles() {
			if r.Check.Fails(f.Severity) {
				failing++
			}
		}
		if count["failure"] != failing {
			t.Errorf("%d failures for %d findings that fail the run", count["failure"], failing)
		}
	})
}

func TestGitHubCommands(t *testing.T) {
	command := regexp.MustCompile(`^::(error|warning|notice) (file=[^,:\n]+,(line=\d+,)?(col=\d+,)?)?title=weir%3A [a-z-]+::[^\n]+$`)
	listed(t, github, func(t *testing.T, text string, r *analyze.Report) {
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if !command.MatchString(line) && !regexp.MustCompile(`^(\d+ more findings, of which GitHub shows no annotation|ignored .*: (error|warning|info): .+ \[[a-z-]+\])$`).MatchString(line) {
				t.Errorf("line %q", line)
			}
			if strings.Contains(line, "##[") {
				t.Errorf("a name gives a command: %q", line)
			}
		}
	})
}

func TestLinesAreLines(t *testing.T) {
	line := regexp.MustCompile(`^(.+):(\d+):(\d+): (error|warning|info): (.+) \[[a-z-]+\]$`)
	listed(t, lineFormat, func(t *testing.T, text string, r *analyze.Report) {
		n := 0
		for f := range r.Check.Singles() {
			_ = f
			n++
		}
		if got := strings.Count(text, "\n"); got != n {
			t.Errorf("%d lines for %d findings", got, n)
		}
		for l := range strings.Lines(text) {
			if !line.MatchString(strings.TrimSuffix(l, "\n")) {
				t.Errorf("line %q", l)
			}
		}
	})
}

// A comment of 65,536 characters is refused by GitHub.
func TestMarkdownFitsIntoAComment(t *testing.T) {
	r := hostileFindings()
	for i := range r.Check.Findings {
		r.Check.Findings[i].Message = strings.Repeat("many words ", 200)
	}
	var b bytes.Buffer
	if err := markdown.Write(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 65_536 {
		t.Errorf("the comment has %d bytes", b.Len())
	}
	if !strings.Contains(b.String(), "more") || !strings.HasSuffix(b.String(), "0 calls\n") {
		t.Errorf("what is left out is not counted, or the end is missing:\n%s", b.String()[b.Len()-200:])
	}
}

func TestPlaces(t *testing.T) {
	inRepo := Places{Dir: "/src/shop/deploy", Root: "/src/shop"}
	for _, test := range []struct {
		name   string
		places Places
		origin graph.Origin
		want   string
	}{
		{"below", inRepo, graph.Source{File: "a.yaml"}.At(3, 0), "deploy/a.yaml"},
		{"dots", inRepo, graph.Source{File: "./x/../a.yaml"}.At(3, 0), "deploy/a.yaml"},
		{"beside", inRepo, graph.Source{File: "../charts/a.yaml"}.Whole(), "charts/a.yaml"},
		{"absolute", inRepo, graph.Source{File: "/src/shop/a.yaml"}.Whole(), "a.yaml"},
		{"outside", inRepo, graph.Source{File: "/etc/a.yaml"}.Whole(), "/etc/a.yaml"},
		{"above", inRepo, graph.Source{File: "../../a.yaml"}.Whole(), "../../a.yaml"},
		{"rendered", inRepo, graph.Source{File: policy.Stdin, RenderedFrom: "shop/templates/web.yaml"}.At(7, 0), "deploy/shop/templates/web.yaml"},
		{"no repository", Places{Dir: "/tmp"}, graph.Source{File: "./a.yaml"}.Whole(), "a.yaml"},
		{"standard input", inRepo, graph.Source{File: policy.Stdin}.At(7, 0), ""},
	} {
		s, ok := test.places.spot(test.origin)
		if s.File != test.want || ok != (test.want != "") {
			t.Errorf("%s: %q, want %q", test.name, s.File, test.want)
		}
	}
	if got := (spot{File: "a b/ä:1.yaml"}).uri(); got != "a%20b/%C3%A4:1.yaml" {
		t.Errorf("URI %q", got)
	}
}
