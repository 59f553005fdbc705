package link

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// Join adds the facts of f, except for its projects, to into, which takes over its slices.
func Join(into, f *graph.Facts) {
	join(&into.Entities, f.Entities)
	join(&into.Names, f.Names)
	join(&into.Members, f.Members)
	join(&into.Labeled, f.Labeled)
	join(&into.Calls, f.Calls)
	join(&into.Values, f.Values)
	join(&into.Configs, f.Configs)
	join(&into.Uses, f.Uses)
	join(&into.Scalers, f.Scalers)
	join(&into.Budgets, f.Budgets)
	join(&into.Policies, f.Policies)
	join(&into.Overrides, f.Overrides)
	join(&into.Listeners, f.Listeners)
	join(&into.Namespaces, f.Namespaces)
	join(&into.Subsets, f.Subsets)
	join(&into.Networks, f.Networks)
	join(&into.Code, f.Code)
	join(&into.CodeDirectories, f.CodeDirectories)
	join(&into.CodeLibraries, f.CodeLibraries)
	join(&into.Deferred, f.Deferred)
	join(&into.Problems, f.Problems)
	join(&into.Mistakes, f.Mistakes)
	join(&into.Targets, f.Targets)
	join(&into.Added, f.Added)
	join(&into.ObservedServices, f.ObservedServices)
	join(&into.Observations, f.Observations)
	join(&into.Pairs, f.Pairs)
}

// join adds a list to another one. The first is taken as it is, since there may be a million facts.
func join[T any](into *[]T, list []T) {
	if len(*into) == 0 {
		*into = slices.Clip(list)
		return
	}
	*into = append(*into, list...)
}

// assemble adds the facts of projects to the others, but not those of files that are only
// parts of other projects: files that others include, and those made to be extended. It returns
// what is not read of the projects.
func assemble(f *graph.Facts) []graph.Problem {
	slices.SortStableFunc(f.Projects, func(a, b graph.Project) int { return strings.Compare(a.File, b.File) })
	a := assembly{extended: map[string]map[string]bool{}, whole: map[string][]string{}}
	files := map[string]*graph.Project{}
	for i := range f.Projects {
		files[f.Projects[i].File] = &f.Projects[i]
	}
	for i := range f.Projects {
		a.readParts(&f.Projects[i], files)
	}
	kept := a.keep(f.Projects)
	var projects []*graph.Project
	for i := range f.Projects {
		if p := &f.Projects[i]; kept[p.File] {
			p.Facts.Projects = nil
			p.Main = p.Main || a.takesMain(p, files)
			dropServices(p.Facts, a.extended[p.File])
			projects = append(projects, p)
		}
	}
	projects, problems := leaveTests(f, projects)
	projects, more := leaveNotIncluded(projects)
	problems = append(problems, more...)
	problems = append(problems, leaveForms(projects)...)
	for _, p := range projects {
		Join(f, p.Facts)
	}
	f.Projects = nil
	return problems
}

// leaveTests leaves out the projects for tests if there are others, or services
// elsewhere: what tests start is no part of the system. A
// file of settings beside one of them is none of a program elsewhere.
func leaveTests(f *graph.Facts, projects []*graph.Project) ([]*graph.Project, []graph.Problem) {
	var system, tests []*graph.Project
	beside := map[string]bool{}
	elsewhere := len(f.Entities) > 0
	for _, p := range projects {
		if p.Test {
			tests = append(tests, p)
			beside[path.Dir(p.File)] = true
		} else {
			system = append(system, p)
			elsewhere = elsewhere || len(p.Facts.Entities) > 0
		}
	}
	if len(tests) == 0 || !elsewhere {
		return projects, nil
	}
	for i := range f.Configs {
		if c := &f.Configs[i]; beside[path.Dir(c.Origin.File())] && !c.OwnerSaid {
			c.Owner = nil
		}
	}
	are := "this project is"
	if n := len(tests) - 1; n > 0 {
		are = "this project and " + english.Count(n, "other") + " are"
	}
	return system, []graph.Problem{{
		Origin: tests[0].Origin, Level: graph.Skipped,
		Message: are + " for tests, by the names of files or directories, and not read",
		Hint:    "name the file or its directory as a source to read it",
	}}
}

// minIncluded is how many files of a directory a project includes at least, where the other ones
// are parts that it leaves out. One or two may be what it shares with them.
const minIncluded = 3

