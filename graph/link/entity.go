package link

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
)

func (l *linker) find(c int) int {
	for l.entities[c].parent != c {
		l.entities[c].parent = l.entities[l.entities[c].parent].parent
		c = l.entities[c].parent
	}
	return c
}

// unite makes one service of two entities. The smaller number stays the root,
// so that the result does not depend on the order of calls.
func (l *linker) unite(a, b int) {
	a, b = l.find(a), l.find(b)
	if a == b {
		return
	}
	if b < a {
		a, b = b, a
	}
	l.entities[b].parent = a
}

// add returns the entity of a ref. It makes a new one if there is none.
func (l *linker) add(r graph.Ref, o graph.Origin) int {
	n, known := l.refs.Number(r)
	c := int(n)
	if !known {
		l.entities = append(l.entities, entity{ref: r, parent: c, origin: o})
	}
	return c
}

// byRef returns the entity of a ref, if there is one.
func (l *linker) byRef(r graph.Ref) (c int, ok bool) {
	n, ok := l.refs.Find(r)
	return int(n), ok
}

// makeRoom makes room for n more entities with a name each. What grows to a hundred thousand is copied on its way.
func (l *linker) makeRoom(n int) {
	l.entities = slices.Grow(l.entities, n)
	l.refs.Grow(n)
	l.hosts.grow(n)
}

// declare makes the entities of everything that documents declare.
func (l *linker) declare() {
	l.refs.Grow(len(l.f.Entities) + len(l.f.Names))
	l.withAppID = map[string][]int{}
	l.apps, l.accounts, l.selectable = map[string]int{}, map[podLabel][]int{}, map[string][]int{}
	for i := range l.f.Entities {
		l.declareEntity(&l.f.Entities[i])
	}
	for i := range l.f.Names {
		n := &l.f.Names[i]
		if n.Selects.IsZero() && n.Of.IsZero() && len(n.Hosts) > 0 && n.Kind != graph.KindService {
			// A ServiceEntry without workloads: every host is a node of its own.
			for _, h := range n.Hosts {
				l.declareName(n, graph.Ref{Realm: "host", Name: canonical(h)}, []string{h})
			}
			continue
		}
		l.declareName(n, n.Ref, n.Hosts)
	}
	l.noteDuplicates()
}

func (l *linker) declareEntity(t *graph.Entity) {
	c := l.add(t.Ref, t.Origin)
	ent := &l.entities[c]
	ent.things = append(ent.things, t)
	if t.KindSure {
		ent.sure = t.Kind
	} else if t.Kind != graph.KindUnknown && (ent.hint == graph.KindUnknown || ent.hint == graph.KindService) {
		ent.hint = t.Kind
	}
	if t.AppID != "" {
		l.apps[t.AppID] = c
		l.withAppID[t.AppID] = append(l.withAppID[t.AppID], c)
	}
	if t.Realm == "dapr" {
		l.apps[t.Name] = c
	}
	if t.Account != "" {
		key := podLabel{namespace: t.Namespace, key: t.Account}
		l.accounts[key] = append(l.accounts[key], c)
	}
	if t.PodLabels != nil && !ent.selectable {
		ent.selectable = true
		l.selectable[t.Namespace] = append(l.selectable[t.Namespace], c)
	}
}

func (l *linker) declareName(n *graph.Name, r graph.Ref, hosts []string) {
	c := l.add(r, n.Origin)
	ent := &l.entities[c]
	ent.names = append(ent.names, n)
	for _, h := range hosts {
		ent.hosts = append(ent.hosts, canonical(h))
	}
	if ent.hint == graph.KindUnknown {
		ent.hint = n.Kind
	}
}

// noteDuplicates reports objects that are declared several times. Those without a namespace in
// two directories, with different images, may be different objects: they are reported by
// default, once for the two directories.
func (l *linker) noteDuplicates() {
	type pair struct{ first, second string }
	taken := map[pair]*graph.Problem{}
	more := map[pair]int{}
	var order []pair
	for i := range l.entities {
		var first *graph.Entity
		for _, t := range l.entities[i].things {
			switch {
			case t.Patch:
			case first == nil:
				first = t
			case t.Realm == kubernetes && t.Namespace == "" && t.Image != first.Image && path.Dir(t.Origin.File()) != path.Dir(first.Origin.File()):
				p := pair{path.Dir(first.Origin.File()), path.Dir(t.Origin.File())}
				if taken[p] != nil {
					more[p]++
					continue
				}
				taken[p] = &graph.Problem{
					Origin: t.Origin, Level: graph.Skipped,
					Message: kindWord(t.Ref) + ` "` + t.Name + `" without a namespace is declared with another image in ` + first.Origin.String() + "; the two are taken for one",
					Hint:    "set metadata.namespace, or read the directories one at a time",
				}
				order = append(order, p)
			case t.Realm == kubernetes && t.Origin != first.Origin:
				l.coverage.Problems = append(l.coverage.Problems, graph.Problem{
					Origin:  t.Origin,
					Message: kindWord(t.Ref) + ` "` + t.Name + `" is declared again, first in ` + first.Origin.String() + "; the calls of both are taken",
				})
			}
		}
	}
	for _, p := range order {
		if n := more[p]; n > 0 {
			taken[p].Message += ", and so are " + strconv.Itoa(n) + " more in these directories"
		}
		l.coverage.Problems = append(l.coverage.Problems, *taken[p])
	}
}

// kindWord returns the kind of a ref in the words of its source.
func kindWord(r graph.Ref) string {
	if r.Kind == "" {
		return "service"
	}
	return r.Kind
}

// canonical returns the form of a host by which it is looked up: lower case,
// without final dot and without the suffixes that a cluster's DNS adds.
func canonical(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for _, suffix := range []string{".svc.cluster.local", ".svc.clusterset.local", ".cluster.local", ".svc"} {
		if s, ok := strings.CutSuffix(host, suffix); ok && s != "" {
			return s
		}
	}
	return host
}

func (c *entity) family() graph.Family {
	if c.sure != graph.KindUnknown {
		return graph.FamilyOf(c.sure)
	}
	if c.hint == graph.KindUnknown {
		switch c.ref.Kind {
		case "Gateway", "Ingress":
			return graph.FamilyGateway
		}
	}
	return graph.FamilyOf(c.hint)
}

// roots returns the roots, in order.
func (l *linker) roots() []int {
	var roots []int
	for c := range l.entities {
		if l.find(c) == c {
			roots = append(roots, c)
		}
	}
	return roots
}

// entitiesByRoot returns the entities of each root, in order; none of what is no root.
func (l *linker) entitiesByRoot() [][]int {
	members, count := make([][]int, len(l.entities)), make([]int, len(l.entities))
	for c := range l.entities {
		count[l.find(c)]++
	}
	room := make([]int, len(l.entities)) // of all lists: most have one entry
	for root, n := range count {
		members[root], room = room[:0:n], room[n:]
	}
	for c := range l.entities {
		root := l.find(c)
		members[root] = append(members[root], c)
	}
	return members
}

func sortedUnique(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}
