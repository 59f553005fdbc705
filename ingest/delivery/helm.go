package delivery

import (
	"cmp"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/unread"
)

// Helm recognizes charts that deploy other charts, and what installs charts: Flux, Argo CD,
// k3s, Fleet, Crossplane, helmfile. Templates of charts are recognized by package ingest.
var Helm = &document.Reader{
	Name:  "helm",
	Doc:   "Helm: which charts and releases are not rendered",
	Reads: []string{"Chart.yaml", "HelmRelease", "HelmChart", "Release (Crossplane)", "helmfile.yaml", "fleet.yaml"},
	Match: func(h *document.Head) bool { return helmDocument(h) != nil },
	Read:  func(d *document.Document, f *graph.Facts) { helmDocument(&d.Head)(d, f) },
}

func helmDocument(h *document.Head) func(*document.Document, *graph.Facts) {
	switch {
	case h.Text:
	case h.Kind == "HelmRelease" && strings.HasPrefix(h.Group(), "helm.") && strings.HasSuffix(h.Group(), ".fluxcd.io"), h.Kind == "HelmRelease" && h.Group() == "flux.weave.works":
		return helmRelease
	case h.Kind == "HelmChart" && h.Group() == "helm.cattle.io", h.Kind == "Release" && h.Group() == "helm.crossplane.io":
		return helmObject
	case h.Kind != "":
	case h.Base == "chart.yaml" && h.Has("apiVersion") && h.Has("name"):
		return helmChart
	case strings.HasPrefix(h.Base, "helmfile") && h.HasList("releases"):
		return helmfile
	case h.Base == "fleet.yaml" && h.Has("helm"):
		return fleet
	}
	return nil
}

// RenderHint is how to have a chart read.
func RenderHint(dir string) string {
	return "render it with --render, or first: helm template " + dir + " | weir check -"
}

// helmChart reports the charts that a chart installs with itself.
func helmChart(d *document.Document, f *graph.Facts) {
	if d.Root.Get("type").Str() == "library" || len(d.Root.Get("dependencies").List()) == 0 {
		return
	}
	dir := directory(d)
	u := graph.Unread{
		Kind: unread.Chart, Name: dir, Title: "chart " + dir, Hint: RenderHint(dir),
		Origin: d.At(d.Root.Key("dependencies")),
	}
	if name := d.Root.Get("name").Str(); name != "" && !strings.HasSuffix("/"+dir, "/"+name) {
		u.Title = "chart " + name + " in " + dir
	}
	f.Unread = append(f.Unread, u)
}

// helmRelease reports a release of Flux. Its chart may be in the repository.
func helmRelease(d *document.Document, f *graph.Facts) {
	u := object(d, unread.Release)
	spec := d.Root.Get("spec")
	chart := spec.Get("chart", "spec")
	if source := chart.Get("sourceRef", "kind").Str(); source == "GitRepository" || source == "Bucket" {
		u.Release = fluxRelease(d, spec)
		deploys(f, u, []string{chart.Get("chart").Str()})
		return
	}
	f.Unread = append(f.Unread, u)
}

// fluxRelease returns how Flux renders a release. Values from ConfigMaps and Secrets are not
// known.
func fluxRelease(d *document.Document, spec document.Node) *graph.Rendering {
	meta, target := d.Root.Get("metadata"), spec.Get("targetNamespace").Str()
	r := &graph.Rendering{
		Release: spec.Get("releaseName").Str(), Namespace: cmp.Or(target, meta.Get("namespace").Str()), Values: spec.Get("values").Flow(),
	}
	if r.Release == "" {
		r.Release = strings.TrimPrefix(target+"-"+meta.Get("name").Str(), "-")
	}
	for _, file := range append(spec.Get("chart", "spec", "valuesFiles").Strs(), spec.Get("chart", "spec", "valuesFile").Strs()...) {
		r.Files = append(r.Files, inRepository(file))
	}
	if len(spec.Get("valuesFrom").List()) > 0 {
		r.Lacks = "values from ConfigMaps and Secrets"
	}
	return r
}

func helmObject(d *document.Document, f *graph.Facts) {
	f.Unread = append(f.Unread, object(d, unread.Release))
}

func helmfile(d *document.Document, f *graph.Facts) {
	for _, release := range d.Root.Get("releases").List() {
		name := release.Get("name").Str()
		u := graph.Unread{Kind: unread.Release, Name: "helmfile/" + name, Title: "release " + name + " of " + d.File, Word: "of helmfile", Origin: d.At(release)}
		if chart := release.Get("chart").Str(); strings.HasPrefix(chart, "./") || strings.HasPrefix(chart, "../") {
			deploys(f, u, []string{chart})
			continue
		}
		f.Unread = append(f.Unread, u)
	}
}

func fleet(d *document.Document, f *graph.Facts) {
	chart := d.Root.Get("helm", "chart")
	if !chart.Exists() {
		return
	}
	u := graph.Unread{Kind: unread.Release, Name: "fleet/" + directory(d), Title: "the release in " + directory(d), Word: "of Fleet", Origin: d.At(chart)}
	f.Unread = append(f.Unread, u)
}
