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
// it shows their configuration, whatever the form. It returns one problem a directory. A file
// whose project has another name is left out whole if both publish one port.
func leaveForms(projects []*graph.Project) []graph.Problem {
	var problems []graph.Problem
	byDirectory := map[string][]*graph.Project{}
	var order []string
	for _, p := range projects {
		if len(p.Facts.Entities) == 0 {
			continue
		}
		at := path.Dir(p.File)
		if byDirectory[at] == nil {
			order = append(order, at)
		}
		byDirectory[at] = append(byDirectory[at], p)
	}
	for _, at := range order {
		list := byDirectory[at]
		for first := firstForm(list); first != nil; first = fullestForm(list) {
			var forms, others []string
			var rest []*graph.Project // with services that first has not
			for _, p := range list {
				again := sharedServices(first, p)
				switch {
				case p.File == first.File:
				case again == nil:
					rest = append(rest, p)
				case realmOf(p) == realmOf(first):
					dropFacts(p.Facts, again, true)
					forms = append(forms, path.Base(p.File))
				case publishOne(first, p) || hasAll(first, p):
					all := map[graph.Ref]bool{}
					for i := range p.Facts.Entities {
						all[p.Facts.Entities[i].Ref] = true
					}
					dropFacts(p.Facts, all, true)
					giveBuilt(p.Facts, first)
					others = append(others, path.Base(p.File))
				default:
					rest = append(rest, p)
				}
			}
			problems = append(problems, formProblems(first, forms, others)...)
			list = rest
		}
	}
	return problems
}

// formProblems reports the files that are further forms of a project: those that add services to it,
// and those that are not read.
func formProblems(first *graph.Project, forms, others []string) []graph.Problem {
	var problems []graph.Problem
	main := path.Base(first.File)
	if len(forms) > 0 {
		problems = append(problems, notMerged(first, forms, "of this project, not merged with it: services that "+main+" has are read from "+main))
	}
	if len(others) > 0 {
		problems = append(problems, notMerged(first, others, "of this project under another name, with the services or the ports of "+main+", and not read"))
	}
	return problems
}

// giveBuilt gives what the services of a project are built from to those of the first form of it with
// their names.
func giveBuilt(f *graph.Facts, first *graph.Project) {
	f.Uses = slices.DeleteFunc(f.Uses, func(u graph.Use) bool {
		return u.Built && !slices.ContainsFunc(first.Facts.Entities, func(t graph.Entity) bool { return t.Name == u.Of.Name })
	})
	for i := range f.Uses {
		if u := &f.Uses[i]; u.Built {
			u.Of.Realm = realmOf(first)
		}
	}
}

// notMerged reports files that are further forms of a project.
func notMerged(first *graph.Project, files []string, what string) graph.Problem {
	are := " is another form "
	if len(files) > 1 {
		are = " are other forms "
	}
	return graph.Problem{
		Origin: first.Origin, Level: graph.Skipped, Message: english.List(files) + are + what,
		Hint: "name the files under variants in weir.yaml to have each checked",
	}
}

func realmOf(p *graph.Project) string { return p.Facts.Entities[0].Realm }

// publishOne reports whether two projects publish one port of the machine, so that they are not
// started together.
func publishOne(a, b *graph.Project) bool {
	return slices.ContainsFunc(a.Facts.Listeners, func(l graph.Listener) bool {
		return l.Machine && slices.ContainsFunc(b.Facts.Listeners, func(other graph.Listener) bool { return other.Machine && other.Port == l.Port })
	})
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
	if first == nil {
		return fullestForm(list)
	}
	return first
}

// fullestForm returns the project of a list that has all programs of another one of it, the largest
// if several do; nil if none does, or there are more than maxForms. "with-search.yml" then is the first
// form of "without-search.yml".
func fullestForm(list []*graph.Project) *graph.Project {
	if len(list) > maxForms {
		return nil
	}
	var fullest *graph.Project
	for _, p := range list {
		if (fullest == nil || len(p.Facts.Entities) > len(fullest.Facts.Entities)) &&
			slices.ContainsFunc(list, func(other *graph.Project) bool { return other.File != p.File && hasAll(p, other) }) {
			fullest = p
		}
	}
	return fullest
}

// maxForms bounds how many projects of a directory are compared with each other. Samples may be many, and
// are no forms of one project.
const maxForms = 64

// fewServices of a project may be the same as in another one by chance: a store and its console.
const fewServices = 3

// hasAll reports whether a project has all services of another one, with the same images, and no fewer
// than fewServices. A file that only changes services of others has none.
func hasAll(p, other *graph.Project) bool {
	images := map[string]string{}
	for i := range p.Facts.Entities {
		t := &p.Facts.Entities[i]
		if t.Patch {
			return false
		}
		images[t.Name] = t.Image
	}
	names := map[string]bool{}
	for i := range other.Facts.Entities {
		t := &other.Facts.Entities[i]
		if t.Patch {
			return false
		}
		if image, ok := images[t.Name]; !ok || graph.ImageName(image) != graph.ImageName(t.Image) {
			return false
		}
		names[t.Name] = true
	}
	return len(names) >= fewServices
}

// sharedServices returns the services of a project that the first form of it has as well; nil
// if it is no further form: it has services that are no whole ones, or needs services that
// only the first has, or most of its services are its own.
func sharedServices(first, p *graph.Project) map[graph.Ref]bool {
	if p.File == first.File { // a file and its override are read as one, whichever is met
		return nil
	}
	whole, own := map[string]bool{}, map[string]bool{} // by name
	for i := range first.Facts.Entities {
		t := &first.Facts.Entities[i]
		whole[t.Name] = whole[t.Name] || !t.Patch
	}
	shared := map[graph.Ref]bool{}
	for i := range p.Facts.Entities {
		t := &p.Facts.Entities[i]
		if t.Patch {
			return nil
		}
		own[t.Name] = true
		if whole[t.Name] {
			shared[t.Ref] = true
		}
	}
	if len(shared) < 2 || 2*len(shared) < len(own) {
		return nil
	}
	others := map[string]bool{}
	for name := range whole {
		if !own[name] {
			others[name] = true
		}
	}
	if realmOf(first) == realmOf(p) && needs(p.Facts, others) {
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
