package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

// legendLines are the lines of the legend of DOT.
func legendLines(r *analyze.Report, o Options) []string {
	p := &dotWriter{picture: newPicture(r, o)}
	k := keyOf(p.picture)
	lines := slices.Concat(p.styleMeanings(), k.labels)
	for _, kind := range k.kinds {
		lines = append(lines, dotKinds[kind].words)
	}
	if k.frames {
		lines = append(lines, "frame: namespace")
	}
	if k.pools {
		lines = append(lines, poolMeaning)
	}
	for _, s := range k.colors {
		lines = append(lines, s.says)
	}
	return lines
}

// TestLegendExplainsWhatOccurs has a picture with and one without each thing that a legend explains.
func TestLegendExplainsWhatOccurs(t *testing.T) {
	all := fixtures()
	kinds := func(kinds ...graph.Kind) *analyze.Report {
		var services []graph.Service
		for i, kind := range kinds {
			name := string(rune('a' + i))
			services = append(services, graph.Service{ID: name, Name: name, Kind: kind, Traits: &graph.Traits{Team: "team-" + name}})
		}
		return reportOf(graphtest.New(services, nil))
	}
	weak := func(change func(*graph.Call)) *analyze.Report {
		c := graph.Call{From: 0, To: 1, Strength: graph.Strong}
		change(&c)
		return reportOf(graphtest.New([]graph.Service{{ID: "a", Kind: graph.KindService}, {ID: "b", Kind: graph.KindService}}, []graph.Call{c}))
	}
	service := kinds(graph.KindService)
	for _, tt := range []struct {
		line  string
		with  *analyze.Report
		look  Look
		plain *analyze.Report
	}{
		{"box: service", service, Look{}, kinds(graph.KindJob)},
		{"box with tabs: job", kinds(graph.KindJob), Look{}, service},
		{"cylinder: database", kinds(graph.KindDatabase), Look{}, kinds(graph.KindCache)},
		{"dashed cylinder: cache", kinds(graph.KindCache), Look{}, kinds(graph.KindDatabase)},
		{"arrow-shaped box: broker", kinds(graph.KindBroker), Look{}, service},
		{"parallelogram: topic", kinds(graph.KindTopic), Look{}, service},
		{"hexagon: gateway", kinds(graph.KindGateway), Look{}, service},
		{"dashed ellipse: external host", kinds(graph.KindExternal), Look{}, service},
		{"box with one tab: telemetry", kinds(graph.KindTelemetry), Look{}, service},
		{"frame: namespace", reportOf(graphtest.Parse("a/b:a/c")), Look{}, reportOf(graphtest.Parse("b:c"))},
		{poolMeaning, reportOf(graphtest.Parse("a:[b|c]")), Look{}, reportOf(graphtest.Parse("a:{b|c}"))},
		{"arrow: from the caller to the callee", reportOf(graphtest.Parse("b:c")), Look{}, service},
		{"dashed: asynchronous", reportOf(graphtest.Parse("b:c~")), Look{}, reportOf(graphtest.Parse("b:c"))},
		{"hollow head: soft, the call is optional", reportOf(graphtest.Parse("b:c?")), Look{}, reportOf(graphtest.Parse("b:c"))},
		{"grey, dotted unless dashed: weak evidence", reportOf(graphtest.Parse("b:c!")), Look{}, reportOf(graphtest.Parse("b:c"))},
		{"light grey, dotted unless dashed: allowed, not proven", weak(func(c *graph.Call) { c.Strength = graph.Allowed }), Look{}, reportOf(graphtest.Parse("b:c!"))},
		{"bar at the tail: fallback", weak(func(c *graph.Call) { c.Fallback = true }), Look{}, weak(func(c *graph.Call) { c.Mirror = true })},
		{"dot at the tail: mirrored traffic", weak(func(c *graph.Call) { c.Mirror = true }), Look{}, weak(func(c *graph.Call) { c.Fallback = true })},
		{"thin: peer", weak(func(c *graph.Call) { c.Class = graph.ClassPeer }), Look{}, reportOf(graphtest.Parse("b:c"))},
		{"percent at an arrow: share of the requests", reportOf(graphtest.Parse("a:{b=10|c=90}")), Look{}, reportOf(graphtest.Parse("a:{b|c}"))},
		{"\"one of\" at an arrow: a request goes to one of so many", reportOf(graphtest.Parse("a:{b|c}")), Look{}, reportOf(graphtest.Parse("a:{b=10|c=90}"))},
		{"\"failover\" at an arrow: called when others fail", reportOf(graphtest.Parse("a:(b|c)")), Look{}, reportOf(graphtest.Parse("a:{b|c}"))},
		{cutLegend, all["cycles"], Look{}, all["check"]},
		{looks[looped].says, all["check"], Look{}, all["blast"]},
		{looks[warned].says, all["check"], Look{}, all["clean"]},
		{looks[down].says, all["blast"], Look{}, all["cycles"]},
		{looks[protected].says, all["blast"], Look{}, all["diff"]},
		{looks[added].says, all["diff"], Look{}, all["no-diff"]},
		{looks[onPath].says, all["path"], Look{}, all["shop"]},
		{"team front", all["shop"], Look{ColorBy: "team"}, service},
		{"no team declared, or several", all["shop"], Look{ColorBy: "team"}, service},
		{"1 other team", kinds(1, 1, 1, 1, 1, 1, 1, 1, 1), Look{ColorBy: "team"}, kinds(1, 1, 1, 1, 1, 1, 1, 1)},
		{"tier 1", all["shop"], Look{ColorBy: "tier"}, all["marks"]},
		{labelMeaning["protocol"], all["shop"], Look{Label: "protocol"}, service},
		{labelMeaning["evidence"], all["shop"], Look{Label: "evidence"}, service},
		{labelMeaning[LabelLatency], reportOf(graphtest.Estate(4)), Look{}, all["shop"]},
		{labelMeaning[LabelPolicy], all["html"], Look{Label: LabelPolicy}, service},
	} {
		if tt.look.Label == LabelPolicy {
			g := graphtest.Estate(4)
			tt.with = &analyze.Report{Graph: g, Drawn: true, Policies: analyze.PolicyMatrix(g, analyze.Scope(g, graph.Weak), analyze.MatrixFilter{})}
			tt.plain = &analyze.Report{Graph: tt.plain.Graph, Drawn: true, Policies: &analyze.Matrix{}}
		}
		if lines := legendLines(tt.with, Options{Look: tt.look}); !slices.Contains(lines, tt.line) {
			t.Errorf("the legend lacks %q: %s", tt.line, strings.Join(lines, "; "))
		}
		if lines := legendLines(tt.plain, Options{Look: tt.look}); slices.Contains(lines, tt.line) {
			t.Errorf("the legend explains %q, which does not occur: %s", tt.line, strings.Join(lines, "; "))
		}
	}
}

