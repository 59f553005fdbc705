package render

import (
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2/tree"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// treeFormat shows the callees of each service, from the entry points down.
var treeFormat = &Format{
	Name:  "tree",
	Doc:   "for people: the callees of each service, from the entry points down",
	Shows: graphPart | impactsPart,
	write: writeTree,
}

// A tree of more than manyLines calls is drawn to bigTreeDepth, unless the user sets the
// depth.
const (
	manyLines    = 1000
	bigTreeDepth = 3
)

func writeTree(w io.Writer, r *analyze.Report, o Options) error {
	p := pen.New(w, o.terminal())
	if r.Drawn {
		writeCallTrees(p, o.View.Draw(r.Graph), o.View)
	}
	if r.Impacts != nil {
		writeIncidents(p, r.Graph, r.Impacts, o.View.Depth)
	}
	return p.Flush()
}

// A callTree writes a graph as a tree, in which each service is expanded once.
type callTree struct {
	*pen.Pen
	g        *graph.Graph
	levels   int
	expanded []bool
	shown    []bool
	ancestor []bool // between the root and the current service
	legend   legend
	repeated bool // a service is repeated that is expanded elsewhere
	loops    bool
	cut      bool // a service below the last level calls others
}

func writeCallTrees(p *pen.Pen, d *drawing, v View) {
	g := d.Graph
	if g.Len() == 0 {
		p.Line("no services")
		writeLeft(p, d)
		return
	}
	t := &callTree{
		Pen: p, g: g, levels: maxLevels, legend: newLegend(),
		expanded: make([]bool, g.Len()), shown: make([]bool, g.Len()), ancestor: make([]bool, g.Len()),
	}
	switch {
	case v.Depth > 0 && v.Focus == nil:
		t.levels = min(maxLevels, v.Depth)
	case g.Calls() > manyLines && !v.All:
		t.levels = bigTreeDepth
	}
	var alone []string
	for _, root := range roots(g) {
		if isIsolated(g, root) {
			alone = append(alone, pen.Clean(g.ID(root)))
			t.shown[root] = true
			continue
		}
		p.Line(t.grow(root).String())
	}
	if alone != nil {
		p.Prose("", pen.PlainStyle, "no calls, no callers: "+strings.Join(alone, ", "))
	}
	t.explain(d)
}

// roots returns services from which all others are reachable by calls: those without
// another caller, then one of each loop that is not reachable from these.
func roots(g *graph.Graph) []graph.Node {
	reached := make([]bool, g.Len())
	var found []graph.Node
	add := func(root graph.Node) {
		found = append(found, root)
		reached[root] = true
		for queue := []graph.Node{root}; len(queue) > 0; queue = queue[1:] {
			for _, m := range g.Callees(queue[0]) {
				if !reached[m] {
					reached[m] = true
					queue = append(queue, m)
				}
			}
		}
	}
	for i := range g.Len() {
		n := graph.Node(i)
		if in := g.In(n); len(in) == 0 || len(in) == 1 && g.From(in[0]) == n {
			add(n)
		}
	}
	for i := range g.Len() {
		if !reached[i] {
			add(graph.Node(i))
		}
	}
	return found
}

// grow returns the tree below a root.
func (t *callTree) grow(root graph.Node) *tree.Tree {
	t.expanded[root], t.shown[root] = true, true
	return t.Branches(tree.Root(t.Strong(pen.Clean(t.g.ID(root)))).Child(t.below(root, 1)...))
}

// below returns the callees of n, which is level-1 calls below the root.
func (t *callTree) below(n graph.Node, level int) []any {
	t.ancestor[n] = true
	defer func() { t.ancestor[n] = false }()
	lo, hi := t.g.Out(n)
	children := make([]any, 0, hi-lo)
	for e := lo; e < hi; e++ {
		m := t.g.To(e)
		name := pen.Clean(t.g.ID(m)) + t.legend.of(t.g.Call(e))
		if words := groupsOfCall(t.g, e); words != "" {
			name += t.Faint(" (" + words + ")")
		}
		t.shown[m] = true
		switch {
		case t.ancestor[m]:
			t.loops = true
			children = append(children, name+t.Faint(" "+t.loopSign()))
		case len(t.g.Callees(m)) == 0:
			children = append(children, name)
		case t.expanded[m]:
			t.repeated = true
			children = append(children, name+t.Faint(" "+t.aboveSign()))
		case level == t.levels:
			t.cut = true
			children = append(children, name+t.Faint(" "+t.cutSign()))
		default:
			t.expanded[m] = true
			children = append(children, t.Branches(tree.Root(name).Child(t.below(m, level+1)...)))
		}
	}
	return children
}

func (t *callTree) aboveSign() string { return t.Glyph("↑", "^") }
func (t *callTree) loopSign() string  { return t.Glyph("↻", "@") }
func (t *callTree) cutSign() string   { return t.Glyph("…", "...") }

// explain writes the legend of the marks used and what is not shown.
func (t *callTree) explain(d *drawing) {
	var used []string
	for _, sign := range []struct {
		used bool
		says string
	}{
		{t.repeated, t.aboveSign() + " its calls are drawn above"},
		{t.loops, t.loopSign() + " a loop: the service is on the path from the root"},
		{t.cut, t.cutSign() + " has further calls"},
	} {
		if sign.used {
			used = append(used, sign.says)
		}
	}
	t.Line("")
	t.Prose("", pen.FaintStyle, "each calls those below it")
	if used != nil {
		t.Prose("", pen.FaintStyle, strings.Join(used, "; "))
	}
	t.legend.write(t.Pen)
	hidden := 0
	for _, shown := range t.shown {
		if !shown {
			hidden++
		}
	}
	if hidden > 0 {
		t.Prose("", pen.FaintStyle, fmt.Sprintf("not shown: %s more than %s below a root", english.Count(hidden, "service"), english.Count(t.levels, "call")))
	}
	writeLeft(t.Pen, d)
}