// leaveNotIncluded leaves out the files beside those that a project includes from another directory:
// each is a part, as they are, that is switched off. A file that is started under its name, or that
// includes others, is a project.
func leaveNotIncluded(projects []*graph.Project) ([]*graph.Project, []graph.Problem) {
	by := map[string]*graph.Project{} // by directory: the first that includes its files
	for _, p := range projects {
		count := map[string]int{}
		for _, part := range p.Parts {
			if part.Service == "" {
				count[path.Dir(part.File)]++
			}
		}
		for dir, n := range count {
			if n >= minIncluded && dir != path.Dir(p.File) && by[dir] == nil {
				by[dir] = p
			}
		}
	}
	left := map[string][]string{}
	var dirs []string
	kept := slices.DeleteFunc(projects, func(p *graph.Project) bool {
		dir := path.Dir(p.File)
		if by[dir] == nil || !p.Fragment || p.Main || p.Named || len(p.Parts) > 0 {
			return false
		}
		if left[dir] == nil {
			dirs = append(dirs, dir)
		}
		left[dir] = append(left[dir], path.Base(p.File))
		return true
	})
	var problems []graph.Problem
	for _, dir := range dirs {
		files, are := left[dir][0], " is"
		if n := len(left[dir]); n > 1 {
			files, are = english.Count(n, "file")+" (first: "+files+")", " are"
		}
		problems = append(problems, graph.Problem{
			Origin: by[dir].Origin, Level: graph.Skipped,
			Message: files + " of " + dir + are + " not included, as other files there are, and not read",
			Hint:    "include them, or name the files as sources to read them",
		})
	}
	return kept, problems
}

// An assembly is how files are parts of each other.
type assembly struct {
	extended map[string]map[string]bool // services that other files extend, by their file
	whole    map[string][]string        // files that are only parts of a file
}

// readParts adds the parts of a project. The file that a product starts from by itself remains a
// project if a file next to it extends it.
func (a *assembly) readParts(p *graph.Project, files map[string]*graph.Project) {
	for _, part := range p.Parts {
		of := files[part.File]
		switch {
		case of == nil || part.File == p.File:
		case part.Service == "" || of.Fragment && !of.Main:
			a.whole[p.File] = append(a.whole[p.File], part.File)
		case of.Main && path.Dir(of.File) == path.Dir(p.File):
		default:
			if a.extended[part.File] == nil {
				a.extended[part.File] = map[string]bool{}
			}
			a.extended[part.File][part.Service] = true
		}
	}
}

// takesMain reports whether a project includes the file beside it that its product starts from by
// itself: extras.yml is then that file with more in it, not a further form of it.
func (a *assembly) takesMain(p *graph.Project, files map[string]*graph.Project) bool {
	return slices.ContainsFunc(a.whole[p.File], func(part string) bool {
		return files[part].Main && path.Dir(part) == path.Dir(p.File)
	})
}

// keep returns the files that are projects: those that are no part, and of files that are
// parts of each other the first one.
func (a *assembly) keep(projects []graph.Project) map[string]bool {
	part, seen, kept := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, parts := range a.whole {
		for _, file := range parts {
			part[file] = true
		}
	}
	var visit func(file string)
	visit = func(file string) {
		if !seen[file] {
			seen[file] = true
			for _, p := range a.whole[file] {
				visit(p)
			}
		}
	}
	for _, evenParts := range []bool{false, true} {
		for i := range projects {
			if file := projects[i].File; (evenParts || !part[file]) && !seen[file] {
				kept[file] = true
				visit(file)
			}
		}
	}
	return kept
}

// dropServices drops the services of a file that others extend, unless one that is kept
// refers to them.
func dropServices(f *graph.Facts, extended map[string]bool) {
	if len(extended) == 0 {
		return
	}
	drop := map[graph.Ref]bool{}
	for i := range f.Entities {
		if r := f.Entities[i].Ref; extended[r.Name] {
			drop[r] = true
		}
	}
	for again := true; again; {
		again = false
		for i := range f.Calls {
			if c := &f.Calls[i]; !c.From.Ref.IsZero() && !drop[c.From.Ref] && drop[c.To.Ref] {
				delete(drop, c.To.Ref)
				again = true
			}
		}
	}
	dropFacts(f, drop, false)
}

// dropFacts drops what is said of some services; keepBuilt keeps the configuration in the
// directories that they are built from.
func dropFacts(f *graph.Facts, drop map[graph.Ref]bool, keepBuilt bool) {
	f.Entities = slices.DeleteFunc(f.Entities, func(t graph.Entity) bool { return drop[t.Ref] })
	f.Names = slices.DeleteFunc(f.Names, func(n graph.Name) bool { return drop[n.Of] })
	f.Calls = slices.DeleteFunc(f.Calls, func(c graph.CallFact) bool { return drop[c.From.Ref] })
	f.Values = slices.DeleteFunc(f.Values, func(v graph.Value) bool { return drop[v.Of] })
	f.Uses = slices.DeleteFunc(f.Uses, func(u graph.Use) bool { return drop[u.Of] && !(keepBuilt && u.Built) })
	f.Listeners = slices.DeleteFunc(f.Listeners, func(l graph.Listener) bool { return drop[l.Of] || drop[l.To.Ref] })
	f.Policies = slices.DeleteFunc(f.Policies, func(p graph.Policy) bool {
		return slices.ContainsFunc(p.From, func(e graph.EndpointRef) bool { return drop[e.Ref] })
	})
}
