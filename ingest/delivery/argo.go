package delivery

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/unread"
)

// ArgoCD recognizes applications whose manifests are not among the inputs.
var ArgoCD = &document.Reader{
	Name:  "argocd",
	Doc:   "Argo CD: which applications deploy manifests that are not among the inputs",
	Reads: []string{"Application", "ApplicationSet", "AppProject"},
	Match: func(h *document.Head) bool {
		return h.Group() == "argoproj.io" && slices.Contains([]string{"Application", "ApplicationSet", "AppProject"}, h.Kind)
	},
	Read: readArgo,
}

func readArgo(d *document.Document, f *graph.Facts) {
	spec := d.Root.Get("spec")
	switch d.Head.Kind {
	case "Application":
		application(d, f, spec, generators{})
	case "ApplicationSet":
		g := generators{values: map[string]string{}}
		g.read(spec.Get("generators"))
		application(d, f, spec.Get("template", "spec"), g)
	}
}

// application reports the sources of an application: charts of Helm, and directories of a
// repository. The generators fill in the paths of a template.
func application(d *document.Document, f *graph.Facts, spec document.Node, from generators) {
	var paths []string
	var release *graph.Rendering
	for _, source := range append(spec.Get("sources").List(), spec.Get("source").Items()...) {
		if source.Get("chart").Exists() {
			f.Unread = append(f.Unread, object(d, unread.Release))
			return
		}
		p := source.Get("path")
		switch filled := from.fill(p.Str()); {
		case filled != "":
			paths = append(paths, filled)
		case p.Exists() && strings.HasPrefix(strings.TrimSpace(p.Str()), "{{") && len(from.directories) > 0:
			paths = append(paths, from.directories...)
		case p.Exists():
			paths = append(paths, p.Str())
			release = argoRelease(d, spec, source)
		}
	}
	u := object(d, unread.Elsewhere)
	if d.Head.Kind == "Application" {
		u.Release = release
	}
	deploys(f, u, paths)
}

// argoRelease returns how Argo CD renders a source of an application, if it is a chart.
func argoRelease(d *document.Document, spec, source document.Node) *graph.Rendering {
	helm := source.Get("helm")
	r := &graph.Rendering{
		Release: cmp.Or(helm.Get("releaseName").Str(), d.Root.Get("metadata", "name").Str()), Namespace: spec.Get("destination", "namespace").Str(),
		Values: helm.Get("values").Str(),
	}
	if object := helm.Get("valuesObject"); object.Exists() {
		r.Values = object.Flow()
	}
	for _, file := range helm.Get("valueFiles").Strs() {
		switch {
		case strings.HasPrefix(file, "/"):
		case strings.HasPrefix(file, "$"): // a file of another source, which may be this repository
			_, file, _ = strings.Cut(file, "/")
		default:
			file = path.Join(source.Get("path").Str(), file)
		}
		r.Files = append(r.Files, inRepository(file))
	}
	if len(helm.Get("fileParameters").List()) > 0 {
		r.Lacks = "values from fileParameters"
	}
	for _, parameter := range helm.Get("parameters").List() {
		set := parameter.Get("name").Str() + "=" + strings.ReplaceAll(parameter.Get("value").Str(), ",", `\,`)
		if text, _ := parameter.Get("forceString").Bool(); text {
			r.Strings = append(r.Strings, set)
		} else {
			r.Set = append(r.Set, set)
		}
	}
	return r
}

// Generators are what an ApplicationSet makes its applications of.
type generators struct {
	directories []string          // that they find in a repository
	values      map[string]string // of the variables that they list; "" for one with several values
}

// read adds the generators of a list.
func (g *generators) read(list document.Node) {
	for _, item := range list.List() {
		for kind, generator := range item.Pairs() {
			if kind.Str() == "matrix" || kind.Str() == "merge" {
				g.read(generator.Get("generators"))
			}
			g.add("values.", generator.Get("values"))
			for _, element := range generator.Get("elements").List() {
				g.add("", element)
				g.add("values.", element.Get("values"))
			}
			for _, key := range []string{"directories", "files"} {
				for _, found := range generator.Get(key).List() {
					if exclude, _ := found.Get("exclude").Bool(); !exclude {
						g.directories = append(g.directories, found.Get("path").Str())
					}
				}
			}
		}
	}
}

// add adds the variables of a mapping, with a prefix before their names.
func (g *generators) add(prefix string, variables document.Node) {
	for key, value := range variables.Pairs() {
		name := prefix + key.Str()
		if before, known := g.values[name]; known && before != value.Str() {
			g.values[name] = ""
		} else {
			g.values[name] = value.Str()
		}
	}
}

// fill returns the directory that the paths of a template are in: a variable has its value, and what follows one that
// has several, or none that is known, is left out. It is "" if the path has no variable, or nothing before such a one, or
// is longer than one can be.
func (g *generators) fill(template string) string {
	if !strings.Contains(template, "{{") {
		return ""
	}
	filled, rest := "", template
	for {
		before, after, found := strings.Cut(rest, "{{")
		filled += before
		switch {
		case len(filled) > maxPath:
			return ""
		case !found:
			return filled
		}
		name, following, closed := strings.Cut(after, "}}")
		value := g.values[strings.TrimPrefix(strings.Trim(name, "- "), ".")]
		if !closed || value == "" || strings.Contains(value, "{{") {
			return strings.TrimSuffix(filled[:strings.LastIndexByte(filled, '/')+1], "/")
		}
		filled, rest = filled+value, following
	}
}

// maxPath is how long a path can be (PATH_MAX of Linux).
const maxPath = 4096
