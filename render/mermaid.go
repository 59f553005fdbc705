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
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// mermaid is for Markdown pages that draw flowcharts.
var mermaid = &Format{
	Name:  "mermaid",
	Doc:   "for Markdown pages: a Mermaid flowchart",
	Shows: drawable,
	write: writeMermaid,
}

func writeMermaid(w io.Writer, r *analyze.Report, o Options) error {
	d, lit := picture(r, o.View)
	m := &mermaidWriter{Writer: bufio.NewWriterSize(w, 1<<16), d: d, lit: lit, groups: groupsInPicture(d.Graph)}
	m.WriteString("flowchart LR\n")
	m.legend()
	m.boxes()
	m.arrows()
	m.classes()
	return m.Flush()
}

type mermaidWriter struct {
	*bufio.Writer
	d      *drawing
	lit    *highlighting
	groups *pictureGroups
}

func (m *mermaidWriter) legend() {
	m.WriteString("  %% arrows point from the caller to the callee\n")
	m.WriteString("  %% dotted: asynchronous; round head: soft, the call is optional; grey: weak evidence or only allowed\n")
	for _, line := range m.groups.legend() {
		fmt.Fprintf(m, "  %%%% %s\n", line)
	}
	for _, as := range m.lit.used() {
		fmt.Fprintf(m, "  %%%% %s: %s\n", colourNames[as], highlightWords[as])
	}
	if len(m.lit.cut) > 0 {
		fmt.Fprintf(m, "  %%%% %s\n", cutLegend)
	}
	for _, clause := range m.d.NotShown {
		fmt.Fprintf(m, "  %%%% not shown: %s\n", pen.Clean(clause))
	}
}

func (m *mermaidWriter) boxes() {
	for _, f := range framesOf(m.d.Graph) {
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
				fmt.Fprintf(m, "%ssubgraph %s[\"%s\"]\n", indent, pictureID("p", m.d.Graph.ID(n)), mermaidEscape(box.label))
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
	shape := mermaidShapes[m.d.Graph.Service(n).Kind]
	label := mermaidEscape(m.d.boxName(n, frame))
	if m.d.Graph.Service(n).Kind == graph.KindUnknown {
		label += ", " + english.Count(m.d.Members(n), "service")
	}
	fmt.Fprintf(m, "%s%s%s\"%s\"%s\n", indent, nodeID(m.d.Graph, n), shape[0], label, shape[1])
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
	g := m.d.Graph
	var pale []string
	lit := map[string][]string{} // by colour
	for i := range g.Calls() {
		e := graph.Edge(i)
		c := g.Call(e)
		var words []string
		if m.lit.cut[e] {
			words = append(words, cutWord)
		}
		if in := m.groups.arrowWords(e); in != "" {
			words = append(words, mermaidEscape(in))
		}
		if n := m.d.Weight(e); n > 1 {
			words = append(words, fmt.Sprint(n))
		}
		label := ""
		if words != nil {
			label = fmt.Sprintf("|\"%s\"|", strings.Join(words, ", "))
		}
		fmt.Fprintf(m, "  %s %s%s %s\n", nodeID(g, c.From), mermaidArrow(c), label, nodeID(g, c.To))
		switch {
		case m.lit.arrow[e] != noHighlight:
			stroke := strokeOf(m.lit.arrow[e])
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

// classes colours the boxes that are highlighted.
func (m *mermaidWriter) classes() {
	for _, as := range m.lit.used() {
		var nodes []string
		for i := range m.d.Graph.Len() {
			if m.lit.box[graph.Node(i)] == as {
				nodes = append(nodes, nodeID(m.d.Graph, graph.Node(i)))
			}
		}
		if nodes == nil {
			continue
		}
		text := "#000"
		if as == down {
			text = "#fff"
		}
		fmt.Fprintf(m, "  classDef light%d fill:%s,color:%s\n  class %s light%d\n", as, fillColours[as], text, strings.Join(nodes, ","), as)
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
