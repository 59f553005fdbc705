package render

import (
	"slices"
	"strings"
	"unicode"

	"github.com/weirgraph/weir/graph"
)

// A picture is drawn for 1,600 pixels, which are 1,200 points. Its smallest text has 10 points, so
// that text has 8 points or more on a picture of up to 1,500. What is computed here may be a
// fifth less than what Graphviz needs.
const (
	pictureWidth = 1200 // points
	sizeOfNames  = 11
	sizeOfLabels = 10
	rankGap      = 30 // points between two columns of boxes
	boxMargin    = 20
	widestName   = 28 // characters of a line
)

// layoutOf chooses the widest names with which all columns fit, and what goes below the others
// where even the narrowest do not. Columns are the longest chains of calls, each from its first
// caller.
func layoutOf(p *picture) layout {
	l := layout{nameWidth: widestName, free: map[graph.Edge]bool{}}
	if p.Graph.Calls() > readableCalls*2 { // a view that chooses all of it
		return l
	}
	column, back := columnsOf(p.Graph)
	for e := range back {
		l.free[e] = true
	}
	columns := 0
	for _, c := range column {
		columns = max(columns, c+1)
	}
	var boxes, gaps []float64
	for _, l.nameWidth = range []int{widestName, 22, 18, 15, 12} {
		boxes, gaps = make([]float64, columns), make([]float64, columns)
		for v, c := range column {
			boxes[c] = max(boxes[c], p.widthOf(graph.Node(v), l.nameWidth))
		}
		for e := range graph.Edge(p.Graph.Calls()) {
			from, to := column[p.Graph.From(e)], column[p.Graph.To(e)]
			if at := (from + to) / 2; !l.free[e] && from < to {
				gaps[at] = max(gaps[at], linesWidth(p.arrowLines(e), sizeOfLabels))
			}
		}
		total := 0.0
		for c := range columns {
			total += boxes[c] + gaps[c] + rankGap
		}
		if total <= pictureWidth {
			return l
		}
	}
	position := rowsOf(p.Graph, column, boxes, gaps, l.free)
	for e := range graph.Edge(p.Graph.Calls()) {
		if position[column[p.Graph.From(e)]] >= position[column[p.Graph.To(e)]] {
			l.free[e] = true
		}
	}
	return l
}

// rowsOf cuts the columns into rows that fit, as few as possible, where the fewest calls cross. Rows
// end in the same column. It returns where in the picture each column is.
func rowsOf(g *graph.Graph, column []int, boxes, gaps []float64, free map[graph.Edge]bool) []int {
	columns := len(boxes)
	cross := make([]int, columns+1) // by the column after a cut
	for e := range graph.Edge(g.Calls()) {
		for c := column[g.From(e)] + 1; !free[e] && c <= column[g.To(e)]; c++ {
			cross[c]++
		}
	}
	const newRow = 1_000_000
	cost, from := make([]int, columns+1), make([]int, columns+1) // of the columns before
	for to := 1; to <= columns; to++ {
		cost[to] = cost[to-1] + cross[to-1] + newRow
		from[to] = to - 1
		width := 0.0
		for first := to - 1; first >= 0; first-- {
			width += boxes[first] + gaps[first] + rankGap
			if width > pictureWidth {
				break
			}
			if c := cost[first] + cross[first] + newRow; c < cost[to] {
				cost[to], from[to] = c, first
			}
		}
	}
	longest := 0
	for to := columns; to > 0; to = from[to] {
		longest = max(longest, to-from[to])
	}
	position := make([]int, columns)
	for to := columns; to > 0; to = from[to] {
		for c := from[to]; c < to; c++ {
			position[c] = longest - to + c
		}
	}
	return position
}

// columnsOf returns the column of each box, and the calls that close loops.
func columnsOf(g *graph.Graph) (column []int, back map[graph.Edge]bool) {
	const unmet, open, done = 0, 1, 2
	state := make([]uint8, g.Len())
	column, back = make([]int, g.Len()), map[graph.Edge]bool{}
	var order []graph.Node // callees first
	var visit func(v graph.Node)
	visit = func(v graph.Node) {
		state[v] = open
		for _, e := range outOf(g, v) {
			switch to := g.To(e); {
			case state[to] == open:
				back[e] = true
			case state[to] == unmet:
				visit(to)
			}
		}
		state[v] = done
		order = append(order, v)
	}
	roots := make([]graph.Node, 0, g.Len())
	for v := range graph.Node(g.Len()) {
		if len(g.In(v)) == 0 {
			roots = append(roots, v)
		}
	}
	for v := range graph.Node(g.Len()) {
		roots = append(roots, v)
	}
	for _, v := range roots {
		if state[v] == unmet {
			visit(v)
		}
	}
	for _, v := range slices.Backward(order) {
		for _, e := range outOf(g, v) {
			if !back[e] {
				column[g.To(e)] = max(column[g.To(e)], column[v]+1)
			}
		}
	}
	return column, back
}

// outOf returns the calls of v that order columns.
func outOf(g *graph.Graph, v graph.Node) []graph.Edge {
	var list []graph.Edge
	for lo, hi := g.Out(v); lo < hi; lo++ {
		if g.To(lo) != v && g.Class(lo).Core() {
			list = append(list, lo)
		}
	}
	return list
}

// widthOf is about how wide a box is, in points.
func (p *picture) widthOf(v graph.Node, nameWidth int) float64 {
	lines := append(nameLines(p.boxName(v, p.Graph.Service(v).Namespace), nameWidth), p.boxLines(v)...)
	width := linesWidth(lines, sizeOfNames)
	switch p.Graph.Service(v).Kind {
	case graph.KindExternal:
		width *= 1.42 // an ellipse around the text
	case graph.KindGateway, graph.KindTopic:
		width *= 1.3
	}
	return max(54, width+boxMargin)
}

func linesWidth(lines []string, size float64) float64 {
	longest := 0
	for _, line := range lines {
		longest = max(longest, len([]rune(line)))
	}
	return float64(longest) * size * 0.6
}

// nameLines breaks a name after its separators into lines of about so many characters. The
// lines together are the name.
func nameLines(name string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range nameParts(name) {
		n := len([]rune(word))
		if used > 0 && used+n > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		line, used = line+word, used+n
	}
	return append(lines, line)
}

// nameParts cuts a name after each "-", ".", "_", "/", ":" and blank, and before a capital after a
// small letter.
func nameParts(name string) []string {
	var parts []string
	from := 0
	var last rune
	for i, r := range name {
		if i > from && (strings.ContainsRune("-._/: ", last) && !strings.ContainsRune("-._/: ", r) || unicode.IsLower(last) && unicode.IsUpper(r)) {
			parts = append(parts, name[from:i])
			from = i
		}
		last = r
	}
	return append(parts, name[from:])
}
