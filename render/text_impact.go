package render

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/tree"
	"github.com/charmbracelet/x/ansi"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// maxLevels bounds how deep a tree is drawn: further right nobody looks, and the
// indentation alone of a chain of thousands would fill a disk.
const maxLevels = 24

// suffers is what one service does, and what several do, for each effect.
var suffers = []struct{ one, several string }{
	analyze.Delayed:  {"is delayed", "are delayed"},
	analyze.Degraded: {"degrades", "degrade"},
	analyze.Failed:   {"fails", "fail"},
}

func (p *pen) impacts(g *graph.Graph, impacts []analyze.Impact) {
	for i := range impacts {
		if i > 0 {
			p.line("")
		}
		p.impact(g, &impacts[i])
	}
}

// impact writes the headline and, under it, the services that suffer as a tree of
// callers: each is drawn below the service that it calls on its way to the
// failure.
func (p *pen) impact(g *graph.Graph, m *analyze.Impact) {
	p.prose("", plainStyle, p.headline(g, m))
	if len(m.Reached) == 0 {
		return
	}
	levels := maxLevels
	if p.View.Depth > 0 {
		levels = min(levels, p.View.Depth)
	}
	under, far := callersTree(g, m, levels)
	if len(m.Failed) == 1 {
		p.line(p.faint("called by"))
	} else {
		p.line(p.faint("each is called by those below it"))
	}
	lines, effects := p.drawReached(g, under)
	widest := 0
	for _, line := range lines {
		widest = max(widest, min(ansi.StringWidth(line), widestPad))
	}
	for i, line := range lines {
		pad := strings.Repeat(" ", max(widest-ansi.StringWidth(line), 0))
		p.line(line + pad + "  " + effects[i])
	}
	if far > 0 {
		p.line(p.faint(fmt.Sprintf("not shown: %s further than %s away", count(far, "service"), count(levels, "call"))))
	}
}

// headline is "payment fails: 3 of 9 other services suffer (2 fail, 1 degrades)".
func (p *pen) headline(g *graph.Graph, m *analyze.Impact) string {
	ids := make([]string, len(m.Failed))
	for i, n := range m.Failed {
		ids[i] = p.strong(clean(g.ID(n)))
	}
	verb := "fails"
	if len(ids) > 1 {
		verb = "fail together"
	}
	others := count(m.Others, "other service")
	if len(m.Reached) == 0 {
		return fmt.Sprintf("%s %s: none of %s suffers", list(ids), verb, others)
	}
	var words []string
	for _, e := range []analyze.Effect{analyze.Failed, analyze.Degraded, analyze.Delayed} {
		switch n := m.Count(e); n {
		case 0:
		case 1:
			words = append(words, p.paint(effectStyle(e), "1 "+suffers[e].one))
		default:
			words = append(words, p.paint(effectStyle(e), fmt.Sprintf("%d %s", n, suffers[e].several)))
		}
	}
	suffer := "suffer"
	if len(m.Reached) == 1 {
		suffer = "suffers"
	}
	return fmt.Sprintf("%s %s: %d of %s %s (%s)", list(ids), verb, len(m.Reached), others, suffer, strings.Join(words, ", "))
}

// A branch is a service that suffers and those that suffer through it.
type branch struct {
	node   graph.Node
	effect analyze.Effect
	failed bool // one of the services that failed to begin with
	call   string
	under  []*branch
}

// callersTree hangs each service that suffers under the one that it calls on its
// way to the failure, in the order of m.Reached. Several failed services are the
// roots; a single one is left out. It also returns how many services are below
// the last level and not in the tree.
func callersTree(g *graph.Graph, m *analyze.Impact, levels int) (roots []*branch, far int) {
	at := make(map[graph.Node]*branch, len(m.Reached)+len(m.Failed))
	for _, n := range m.Failed {
		at[n] = &branch{node: n, failed: true}
		roots = append(roots, at[n])
	}
	for _, r := range m.Reached {
		at[r.Node] = &branch{node: r.Node, effect: r.Effect}
	}
	for _, r := range m.Reached {
		b := at[r.Node]
		if e, ok := g.Edge(r.Node, r.Via); ok {
			b.call = callWords(g.Call(e))
		}
		at[r.Via].under = append(at[r.Via].under, b)
	}
	drawn := 0
	for _, root := range roots {
		drawn += prune(root, levels)
	}
	far = len(m.Reached) - drawn
	if len(roots) == 1 {
		roots = roots[0].under
	}
	return roots, far
}

// prune cuts what is more than levels below b and counts what is left below it.
func prune(b *branch, levels int) int {
	if levels == 0 {
		b.under = nil
	}
	n := len(b.under)
	for _, c := range b.under {
		n += prune(c, levels-1)
	}
	return n
}

// callWords says what is special about a call, as it explains an effect.
func callWords(c graph.Call) string {
	switch {
	case c.Mode == graph.Async:
		return "calls asynchronously"
	case c.Need == graph.Soft:
		return "can do without"
	}
	return ""
}

// drawReached returns the lines of the tree and the words behind each.
func (p *pen) drawReached(g *graph.Graph, roots []*branch) (lines, words []string) {
	var grow func(under []*branch) []any
	grow = func(under []*branch) []any {
		children := make([]any, 0, len(under))
		for _, b := range under {
			words = append(words, p.effectWords(b))
			name := clean(g.ID(b.node))
			if len(b.under) == 0 {
				children = append(children, name)
				continue
			}
			children = append(children, p.branches(tree.Root(name).Child(grow(b.under)...)))
		}
		return children
	}
	t := p.branches(tree.New().Child(grow(roots)...))
	return strings.Split(t.String(), "\n"), words
}

func (p *pen) effectWords(b *branch) string {
	if b.failed {
		return p.paint(redStyle, "down")
	}
	s := p.paint(effectStyle(b.effect), suffers[b.effect].one)
	if b.call != "" {
		s += p.faint(", " + b.call)
	}
	return s
}

// ranking writes the services by the size of their blast radius.
func (p *pen) ranking(g *graph.Graph, ranks []analyze.Rank) {
	rows := make([][]string, len(ranks))
	for i, r := range ranks {
		rows[i] = []string{clean(g.ID(r.Node)), fmt.Sprint(r.Reached), fmt.Sprint(r.Failed), fmt.Sprint(r.Direct)}
	}
	p.table([]column{
		{head: "IF IT FAILS", style: func(int) lipgloss.Style { return strongStyle }},
		{head: "SUFFER", right: true},
		{head: "FAIL TOO", right: true, style: func(row int) lipgloss.Style {
			if ranks[row].Failed == 0 {
				return plainStyle
			}
			return redStyle
		}},
		{head: "CALLED BY", right: true},
	}, rows)
}
