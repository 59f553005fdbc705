package ingest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

const templateKind = "un-rendered template"

// templateProblem says once for a file that it wants rendering.
func (t *batch) templateProblem(at graph.Origin) graph.Problem {
	chart := t.chart
	if chart == "" {
		chart = "<chart>"
	}
	return graph.Problem{
		Origin:  at,
		Message: "a template that is not rendered: its services are not known",
		Hint:    "helm template " + chart + " | weir check -",
		Level:   graph.Skipped,
	}
}

// templateLine returns the line on which a document shows that it is a template,
// 0 if it is none. In the templates of a chart any braces do; elsewhere they may
// be text for other programs, and only count where they break the document or
// stand in for a name.
func (t *batch) templateLine(d *document.Document, parses bool) int32 {
	if !d.HasBraces() {
		return 0
	}
	switch {
	case t.chart != "":
		return int32(d.Start())
	case !parses:
		return int32(d.TemplateLine())
	}
	return d.At(d.Placeholder()).Line
}

// chartOf returns the folder of the chart that has f among its templates, or "".
func chartOf(f file) string {
	steps := strings.Split(f.name, "/")
	i := slices.Index(steps, "templates")
	if i < 0 || f.path == "" {
		return ""
	}
	folder := filepath.Dir(f.path)
	for range len(steps) - i - 2 {
		folder = filepath.Dir(folder)
	}
	if _, err := os.Stat(filepath.Join(folder, "..", "Chart.yaml")); err != nil {
		return ""
	}
	if i == 0 {
		return "."
	}
	return strings.Join(steps[:i], "/")
}
