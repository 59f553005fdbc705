package rules

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/internal/glob"
	"github.com/weirgraph/weir/internal/wildcard"
	"github.com/weirgraph/weir/policy"
)

// exceptions are the entries of ignore for the findings of a graph. Strangers may write many of both:
// entries are looked up by what they ask for.
type exceptions struct {
	graph   *graph.Graph
	entries []analyze.Ignore
	used    []bool // entries that match a finding
	today   string
	dir     string

	// The entries by their first condition in this order, each in one of them.
	byFingerprint map[string][]int
	bySubject     map[string][]int // without patterns
	ofServices    []int
	ofPaths       map[string][]pathPattern // by the directories that all paths which they match are in
	others        []int

	byService map[graph.Node][]int // of those of services, by each service that is matched; nil until it is asked for
	byPlace   map[[2]string][]int  // of those of paths, by the files of the deciding place; as they are asked for
}

// A pathPattern is a pattern of an entry of paths.
type pathPattern struct {
	entry int
	steps []string
	part  string // that all paths which it matches have
}

// exceptions returns those for the findings of g that o has, and configurations below it.
func (o *Options) exceptions(g *graph.Graph) *exceptions {
	e := &exceptions{graph: g, entries: slices.Clip(o.Ignore), today: o.Today, dir: o.Dir}
	if !o.NoAnnotations {
		for _, i := range g.Coverage().Ignores {
			i.Rule = CurrentID(i.Rule)
			e.entries = append(e.entries, analyze.Ignore{Ignore: i})
		}
	}
	e.used = make([]bool, len(e.entries))
	e.byFingerprint, e.bySubject, e.byPlace = map[string][]int{}, map[string][]int{}, map[[2]string][]int{}
	e.ofPaths = map[string][]pathPattern{}
	for at := range e.entries {
		switch i := &e.entries[at]; {
		case i.Fingerprints != nil:
			for _, print := range distinct.Of(i.Fingerprints) {
				e.byFingerprint[print] = append(e.byFingerprint[print], at)
			}
		case !wildcard.Has(i.Subject):
			e.bySubject[i.Subject] = append(e.bySubject[i.Subject], at)
		case i.Services != nil:
			e.ofServices = append(e.ofServices, at)
		case i.Paths != nil:
			for _, pattern := range i.Paths {
				steps := e.steps(pattern)
				within, part := glob.Fixed(steps)
				e.ofPaths[within] = append(e.ofPaths[within], pathPattern{at, steps, part})
			}
		default:
			e.others = append(e.others, at)
		}
	}
	return e
}

// candidates returns the entries that may match a finding, in their order.
func (e *exceptions) candidates(about *themes) []int {
	f := about.f
	all := slices.Concat(e.others, e.byFingerprint[f.Fingerprint], e.bySubject[f.Subject])
	if f.Each == nil && e.ofServices != nil {
		if services := about.services(); len(services) > 0 {
			if e.byService == nil {
				e.byService = e.matchServices()
			}
			all = append(all, e.byService[services[0]]...)
		}
	}
	if f.Each == nil && len(e.ofPaths) > 0 && len(f.Origins) > 0 {
		all = append(all, e.belowPaths(f.Origins[0])...)
	}
	slices.Sort(all)
	return all
}

// matchServices returns by service the entries of services of which one pattern matches it.
func (e *exceptions) matchServices() map[graph.Node][]int {
	by := map[graph.Node][]int{}
	ids := make([]string, e.graph.Len())
	for v := range ids {
		ids[v] = e.graph.ID(graph.Node(v))
	}
	index := wildcard.NewIndex(ids)
	for _, at := range e.ofServices {
		var found distinct.List[int]
		for _, pattern := range e.entries[at].Services {
			for _, v := range index.Match(pattern) {
				found.Add(v)
			}
		}
		for _, v := range found.All() {
			by[graph.Node(v)] = append(by[graph.Node(v)], at)
		}
	}
	return by
}

// belowPaths returns the entries of paths that a place is below.
func (e *exceptions) belowPaths(at graph.Origin) []int {
	key := [2]string{at.File(), at.RenderedFrom()}
	found, ok := e.byPlace[key]
	if !ok {
		var entries distinct.List[int]
		for _, file := range key {
			if file == "" {
				continue
			}
			steps := e.steps(file)
			path := strings.Join(steps, "/")
			for n := range len(steps) + 1 {
				for _, p := range e.ofPaths[strings.Join(steps[:n], "/")] {
					if strings.Contains(path, p.part) && glob.Below(p.steps, steps) {
						entries.Add(p.entry)
					}
				}
			}
		}
		found = entries.All()
		e.byPlace[key] = found
	}
	return found
}

