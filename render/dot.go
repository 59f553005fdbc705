package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
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
	d, lit := picture(r, o.View)
	p := &dotWriter{Writer: bufio.NewWriterSize(w, 1<<16), d: d, lit: lit, groups: groupsInPicture(d.Graph)}
	p.graph()
	return p.Flush()
}

type dotWriter struct {
	*bufio.Writer
	d      *drawing
	lit    *highlighting
	groups *pictureGroups
}

func (p *dotWriter) graph() {
	calls := p.d.Graph.Calls()
	p.WriteString("digraph weir {\n")
	if calls >= tooManyCalls {
		fmt.Fprintf(p, "\t// %d calls: sfdp draws them in seconds, dot may take minutes\n", calls)
	}
	p.WriteString("\tgraph [rankdir=LR fontname=\"Helvetica\" fontsize=10 labelloc=b labeljust=l")
	if calls >= manyCalls {
		p.WriteString(" " + fastLayout)
	}
	p.WriteString("]\n")
	p.WriteString("\tnode [shape=box style=\"rounded,filled\" fillcolor=white fontname=\"Helvetica\" fontsize=11]\n")
	p.WriteString("\tedge [fontname=\"Helvetica\" fontsize=9 arrowsize=0.7]\n")
	p.boxes()
	p.arrows()
	p.legend()
	p.WriteString("}\n")
}

