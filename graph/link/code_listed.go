package link

import (
	"path"

	"github.com/weirgraph/weir/graph"
)

// dropListed takes the strength from evidence of settings that the code of a program has in lists of addresses
// only, which it does not call: the redirects of a client of OAuth, the origins of CORS.
func (c *codeDirectories) dropListed() {
	type setting struct {
		root int
		name string // relaxed
	}
	lists, read := map[setting]bool{}, map[setting]bool{}
	for i := range c.f.Code {
		f := &c.f.Code[i]
		var owners []int
		ownersOf := func() []int {
			if owners == nil {
				owners = c.ownerAbove(path.Dir(path.Clean(f.Origin.File())))
			}
			return owners
		}
		for j := range f.Places {
			if p := &f.Places[j]; p.Kind == graph.CodeListed {
				for _, owner := range ownersOf() {
					lists[setting{owner, relaxed(p.Key)}] = true
				}
			}
		}
		for _, name := range f.Settings {
			for _, owner := range ownersOf() {
				read[setting{owner, relaxed(name)}] = true
			}
		}
	}
	if len(lists) == 0 {
		return
	}
	for i := range c.addressed {
		a := &c.addressed[i]
		name := setting{c.find(a.from), relaxed(a.value.Key)}
		if lists[name] && !read[name] {
			e := &c.edges[[2]int{a.from, a.to}][a.at]
			e.Way, e.Strength = "source-listed", min(e.Strength, graph.Allowed)
		}
	}
}

// loosenReaders marks calls that settings show, where a file of code that reads the setting has policies that act on no
// place that is known: these may act on the call.
func (c *codeDirectories) loosenReaders() {
	type setting struct {
		root int
		name string // relaxed
	}
	loose := map[setting]*graph.Loose{}
	for i := range c.f.Code {
		f := &c.f.Code[i]
		if f.Loose == nil || len(f.Settings) == 0 {
			continue
		}
		for _, owner := range c.ownerAbove(path.Dir(path.Clean(f.Origin.File()))) {
			for _, name := range f.Settings {
				if s := (setting{owner, relaxed(name)}); loose[s] == nil {
					loose[s] = f.Loose
				}
			}
		}
	}
	if len(loose) == 0 {
		return
	}
	for i := range c.addressed {
		a := &c.addressed[i]
		if by := loose[setting{c.find(a.from), relaxed(a.value.Key)}]; by != nil {
			if e := &c.edges[[2]int{a.from, a.to}][a.at]; e.Loose == nil {
				e.Loose = by
			}
		}
	}
}

// raiseReaders gives evidence of settings that several programs have its strength back for those whose code reads the
// setting, if they are few: code that all have alike shows no single one.
func (c *codeDirectories) raiseReaders() {
	shared := map[string]bool{} // settings, relaxed
	for i := range c.addressed {
		if a := &c.addressed[i]; a.found.list == commonList {
			shared[relaxed(a.value.Key)] = true
		}
	}
	if len(shared) == 0 {
		return
	}
	readers := map[string]set[int]{} // roots by the setting
	for i := range c.f.Code {
		f := &c.f.Code[i]
		var owners []int
		for _, name := range f.Settings {
			if name = relaxed(name); !shared[name] {
				continue
			}
			if owners == nil {
				owners = c.ownerAbove(path.Dir(path.Clean(f.Origin.File())))
			}
			for _, owner := range owners {
				put(readers, name, owner)
			}
		}
	}
	for i := range c.addressed {
		a := &c.addressed[i]
		if by := readers[relaxed(a.value.Key)]; a.found.list == commonList && by.has(c.find(a.from)) && by.len < minSharing {
			e := &c.edges[[2]int{a.from, a.to}][a.at]
			e.Strength = max(e.Strength, graph.Strong)
		}
	}
}
