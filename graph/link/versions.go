package link

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// versions knows which files declare an object that another file declares, too. Only one of such
// files is applied at a time: they are steps, stages or environments of one system.
type versions struct {
	files, directories map[string][]int // the objects in several files, by number, ascending
}

// declaredAgain collects the objects that are declared in several files.
func (l *linker) declaredAgain() *versions {
	in := map[string][]string{} // files by object
	declare := func(object, file string) {
		in[object] = append(in[object], file)
	}
	for i := range l.entities {
		for _, t := range l.entities[i].things {
			if !t.Patch && t.Realm == kubernetes {
				declare(t.Subject(), t.Origin.File())
			}
		}
		for _, n := range l.entities[i].names {
			if n.Realm == kubernetes {
				declare(n.Subject(), n.Origin.File())
			}
		}
	}
	for i := range l.f.Policies {
		if p := &l.f.Policies[i]; p.Document.Line > 0 {
			declare(p.Object, p.Origin.File())
		}
	}
	c := &versions{map[string][]int{}, map[string][]int{}}
	number := 0
	for _, object := range slices.Sorted(maps.Keys(in)) {
		files := sortedUnique(in[object])
		if len(files) < 2 {
			continue
		}
		for _, f := range files {
			c.files[f] = append(c.files[f], number)
			d := path.Dir(f)
			if own := c.directories[d]; len(own) == 0 || own[len(own)-1] != number {
				c.directories[d] = append(own, number)
			}
		}
		number++
	}
	return c
}

// differ reports whether two policies are of files of which one is applied at a time: both
// declare the same object, or the files in their directories do.
func (c *versions) differ(p, other *graph.Policy) bool {
	a, b := p.Origin.File(), other.Origin.File()
	switch {
	case a == b:
		return false
	case sameObject(p, other), shareObject(c.files[a], c.files[b]):
		return true
	}
	return path.Dir(a) != path.Dir(b) && shareObject(c.directories[path.Dir(a)], c.directories[path.Dir(b)])
}

// shareObject reports whether two ascending lists have an element in common.
func shareObject(a, b []int) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] == b[0]:
			return true
		case a[0] < b[0]:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return false
}

// sameObject reports whether two policies are of one object: of the same kind and name, where the
// two forms of one product count as one kind ("ServiceRouter" and "service-router" of Consul), in
// one namespace or one that only one of them gives.
func sameObject(p, other *graph.Policy) bool {
	return p.Product.Is(other.Product) && (p.Namespace == "" || other.Namespace == "" || p.Namespace == other.Namespace) &&
		kindAndName(p) == kindAndName(other)
}

func kindAndName(p *graph.Policy) string {
	kind, name, _ := strings.Cut(p.Object, "/")
	return strings.ToLower(strings.ReplaceAll(kind, "-", "")) + "/" + strings.TrimPrefix(name, p.Namespace+"/")
}

// markVersions sets OtherVersion of the shadows between files of which one is applied at a time,
// and reports such policies by default, once for the inputs.
func (l *linker) markVersions(policies []*graph.BoundPolicy) {
	var known *versions
	var problem *graph.Problem
	objects := map[string]bool{}
	for _, p := range policies {
		for i := range p.Shadows {
			s := &p.Shadows[i]
			if s.By.Origin.File() == p.Origin.File() {
				continue
			}
			if known == nil {
				known = l.declaredAgain()
			}
			if s.OtherVersion = known.differ(p.Policy, s.By); !s.OtherVersion {
				continue
			}
			objects[p.Object] = true
			if problem == nil {
				other := "" // what is in its place, if that is no version of itself
				if s.By.Object != p.Object {
					other = s.By.Object + ", for the same calls, "
				}
				problem = &graph.Problem{
					Origin: p.Origin, Level: graph.Skipped,
					Message: fmt.Sprintf("%s is declared here and %sin %s, and only one of the two files is applied at a time; the latter is taken", p.Object, other, s.By.Origin),
					Hint:    "read the files of one step or environment at a time, or name each set under variants in weir.yaml",
				}
			}
		}
	}
	if problem == nil {
		return
	}
	if more := len(objects) - 1; more > 0 {
		problem.Message += fmt.Sprintf(" (and so with %s)", english.Count(more, "more object"))
	}
	l.coverage.Problems = append(l.coverage.Problems, *problem)
}
