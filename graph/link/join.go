package link

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// realmRank orders realms by precedence for the name of a service.
func realmRank(realm string) int {
	switch {
	case realm == kubernetes:
		return 0
	case isCompose(realm):
		return 1
	}
	i := slices.Index([]string{"native", "backstage", "spring", "dapr"}, realm)
	if i < 0 {
		return 9
	}
	return i + 2
}

// A claim is one name under which a root is declared.
type claim struct {
	root      int
	ref       graph.Ref
	name      string
	namespace string
}

// join makes one service of what different formats declare under one name. An entity is
// joined only if there is exactly one plausible partner; several are reported, and none is
// chosen.
func (l *linker) join() {
	claims := map[string][]claim{}
	for c := range l.entities {
		ent := &l.entities[c]
		if ent.external || ent.ref.Realm == "host" || ent.ref.Realm == "file" {
			continue
		}
		if ent.ref.Realm == "backstage" && ent.ref.Kind == "api" {
			continue // the API "orders" is the service that provides it, not one of the name "orders"
		}
		name := strings.ToLower(ent.ref.Name)
		claims[name] = append(claims[name], claim{root: c, ref: ent.ref, name: name, namespace: ent.ref.Namespace})
	}
	names := make([]string, 0, len(claims))
	for name, list := range claims {
		if len(list) > 1 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		l.joinName(claims[name])
	}
	l.joinImages()
	l.joinApps()
	l.joinOwners()
}

// joinImages joins the configuration of a program that no service has the name of with the one
// service that runs an image of that name: a module is built into an image called like it, or
// with a further ending that the images of three or more modules have. Else it is that of the one
// service whose name has the same letters, "order-service" of "orderService", or that has the name of the
// module's artifact of Maven, or runs an image called like it. A file that only its
// directory gives to a program belongs to the image with that name, unless that is a stock image.
func (l *linker) joinImages() {
	running := map[string][]int{} // roots by the name of their image
	alike := map[string][]int{}   // roots by the letters of their names
	owned := map[string]bool{}    // whether an image of this name has an owner
	for c := range l.entities {
		if !hosting(l.entities[c].ref.Realm) {
			continue
		}
		if letters, root := relaxed(l.entities[c].ref.Name), l.find(c); !slices.Contains(alike[letters], root) {
			alike[letters] = append(alike[letters], root)
		}
		for _, t := range l.entities[c].things {
			name, root := graph.ImageName(t.Image), l.find(c)
			if name != "" && !slices.Contains(running[name], root) {
				running[name] = append(running[name], root)
			}
			owned[name] = owned[name] || strings.Contains(t.Image, "/")
		}
	}
	artifacts := l.artifacts()
	byEnding := map[string]map[int]int{} // the roots of images by the programs that they begin with
	for c := range l.entities {
		e := &l.entities[c]
		module, name := e.ref.Realm == "spring", strings.ToLower(e.ref.Name)
		if !module && !l.guessed[e.ref] || l.find(c) != c || l.isJoined(c) {
			continue
		}
		if list := running[name]; len(list) == 1 && (module || owned[name]) {
			l.unite(list[0], c)
			continue
		}
		if !module { // a directory that is named after anything
			continue
		}
		if list := alike[relaxed(e.ref.Name)]; len(list) == 1 {
			l.unite(list[0], c)
			continue
		}
		if artifact := artifacts[moduleOf(e.origin.File())]; isAlike(artifact, name) {
			if list := alike[relaxed(artifact)]; len(list) == 1 {
				l.unite(list[0], c)
				continue
			}
			if list := running[strings.ToLower(artifact)]; len(list) == 1 {
				l.unite(list[0], c)
				continue
			}
		}
		for image, list := range running {
			if ending, ok := strings.CutPrefix(image, name+"-"); ok && len(list) == 1 {
				if byEnding[ending] == nil {
					byEnding[ending] = map[int]int{}
				}
				byEnding[ending][c] = list[0]
			}
		}
	}
	for _, ending := range slices.Sorted(maps.Keys(byEnding)) {
		if of := byEnding[ending]; len(of) >= minSharing {
			for c, root := range of {
				l.unite(root, c)
			}
		}
	}
}

// isAlike reports whether an artifact has a word of the name of a program: a module that tests another one may have the
// artifact of that.
func isAlike(artifact, name string) bool {
	return slices.ContainsFunc(address.Words(name), func(word string) bool {
		return len(word) > 3 && !slices.Contains(genericNames, word) && strings.Contains(relaxed(artifact), word)
	})
}

