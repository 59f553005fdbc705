package ingest

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/delivery"
	"github.com/weirgraph/weir/internal/didyoumean"
)

// overlays are the kustomizations among the sources, and those that they include.
type overlays struct {
	find     *finder
	known    map[string]*delivery.Overlay // by directory with links resolved; nil if there is none
	parts    map[string][]string          // what includes has returned
	sources  map[string]bool              // those among the sources
	has      map[string]bool              // files of what is built, with links resolved
	problems []graph.Problem
}

func newOverlays(f *finder) *overlays {
	o := &overlays{find: f, known: map[string]*delivery.Overlay{}, parts: map[string][]string{}, sources: map[string]bool{}, has: map[string]bool{}}
	for _, x := range f.files {
		if x.path == "" || !delivery.IsKustomization(filepath.Base(x.path)) {
			continue
		}
		if real := filepath.Dir(x.real); o.at(filepath.Dir(x.path), real) != nil {
			o.sources[real] = true
		}
	}
	return o
}

// at returns the kustomization in a directory, which is read once.
func (o *overlays) at(dir, real string) *delivery.Overlay {
	if known, ok := o.known[real]; ok {
		return known
	}
	o.known[real] = delivery.ReadOverlay(dir, o.find.name, o.find.roots.outside)
	return o.known[real]
}

func (o *overlays) real(path string) string {
	real, _, err := o.find.roots.real(path)
	if err != nil {
		return o.find.roots.absolute(path)
	}
	return real
}

// includes returns the directories of the kustomizations that make up the one in a directory,
// itself first. Callers must not change the result.
func (o *overlays) includes(real string) []string {
	if all := o.parts[real]; all != nil {
		return all
	}
	all, seen := []string{real}, map[string]bool{real: true}
	for i := 0; i < len(all); i++ {
		if k := o.known[all[i]]; k != nil {
			for _, dir := range k.Dirs {
				if real := o.real(dir); o.at(dir, real) != nil && !seen[real] {
					seen[real] = true
					all = append(all, real)
				}
			}
		}
	}
	o.parts[real] = all
	return all
}

// roots returns what is built, in the order of directories: what no other kustomization
// includes, and of those with a common base what the entries name, if they name any. What is
// refused is a problem; the error is a *SourceError.
func (o *overlays) roots(entries []graph.Rendering) ([]*delivery.Overlay, error) {
	roots := o.outermost()
	named, bases, err := o.named(entries)
	if err != nil {
		return nil, err
	}
	roots = o.leaveVariants(roots, named)
	var build []*delivery.Overlay
	for _, real := range slices.Compact(slices.Sorted(slices.Values(append(roots, named...)))) {
		parts := o.includes(real)
		if !slices.Contains(named, real) && slices.ContainsFunc(parts, func(part string) bool { return bases[part] }) {
			o.take(parts)
			o.problems = append(o.problems, graph.Problem{
				Origin: o.known[real].At, Level: graph.Note,
				Message: "kustomization " + o.known[real].Shown + " is not built: it is another one of what render in the configuration names",
			})
			continue
		}
		if o.refuse(parts) {
			continue
		}
		o.take(parts)
		build = append(build, o.known[real])
	}
	return build, nil
}

// outermost returns the directories of kustomizations that no other one includes, sorted.
func (o *overlays) outermost() []string {
	included := map[string]bool{}
	for real := range o.sources {
		for _, part := range o.includes(real)[1:] {
			included[part] = true
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(o.sources)), func(real string) bool { return included[real] || o.known[real].Component })
}

// named returns the directories that entries name, and those with their parts.
func (o *overlays) named(entries []graph.Rendering) (named []string, bases map[string]bool, err error) {
	bases = map[string]bool{}
	for _, entry := range entries {
		real := o.real(entry.Dir)
		if o.find.roots.outside(entry.Dir) {
			o.problems = append(o.problems, refusal(entry.Origin, o.find.name(entry.Dir)))
			continue
		}
		if o.at(entry.Dir, real) == nil {
			var names []string
			for _, k := range o.known {
				if k != nil {
					names = append(names, k.Shown)
				}
			}
			slices.Sort(names)
			hint := "name a directory with a kustomization.yaml"
			if near := didyoumean.Suggest(o.find.name(entry.Dir), names); len(near) > 0 {
				hint = fmt.Sprintf("did you mean %q?", near[0])
			}
			return nil, nil, &SourceError{entry.Dir, fmt.Sprintf("%s: there is no kustomization in %q", entry.Origin, o.find.name(entry.Dir)), hint}
		}
		named = append(named, real)
		for _, part := range o.includes(real) {
			bases[part] = true
		}
	}
	return named, bases, nil
}

// refuse reports whether one of the kustomizations cannot be built, with each reason once as
// a problem.
func (o *overlays) refuse(parts []string) bool {
	refused := false
	for _, part := range parts {
		for _, p := range o.known[part].Refused {
			refused = true
			if !slices.Contains(o.problems, p) {
				o.problems = append(o.problems, p)
			}
		}
	}
	return refused
}

// take takes the files of kustomizations from those that are read by themselves.
func (o *overlays) take(parts []string) {
	for _, part := range parts {
		for _, file := range o.known[part].Files {
			o.has[o.real(file)] = true
		}
	}
}

// leaveTargeted leaves out the patches whose names are not those of what they change: read by
// themselves they would be services of their own.
func (o *overlays) leaveTargeted() {
	for real := range o.sources {
		for _, file := range o.known[real].Targeted {
			o.has[o.real(file)] = true
		}
	}
}
