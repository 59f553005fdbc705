package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// shortList is a list of names, of a long one the first.
func shortList(names []string) string {
	if more := len(names) - manyNames; more > 1 {
		return strings.Join(names[:manyNames], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return english.List(names)
}

// someNames lists the names of services; of a long list the first ones.
func someNames(g *graph.Graph, nodes []graph.Node) string {
	const shown = 12
	if len(nodes) <= shown+1 {
		return strings.Join(ids(g, nodes), ", ")
	}
	return strings.Join(ids(g, nodes[:shown]), ", ") + fmt.Sprintf(" and %d more", len(nodes)-shown)
}

// manyNames is how many failed services a headline names.
const manyNames = 8

// factorText is a number to multiply by, to one digit.
func factorText(f float64) string {
	if math.IsInf(f, 1) {
		return "without limit"
	}
	return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64)
}

// amplified is the number of requests that retries make of one.
func amplified(factor float64) string {
	if math.IsInf(factor, 1) {
		return "requests without limit"
	}
	return factorText(factor) + " requests for one"
}

func fileLine(o graph.Origin) string {
	o.Column = 0
	return o.String()
}

// amountText is a count or a rate, to three decimals.
func amountText(v float64) string {
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

// shareText writes a share in percent; 0 % and 100 % are exact, other shares are
// rounded towards neither.
func shareText(part, whole float64) string {
	percent := 100 * part / whole
	switch {
	case part == 0 || part == whole:
	case percent < 0.1:
		return "less than 0.1 %"
	case percent > 99.9:
		return "more than 99.9 %"
	case percent < 10:
		percent = math.Round(percent*10) / 10
	default:
		percent = min(math.Round(percent), 99)
	}
	return strconv.FormatFloat(percent, 'f', -1, 64) + " %"
}

func ids(g *graph.Graph, nodes []graph.Node) []string {
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = pen.Clean(g.ID(n))
	}
	return names
}

// withArticle is "an owner", "a team".
func withArticle(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}
