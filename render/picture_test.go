package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/render/pen"
	gonum "gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/encoding"
	gonumdot "gonum.org/v1/gonum/graph/encoding/dot"
	"gonum.org/v1/gonum/graph/multi"
)

func reportOf(g *graph.Graph) *analyze.Report { return &analyze.Report{Graph: g, Drawn: true} }

// graphviz returns the path of dot, or skips the test.
func graphviz(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("Graphviz is not installed: what it accepts is not tested")
	}
	return path
}

func layOut(t *testing.T, dotPath, language, source string) (picture string, took time.Duration) {
	t.Helper()
	cmd := exec.Command(dotPath, "-T"+language)
	cmd.Stdin = strings.NewReader(source)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("dot: %v\n%s\n%.2000s", err, said.String(), source)
	}
	if said.Len() > 0 {
		t.Errorf("dot complains: %s", said.String())
	}
	return out.String(), cmd.ProcessState.UserTime()
}

func TestGraphvizAcceptsEveryDrawing(t *testing.T) {
	testlong.OneSize(t)
	path := graphviz(t)
	for name, r := range fixtures() {
		if Parts(r)&^dot.Shows != 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			layOut(t, path, "canon", written(t, dot, r, Options{}))
		})
	}
}

// What Graphviz shows in a box must be the very name.
func TestGraphvizShowsTheNames(t *testing.T) {
	path := graphviz(t)
	out, _ := layOut(t, path, "json", written(t, dot, reportOf(oddGraph()), Options{View: View{All: true}}))
	var drawn struct {
		Objects []struct {
			Name    string
			Label   string
			Draw    []struct{ Op, Text string } `json:"_ldraw_"`
			Tooltip string
		}
	}
	if err := json.Unmarshal([]byte(out), &drawn); err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, o := range drawn.Objects {
		name := ""
		for _, op := range o.Draw {
			if op.Op == "T" {
				name += op.Text
			}
		}
		shown[name] = true
	}
	g := oddGraph()
	for _, s := range g.Services() {
		if want := pen.Short(pen.Clean(s.Name)); !shown[want] {
			t.Errorf("%q is not shown as %q", s.Name, want)
		}
	}
}

// readBack is a graph that gonum's reader of DOT fills.
type readBack struct {
	*multi.DirectedGraph
	labels []string
}

func (g *readBack) NewNode() gonum.Node { return readNode{g.DirectedGraph.NewNode(), g} }

type readNode struct {
	gonum.Node
	graph *readBack
}

func (n readNode) SetAttribute(a encoding.Attribute) error {
	if a.Key == "label" {
		n.graph.labels = append(n.graph.labels, a.Value)
	}
	return nil
}

func TestDOTIsReadBack(t *testing.T) {
	g := oddGraph()
	back := &readBack{DirectedGraph: multi.NewDirectedGraph()}
	if err := gonumdot.UnmarshalMulti([]byte(written(t, dot, reportOf(g), Options{View: View{All: true}})), back); err != nil {
		t.Fatal(err)
	}
	if got, want := back.Nodes().Len(), g.Len(); got != want {
		t.Errorf("read back %d nodes, want %d", got, want)
	}
	if got, want := len(back.labels), g.Len(); got != want {
		t.Errorf("read back %d labels, want %d", got, want)
	}
	if got, want := back.Edges().Len(), g.Calls(); got != want {
		t.Errorf("read back %d calls, want %d", got, want)
	}
}

func TestBigGraphsAreCutToSize(t *testing.T) {
	testlong.OneSize(t)
	r := reportOf(randomGraph(rand.New(rand.NewPCG(1, 1)), 5000, 25000))
	d, _ := drawn(r, View{})
	if !readable(d) {
		t.Errorf("%d boxes and %d calls are drawn by default", d.Graph.Len(), d.Graph.Calls())
	}
	if len(d.NotShown) == 0 {
		t.Error("nothing is said to be left out")
	}
	source := strings.ReplaceAll(written(t, dot, r, Options{}), "<BR ALIGN=\"LEFT\"/>\n\t\t", " ")
	for _, clause := range d.NotShown {
		if !strings.Contains(source, "not shown: "+clause) {
			t.Errorf("the legend does not say %q", clause)
		}
	}
}

func TestAllIsNeverCut(t *testing.T) {
	g := randomGraph(rand.New(rand.NewPCG(1, 1)), 500, 2000)
	d, _ := drawn(reportOf(g), View{All: true})
	if d.Graph.Len() != g.Len() || d.Graph.Calls() != g.Calls() {
		t.Errorf("%d services and %d calls are drawn of %d and %d", d.Graph.Len(), d.Graph.Calls(), g.Len(), g.Calls())
	}
}

func TestHasteFrom200Calls(t *testing.T) {
	for _, tt := range []struct {
		calls       int
		haste, sfdp bool
	}{{199, false, false}, {200, true, false}, {999, true, false}, {1000, true, true}} {
		var services []graph.Service
		for i := range 51 {
			services = append(services, graph.Service{ID: fmt.Sprintf("s%02d", i), Kind: graph.KindService})
		}
		var calls []graph.Call
		for i := range tt.calls {
			calls = append(calls, graph.Call{From: graph.Node(i % 50), To: graph.Node((i%50 + i/50 + 1) % 51), Mode: graph.Sync, Need: graph.Hard, Strength: graph.Strong})
		}
		got := written(t, dot, reportOf(graphtest.New(services, calls)), Options{View: View{All: true}})
		if has := strings.Contains(got, fastLayout); has != tt.haste {
			t.Errorf("%d calls: attributes for haste: %v, want %v", tt.calls, has, tt.haste)
		}
		if has := strings.Contains(got, "sfdp"); has != tt.sfdp {
			t.Errorf("%d calls: sfdp suggested: %v, want %v", tt.calls, has, tt.sfdp)
		}
	}
}

