package link

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// declaredKinds returns for every root what its entities are declared to be: what a
// document declares, else the most specific kind that is inferred.
func (l *linker) declaredKinds() []graph.Kind {
	kinds := make([]graph.Kind, len(l.entities))
	sure := make([]bool, len(l.entities))
	for c := range l.entities {
		ent, root := &l.entities[c], l.find(c)
		switch {
		case ent.sure != graph.KindUnknown && !sure[root]:
			kinds[root], sure[root] = ent.sure, true
		case sure[root], ent.hint == graph.KindUnknown:
		case kinds[root] == graph.KindUnknown || kinds[root] == graph.KindService:
			kinds[root] = ent.hint
		}
		if ent.family() == graph.FamilyGateway && kinds[root] == graph.KindUnknown {
			kinds[root] = graph.KindGateway
		}
	}
	return kinds
}

// kindByName guesses a kind by the last word of a name, or the first one if it is a
// product: "orders-db", "jaeger-collector", "redis-cart".
func kindByName(name string) graph.Kind {
	words := address.Words(name)
	if len(words) == 0 {
		return graph.KindUnknown
	}
	last := words[len(words)-1]
	if k := kindWords[last]; k != graph.KindUnknown {
		return k
	}
	if k := kindWords[words[0]]; k == graph.KindTelemetry && (last == "collector" || last == "agent" || last == "query" || last == "server") {
		return k
	}
	return graph.KindUnknown
}

// kindOf returns the kind of a root: as declared, else by the protocol of calls to it, else
// by its name. An address that is not declared is external.
func (l *linker) kindOf(root int, members []int, name string, spoken graph.Kind) graph.Kind {
	kind := graph.KindUnknown
	if root < len(l.kinds) {
		kind = l.kinds[root]
	} else {
		kind = l.entities[root].hint
	}
	if kind != graph.KindUnknown && kind != graph.KindService && kind != graph.KindExternal {
		return kind
	}
	for _, c := range members {
		if l.entities[c].sure != graph.KindUnknown {
			return kind
		}
	}
	declared, outside := false, true // outside: declared by names only, which are all outside
	for _, c := range members {
		declared = declared || len(l.entities[c].things)+len(l.entities[c].names) > 0
		outside = outside && len(l.entities[c].things) == 0
		for _, n := range l.entities[c].names {
			outside = outside && n.Outside
		}
	}
	if !declared {
		switch c := &l.entities[root]; { // its ref may show the kind
		case c.family() == graph.FamilyGateway:
			return graph.KindGateway
		case c.ref.Realm == "dapr":
			return graph.KindService
		}
	}
	if spoken != graph.KindUnknown && spoken != graph.KindTelemetry {
		return spoken
	}
	// The name of an external host shows nothing: db.example.com may be a web site.
	byName := kindByName(name)
	if strings.Contains(name, ".") {
		byName = graph.KindUnknown
	}
	switch {
	case kind == graph.KindExternal:
		return kind
	case !declared && spoken == graph.KindTelemetry:
		return graph.KindTelemetry
	case kind == graph.KindUnknown && byName != graph.KindUnknown, byName == graph.KindTelemetry:
		return byName
	case declared && outside:
		return graph.KindExternal
	case declared, kind == graph.KindService:
		return graph.KindService
	}
	return graph.KindExternal
}
