package render

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// availabilityWords is the highest availability that the objectives of its dependencies
// allow a service; empty if none is known.
func availabilityWords(g *graph.Graph, a *analyze.Availability) string {
	if a == nil || a.Counted == 0 && a.Promised == 100 && a.Expected == 100 {
		return ""
	}
	least := "at best"
	if !a.Exact {
		least = "at best, or a little more"
	}
	words := fmt.Sprintf("can be available %s %s", analyze.Percent(a.Promised), least)
	if analyze.Percent(a.Expected) != analyze.Percent(a.Promised) {
		words += fmt.Sprintf(" (%s, if objectives exclude the dependencies of a service)", analyze.Percent(a.Expected))
	}
	if a.Apart {
		words += ", if they fail apart"
	}
	if a.Equal {
		words += ", with even shares of splits that declare none"
	}
	if a.Falls() {
		words += fmt.Sprintf(", less than its objective of %s", analyze.Percent(a.Objective))
	}
	if a.Counted > 0 {
		var worst []string
		for _, c := range a.Worst {
			worst = append(worst, pen.Clean(g.ID(c.Node))+" "+analyze.Percent(c.Objective))
		}
		words += ": it depends on " + strings.Join(worst, ", ")
		if more := a.Counted - len(worst); more > 0 {
			words += fmt.Sprintf(" and %d more with objectives", more)
		}
	}
	if n := a.Unknown; n > 0 {
		words += fmt.Sprintf("; 100 %% assumed for %s without an objective", english.Count(n, "service"))
	}
	return words
}

// availabilityCell is the same for a table.
func availabilityCell(a *analyze.Availability) string {
	switch {
	case a == nil, a.Promised == 100:
		return ""
	case a.Falls():
		return analyze.Percent(a.Promised) + " of " + analyze.Percent(a.Objective)
	}
	return analyze.Percent(a.Promised)
}