// artifacts returns the names of packages by their directories.
func (l *linker) artifacts() map[string]string {
	names := map[string]string{}
	for i := range l.f.CodeDirectories {
		if f := &l.f.CodeDirectories[i]; f.Reason == graph.DirectoryPackage && f.Dir != "" {
			names[f.Dir] = f.Name
		}
	}
	return names
}

// isJoined reports whether a root has other entities.
func (l *linker) isJoined(root int) bool {
	for c := range l.entities {
		if c != root && l.find(c) == root {
			return true
		}
	}
	return false
}

// joinName joins the claims of one name, those of people with those of platforms.
func (l *linker) joinName(list []claim) {
	slices.SortStableFunc(list, func(a, b claim) int {
		return cmp.Or(cmp.Compare(realmRank(a.ref.Realm), realmRank(b.ref.Realm)), -cmp.Compare(a.namespace, b.namespace))
	})
	for i, c := range list {
		if c.ref.Realm == kubernetes {
			continue
		}
		var partners []int
		for _, p := range list[:i] {
			if p.ref.Realm == c.ref.Realm || isAspire(p.ref.Realm) && isAspire(c.ref.Realm) || !l.compatible(p, c) {
				continue
			}
			if root := l.find(p.root); !slices.Contains(partners, root) {
				partners = append(partners, root)
			}
		}
		partners = l.preferRunning(partners)
		switch {
		case len(partners) == 1 && !((hosting(c.ref.Realm) || isAspire(c.ref.Realm)) && severalProjects(list)):
			l.unite(partners[0], c.root)
		case len(partners) > 1:
			l.note(l.entities[c.root].origin, `"`+c.ref.Name+`" could be any of several services of that name; it is kept apart`,
				"write its namespace, or an alias in weir.yaml")
		}
	}
}

// severalProjects reports whether a name is claimed by more than one compose
// project, or by more than one application host of Aspire: then it is unknown which of them runs
// in the cluster.
func severalProjects(list []claim) bool {
	composed, hosted := "", ""
	for _, c := range list {
		switch realm := c.ref.Realm; {
		case isCompose(realm) && composed != "" && composed != realm, isAspire(realm) && hosted != "" && hosted != realm:
			return true
		case isCompose(realm):
			composed = realm
		case isAspire(realm):
			hosted = realm
		}
	}
	return false
}

// compatible reports whether two claims of one name can be the same service:
// their namespaces agree or one gives none, and so do their kinds.
func (l *linker) compatible(a, b claim) bool {
	if a.namespace != b.namespace && a.namespace != "" && b.namespace != "" {
		return false
	}
	x, y := &l.entities[a.root], &l.entities[b.root]
	if x.sure != graph.KindUnknown && y.sure != graph.KindUnknown && x.sure != y.sure {
		return false
	}
	if y.sure == graph.KindUnknown && (y.hint == graph.KindUnknown || y.hint == graph.KindGateway) {
		return true // the configuration of a program can show that it is a gateway
	}
	return x.family() == y.family()
}

// preferRunning drops gateways and jobs among several partners: a bare name
// means the program.
func (l *linker) preferRunning(partners []int) []int {
	if len(partners) < 2 {
		return partners
	}
	programs := slices.DeleteFunc(slices.Clone(partners), func(p int) bool { return l.entities[p].family() != graph.FamilyProgram })
	if len(programs) == 0 {
		return partners
	}
	return programs
}

// joinApps joins app-ids with the workloads that have them.
func (l *linker) joinApps() {
	for c := range l.entities {
		if r := l.entities[c].ref; r.Realm == "dapr" {
			if app, ok := l.apps[r.Name]; ok {
				l.unite(app, c)
			}
		}
	}
}

// joinOwners joins names with the one entity that they name as behind them. A name with
// several such entities, an API with two providers, remains a node of its own.
func (l *linker) joinOwners() {
	for c := range l.entities {
		var owners []int
		for _, n := range l.entities[c].names {
			if n.Of.IsZero() {
				continue
			}
			if owner, ok := l.lookup(n.Of); ok && !slices.Contains(owners, owner) {
				owners = append(owners, owner)
			}
		}
		switch len(owners) {
		case 0:
		case 1:
			l.unite(owners[0], c)
		default:
			l.note(l.entities[c].origin, `several services claim to be "`+l.entities[c].ref.Name+`"; it is kept apart`, "")
		}
	}
}
