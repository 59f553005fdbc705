package summary

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	_ "github.com/weirgraph/weir/internal/testlong"
)

var update = flag.Bool("update", false, "rewrite what the samples want")

var readers = []*document.Reader{Weir, Dependencies, XRayGraph, Prometheus, PrometheusQuery, Kiali, Hubble, Alibaba, Table}

// samples are files in few lines, and what is seen in them: a line a call, then a
// line a problem.
const samples = "../../testdata/ingest"

// A sample is one archive: one input, and what is seen in it.
type sampleFile struct {
	reader, name, path string
	archive            *txtar.Archive
}

func (s *sampleFile) text() []byte { return s.archive.Files[0].Data }

func load(t testing.TB) []sampleFile {
	t.Helper()
	var list []sampleFile
	for _, r := range readers {
		paths, err := filepath.Glob(filepath.Join(samples, r.Name, "*.txtar"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no samples of %s: %v", r.Name, err)
		}
		for _, p := range paths {
			a, err := txtar.ParseFile(p)
			if err != nil || len(a.Files) != 2 || a.Files[1].Name != "want" {
				t.Fatalf("%s is no archive of an input and a want: %v", p, err)
			}
			list = append(list, sampleFile{r.Name, strings.TrimSuffix(filepath.Base(p), ".txtar"), p, a})
		}
	}
	return list
}

func TestSamples(t *testing.T) {
	for _, s := range load(t) {
		t.Run(s.reader+"/"+s.name, func(t *testing.T) {
			reader, got := readText(string(s.text()))
			if reader != s.reader {
				t.Fatalf("taken by the reader %q, want %q", reader, s.reader)
			}
			want := &s.archive.Files[1]
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(s.path, txtar.Format(s.archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if got != string(want.Data) {
				t.Errorf("seen:\n%s\nwant:\n%s", got, want.Data)
			}
		})
	}
}

func TestNobodyTakesOthers(t *testing.T) {
	for _, text := range []string{
		"", "{", "[", "[]", "null", "apiVersion: v1\nkind: Service\n", "# HELP me\na: b\n", "# TYPE of thing\nservices: []\n", "key: value, other: value\n",
		`{"data":[{"traceID":"1","spans":[]}]}`, `{"kind":"ConfigMap","data":{"parent":"x"}}`, `{"items":[{"parent":"a","elements":1}]}`,
		`{"resultType":1}x`[:3], "name,age\nx,3\n", "from,too\n", "~id,~from,~to,~label\n1,a,b,x\n", "source,target,weight\na,b,1\n", `[{"traceId":"1","id":"2","parentId":"3"}]`, "server 80;\n", "total 5\n",
	} {
		if reader, got := readText(text); reader != "" {
			t.Errorf("%q is taken by the reader %q: %s", text, reader, got)
		}
	}
}

func TestColumns(t *testing.T) {
	columns, err := ParseColumns([]string{"trace=T", "span=S", "parent=P", "service=Wer"})
	if err != nil {
		t.Fatal(err)
	}
	text := "Wer,T,S,P\na,1,1,\nb,1,2,1\n"
	if got := factsOf(TableOf(columns), text); got != "a -> b: 1 calls\n" {
		t.Errorf("seen %q", got)
	}
	if columns, err = ParseColumns([]string{"from=from"}); err != nil {
		t.Fatal(err)
	}
	if got := factsOf(TableOf(columns), "from,to,weight\na,b,7\n"); got != "a -> b: 1 calls\n" {
		t.Errorf("with a column for something else: seen %q", got)
	}
	for pair, want := range map[string]string{"trace": `"trace" is not of the form role=header`, "spam=S": `unknown role "spam"`} {
		if _, err := ParseColumns([]string{pair}); err == nil || err.Error() != want {
			t.Errorf("ParseColumns(%q): %v, want %s", pair, err, want)
		}
	}
}

func readText(text string) (reader, seen string) {
	for _, r := range readers {
		if r.Whole([]byte(text)) {
			return r.Name, factsOf(r, text)
		}
	}
	return "", ""
}

// factsOf reads a text and writes the facts in it.
func factsOf(r *document.Reader, text string) string {
	var names document.Names
	var f graph.Facts
	d, _ := document.New("f", "f", document.TextPart([]byte(text)), &names)
	d.Facts, d.Reader = &f, r.Name
	r.Read(d, &f)
	var lines []string
	for o := range graph.AllObservations(f.Observations) {
		line := fmt.Sprintf("%s -> %s: %v calls", end(*o.From), end(*o.To), o.Calls)
		if o.Errors > 0 {
			line += fmt.Sprintf(", %v failed", o.Errors)
		}
		if o.Mode == graph.Async {
			line += ", async"
		}
		if o.Protocol != "" {
			line += ", " + o.Protocol
		}
		if p50, ok := o.More().Latency.Quantile(0.5); ok {
			line += ", p50 " + p50.Round(time.Millisecond).String()
		}
		lines = append(lines, line)
	}
	for _, c := range f.Calls {
		line := fmt.Sprintf("%s -> %s: declared", partyName(c.From), partyName(c.To))
		if !c.Says.Empty() {
			line += " with a policy"
		}
		lines = append(lines, line)
	}
	for _, p := range f.Problems {
		level := []string{graph.Note: "note", graph.Skipped: "skipped", graph.Failed: "failed"}[p.Level]
		lines = append(lines, fmt.Sprintf("%s %d: %s", level, p.Origin.Line, p.Message))
	}
	if lines == nil {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

func partyName(p graph.EndpointRef) string { return p.Ref.Name + p.Host.Host }

func end(s graph.TracePeer) string {
	name := s.Name
	if s.Namespace != "" {
		name = s.Namespace + "/" + name
	}
	if s.Kind != graph.KindUnknown {
		name += " (" + s.Kind.String() + ")"
	}
	return name
}

// FuzzReaders holds that no text breaks a reader, and that what is seen is a number
// of calls between two names.
func FuzzReaders(f *testing.F) {
	for _, s := range load(f) {
		f.Add(slices.IndexFunc(readers, func(r *document.Reader) bool { return r.Name == s.reader }), s.text())
	}
	f.Fuzz(func(t *testing.T, reader int, text []byte) {
		r := readers[uint(reader)%uint(len(readers))]
		var names document.Names
		var facts graph.Facts
		d, _ := document.New("f", "f", document.TextPart(text), &names)
		d.Facts, d.Reader = &facts, r.Name
		r.Whole(text)
		r.Read(d, &facts)
		for o := range graph.AllObservations(facts.Observations) {
			if o.From.Name == "" || o.To.Name == "" || !(o.Calls >= 0) || !(o.Errors >= 0) {
				t.Errorf("%s sees %+v", r.Name, o)
			}
		}
	})
}
