package ingest

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/delivery"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/unread"
	"github.com/weirgraph/weir/internal/lazy"
)

// template returns the outcome of a document that is a template, false if it is none. parsed
// is what came of parsing it. In the templates of a chart, any braces are a template.
func (t *batch) template(d *document.Document, parsed error) (outcome, bool) {
	engine, line := d.Template(parsed)
	if t.chart != nil && (engine != document.NoEngine || d.HasBraces()) {
		engine, line = document.Helm, max(line, int32(d.Start()))
	}
	if engine == document.NoEngine {
		return outcome{}, false
	}
	u := graph.Unread{Kind: unread.Template(engine), Name: t.file.name, Origin: graph.Source{File: t.file.name}.At(line, 0)}
	if engine == document.Helm {
		u = t.unrendered(line)
	}
	if u.Kind != nil {
		t.facts.Unread = append(t.facts.Unread, u)
	}
	return outcome{kind: graph.UnrenderedTemplate, line: line}, true
}

// unrendered is the chart that a template belongs to. Its kind is nil if the chart deploys
// nothing by itself.
func (t *batch) unrendered(line int32) graph.Unread {
	u := graph.Unread{
		Kind: unread.Chart, Name: t.file.name, Title: "the chart of " + t.file.name, Hint: delivery.RenderHint("<chart>"),
		Origin: graph.Source{File: t.file.name}.At(line, 0),
	}
	c := t.chart
	if c == nil {
		c = t.around
	}
	if steps := strings.Split(t.file.name, "/"); c == nil && slices.Contains(steps, "templates") {
		c = &chart{dir: shown(steps[:slices.Index(steps, "templates")])}
	}
	if c != nil {
		u.Name, u.Title, u.Hint = c.dir, c.title(), delivery.RenderHint(c.dir)
		if c.library {
			u.Kind = nil
		}
	}
	return u
}

// charts finds the charts of files, each read once.
type charts struct {
	roots *roots
	mu    sync.Mutex
	known map[string]*chart // by the path of the directory; nil if there is none
}

var (
	chartName    = lazy.NewRegexp(`(?m)^name: *["']?([\w.-]+)`)
	chartLibrary = lazy.NewRegexp(`(?m)^type: *["']?library\b`)
)

// of returns the outermost chart that has f among the templates of it or of a chart that is
// packed with it, nil if there is none.
func (c *charts) of(f file) *chart {
	steps := strings.Split(f.name, "/")
	i := slices.Index(steps, "templates")
	if i < 0 || f.path == "" {
		return nil
	}
	above := len(steps) - i // directories from the file up to that of the chart
	dir := f.path
	for range above {
		dir = filepath.Dir(dir)
	}
	found := c.at(dir, shown(steps[:i]))
	for found != nil && i >= 2 && steps[i-2] == "charts" { // chart/charts/part/templates
		i -= 2
		dir = filepath.Dir(filepath.Dir(dir))
		outer := c.at(dir, shown(steps[:i]))
		if outer == nil {
			break
		}
		found = outer
	}
	return found
}

// around returns the nearest chart whose directory f is in, nil if there is none. Its templates
// may include f as one of theirs.
func (c *charts) around(f file) *chart {
	if f.path == "" {
		return nil
	}
	dir := f.path
	for steps := strings.Split(f.name, "/"); len(steps) > 1; {
		steps, dir = steps[:len(steps)-1], filepath.Dir(dir)
		if found := c.at(dir, shown(steps)); found != nil {
			return found
		}
	}
	return nil
}

func shown(steps []string) string {
	if len(steps) == 0 {
		return "."
	}
	return document.Clean(strings.Join(steps, "/"))
}

func (c *charts) at(dir, name string) *chart {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.known[dir]; ok {
		return known
	}
	var found *chart
	if text, err := c.roots.read(filepath.Join(dir, delivery.ChartFile)); err == nil {
		found = &chart{dir: name, library: chartLibrary.Match(text)}
		if m := chartName.FindSubmatch(text); m != nil {
			found.name = string(m[1])
		}
	}
	if c.known == nil {
		c.known = map[string]*chart{}
	}
	c.known[dir] = found
	return found
}