// boxes writes the nodes, those of one namespace in a cluster, those of one pool in one
// within it.
func (p *dotWriter) boxes() {
	frames := framesOf(p.d.Graph)
	for _, f := range frames {
		indent := "\t"
		if f.name != "" {
			fmt.Fprintf(p, "\tsubgraph %s {\n\t\tgraph [label=%s style=rounded color=gray70 fontcolor=gray40]\n", pictureID("cluster", f.name), dotQuote(f.name))
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
	fmt.Fprintf(p, "%ssubgraph %s {\n", indent, pictureID("clusterp", p.d.Graph.ID(b.nodes[0])))
	fmt.Fprintf(p, "%s\tgraph [label=%s style=\"rounded,filled\" fillcolor=gray95 color=gray40 fontcolor=gray20]\n", indent, dotQuote(b.label))
	for _, n := range b.nodes {
		p.WriteString(indent + "\t")
		p.box(n, frame)
	}
	p.WriteString(indent + "}\n")
}

// A frame has the services of one namespace. The frame without a name has the
// services without a namespace.
type frame struct {
	name  string
	nodes []graph.Node
}

// framesOf returns the frames by name.
func framesOf(g *graph.Graph) []frame {
	at := map[string]int{}
	var frames []frame
	for i := range g.Services() {
		name := g.Service(graph.Node(i)).Namespace
		k, ok := at[name]
		if !ok {
			k = len(frames)
			at[name] = k
			frames = append(frames, frame{name: name})
		}
		frames[k].nodes = append(frames[k].nodes, graph.Node(i))
	}
	slices.SortFunc(frames, func(a, b frame) int { return strings.Compare(a.name, b.name) })
	return frames
}

// boxName is the label of a box. In a frame it leaves out the namespace.
func (d *drawing) boxName(n graph.Node, frame string) string {
	s := d.Graph.Service(n)
	name := s.ID
	if frame != "" {
		name = s.Name
	}
	return pen.Short(pen.Clean(name))
}

// kindAttrs are the shapes of the kinds; a service has the default.
var kindAttrs = []string{
	graph.KindUnknown:   `shape=folder style=filled`,
	graph.KindJob:       `shape=component style=filled`,
	graph.KindDatabase:  `shape=cylinder style=filled`,
	graph.KindCache:     `shape=cylinder style="filled,dashed"`,
	graph.KindBroker:    `shape=cds style=filled`,
	graph.KindTopic:     `shape=parallelogram style=filled`,
	graph.KindGateway:   `shape=hexagon style=filled`,
	graph.KindExternal:  `shape=ellipse style="filled,dashed"`,
	graph.KindTelemetry: `shape=tab style=filled`,
}

// fillColours are the colours of highlights: pale, for black text, but for the services that
// fail first.
var fillColours = []string{
	onPath:    "#d7ecff",
	informed:  "#e4eaf1",
	warned:    "#ffe8b3",
	faulty:    "#ffc9c4",
	protected: "#d4f0d8",
	slowed:    "#d7e3ff",
	degraded:  "#ffe8b3",
	failed:    "#ffc9c4",
	added:     "#d4f0d8",
	altered:   "#ffe8b3",
	removed:   "#ffc9c4",
	down:      "#d1242f",
}

// strokeOf is the colour of a highlighted arrow, stronger than that of boxes.
func strokeOf(as highlight) string {
	switch as {
	case onPath:
		return "#0969da"
	case protected, added:
		return "#1a7f37"
	case slowed:
		return "#6a8bd6"
	case degraded, altered:
		return "#bf8700"
	}
	return "#d1242f"
}

func (p *dotWriter) box(n graph.Node, frame string) {
	name := p.d.boxName(n, frame)
	label := dotEscape(name)
	kind := p.d.Graph.Service(n).Kind
	if kind == graph.KindUnknown {
		label += `\n` + english.Count(p.d.Members(n), "service")
	}
	fmt.Fprintf(p, "%s [label=\"%s\"", nodeID(p.d.Graph, n), label)
	if full := pen.Clean(p.d.Graph.ID(n)); full != name {
		fmt.Fprintf(p, " tooltip=%s", dotQuote(full))
	}
	if int(kind) < len(kindAttrs) && kindAttrs[kind] != "" {
		p.WriteString(" " + kindAttrs[kind])
	}
	if as := p.lit.box[n]; as != noHighlight {
		fmt.Fprintf(p, " fillcolor=%q", fillColours[as])
		if as == down {
			p.WriteString(" fontcolor=white")
		}
	}
	p.WriteString("]\n")
}

func (p *dotWriter) arrows() {
	g := p.d.Graph
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
// the mode, the colour the evidence, the head whether the call is optional.
var callStyles = []struct {
	says  string
	attrs string
	fits  func(graph.Call) bool
}{
	{"dashed: asynchronous", "style=dashed", func(c graph.Call) bool { return c.Mode == graph.Async }},
	{"hollow head: soft, the call is optional", "arrowhead=empty", func(c graph.Call) bool { return c.Need == graph.Soft }},
	{"grey, dotted unless dashed: weak evidence", "color=gray50", isWeak},
	{"light grey, dotted unless dashed: allowed, not proven", "color=gray75", isAllowed},
	{"", "style=dotted", func(c graph.Call) bool { return c.Mode != graph.Async && (isWeak(c) || isAllowed(c)) }},
	{"bar at the tail: fallback", "dir=both arrowtail=tee", func(c graph.Call) bool { return c.Fallback }},
	{"dot at the tail: mirrored traffic", "dir=both arrowtail=dot", func(c graph.Call) bool { return c.Mirror && !c.Fallback }},
	{"thin: route, peer, control, telemetry or health", "constraint=false penwidth=0.5", func(c graph.Call) bool { return !c.Class.Core() }},
}

func isWeak(c graph.Call) bool    { return c.Strength == graph.Weak }
func isAllowed(c graph.Call) bool { return c.Strength == graph.Allowed }

func (p *dotWriter) arrow(e graph.Edge) []string {
	var attrs []string
	c := p.d.Graph.Call(e)
	as := p.lit.arrow[e]
	for _, look := range callStyles {
		if look.fits(c) && (as == noHighlight || !strings.HasPrefix(look.attrs, "color=")) {
			attrs = append(attrs, look.attrs)
		}
	}
	if as != noHighlight {
		attrs = append(attrs, fmt.Sprintf("color=%q", strokeOf(as)), "penwidth=2")
	}
	var label []string
	if p.lit.cut[e] {
		label = append(label, cutWord)
	}
	if words := p.groups.arrowWords(e); words != "" {
		label = append(label, words)
	}
	if n := p.d.Weight(e); n > 1 {
		label = append(label, strconv.Itoa(n))
	} else if seen := observedWords(p.d.Graph.Observed(e)); seen != "" {
		label = append(label, seen)
	}
	if label != nil {
		attrs = append(attrs, "label="+dotQuote(strings.Join(label, ", ")))
	}
	if c.Protocol != "" {
		attrs = append(attrs, "tooltip="+dotQuote(pen.Short(pen.Clean(c.Protocol))))
	}
	return attrs
}

// legend writes below the picture the meaning of its styles and what is not shown.
func (p *dotWriter) legend() {
	lines := slices.Concat([]string{"arrows point from the caller to the callee"}, p.groups.legend(), p.d.legendOf())
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(dotEscape(line) + `\l`)
	}
	fmt.Fprintf(p, "\tlabel=\"%s\"\n", b.String()+p.lightLegend())
}

// legendOf returns the meaning of the styles used, and what is not shown.
func (d *drawing) legendOf() []string {
	used := make([]bool, len(callStyles))
	for i := range d.Graph.Calls() {
		c := d.Graph.Call(graph.Edge(i))
		for k, look := range callStyles {
			used[k] = used[k] || look.says != "" && look.fits(c)
		}
	}
	var lines []string
	for k, look := range callStyles {
		if used[k] {
			lines = append(lines, look.says)
		}
	}
	for _, clause := range d.NotShown {
		lines = append(lines, "not shown: "+clause)
	}
	return lines
}

func (p *dotWriter) lightLegend() string {
	var b strings.Builder
	for _, as := range p.lit.used() {
		b.WriteString(dotEscape(colourNames[as]+": "+highlightWords[as]) + `\l`)
	}
	if len(p.lit.cut) > 0 {
		b.WriteString(dotEscape(cutLegend) + `\l`)
	}
	return b.String()
}

// dotQuote writes s as a quoted string of DOT.
func dotQuote(s string) string { return `"` + dotEscape(s) + `"` }

// dotEscape escapes a name for use within quotes. Labels have escapes of their own, so
// every backslash is doubled, and Graphviz reads HTML entities in every string.
func dotEscape(s string) string {
	// The part in the middle of a longer name would not be read anyway.
	if runes := []rune(s); len(runes) > longestString {
		s = string(runes[:longestString/2]) + "…" + string(runes[len(runes)-longestString/2:])
	}
	return dotEscapes.Replace(pen.Clean(s))
}

// longestString is how many characters of a string are written: Graphviz takes 16 kB, and a
// character may be written with five.
const longestString = 2_000

var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;")
