package link

import (
	"path"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/stage"
)

// leaveForms drops from projects the services that another file of the same project declares
// whole as well: compose.yml and compose.dev.yml are two forms of one project if each could be
// started without the other. They are read from the file that the product starts from by
// itself, else from the one nearest to production. What the services are built from is kept:
// it shows their configuration, whatever the form. It returns one problem a directory.
func leaveForms(projects []*graph.Project) []graph.Problem {
	var problems []graph.Problem
	byDirectory := map[[2]string][]*graph.Project{}
	var order [][2]string
	for _, p := range projects {
		if len(p.Facts.Entities) == 0 {
			continue
		}
		at := [2]string{path.Dir(p.File), p.Facts.Entities[0].Realm}
		if byDirectory[at] == nil {
			order = append(order, at)
		}
		byDirectory[at] = append(byDirectory[at], p)
	}
	for _, at := range order {
		first := firstForm(byDirectory[at])
		if first == nil {
			continue
		}
		var names []string
		for _, p := range byDirectory[at] {
			if again := sharedServices(first, p); again != nil {
				dropFacts(p.Facts, again, true)
				names = append(names, path.Base(p.File))
			}
		}
		if len(names) == 0 {
			continue
		}
		are, main := " is another form", path.Base(first.File)
		if len(names) > 1 {
			are = " are other forms"
		}
		problems = append(problems, graph.Problem{
			Origin: first.Origin, Level: graph.Skipped,
			Message: english.List(names) + are + " of this project, not merged with it: services that " + main + " has are read from " + main,
			Hint:    "name the files under variants in weir.yaml to have each checked",
		})
	}
	return problems
}

// firstForm returns the project of a directory that the others may be further forms of, nil if
// none comes first.
func firstForm(list []*graph.Project) *graph.Project {
	if i := slices.IndexFunc(list, func(p *graph.Project) bool { return p.Main }); i >= 0 {
		return list[i]
	}
	var first *graph.Project
	rank := -1
	for _, p := range list {
		if r := stage.Rank(path.Base(p.File)); r > rank {
			first, rank = p, r
		}
	}
	return first
}

// sharedServices returns the services of a project that the first form of it has as well; nil
// if it is no further form: it has services that are no whole ones, or needs services that
// only the first has, or most of its services are its own.
func sharedServices(first, p *graph.Project) map[graph.Ref]bool {
	if p.File == first.File { // a file and its override are read as one, whichever is met
		return nil
	}
	whole, own := map[graph.Ref]bool{}, map[graph.Ref]bool{}
	for i := range first.Facts.Entities {
		t := &first.Facts.Entities[i]
		whole[t.Ref] = whole[t.Ref] || !t.Patch
	}
	shared := map[graph.Ref]bool{}
	for i := range p.Facts.Entities {
		t := &p.Facts.Entities[i]
		if t.Patch {
			return nil
		}
		own[t.Ref] = true
		if whole[t.Ref] {
			shared[t.Ref] = true
		}
	}
	if len(shared) < 2 || 2*len(shared) < len(own) {
		return nil
	}
	others := map[string]bool{}
	for ref := range whole {
		if !own[ref] {
			others[ref.Name] = true
		}
	}
	if needs(p.Facts, others) {
		return nil
	}
	return shared
}

// needs reports whether facts refer to one of some services.
func needs(f *graph.Facts, names map[string]bool) bool {
	if len(names) == 0 {
		return false
	}
	return slices.ContainsFunc(f.Calls, func(c graph.CallFact) bool { return names[c.To.Ref.Name] || names[c.To.Host.Host] }) ||
		slices.ContainsFunc(f.Values, func(v graph.Value) bool {
			return slices.ContainsFunc(address.NamesIn(v.Text), func(word string) bool { return names[word] })
		})
}
