package render

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/render/pen"
)

// protectionWords sums up the policies of a call: "timeout 2s, retry 2 on connect". For
// a call with several parts it has those of the first, and the number of others.
func protectionWords(m *analyze.Matrix, e graph.Edge) string {
	rows := m.Of(e)
	if len(rows) == 0 {
		return ""
	}
	words := summaryWords(&rows[0].Part)
	if len(rows) > 1 {
		words = append(words, "and "+english.Count(len(rows)-1, "more route"))
	}
	return strings.Join(words, ", ")
}

// summaryWords are the kinds of policies on a part of a call with their values: "timeout 2s".
func summaryWords(part *analyze.Part) []string {
	var words []string
	for _, kind := range protections {
		if c := kind.cell(part); c.said() {
			words = append(words, kind.name+" "+c.marked())
		}
	}
	return words
}

// layerName is "client-proxy Istio".
func layerName(s *policy.Set) string {
	if s.Product == nil {
		return s.Layer.String()
	}
	return s.Layer.String() + " " + pen.Clean(s.Product.Name)
}

// hiddenWords says which object has no effect, and why.
func hiddenWords(h analyze.Hidden) string {
	return fmt.Sprintf("%s at %s has no effect: %s overrides it", pen.Clean(h.Object.Object), pen.Clean(h.Object.Origin.String()), pen.Clean(h.By.Object))
}
