package link

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// An identity is the name of a root.
type identity struct {
	namespace, name string
	realm           string
}

// identify chooses the name of a service among those of its entities. The own name of an
// entity has precedence over an alias, the name in a platform over one that people give,
// a name that callers use over that of a workload. Of several names in one platform it is
// the one with the most workloads, else one that a workload has, too, else the one with the
// broadest selector, else the shortest. The name of a Service for scrapers is the last.
func (l *linker) identify(members []int) identity {
	if len(members) == 1 { // most of them
		return l.nameOf(members[0])
	}
	declared := map[graph.Ref]int{} // how many members that documents declare, by realm and name
	for _, c := range members {
		if ent := &l.entities[c]; len(ent.things) > 0 {
			declared[graph.Ref{Realm: ent.ref.Realm, Name: ent.ref.Name}]++
		}
	}
	ranks := make(map[int]int, len(members))
	for _, c := range members {
		ranks[c] = l.nameRank(c, declared)
	}
	best := slices.MinFunc(members, func(a, b int) int {
		x, y := &l.entities[a], &l.entities[b]
		return cmp.Or(
			cmp.Compare(x.aliasRank(), y.aliasRank()),
			cmp.Compare(realmRank(x.ref.Realm), realmRank(y.ref.Realm)),
			cmp.Compare(ranks[a], ranks[b]),
			cmp.Compare(len(x.ref.Name), len(y.ref.Name)),
			strings.Compare(x.ref.Name, y.ref.Name),
			strings.Compare(x.ref.Namespace, y.ref.Namespace),
		)
	})
	n := l.nameOf(best)
	if name := l.proxyOfGateways(members); name != "" {
		n.name = name
	}
	if n.realm == kubernetes && ranks[best]&otherName != 0 {
		if name := l.commonName(members); name != "" {
			n.name = name
		}
	}
	return n
}

// nameOf returns the name of an entity as that of a service.
func (l *linker) nameOf(c int) identity {
	r := &l.entities[c].ref
	n := identity{namespace: r.Namespace, name: r.Name, realm: r.Realm}
	if r.Namespace != "" && len(l.entities[c].names) > 0 {
		if host, ok := strings.CutSuffix(canonical(r.Name), "."+r.Namespace); ok {
			n.name = host // the host of a ServiceEntry is named as those of Services are
		}
	}
	return n
}

// commonName returns the name in the pod labels of a workload that several names select:
// jaeger, for jaeger-query, jaeger-collector and zipkin.
func (l *linker) commonName(members []int) string {
	names, common := 0, ""
	for _, c := range members {
		if len(l.entities[c].names) > 0 {
			names++
		}
		if len(l.entities[c].things) == 0 || l.entities[c].ref.Realm != kubernetes {
			continue
		}
		labels := l.podLabels(c)
		name := cmp.Or(labels["app.kubernetes.io/name"], labels["app"], labels["k8s-app"], labels["name"])
		if name == "" || common != "" && name != common {
			return ""
		}
		common = name
	}
	if names < 2 || len(l.hosts.roots(strings.ToLower(common))) > 0 {
		return ""
	}
	return common
}

// proxyOfGateways returns a name for the proxies that several Gateways select by one label, if no input declares
// them: each of these is one of the ways in, and none of them goes by the name of another. It is the one by
// which charts make such labels: "mesh-ingress" has mesh: ingress.
func (l *linker) proxyOfGateways(members []int) string {
	name := ""
	for _, c := range members {
		labels := l.podLabels(c)
		if r := &l.entities[c].ref; r.Realm != kubernetes || r.Kind != "Gateway" || len(labels) != 1 {
			return ""
		}
		for key, value := range labels {
			of := value
			if key != "app" && !strings.Contains(key, "/") {
				of = key + "-" + strings.TrimPrefix(value, key+"-")
			}
			if name != "" && of != name {
				return ""
			}
			name = of
		}
	}
	return name
}

// aliasRank is 1 for an entity that is only a further name of another one (an alias, an
// API), else 0.
func (c *entity) aliasRank() int {
	own := func(n *graph.Name) bool { return n.Of.IsZero() && (n.Target == "" || n.Ref.Kind != "link") }
	if len(c.names) == 0 || len(c.things) > 0 || slices.ContainsFunc(c.names, own) {
		return 0
	}
	return 1
}

// nameRank is smaller for a better name among members, of which so many are declared by each name.
func (l *linker) nameRank(c int, declared map[graph.Ref]int) int {
	ent := &l.entities[c]
	if !slices.ContainsFunc(ent.names, func(n *graph.Name) bool { return n.Of != ent.ref }) { // none, or its address only
		return 1 << 20
	}
	if len(ent.things) == 0 && strings.HasSuffix(ent.ref.Name, "-metrics") { // what scrapes it uses that, its callers another one
		return 1<<20 + 1
	}
	if ent.ref.Kind != "" && ent.ref.Kind != "Service" && ent.ref.Kind != "service" {
		return 1 << 19
	}
	reach, conditions := 0, 31
	for _, n := range ent.names {
		reach = max(reach, len(l.selection(n).workloads))
		conditions = min(conditions, len(n.Selects.Labels)+len(n.Selects.Exprs))
	}
	// 1<<19 stays out of reach: 1001*2*otherName is the most.
	rank := (1000-min(reach, 1000))*2*otherName + conditions
	others := declared[graph.Ref{Realm: ent.ref.Realm, Name: ent.ref.Name}]
	if len(ent.things) > 0 {
		others--
	}
	if others == 0 {
		rank += otherName
	}
	return rank
}

// otherName is added to the rank of a name that no workload has. It is more than a selector has conditions.
const otherName = 64

// ids gives every root its ID: namespace/name, or name where no input gives a
// namespace. If two have the same, a program keeps it and the others get a prefix:
// their project, of Compose or Aspire, if both are from one, else their kind, as in "gateway:shop/web".
func ids(all []identity, kinds []graph.Kind) []string {
	first := make(map[string]int, len(all))
	clashes := map[string][]int{}
	list := make([]string, len(all))
	for i, n := range all {
		list[i] = n.name
		if n.namespace != "" {
			list[i] = n.namespace + "/" + n.name
		}
		id := list[i]
		switch before, taken := first[id]; {
		case !taken:
			first[id] = i
		case clashes[id] == nil:
			clashes[id] = []int{before, i}
		default:
			clashes[id] = append(clashes[id], i)
		}
	}
	if len(clashes) == 0 {
		return list
	}
	for id, clash := range clashes {
		keep := slices.MinFunc(clash, func(a, b int) int {
			return cmp.Or(
				cmp.Compare(graph.FamilyOf(kinds[a]), graph.FamilyOf(kinds[b])),
				cmp.Compare(realmRank(all[a].realm), realmRank(all[b].realm)),
				cmp.Compare(kinds[a], kinds[b]),
				strings.Compare(all[a].realm, all[b].realm),
			)
		})
		projects := 0
		for _, i := range clash {
			if _, of := projectOf(all[i].realm); of {
				projects++
			}
		}
		for _, i := range clash {
			project, of := projectOf(all[i].realm)
			switch {
			case of && projects > 1:
				list[i] = project + "/" + all[i].name
			case i != keep:
				list[i] = kinds[i].String() + ":" + id
			}
		}
	}
	unique(list)
	return list
}

// unique numbers the ids that are still the same.
func unique(list []string) {
	seen := map[string]bool{}
	for i, id := range list {
		for n := 2; seen[list[i]]; n++ {
			list[i] = id + "#" + strconv.Itoa(n)
		}
		seen[list[i]] = true
	}
}
