package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// dot is for Graphviz. Nodes are numbered, n0, n1, ...; names are used in labels
// only, where any name can be quoted.
var dot = &Format{
	Name:  "dot",
	Doc:   "for Graphviz: a picture in the DOT language",
	Shows: drawable,
	Draws: true,
	write: writeDOT,
}

const (
	// From 200 edges up dot takes minutes for its best layout. The four attributes make
	// it faster: straight lines, and fewer iterations.
	manyCalls  = 200
	fastLayout = "splines=line nslimit=0.5 nslimit1=0.5 mclimit=0.1"
	// From 1,000 up only sfdp, a spring model, takes seconds.
	tooManyCalls = 1000
)

func writeDOT(w io.Writer, r *analyze.Report, o Options) error {
	p := &dotWriter{Writer: bufio.NewWriterSize(w, 1<<16), picture: newPicture(r, o)}
	p.graph()
	return p.Flush()
}

type dotWriter struct {
	*bufio.Writer
	*picture
}

func (p *dotWriter) graph() {
	calls := p.Graph.Calls()
	p.WriteString("digraph weir {\n")
	if calls >= tooManyCalls {
		fmt.Fprintf(p, "\t// %d calls: sfdp draws them in seconds, dot may take minutes\n", calls)
	}
	p.WriteString("\tgraph [rankdir=LR newrank=true ranksep=0.4 fontname=\"Helvetica\" fontsize=10 labelloc=t labeljust=l")
	if calls >= manyCalls {
		p.WriteString(" " + fastLayout)
	}
	heading, legend := p.heading(), p.legend()
	if calls >= tooManyCalls && legend != "" { // sfdp draws no labels of clusters
		heading = `<TABLE BORDER="0"><TR><TD>` + heading + `</TD></TR><TR><TD ALIGN="LEFT">` + legend + `</TD></TR></TABLE>`
		legend = ""
	}
	fmt.Fprintf(p, "\n\t\tlabel=<%s>]\n", heading)
	p.WriteString("\tnode [shape=box style=\"rounded,filled\" fillcolor=white fontname=\"Helvetica\" fontsize=11]\n")
	p.WriteString("\tedge [fontname=\"Helvetica\" fontsize=10 arrowsize=0.7]\n")
	// The legend is the label of a cluster around everything: a graph has one label only.
	fmt.Fprintf(p, "\tsubgraph cluster {\n\tgraph [peripheries=0 labelloc=b label=<%s>]\n", legend)
	p.boxes()
	p.arrows()
	p.WriteString("\t}\n}\n")
}

// boxes writes the nodes, those of one namespace in a cluster, those of one pool in one
// within it.
func (p *dotWriter) boxes() {
	frames := framesOf(p.Graph)
	for _, f := range frames {
		indent := "\t"
		if f.name != "" {
			fmt.Fprintf(p, "\tsubgraph %s {\n\t\tgraph [peripheries=1 labelloc=t label=%s style=rounded color=gray70 fontcolor=gray40]\n", pictureID("cluster", f.name), dotQuote(f.name))
			indent = "\t\t"
		}
		for _, n := range f.nodes {
			box := p.groups.boxOf[n]
			if box == nil {
				p.WriteString(indent)
				p.box(n, f.name)
			} else if box.nodes[0] == n {
				p.pool(box, indent, f.name)
			}
		}
		if f.name != "" {
			p.WriteString("\t}\n")
		}
	}
}

// pool writes the members of a pool.
func (p *dotWriter) pool(b *poolBox, indent, frame string) {
	fmt.Fprintf(p, "%ssubgraph %s {\n", indent, pictureID("clusterp", p.Graph.ID(b.nodes[0])))
	fmt.Fprintf(p, "%s\tgraph [peripheries=1 labelloc=t label=%s style=\"rounded,filled\" fillcolor=gray95 color=gray40 fontcolor=gray20]\n", indent, dotQuote(b.label))
	for _, n := range b.nodes {
		p.WriteString(indent + "\t")
		p.box(n, frame)
	}
	p.WriteString(indent + "}\n")
}

