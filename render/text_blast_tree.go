package render

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2/tree"
	"github.com/charmbracelet/x/ansi"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// maxLevels limits the depth of a tree: deeper levels are not readable, and the
// indentation of a chain of thousands would fill a disk.
const maxLevels = 24

// writeVictims writes the tree, at most depth levels of it; 0 is the default, maxLevels.
func writeVictims(p *pen.Pen, g *graph.Graph, in *analyze.Incident, depth int) {
	levels := maxLevels
	if depth > 0 {
		levels = min(levels, depth)
	}
	under, far := victimTree(in, levels)
	if len(under) == 0 || under[0].victim != nil {
		p.Line(p.Faint("called by"))
	} else {
		p.Line(p.Faint("each is called by those below it"))
	}
	drawn := p.Branches(tree.New().Child(victimBranches(p, g, in, under, 1, widest(g, under, 1))...)).String()
	for line := range strings.SplitSeq(drawn, "\n") {
		p.Line(strings.TrimRight(line, " "))
	}
	if far > 0 {
		p.Line(p.Faint(fmt.Sprintf("not shown: %s further than %s away", english.Count(far, "service"), english.Count(levels, "call"))))
	}
}

// A branch is an affected service and those that are affected through it.
type branch struct {
	node     graph.Node
	victim   *failure.Victim // nil for a service that failed first, is overloaded, or gets no events
	noEvents bool            // a broker that is unaffected but gets no events
	under    []*branch
}

// victimTree puts each affected service below the one that it calls on the path to
// the failure, in the order of the victims. The services that failed, or are overloaded,
// are the roots; a single root is left out. It also returns how many services are below
// the last level and not in the tree.
func victimTree(in *analyze.Incident, levels int) (roots []*branch, far int) {
	at := make(map[graph.Node]*branch, len(in.Victims)+len(in.Failed))
	for _, n := range in.Failed {
		at[n] = &branch{node: n}
		roots = append(roots, at[n])
	}
	for i := range in.Victims {
		v := &in.Victims[i]
		at[v.Node] = &branch{node: v.Node, victim: v}
	}
	between := 0
	for i := range in.Victims {
		v := &in.Victims[i]
		if at[v.Via] == nil {
			at[v.Via] = &branch{node: v.Via}
			if path := v.Path(); len(path) > 2 && at[path[2]] != nil { // a broker that gets no events
				at[v.Via].noEvents = true
				at[path[2]].under = append(at[path[2]].under, at[v.Via])
				between++
			} else { // one that retries overload
				roots = append(roots, at[v.Via])
			}
		}
		at[v.Via].under = append(at[v.Via].under, at[v.Node])
	}
	drawn := 0
	for _, root := range roots {
		drawn += prune(root, levels)
	}
	far = max(0, len(in.Victims)+between-drawn)
	if len(roots) == 1 {
		roots = roots[0].under
	}
	return roots, far
}

// prune removes what is more than levels below b and counts what remains below it.
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

// indent is the indentation of each level of a tree.
const indent = 4

// widest returns the column where the longest name of a tree ends, at most WidestPad.
func widest(g *graph.Graph, under []*branch, depth int) int {
	w := 0
	for _, b := range under {
		w = max(w, min(indent*depth+ansi.StringWidth(pen.Clean(g.ID(b.node))), pen.WidestPad), widest(g, b.under, depth+1))
	}
	return w
}

// victimBranches returns the branches of a tree, each a name and, in the next column, how
// the service is affected.
func victimBranches(p *pen.Pen, g *graph.Graph, in *analyze.Incident, under []*branch, depth, widest int) []any {
	children := make([]any, 0, len(under))
	for _, b := range under {
		name := pen.Clean(g.ID(b.node))
		used := indent*depth + ansi.StringWidth(name)
		column := max(widest, used) + 2
		room := p.Room()
		if room > 0 {
			room = max(room-column, pen.Narrowest)
		}
		lines := pen.Wrap(branchWords(p, in, b), room)
		text := name + strings.Repeat(" ", column-used) + strings.Join(lines, "\n"+strings.Repeat(" ", column-indent*depth))
		if len(b.under) == 0 {
			children = append(children, text)
			continue
		}
		children = append(children, p.Branches(tree.Root(text).Child(victimBranches(p, g, in, b.under, depth+1, widest)...)))
	}
	return children
}

func branchWords(p *pen.Pen, in *analyze.Incident, b *branch) string {
	if b.victim != nil {
		return victimWords(p, b.victim)
	}
	if b.noEvents {
		return "receives no new events"
	}
	if _, failed := slices.BinarySearch(in.Failed, b.node); !failed {
		return p.Paint(labelStyle(failure.SlowOnly), "is slow: retries overload it (assumed)")
	}
	down, _ := happens(in.Mode)
	return p.Paint(pen.RedStyle, down)
}

// victimWords are the verdict of a service, and the policies of its call that decide it.
func victimWords(p *pen.Pen, v *failure.Victim) string {
	s := p.Paint(labelStyle(v.Label), labels[v.Label].one) + paceWords(v)
	if deeds := v.Hop.Actions; len(deeds) > 0 {
		words := make([]string, len(deeds))
		for i, d := range deeds {
			if d.Part != "" && (i == 0 || deeds[i-1].Part != d.Part) {
				words[i] = "on " + pen.Clean(d.Part) + " "
			}
			words[i] += d.Policy + " " + d.Does + p.Faint(placeOf(&d, fileLine))
		}
		s += ": " + strings.Join(words, ", ")
	}
	if then := v.Hop.Then; len(then) > 0 && (len(v.Hop.Actions) == 0 || then[0].Policy != v.Hop.Actions[0].Policy) {
		s += "; later, " + then[0].Policy + " " + then[0].Does + p.Faint(placeOf(&then[0], fileLine))
	}
	return s
}

// paceWords are for services that wait.
func paceWords(v *failure.Victim) string {
	now := ""
	switch {
	case v.Label == failure.Protected || v.Label == failure.SlowOnly:
	case v.Steady.Pace == failure.Hung:
		now = " and hangs"
	case v.Steady.Pace == failure.Slow:
		now = " slowly"
	}
	switch {
	case v.Steady == v.Onset:
		return now
	case !v.Steady.Suffers():
		return " at first"
	case v.Onset.Pace == failure.Hung:
		return now + ", hangs at first"
	case v.Onset.Pace > v.Steady.Pace:
		return now + ", slowly at first"
	}
	return now
}

func placeOf(d *failure.Action, place func(graph.Origin) string) string {
	switch {
	case d.Assumed:
		return " (assumed)"
	case d.Default != "":
		return " (default of " + d.Default + ")"
	case d.Origin.File() == "":
		return ""
	}
	return fmt.Sprintf(" (%s)", place(d.Origin))
}
