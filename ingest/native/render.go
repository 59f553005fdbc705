package native

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/lazy"
)

// renderShape is a list of charts and overlays, and how they are rendered.
var renderShape = &shape{is: "a list", hint: `write "- chart: charts/shop" for each entry`, item: &shape{
	is: "a mapping", hint: "write chart: charts/shop, or overlay: overlays/prod", keys: []schemaKey{
		{name: "chart", shape: aText},
		{name: "values", shape: listOf(aText), doc: "files, of which later ones win"},
		{name: "release", shape: scalarOf("the name of a release", parseRelease).as(textOf(releaseName.String()))},
		{name: "namespace", shape: scalarOf("a namespace", parseRelease).as(textOf(releaseName.String()))},
		{name: "overlay", shape: aText},
	},
	check: func(d *document.Document, n document.Node) {
		chart, overlay := n.Get("chart"), n.Get("overlay")
		if chart.Exists() == overlay.Exists() {
			d.Problem(graph.Failed, n, "write chart: charts/shop, or overlay: overlays/prod", "an entry of render is one chart or one overlay")
			return
		}
		for _, key := range []string{"values", "release", "namespace"} {
			if overlay.Exists() && n.Get(key).Exists() {
				d.Problem(graph.Failed, n.Get(key), "set it in the kustomization", "an overlay has no %s", key)
			}
		}
	},
}}

var releaseName = lazy.NewRegexp(`^[a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?$`)

func parseRelease(text string) (name, hint string) {
	if !releaseName.MatchString(text) {
		return "", "use lower case letters, digits and dashes, at most 53"
	}
	return text, ""
}

func readRender(d *document.Document, list document.Node) (charts, overlays []graph.Rendering) {
	for _, entry := range list.List() {
		r := graph.Rendering{
			Dir: entry.Get("chart").Str(), Files: entry.Get("values").Strs(),
			Release: entry.Get("release").Str(), Namespace: entry.Get("namespace").Str(), Origin: d.At(entry),
		}
		if overlay := entry.Get("overlay"); overlay.Exists() {
			r.Dir = overlay.Str()
			overlays = append(overlays, r)
		} else {
			charts = append(charts, r)
		}
	}
	return charts, overlays
}
