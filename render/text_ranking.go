package render

import (
	"fmt"

	"charm.land/lipgloss/v2"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// ranking writes the services by the size of their blast radius.
func (p *pen) ranking(g *graph.Graph, ranks []analyze.Rank) {
	rows := make([][]string, len(ranks))
	for i, r := range ranks {
		rows[i] = []string{clean(g.ID(r.Node)), fmt.Sprint(r.Reached), fmt.Sprint(r.Failed), fmt.Sprint(r.Direct)}
	}
	p.table([]column{
		{head: "IF IT FAILS", style: func(int) lipgloss.Style { return strongStyle }},
		{head: "REACHES", right: true},
		{head: "FAIL TOO", right: true, style: func(row int) lipgloss.Style {
			if ranks[row].Failed == 0 {
				return plainStyle
			}
			return redStyle
		}},
		{head: "CALLED BY", right: true},
	}, rows)
}