// dotKinds are the shapes of the kinds of services.
var dotKinds = []struct{ attrs, words string }{
	graph.KindUnknown:   {`peripheries=2 style=filled`, "double border: several services"},
	graph.KindService:   {``, "box: service"},
	graph.KindJob:       {`shape=component style=filled`, "box with tabs: job"},
	graph.KindDatabase:  {`shape=cylinder style=filled`, "cylinder: database"},
	graph.KindCache:     {`shape=cylinder style="filled,dashed"`, "dashed cylinder: cache"},
	graph.KindBroker:    {`shape=cds style=filled`, "arrow-shaped box: broker"},
	graph.KindTopic:     {`shape=parallelogram style=filled`, "parallelogram: topic"},
	graph.KindGateway:   {`shape=hexagon style=filled`, "hexagon: gateway"},
	graph.KindExternal:  {`shape=ellipse style="filled,dashed"`, "dashed ellipse: external host"},
	graph.KindTelemetry: {`shape=tab style=filled`, "box with one tab: telemetry"},
}

func (p *dotWriter) box(n graph.Node, frame string) {
	name := p.boxName(n, frame)
	label := strings.Join(convert(append(nameLines(name, p.layout.nameWidth), p.boxLines(n)...), dotEscape), `\n`)
	kind := p.Graph.Service(n).Kind
	fmt.Fprintf(p, "%s [label=\"%s\"", nodeID(p.Graph, n), label)
	if full := pen.Clean(p.Graph.ID(n)); full != name {
		fmt.Fprintf(p, " tooltip=%s", dotQuote(full))
	}
	if link := p.boxLink(n); link != "" {
		fmt.Fprintf(p, " URL=%s", dotQuote(link))
	}
	if attrs := dotKinds[kind].attrs; attrs != "" {
		p.WriteString(" " + attrs)
	}
	paint := p.paint(n)
	if paint.fill != "" {
		fmt.Fprintf(p, " fillcolor=%q", paint.fill)
	}
	if paint.stroke != "" {
		fmt.Fprintf(p, " color=%q penwidth=2", paint.stroke)
	}
	if p.lit.box[n] == down {
		fmt.Fprintf(p, " fontcolor=%q", paint.ink())
	}
	p.WriteString("]\n")
}

func (p *dotWriter) arrows() {
	g := p.Graph
	for i := range g.Calls() {
		e := graph.Edge(i)
		fmt.Fprintf(p, "\t%s -> %s", nodeID(g, g.From(e)), nodeID(g, g.To(e)))
		if attrs := p.arrow(e); len(attrs) > 0 {
			p.WriteString(" [" + strings.Join(attrs, " ") + "]")
		}
		p.WriteByte('\n')
	}
}

// callStyles are the styles of calls. Each property has its own attribute: the line shows
// the mode, the color the evidence unless the arrow is highlighted, the head whether the call is
// optional.
var callStyles = []struct {
	says  string
	attrs string
	fits  func(c graph.Call, lit bool) bool
}{
	{"dashed: asynchronous", "style=dashed", func(c graph.Call, _ bool) bool { return c.Mode == graph.Async }},
	{"hollow head: soft, the call is optional", "arrowhead=empty", func(c graph.Call, _ bool) bool { return c.Need == graph.Soft }},
	{"grey, dotted unless dashed: weak evidence", "color=gray50", func(c graph.Call, lit bool) bool { return isWeak(c) && !lit }},
	{"light grey, dotted unless dashed: allowed, not proven", "color=gray75", func(c graph.Call, lit bool) bool { return isAllowed(c) && !lit }},
	{"", "style=dotted", func(c graph.Call, _ bool) bool { return isDotted(c) }},
	{"dotted in another color: weak evidence, or only allowed", "", func(c graph.Call, lit bool) bool { return isDotted(c) && lit }},
	{"bar at the tail: fallback", "dir=both arrowtail=tee", func(c graph.Call, _ bool) bool { return c.Fallback }},
	{"dot at the tail: mirrored traffic", "dir=both arrowtail=dot", func(c graph.Call, _ bool) bool { return c.Mirror && !c.Fallback }},
	{"", "constraint=false penwidth=0.5", func(c graph.Call, _ bool) bool { return !c.Class.Core() }},
}

