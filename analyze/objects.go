package analyze

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// An object is everything that one policy object of the inputs declares: it may
// have parts for different calls.
type object struct {
	name  string // "VirtualService/shop/pricing"
	parts []*graph.BoundPolicy
}

// objects puts the parts of policies together that one object declares, in the
// order in which they stand in the inputs. Two files may have an object of the
// same name.
func objects(g *graph.Graph) []object {
	type key struct{ name, file string }
	at := map[key]int{}
	var list []object
	for _, p := range g.Policies() {
		k := key{p.Object, p.Origin.File}
		i, known := at[k]
		if !known {
			i = len(list)
			at[k] = i
			list = append(list, object{name: p.Object})
		}
		list[i].parts = append(list[i].parts, p)
	}
	return list
}

// verb is the form of a verb after a count.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// where returns the places of parts, each once.
func where(parts []*graph.BoundPolicy) []graph.Origin {
	var origins []graph.Origin
	for _, p := range parts {
		if !slices.Contains(origins, p.Origin) {
			origins = append(origins, p.Origin)
		}
	}
	return origins
}

// callIDs writes the calls "a->b", of long lists the first ones.
func callIDs(g *graph.Graph, calls []graph.Edge) string {
	const shown = 3
	text := ""
	for i, e := range calls {
		if i == shown && len(calls) > shown+1 {
			return text + fmt.Sprintf(" and %d more", len(calls)-shown)
		}
		if i > 0 {
			text += ", "
		}
		text += callID(g, e)
	}
	return text
}

// callID is the subject of findings about a call.
func callID(g *graph.Graph, e graph.Edge) string { return g.ID(g.From(e)) + "->" + g.ID(g.To(e)) }
