package link

import (
	"slices"

	"github.com/weirgraph/weir/internal/index"
)

// A nameIndex has the roots of names, which are in lower case. Most names are of one root, and most
// inputs have few realms and namespaces: a hundred thousand names take less than their services.
type nameIndex struct {
	spaces  map[space]int32 // numbered
	entries []nameEntry
	byEntry *index.Index[nameKey]

	bares  []bareName
	byName *index.Index[string]
	shared map[int32]*sharedName // by place in bares, of those that several roots have
}

// A space is that within which a name has one root that answers.
type space struct{ realm, namespace string }

type nameKey struct {
	name  string
	space int32
}

type nameEntry struct {
	nameKey
	root int32
}

// A bareName is a name without its space.
type bareName struct {
	name  string
	root  int32
	loose bool // the root is in no namespace of a cluster
}

// A sharedName is of several roots, in the order in which they were added.
type sharedName struct {
	roots []int
	loose []int // those in no namespace of a cluster
}

func newNameIndex() *nameIndex {
	x := &nameIndex{spaces: map[space]int32{}, shared: map[int32]*sharedName{}}
	x.byEntry = index.New(func(place int32) nameKey { return x.entries[place].nameKey })
	x.byName = index.New(func(place int32) string { return x.bares[place].name })
	return x
}

// grow makes room for n more names.
func (x *nameIndex) grow(n int) {
	x.entries, x.bares = slices.Grow(x.entries, n), slices.Grow(x.bares, n)
	x.byEntry.Grow(n)
	x.byName.Grow(n)
}

// in returns the root of a name in a realm and a namespace.
func (x *nameIndex) in(realm, namespace, name string) (root int, ok bool) {
	n, ok := x.spaces[space{realm, namespace}]
	if !ok {
		return 0, false
	}
	place, ok := x.byEntry.Find(nameKey{name, n})
	if !ok {
		return 0, false
	}
	return int(x.entries[place].root), true
}

// enter adds the root of a name in a space, unless there is one, and returns the one that it has.
func (x *nameIndex) enter(s space, name string, root int) (first int, taken bool) {
	n, ok := x.spaces[s]
	if !ok {
		n = int32(len(x.spaces))
		x.spaces[s] = n
	}
	key := nameKey{name, n}
	place, taken := x.byEntry.Number(key)
	if !taken {
		x.entries = append(x.entries, nameEntry{key, int32(root)})
	}
	return int(x.entries[place].root), taken
}

// enterBare adds a root of a name without a space, unless it was the last one that was added to the name.
func (x *nameIndex) enterBare(name string, root int, loose bool) {
	place, known := x.byName.Number(name)
	if !known {
		x.bares = append(x.bares, bareName{name, int32(root), loose})
		return
	}
	s := x.shared[place]
	if s == nil {
		if int(x.bares[place].root) == root {
			return
		}
		s = &sharedName{roots: x.roots(name), loose: x.loose(name)}
		x.shared[place] = s
	}
	if s.roots[len(s.roots)-1] == root {
		return
	}
	s.roots = append(s.roots, root)
	if loose {
		s.loose = append(s.loose, root)
	}
}

// roots returns the roots of a name in any space, in order. They must not be changed.
func (x *nameIndex) roots(name string) []int {
	place, ok := x.byName.Find(name)
	if !ok {
		return nil
	}
	if s := x.shared[place]; s != nil {
		return s.roots
	}
	return []int{int(x.bares[place].root)}
}

// loose returns those of roots that are in no namespace of a cluster. They must not be changed.
func (x *nameIndex) loose(name string) []int {
	place, ok := x.byName.Find(name)
	if !ok {
		return nil
	}
	if s := x.shared[place]; s != nil {
		return s.loose
	}
	if !x.bares[place].loose {
		return nil
	}
	return []int{int(x.bares[place].root)}
}

// realmsByName returns the realms that have a name without a namespace, of those that are asked for, by the name.
func (x *nameIndex) realmsByName(wanted func(realm string) bool) map[string][]string {
	realms := map[int32]string{}
	for s, n := range x.spaces {
		if s.namespace == "" && wanted(s.realm) {
			realms[n] = s.realm
		}
	}
	byName := map[string][]string{}
	for i := range x.entries {
		if realm, ok := realms[x.entries[i].space]; ok {
			byName[x.entries[i].name] = append(byName[x.entries[i].name], realm)
		}
	}
	return byName
}