// expired compares dates as text, which is what their notation is made for.
func (e *exceptions) expired(i *analyze.Ignore) bool { return i.Until != "" && e.today > i.Until }

// of returns an entry that has not run out and excuses f, nil if there is none.
func (e *exceptions) of(f *analyze.Finding) *analyze.Ignore {
	about := &themes{g: e.graph, f: f}
	for _, i := range e.candidates(about) {
		if !e.expired(&e.entries[i]) && e.match(&e.entries[i], about) {
			return &e.entries[i]
		}
	}
	return nil
}

// mark notes which entries match f.
func (e *exceptions) mark(f *analyze.Finding) {
	about := &themes{g: e.graph, f: f}
	for _, i := range e.candidates(about) {
		e.used[i] = e.used[i] || e.match(&e.entries[i], about)
	}
}

// match reports whether all conditions of an entry match a finding. Services and places are looked at in
// findings one by one: those that are reported together may differ in them.
func (e *exceptions) match(i *analyze.Ignore, about *themes) bool {
	f := about.f
	switch {
	case i.Rule != "*" && i.Rule != f.Rule || !wildcard.Match(i.Subject, f.Subject):
		return false
	case i.Fingerprints != nil && !slices.Contains(i.Fingerprints, f.Fingerprint):
		return false
	case i.Services == nil && i.Paths == nil && i.Within == "":
		return true
	case f.Each != nil || i.Within != "" && !e.declaredBelow(about, i.Within):
		return false
	}
	return (i.Services == nil || e.matchAll(about.services(), i.Services)) && (i.Paths == nil || len(f.Origins) > 0 && e.below(f.Origins[0], i.Paths))
}

// declaredBelow reports whether a finding is about what is declared below a directory: the deciding
// place is there, and the services that it is about run from there. Of what is about no service all
// places are.
func (e *exceptions) declaredBelow(about *themes, dir string) bool {
	f := about.f
	elsewhere := func(o graph.Origin) bool {
		return o.File() == "" || o.File() == policy.Stdin || !glob.Below(e.steps(dir), e.steps(o.File()))
	}
	services := about.services()
	if len(f.Origins) == 0 || elsewhere(f.Origins[0]) || services == nil && slices.ContainsFunc(f.Origins, elsewhere) {
		return false
	}
	return !slices.ContainsFunc(services, func(v graph.Node) bool {
		declared := e.graph.Service(v).Runs
		if declared == nil { // what other inputs add does not move a service
			declared = e.graph.Service(v).Origins
		}
		return len(declared) == 0 || slices.ContainsFunc(declared, elsewhere)
	})
}

// matchAll reports whether patterns match all services, of which there is one.
func (e *exceptions) matchAll(services []graph.Node, patterns []string) bool {
	return len(services) > 0 && !slices.ContainsFunc(services, func(v graph.Node) bool {
		return !slices.ContainsFunc(patterns, func(pattern string) bool { return wildcard.Match(pattern, e.graph.ID(v)) })
	})
}

// themes are the services that a finding is about, found when they are asked for.
type themes struct {
	g     *graph.Graph
	f     *analyze.Finding
	list  []graph.Node
	known bool
}

func (s *themes) services() []graph.Node {
	if !s.known {
		s.list, s.known = subjectsOf(s.g, s.f), true
	}
	return s.list
}

// subjectsOf returns the services that f is about: the caller of a call, all of a cycle or a path.
// It is nil for an object.
func subjectsOf(g *graph.Graph, f *analyze.Finding) []graph.Node {
	caller, _, _ := strings.Cut(f.Subject, "->")
	names := map[string]bool{caller: true}
	for _, name := range strings.FieldsFunc(caller, func(r rune) bool { return r == ',' || r == '>' }) {
		names[name] = true
	}
	var list []graph.Node
	for _, v := range f.Services {
		if names[g.ID(v)] {
			list = append(list, v)
		}
	}
	return list
}

// below reports whether a place is below one of the paths. Text may be rendered from a file
// that is.
func (e *exceptions) below(at graph.Origin, patterns []string) bool {
	return slices.ContainsFunc([]string{at.File(), at.RenderedFrom()}, func(file string) bool {
		steps := e.steps(file)
		return file != "" && slices.ContainsFunc(patterns, func(pattern string) bool { return glob.Below(e.steps(pattern), steps) })
	})
}

// steps returns those of a path that is named from the working directory.
func (e *exceptions) steps(p string) []string {
	if !filepath.IsAbs(p) {
		p = filepath.Join(e.dir, p)
	}
	return glob.Steps(filepath.ToSlash(p))
}
