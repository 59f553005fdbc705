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

// templateProblem reports, once for each file, a template that is not rendered.
func (t *batch) templateProblem(at graph.Origin) graph.Problem {
	chart := t.chart
	if chart == "" {
		chart = "<chart>"
	}
	return graph.Problem{
		Origin:  at,
		Message: "a template that is not rendered; its services are unknown",
		Hint:    "render it first: helm template " + chart + " | weir check -",
		Level:   graph.Skipped,
	}
}

// templateLine returns the line on which a document shows that it is a template, 0 if it
// is none. In the templates of a chart, any braces do; elsewhere they may be text for
// other programs, and only count if they break the document or are its name.
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

// chartOf returns the directory of the chart that has f among its templates, or "".
func chartOf(f file) string {
	steps := strings.Split(f.name, "/")
	i := slices.Index(steps, "templates")
	if i < 0 || f.path == "" {
		return ""
	}
	dir := filepath.Dir(f.path)
	for range len(steps) - i - 2 {
		dir = filepath.Dir(dir)
	}
	if _, err := os.Stat(filepath.Join(dir, "..", "Chart.yaml")); err != nil {
		return ""
	}
	if i == 0 {
		return "."
	}
	return strings.Join(steps[:i], "/")
}
