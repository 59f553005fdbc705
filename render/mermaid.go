package render

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/pen"
)

// mermaid is for Markdown pages that draw flowcharts.
var mermaid = &Format{
	Name:  "mermaid",
	Doc:   "for Markdown pages: a Mermaid flowchart",
	Shows: drawable,
	Draws: true,
	write: writeMermaid,
}

func writeMermaid(w io.Writer, r *analyze.Report, o Options) error {
	m := &mermaidWriter{Writer: bufio.NewWriterSize(w, 1<<16), picture: newPicture(r, o)}
	fmt.Fprintf(m, "---\ntitle: %q\n---\nflowchart LR\n", pen.Short(m.title))
	m.boxes()
	m.legend()
	m.arrows()
	m.classes()
	return m.Flush()
}

type mermaidWriter struct {
	*bufio.Writer
	*picture
}

// legend writes a frame with the subtitle, and a sample of each shape and color that occurs.
func (m *mermaidWriter) legend() {
	k := keyOf(m.picture)
	lines := slices.Concat(m.styleMeanings(), k.labels)
	if k.frames {
		lines = append(lines, "frame: namespace")
	}
	if k.pools {
		lines = append(lines, "frame with \"of\" in its name: a pool, of which a caller needs so many")
	}
	for _, clause := range k.notShown {
		lines = append(lines, "not shown: "+clause)
	}
	m.WriteString("  subgraph legend\n    direction TB\n")
	fmt.Fprintf(m, "    legend_read[\"%s\"]\n", mermaidBreak([]string{m.subtitle}))
	if lines != nil {
		fmt.Fprintf(m, "    legend_text[\"%s\"]\n", mermaidBreak(lines))
	}
	for _, kind := range k.kinds {
		shape, word := mermaidShapes[kind], kind.String()
		if kind == graph.KindUnknown {
			word = "several services"
		}
		fmt.Fprintf(m, "    legend_k%d%s\"%s\"%s\n", kind, shape[0], mermaidEscape(word), shape[1])
	}
	for i, s := range k.colors {
		fmt.Fprintf(m, "    legend_c%d[\"%s\"]\n    style legend_c%d %s\n", i, mermaidEscape(s.says), i, mermaidStyle(s))
	}
	m.WriteString("  end\n")
}

// styleMeanings are the meanings of the styles of arrows that occur.
func (m *mermaidWriter) styleMeanings() []string {
	if m.Graph.Calls() == 0 {
		return nil
	}
	calls := make([]graph.Call, m.Graph.Calls())
	for e := range calls {
		calls[e] = m.Graph.Call(graph.Edge(e))
	}
	lines := []string{"arrow: from the caller to the callee"}
	for _, style := range []struct {
		says string
		fits func(graph.Call) bool
	}{
		{"dotted: asynchronous", func(c graph.Call) bool { return c.Mode == graph.Async }},
		{"round head: soft, the call is optional", func(c graph.Call) bool { return c.Need == graph.Soft }},
	} {
		if slices.ContainsFunc(calls, style.fits) {
			lines = append(lines, style.says)
		}
	}
	for e := range calls {
		if calls[e].Strength != graph.Strong && m.lit.arrow[graph.Edge(e)] == noHighlight {
			return append(lines, "grey: weak evidence, or only allowed")
		}
	}
	return lines
}

// mermaidStyle is the style of a box.
func mermaidStyle(s swatch) string {
	style := "color:" + s.ink()
	if s.fill != "" {
		style += ",fill:" + s.fill
	}
	if s.stroke != "" {
		style += ",stroke:" + s.stroke + ",stroke-width:2px"
	}
	return style
}

func (m *mermaidWriter) boxes() {
	for _, f := range framesOf(m.Graph) {
		indent := "  "
		if f.name != "" {
			fmt.Fprintf(m, "  subgraph %s[\"%s\"]\n", pictureID("g", f.name), mermaidEscape(pen.Short(pen.Clean(f.name))))
			indent = "    "
		}
		for _, n := range f.nodes {
			box := m.groups.boxOf[n]
			if box == nil {
				m.box(n, indent, f.name)
			} else if box.nodes[0] == n {
				fmt.Fprintf(m, "%ssubgraph %s[\"%s\"]\n", indent, pictureID("p", m.Graph.ID(n)), mermaidEscape(box.label))
				for _, member := range box.nodes {
					m.box(member, indent+"  ", f.name)
				}
				m.WriteString(indent + "end\n")
			}
		}
		if f.name != "" {
			m.WriteString("  end\n")
		}
	}
}