// TestFindingsAreMarkedWhereTheyAre holds that a finding colors what it is about, and not the others
// that it names.
func TestFindingsAreMarkedWhereTheyAre(t *testing.T) {
	g := graphtest.Parse("a:b,c b:c c:a d:c")
	node := func(name string) graph.Node { v, _ := g.Node(name); return v }
	for _, tt := range []struct {
		name    string
		subject string
		about   string // the IDs of its services, a letter each
		covers  []string
		want    string
	}{
		{"a service, not those that suffer", "c", "cabd", nil, "c"},
		{"a call", "a->b", "ab", nil, "a>b"},
		{"calls of one service", "a", "abc", []string{"a->b", "a->c"}, "a>b a>c"},
		{"a chain", "a>b>c", "abc", nil, "a>b b>c"},
		{"a loop", "a,b,c", "abc", nil, "a b c a>b b>c c>a"},
		{"an object that acts on calls of one service", "VirtualService/x/c", "cabd", nil, "c"},
		{"inputs", "inputs", "", nil, ""},
	} {
		f := analyze.Finding{Rule: "x", Severity: analyze.Error, Subject: tt.subject, Covers: tt.covers}
		for _, name := range tt.about {
			f.Services = append(f.Services, node(string(name)))
		}
		d := View{}.Draw(g)
		h := highlightReport(&analyze.Report{Graph: g, Check: &analyze.Check{Findings: []analyze.Finding{f}}}, d)
		var got []string
		for v := range graph.Node(g.Len()) {
			if h.box[v] != noHighlight {
				got = append(got, g.ID(v))
			}
		}
		for e := range graph.Edge(g.Calls()) {
			if h.arrow[e] != noHighlight {
				got = append(got, g.ID(g.From(e))+">"+g.ID(g.To(e)))
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q is marked, want %q", tt.name, strings.Join(got, " "), tt.want)
		}
	}
}
