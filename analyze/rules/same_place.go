package rules

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// withoutRepetitions leaves out findings that have the fingerprint of another one, as those of
// an object that several files declare, and adds their places to that one: to the most severe,
// of these to the first. Those about two values of a setting are two.
func withoutRepetitions(found []*analyze.Finding) []*analyze.Finding {
	type same struct{ fingerprint, value string }
	at := make(map[same]int, len(found))
	list := found[:0]
	seen := map[int]map[graph.Origin]bool{} // of findings with repetitions: their places
	for n := range found {
		f := found[n]
		is := same{f.Fingerprint, valueOf(f)}
		i, again := at[is]
		if !again {
			at[is] = len(list)
			list = append(list, f)
			continue
		}
		if f.Severity > list[i].Severity {
			list[i], f = f, list[i]
			delete(seen, i)
		}
		places := seen[i]
		if places == nil {
			list[i].Origins = slices.Clip(list[i].Origins) // others may share the array
			places = map[graph.Origin]bool{}
			seen[i] = places
			for _, o := range list[i].Origins {
				places[o] = true
			}
		}
		for _, o := range f.Origins {
			if !places[o] {
				places[o] = true
				list[i].Origins = append(list[i].Origins, o)
			}
		}
	}
	clear(found[len(list):])
	return list
}

// valueOf returns the value of the setting that f is about, "" if it is about none.
func valueOf(f *analyze.Finding) string {
	for _, v := range f.Values {
		if v.Key == "value" {
			return v.Value
		}
	}
	return ""
}

// givePlaces gives findings about calls one cause where they say the same of them, because of
// what is declared in one place: that place is what has to change. The source code of a caller is one,
// however many of its lines are alike, and however many programs are built from it.
func givePlaces(g *graph.Graph, found []*analyze.Finding) {
	callers := map[graph.Origin]string{} // the first by a place in code
	for _, f := range found {
		if f.Alike.Cause != "" || f.Each != nil || len(f.Services) != 2 || len(f.Origins) == 0 {
			continue
		}
		call := g.ID(f.Services[0]) + " calls " + g.ID(f.Services[1]) + " "
		if says, ok := strings.CutPrefix(f.Message, call); ok && f.Subject == g.ID(f.Services[0])+"->"+g.ID(f.Services[1]) {
			place := f.Origins[0].String()
			if isCode(f.Origins[0]) {
				if place = callers[f.Origins[0]]; place == "" {
					place = g.ID(f.Services[0])
					callers[f.Origins[0]] = place
				}
			}
			f.Alike = analyze.Alike{Cause: place + " " + says + " " + f.Hint, Says: says, Hint: f.Hint, Calls: true, Goes: true}
		}
	}
}

// isCode reports whether a place is one of source code.
func isCode(o graph.Origin) bool { return o.Reader() == "source" }
