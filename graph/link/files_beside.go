package link

import (
	"path"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// useFilesBeside gives the settings of a .NET program in the directory of its project to the program that the
// directory belongs to, if no input uses the file: a manifest with no more than an image names no directory.
func (l *linker) useFilesBeside() {
	projects := map[string]bool{} // directories
	for i := range l.f.CodeDirectories {
		if f := &l.f.CodeDirectories[i]; f.Project {
			projects[f.Dir] = true
		}
	}
	if len(projects) == 0 {
		return
	}
	used := map[graph.Ref]bool{}
	for i := range l.f.Uses {
		used[l.f.Uses[i].Config] = true
	}
	var found []*graph.Config
	for i := range l.f.Configs {
		if c := &l.f.Configs[i]; c.Realm == "file" && c.Owner == nil && !used[c.Ref] && projects[path.Dir(c.Name)] {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return
	}
	l.kinds, l.besides = l.declaredKinds(), map[string]bool{}
	directories := l.findDirectories()
	within := map[string]set[string]{} // projects by the directory of a program that they are in
	for _, c := range found {
		if dir := path.Dir(c.Name); len(directories.owners[dir]) == 0 {
			put(within, directories.owning(dir), dir)
		}
	}
	for _, c := range found {
		dir := path.Dir(c.Name)
		if len(directories.owners[dir]) == 0 {
			if dir = directories.owning(dir); within[dir].len > 1 {
				continue
			}
		}
		l.besides[c.Name] = true
		for _, root := range directories.owners[dir] {
			for _, of := range directories.running(root) {
				l.f.Uses = append(l.f.Uses, graph.Use{Of: of, Config: c.Ref, File: true, Built: true, Origin: c.Origin})
			}
		}
	}
}

// running returns the refs under which platforms run a program, one for each.
func (c *codeDirectories) running(root int) []graph.Ref {
	var refs []graph.Ref
	for _, i := range c.members[root] {
		ref := c.entities[i].ref
		if len(c.entities[i].things) > 0 && hosting(ref.Realm) && !slices.ContainsFunc(refs, func(other graph.Ref) bool { return other.Realm == ref.Realm }) {
			refs = append(refs, ref)
		}
	}
	return refs
}
