package render

import (
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// protectionWords sums up the policies of a call: "timeout 2s, retry 2 on connect". For
// a call with several parts it has those of the first, and the number of others.
func protectionWords(m *analyze.Matrix, e graph.Edge) string {
	var words []string
	parts := 0
	for i := range m.Rows {
		if m.Rows[i].Edge != e {
			continue
		}
		if parts++; parts > 1 {
			continue
		}
		for _, kind := range protections {
			if c := kind.cell(&m.Rows[i].Part); c.value != none.value && c.value != undeclared.value {
				words = append(words, kind.name+" "+c.marked())
			}
		}
	}
	if parts > 1 {
		words = append(words, "and "+english.Count(parts-1, "more route"))
	}
	return strings.Join(words, ", ")
}