func (m *mermaidWriter) box(n graph.Node, indent, frame string) {
	shape := mermaidShapes[m.Graph.Service(n).Kind]
	lines := append([]string{m.boxName(n, frame)}, m.boxLines(n)...)
	fmt.Fprintf(m, "%s%s%s\"%s\"%s\n", indent, nodeID(m.Graph, n), shape[0], mermaidBreak(lines), shape[1])
}

// mermaidBreak writes lines of a label.
func mermaidBreak(lines []string) string {
	return strings.Join(convert(lines, func(line string) string { return mermaidEscape(shorter(line)) }), "<br/>")
}

// mermaidShapes are the brackets around the label of each kind.
var mermaidShapes = [][2]string{
	graph.KindUnknown:   {"[[", "]]"},
	graph.KindService:   {"[", "]"},
	graph.KindJob:       {"[/", "/]"},
	graph.KindDatabase:  {"[(", ")]"},
	graph.KindCache:     {"[(", ")]"},
	graph.KindBroker:    {"[\\", "\\]"},
	graph.KindTopic:     {">", "]"},
	graph.KindGateway:   {"{{", "}}"},
	graph.KindExternal:  {"([", "])"},
	graph.KindTelemetry: {"[\\", "/]"},
}

func (m *mermaidWriter) arrows() {
	g := m.Graph
	var pale []string
	lit := map[string][]string{} // by color
	for i := range g.Calls() {
		e := graph.Edge(i)
		c := g.Call(e)
		label := ""
		if lines := m.arrowLines(e); lines != nil {
			label = fmt.Sprintf("|\"%s\"|", mermaidBreak(lines))
		}
		fmt.Fprintf(m, "  %s %s%s %s\n", nodeID(g, c.From), mermaidArrow(c), label, nodeID(g, c.To))
		switch {
		case m.lit.arrow[e] != noHighlight:
			stroke := looks[m.lit.arrow[e]].stroke
			lit[stroke] = append(lit[stroke], fmt.Sprint(i))
		case c.Strength != graph.Strong:
			pale = append(pale, fmt.Sprint(i))
		}
	}
	m.linkStyle(pale, "stroke:#999")
	for _, stroke := range slices.Sorted(maps.Keys(lit)) {
		m.linkStyle(lit[stroke], "stroke:"+stroke+",stroke-width:2px")
	}
}

func mermaidArrow(c graph.Call) string {
	line, head := "--", ">"
	if c.Mode == graph.Async {
		line = "-.-"
	}
	if c.Need == graph.Soft {
		head = "o"
	}
	return line + head
}

func (m *mermaidWriter) linkStyle(links []string, style string) {
	if links != nil {
		fmt.Fprintf(m, "  linkStyle %s %s\n", strings.Join(links, ","), style)
	}
}

// classes colors the boxes.
func (m *mermaidWriter) classes() {
	nodes := map[string][]string{} // by style
	for n := range graph.Node(m.Graph.Len()) {
		if paint := m.paint(n); paint != (swatch{}) {
			style := mermaidStyle(paint)
			nodes[style] = append(nodes[style], nodeID(m.Graph, n))
		}
	}
	for i, style := range slices.Sorted(maps.Keys(nodes)) {
		fmt.Fprintf(m, "  classDef paint%d %s\n  class %s paint%d\n", i, style, strings.Join(nodes[style], ","), i)
	}
}

// mermaidEscape escapes a name for use within a quoted label. Mermaid has no escapes but
// character codes, #NN;. Letters and the usual punctuation of names need none; other
// characters could be read as Mermaid, Markdown or HTML. Punctuation or a digit at the
// beginning could start a list of Markdown.
func mermaidEscape(s string) string {
	var b strings.Builder
	digits := true // nothing but digits so far
	for i, r := range s {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r):
			b.WriteRune(r)
		case r == ' ', r == '/', r == ':', r == ',', r == '_', r == '…':
			b.WriteRune(r)
		case r == '-' && i > 0, r == '.' && !digits:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
		digits = digits && unicode.IsDigit(r)
	}
	return b.String()
}