func isDotted(c graph.Call) bool { return c.Mode != graph.Async && (isWeak(c) || isAllowed(c)) }

func isWeak(c graph.Call) bool    { return c.Strength == graph.Weak }
func isAllowed(c graph.Call) bool { return c.Strength == graph.Allowed }

func (p *dotWriter) arrow(e graph.Edge) []string {
	var attrs []string
	c := p.Graph.Call(e)
	as := p.lit.arrow[e]
	for _, style := range callStyles {
		if style.attrs != "" && style.fits(c, as != noHighlight) {
			attrs = append(attrs, style.attrs)
		}
	}
	if p.layout.free[e] && c.Class.Core() {
		attrs = append(attrs, "constraint=false")
	}
	if as != noHighlight {
		attrs = append(attrs, fmt.Sprintf("color=%q", looks[as].stroke), "penwidth=2")
	}
	if label := p.arrowLines(e); label != nil {
		name := "label"
		if p.layout.free[e] {
			name = "xlabel" // dot loses some calls that order nothing and have a label
		}
		attrs = append(attrs, name+"=\""+strings.Join(convert(label, dotEscape), `\n`)+"\"")
	}
	if c.Protocol != "" {
		attrs = append(attrs, "tooltip="+dotQuote(pen.Short(pen.Clean(c.Protocol))))
	}
	if link := p.arrowLink(e); link != "" {
		attrs = append(attrs, "URL="+dotQuote(link))
	}
	return attrs
}

// heading is the title and the subtitle.
func (p *dotWriter) heading() string {
	return `<FONT POINT-SIZE="16">` + htmlLine(p.title, 80) + `</FONT><FONT COLOR="gray30">` + htmlLine(p.subtitle, 120) + `</FONT>`
}

// legend explains below the picture what occurs in it, in columns: boxes, arrows, colors, and
// what is not shown.
func (p *dotWriter) legend() string {
	k := keyOf(p.picture)
	var boxes, arrows, colors, not string
	for _, kind := range k.kinds {
		boxes += htmlLine(dotKinds[kind].words, legendWidth)
	}
	if k.frames {
		boxes += htmlLine("frame: namespace", legendWidth)
	}
	if k.pools {
		boxes += htmlLine(poolMeaning, legendWidth)
	}
	for _, line := range slices.Concat(p.styleMeanings(), k.labels) {
		arrows += htmlLine(line, legendWidth)
	}
	for _, s := range k.colors {
		colors += htmlSwatch(s)
	}
	for _, line := range k.notShown {
		not += htmlLine("not shown: "+line, legendWidth)
	}
	var row string
	for _, column := range []string{boxes, arrows, colors, not} {
		if column != "" {
			row += "\n\t\t<TD VALIGN=\"TOP\">" + column + "</TD>"
		}
	}
	if row == "" {
		return ""
	}
	return `<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="8" CELLPADDING="0"><TR>` + row + `</TR></TABLE>`
}

// styleMeanings are the meanings of the styles of arrows that occur.
func (p *dotWriter) styleMeanings() []string {
	g := p.Graph
	if g.Calls() == 0 {
		return nil
	}
	used := make([]bool, len(callStyles))
	classes := make([]bool, len(graph.Classes))
	for e := range graph.Edge(g.Calls()) {
		c := g.Call(e)
		for k, style := range callStyles {
			used[k] = used[k] || style.fits(c, p.lit.arrow[e] != noHighlight)
		}
		classes[c.Class] = true
	}
	lines := []string{"arrow: from the caller to the callee"}
	for k, style := range callStyles {
		if used[k] && style.says != "" {
			lines = append(lines, style.says)
		}
	}
	var thin []string
	for class, occurs := range classes {
		if occurs && !graph.Class(class).Core() {
			thin = append(thin, graph.Classes[class])
		}
	}
	if thin != nil {
		lines = append(lines, "thin: "+english.List(thin))
	}
	return lines
}
