package link

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// dropDuplicates drops equal facts of the same place: an override file and its base are
// read as one project, whichever of the two is read. The facts must be sorted by place.
func dropDuplicates(f *graph.Facts) {
	f.Entities = withoutDuplicates(f.Entities, func(t *graph.Entity) graph.Origin { return t.Origin }, func(a, b *graph.Entity) bool { return a.Ref == b.Ref })
	f.Names = withoutDuplicates(f.Names, func(n *graph.Name) graph.Origin { return n.Origin }, func(a, b *graph.Name) bool {
		return a.Ref == b.Ref && a.Of == b.Of && a.Target == b.Target
	})
	f.Calls = withoutDuplicates(f.Calls, func(c *graph.CallFact) graph.Origin { return c.Origin }, func(a, b *graph.CallFact) bool {
		return !a.From.Ref.IsZero() && a.From.Ref == b.From.Ref && a.To.Ref == b.To.Ref && a.To.Host == b.To.Host &&
			a.To.Account == b.To.Account && a.To.Pods.IsZero() && b.To.Pods.IsZero() && a.Way == b.Way && a.Mirror == b.Mirror &&
			a.Match == b.Match && slices.Equal(a.Via, b.Via)
	})
	f.Values = withoutDuplicates(f.Values, func(v *graph.Value) graph.Origin { return v.Origin }, func(a, b *graph.Value) bool { return *a == *b })
	f.Uses = withoutDuplicates(f.Uses, func(u *graph.Use) graph.Origin { return u.Origin }, func(a, b *graph.Use) bool { return *a == *b })
}

// maxCompared is how many facts of one place are compared at most.
const maxCompared = 64

// withoutDuplicates keeps the first of several equal facts. A fact without a column has no
// place of its own and is kept.
func withoutDuplicates[T any](facts []T, place func(*T) graph.Origin, same func(a, b *T) bool) []T {
	kept := facts[:0]
	for i := range facts {
		twin, at := false, place(&facts[i])
		for j := len(kept) - 1; j >= max(0, len(kept)-maxCompared) && at.Column > 0 && place(&kept[j]) == at && !twin; j-- {
			twin = same(&facts[i], &kept[j])
		}
		if !twin {
			kept = append(kept, facts[i])
		}
	}
	return kept
}

// assignFiles gives the settings of every configuration file to the entities that use it,
// else to its owner, which is declared thereby.
func (l *linker) assignFiles() {
	l.mergeFiles()
	l.serveClients()
	l.dropUnread()
	l.guessed = map[graph.Ref]bool{}
	users := map[graph.Ref][]graph.Ref{}
	for _, u := range l.f.Uses {
		if u.Config.Realm == "file" && !slices.Contains(users[u.Config], u.Of) {
			users[u.Config] = append(users[u.Config], u.Of)
		}
	}
	for _, c := range l.f.Configs {
		of := users[c.Ref]
		switch {
		case c.Owner == nil:
		case len(of) == 0:
			l.f.Entities = append(l.f.Entities, *c.Owner)
			l.f.Uses = append(l.f.Uses, graph.Use{Of: c.Owner.Ref, Config: c.Ref, File: true, Guess: !c.OwnerSaid, Origin: c.Origin})
			if !c.OwnerSaid {
				l.guessed[c.Owner.Ref] = true
				l.note(c.Origin, `nothing is seen to use this file; it is taken for one of "`+c.Owner.Name+`"`,
					"read it together with the manifest that mounts it")
			}
		case c.OwnerSaid && len(of) == 1:
			l.f.Names = append(l.f.Names, graph.Name{Ref: c.Owner.Ref, Origin: c.Owner.Origin, Of: of[0]})
		}
	}
}

// mergeFiles merges the Configs of one file: those of its documents, and those read where
// it is mounted.
func (l *linker) mergeFiles() {
	type spot struct {
		file         graph.Ref
		key          string
		line, column int32
	}
	first := map[graph.Ref]int{}
	seen := map[spot]bool{}
	kept := l.f.Configs[:0]
	for _, c := range l.f.Configs {
		if c.Realm != "file" {
			kept = append(kept, c)
			continue
		}
		c.Entries = slices.Clone(c.Entries)
		var here []spot // of one reading, in which a setting may have several values, and a route several callees
		for i := range c.Entries {
			e := &c.Entries[i]
			e.Values = slices.DeleteFunc(slices.Clone(e.Values), func(v graph.Value) bool {
				at := spot{c.Ref, v.Key, v.Origin.Line, v.Origin.Column}
				here = append(here, at)
				return seen[at]
			})
			e.Policies = slices.DeleteFunc(slices.Clone(e.Policies), func(p graph.Policy) bool {
				at := spot{c.Ref, p.Object + " " + p.Match + " " + p.Group, p.Origin.Line, p.Origin.Column}
				here = append(here, at)
				return seen[at]
			})
		}
		for _, at := range here {
			seen[at] = true
		}
		i, again := first[c.Ref]
		if !again {
			first[c.Ref] = len(kept)
			kept = append(kept, c)
			continue
		}
		k := &kept[i]
		k.Entries = slices.Concat(k.Entries, c.Entries)
		k.Clients = k.Clients || c.Clients
		if k.Owner == nil || !k.OwnerSaid && c.OwnerSaid {
			k.Owner, k.OwnerSaid = c.Owner, c.OwnerSaid
		}
	}
	l.f.Configs = kept
}
