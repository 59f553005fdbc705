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
		application(d, f, spec, nil)
	case "ApplicationSet":
		application(d, f, spec.Get("template", "spec"), generated(spec.Get("generators")))
	}
}

// application reports the sources of an application: charts of Helm, and directories of a
// repository. generated are the directories that fill in the paths of a template.
func application(d *document.Document, f *graph.Facts, spec document.Node, generated []string) {
	var paths []string
	var release *graph.Rendering
	for _, source := range append(spec.Get("sources").List(), spec.Get("source").Items()...) {
		if source.Get("chart").Exists() {
			f.Unread = append(f.Unread, object(d, unread.Release))
			return
		}
		switch p := source.Get("path"); {
		case p.Exists() && strings.HasPrefix(strings.TrimSpace(p.Str()), "{{") && len(generated) > 0:
			paths = append(paths, generated...)
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

// generated returns the directories that the generators of an ApplicationSet find in a
// repository.
func generated(generators document.Node) []string {
	var paths []string
	for _, g := range generators.List() {
		for kind, generator := range g.Pairs() {
			if kind.Str() == "matrix" || kind.Str() == "merge" {
				paths = append(paths, generated(generator.Get("generators"))...)
			}
			for _, key := range []string{"directories", "files"} {
				for _, item := range generator.Get(key).List() {
					if exclude, _ := item.Get("exclude").Bool(); !exclude {
						paths = append(paths, item.Get("path").Str())
					}
				}
			}
		}
	}
	return paths
}
