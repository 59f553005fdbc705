package render

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/pen"
)

// writeRanking writes the services by the size of their blast radius.
func writeRanking(p *pen.Pen, g *graph.Graph, ranks []analyze.Rank) {
	rows := make([][]string, len(ranks))
	for i, r := range ranks {
		rows[i] = []string{pen.Clean(g.ID(r.Node)), fmt.Sprint(r.Reached), fmt.Sprint(r.Failed), fmt.Sprint(r.Direct)}
	}
	p.Table([]pen.Column{
		{Head: "IF IT FAILS", Style: func(int) pen.Style { return pen.StrongStyle }},
		{Head: "REACHES", Right: true},
		{Head: "FAIL TOO", Right: true, Style: func(row int) pen.Style {
			if ranks[row].Failed == 0 {
				return pen.PlainStyle
			}
			return pen.RedStyle
		}},
		{Head: "CALLED BY", Right: true},
	}, rows)
}
