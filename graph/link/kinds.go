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

// areProxies reports whether all images with which a service is declared are those of proxies:
// what is said to it is for those behind it.
func (l *linker) areProxies(members []int) bool {
	proxies := false
	for _, c := range members {
		for _, t := range l.entities[c].things {
			if t.Image != "" && !t.Proxy {
				return false
			}
			proxies = proxies || t.Proxy
		}
	}
	return proxies
}

// isNamespace reports whether the rest of a host is the namespace of a cluster and not a
// public domain.
func isNamespace(rest string) bool {
	namespace, suffix, _ := strings.Cut(rest, ".")
	return suffix == "svc" || strings.HasPrefix(suffix, "svc.") || suffix == "" && !topLevelDomains[namespace]
}

// topLevelDomains are those that hosts of one label before them are commonly in.
var topLevelDomains = map[string]bool{
	"com": true, "net": true, "org": true, "io": true, "dev": true, "app": true, "cloud": true, "co": true, "ai": true, "eu": true, "de": true, "uk": true,
	"info": true, "test": true, "local": true, "localhost": true, "internal": true, "lan": true, "home": true,
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
		case c.ref.Realm == kubernetes && c.ref.Kind == "Service" && kind == graph.KindExternal:
			kind = graph.KindUnknown
		}
	}
	if spoken != graph.KindUnknown && spoken != graph.KindTelemetry && !l.areProxies(members) {
		return spoken
	}
	// The name of an external host shows nothing: db.example.com may be a web site. That of a
	// service in a cluster does, in any namespace, if it begins with a product of telemetry.
	byName := kindByName(name)
	if label, rest, dotted := strings.Cut(name, "."); dotted {
		byName = graph.KindUnknown
		if words := address.Words(label); !declared && len(words) > 0 && kindWords[words[0]] == graph.KindTelemetry && isNamespace(rest) {
			byName = graph.KindTelemetry
		}
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
	case keepsState(byName) && l.builtUpon(members, name):
		return byName
	case declared, kind == graph.KindService, l.entities[root].ref.Realm == kubernetes && l.entities[root].ref.Kind == "Service":
		return graph.KindService
	}
	return graph.KindExternal
}

// builtUpon reports whether a service has the name of a product and runs images whose names end in it,
// as those that a team builds upon the image of the product do: "redis" from "shop/shop-redis".
func (l *linker) builtUpon(members []int, name string) bool {
	built := false
	for _, c := range members {
		for _, t := range l.entities[c].things {
			words := address.Words(graph.ImageName(t.Image))
			if len(words) == 0 {
				continue
			}
			if words[len(words)-1] != strings.ToLower(name) {
				return false
			}
			built = true
		}
	}
	return built
}