// The default picture of any graph is laid out while one waits.
func TestDefaultPictureIsQuick(t *testing.T) {
	testlong.OneSize(t)
	path := graphviz(t)
	for _, size := range [][2]int{{300, 1500}, {10000, 50000}, {2000, 100}} {
		source := written(t, dot, reportOf(randomGraph(rand.New(rand.NewPCG(3, 3)), size[0], size[1])), Options{})
		// 2 s is the aim; the rest is for a slow machine. A busy one does not count.
		if _, took := layOut(t, path, "svg", source); took > 6*time.Second {
			t.Errorf("%d services and %d calls take dot %v", size[0], size[1], took)
		}
	}
}

func TestImages(t *testing.T) {
	graphviz(t)
	for name, magic := range map[string]string{"svg": "<?xml", "png": "\x89PNG", "pdf": "%PDF"} {
		if got := written(t, Named(name), fixtures()["shop"], Options{}); !strings.HasPrefix(got, magic) {
			t.Errorf("%s begins with %.8q, want %q", name, got, magic)
		}
	}
}

func TestImageWithoutGraphviz(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := svg.Write(io.Discard, fixtures()["shop"], Options{})
	var missing *noGraphviz
	if !errors.As(err, &missing) || missing.Hint() == "" {
		t.Errorf("without dot: %v, want a *NoGraphviz with a hint", err)
	}
}

func TestMermaidEscape(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"shop/cart", "shop/cart"},
		{`pay"ments`, "pay#34;ments"},
		{"a#b;c", "a#35;b#59;c"},
		{"<b>", "#60;b#62;"},
		{"`x`", "#96;x#96;"},
		{"- item", "#45; item"},
		{"1. item", "1#46; item"},
		{"a-b.c", "a-b.c"},
		{"支払い", "支払い"},
	} {
		if got := mermaidEscape(tt.name); got != tt.want {
			t.Errorf("mermaidEscape(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestJSONIsReadBack(t *testing.T) {
	for name, r := range fixtures() {
		var back map[string]any
		if err := json.Unmarshal([]byte(written(t, jsonFormat, r, Options{})), &back); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if back["schema"] != "weir/v1" || back["coverage"] == nil && back["variants"] == nil {
			t.Errorf("%s: schema %v and coverage %v", name, back["schema"], back["coverage"])
		}
	}
}

func FuzzNames(f *testing.F) {
	for i, name := range hostileNames {
		f.Add(name, hostileNames[len(hostileNames)-1-i])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		g := ring([]string{a, b, a + b})
		for _, format := range ownFormats() {
			r := reportOf(g)
			switch {
			case format.Shows&findingsPart != 0 && format.Shows&graphPart == 0:
				r = &analyze.Report{Graph: g, Check: &analyze.Check{Findings: []analyze.Finding{
					{Rule: "x", Subject: a, Message: b, Hint: a + b, Origins: []graph.Origin{graph.Source{File: a}.At(1, 0)}, Values: []analyze.KeyValue{{Key: a, Value: b}}},
				}}}
			case format.Shows&graphPart == 0:
				r = &analyze.Report{Graph: g, Matrix: analyze.PolicyMatrix(g, analyze.Scope(g, graph.Weak), analyze.MatrixFilter{})}
			}
			out := written(t, format, r, Options{})
			if strings.ContainsAny(out, "\x1b\x00\a\r") {
				t.Errorf("%s lets control characters through: %q", format.Name, out)
			}
			switch format {
			case dot:
				back := &readBack{DirectedGraph: multi.NewDirectedGraph()}
				if err := gonumdot.UnmarshalMulti([]byte(out), back); err != nil {
					t.Errorf("dot: %v\n%s", err, out)
				} else if len(back.labels) != g.Len() {
					t.Errorf("dot has %d labels, want %d:\n%s", len(back.labels), g.Len(), out)
				}
			case jsonFormat:
				if !json.Valid([]byte(out)) {
					t.Errorf("json is not valid: %s", out)
				}
			case mermaid:
				for i, line := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
					if !mermaidLine.MatchString(line) {
						t.Errorf("mermaid: line %d is %q in\n%s", i+1, line, out)
					}
				}
			}
		}
	})
}

// mermaidLine matches the lines of a flowchart of which no name has broken out.
var mermaidLine = regexp.MustCompile(`^(?:---|title: "(?:[^"\\]|\\.)*"|flowchart LR|  (?:  )?(?:direction TB|end|subgraph legend|` +
	`(?:subgraph )?[nglp][a-z0-9_]*(?:\[|\[\[|\(\[)"[^"]*"(?:\]|\]\]|\]\))|n[a-z0-9_]* --> n[a-z0-9_]*))$`)

func benchmarkFormat(b *testing.B, f *Format) {
	r := reportOf(randomGraph(rand.New(rand.NewPCG(1, 1)), 10_000, 50_000))
	b.Run("services=10000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := f.Write(io.Discard, r, Options{View: View{All: true}}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDOT(b *testing.B)  { benchmarkFormat(b, dot) }
func BenchmarkJSON(b *testing.B) { benchmarkFormat(b, jsonFormat) }
func BenchmarkText(b *testing.B) { benchmarkFormat(b, text) }
func BenchmarkTree(b *testing.B) { benchmarkFormat(b, treeFormat) }
