package rules

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// withoutRepetitions leaves out findings that a reader cannot distinguish from one before them,
// and adds their places to that one.
func withoutRepetitions(found []analyze.Finding) []analyze.Finding {
	type words struct{ rule, subject, message, hint string }
	at := make(map[words]int, len(found))
	var list []analyze.Finding
	for _, f := range found {
		said := words{f.Rule, f.Subject, f.Message, f.Hint}
		i, again := at[said]
		if !again || list[i].Fingerprint != f.Fingerprint {
			at[said] = len(list)
			list = append(list, f)
			continue
		}
		list[i].Origins = slices.Clone(list[i].Origins)
		for _, o := range f.Origins {
			if !slices.Contains(list[i].Origins, o) {
				list[i].Origins = append(list[i].Origins, o)
			}
		}
	}
	return list
}

// withPlaces gives findings about calls one cause where they say the same of them, because of
// what is declared in one place: that place is what has to change.
func withPlaces(g *graph.Graph, found []analyze.Finding) []analyze.Finding {
	list := slices.Clone(found)
	for i := range list {
		f := &list[i]
		if f.Alike.Cause != "" || f.Each != nil || len(f.Services) != 2 || len(f.Origins) == 0 {
			continue
		}
		call := g.ID(f.Services[0]) + " calls " + g.ID(f.Services[1]) + " "
		if says, ok := strings.CutPrefix(f.Message, call); ok && f.Subject == g.ID(f.Services[0])+"->"+g.ID(f.Services[1]) {
			f.Alike = analyze.Alike{Cause: f.Origins[0].String() + " " + says + " " + f.Hint, Says: says, Hint: f.Hint, Calls: true, Goes: true}
		}
	}
	return list
}
