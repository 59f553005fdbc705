package delivery

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/lazy"
)

// A Chart is a directory with a chart of Helm.
type Chart struct {
	Dir     string // to open it
	Shown   string // how messages name Dir
	Name    string
	Library bool // templates for other charts, which deploys nothing
	// Refused are the reasons why it is not rendered without a network, each with its place.
	Refused []graph.Problem
}

// ChartFile is the name of the file that makes a directory a chart.
const ChartFile = "Chart.yaml"

// ReadChart returns the chart in a directory, nil if there is none. Shown names the paths of
// files in messages.
func ReadChart(dir string, shown func(string) string) *Chart {
	file := filepath.Join(dir, ChartFile)
	root, ok := readRoot(file, shown)
	if !ok || !root.Root.Get("name").IsScalar() {
		return nil
	}
	c := &Chart{Dir: dir, Shown: shown(dir), Name: root.Root.Get("name").Str(), Library: root.Root.Get("type").Str() == "library"}
	c.refuseMissing(root)
	if older, ok := readRoot(filepath.Join(dir, "requirements.yaml"), shown); ok {
		c.refuseMissing(older)
	}
	return c
}

// refuseMissing refuses dependencies that are not packed with the chart.
func (c *Chart) refuseMissing(d *document.Document) {
	var missing []document.Node
	for _, dependency := range d.Root.Get("dependencies").List() {
		if name := dependency.Get("name"); name.Str() != "" && !c.packed(name.Str()) {
			missing = append(missing, name)
		}
	}
	if missing == nil {
		return
	}
	which := fmt.Sprintf("its dependency %q is", missing[0].Str())
	if others := len(missing) - 1; others > 0 {
		which = fmt.Sprintf("its dependency %q and %s are", missing[0].Str(), english.Count(others, "other"))
	}
	c.Refused = append(c.Refused, graph.Problem{
		Origin: d.At(missing[0]), Level: graph.Skipped,
		Message: "chart " + c.Shown + " is not rendered: " + which + " not in its directory charts",
		Hint:    "run helm dependency build in the directory of the chart first; --render downloads nothing",
	})
}

// packed reports whether the directory charts has a dependency, as a directory or an archive.
func (c *Chart) packed(name string) bool {
	entries, _ := os.ReadDir(filepath.Join(c.Dir, "charts"))
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		version, archive := strings.CutPrefix(e.Name(), name+"-")
		if archive && strings.HasSuffix(e.Name(), ".tgz") && version != "" && ('0' <= version[0] && version[0] <= '9' || version[0] == 'v') {
			return true
		}
		if !e.IsDir() {
			return false
		}
		part := ReadChart(filepath.Join(c.Dir, "charts", e.Name()), func(p string) string { return p })
		return part != nil && part.Name == name
	})
}

// Holds reports whether a file, by its path from the directory of the chart, is a part of the
// chart that is rendered with it.
func (c *Chart) Holds(file string) bool {
	top, _, nested := strings.Cut(filepath.ToSlash(file), "/")
	if nested {
		return top == "templates" || top == "crds" || top == "charts"
	}
	return top == ChartFile || top == "Chart.lock" || strings.HasPrefix(top, "requirements.") || isValues(top)
}

func isValues(name string) bool {
	ext := filepath.Ext(name)
	return strings.HasPrefix(name, "values") && (ext == ".yaml" || ext == ".yml" || ext == ".json")
}

// readRoot returns the first document of a file, and false if there is none that parses.
func readRoot(file string, shown func(string) string) (*document.Document, bool) {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSmall {
		return nil, false
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, false
	}
	d, err := document.First(shown(file), text)
	return d, err == nil && d.Root.IsMap()
}

// maxSmall bounds the files that are read whole to find out what is where.
const maxSmall = 4 << 20

// Releases reports whether templates of the chart have releases of other charts.
func (c *Chart) Releases() bool {
	found := false
	_ = filepath.WalkDir(filepath.Join(c.Dir, "templates"), func(file string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		if info, err := e.Info(); err != nil || info.Size() > maxSmall {
			return nil
		}
		if text, err := os.ReadFile(file); err == nil && releaseObject.Match(text) {
			found = true
			return filepath.SkipAll
		}
		return nil
	})
	return found
}

var releaseObject = lazy.NewRegexp(`(?m)^kind: (HelmRelease|Application)\b`)
