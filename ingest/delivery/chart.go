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
	// Named is where another chart names it as a dependency beside it.
	Named graph.Origin
	// Beside are its dependencies that are other directories ("file://../cart") and are not packed
	// with it, by the name that they have in it.
	Beside map[string]*Chart
	// Refused are the reasons why it is not rendered without a network, each with its place.
	Refused []graph.Problem
}

// ChartFile is the name of the file that makes a directory a chart.
const ChartFile = "Chart.yaml"

// ReadChart returns the chart in a directory, nil if there is none. Shown names the paths of
// files in messages.
func ReadChart(dir string, shown func(string) string) *Chart {
	return readChart(dir, shown, 0)
}

// deepest is how many dependencies beside each other are followed.
const deepest = 8

func readChart(dir string, shown func(string) string, depth int) *Chart {
	file := filepath.Join(dir, ChartFile)
	root, ok := readRoot(file, shown)
	if !ok || !root.Root.Get("name").IsScalar() {
		return nil
	}
	c := &Chart{Dir: dir, Shown: shown(dir), Name: root.Root.Get("name").Str(), Library: root.Root.Get("type").Str() == "library"}
	c.readDependencies(root, shown, depth)
	if older, ok := readRoot(filepath.Join(dir, "requirements.yaml"), shown); ok {
		c.readDependencies(older, shown, depth)
	}
	return c
}

// readDependencies finds the dependencies that are not packed with the chart: they are beside it,
// or the chart is refused.
func (c *Chart) readDependencies(d *document.Document, shown func(string) string, depth int) {
	var missing []document.Node
	for _, dependency := range d.Root.Get("dependencies").List() {
		name := dependency.Get("name")
		if name.Str() == "" || c.packed(name.Str()) {
			continue
		}
		dir, local := strings.CutPrefix(dependency.Get("repository").Str(), "file://")
		if local && !filepath.IsAbs(dir) && depth < deepest {
			if part := readChart(filepath.Join(c.Dir, filepath.FromSlash(dir)), shown, depth+1); part != nil && part.Name == name.Str() {
				if c.Beside == nil {
					c.Beside = map[string]*Chart{}
				}
				part.Named = d.At(dependency.Get("repository"))
				c.Beside[part.Name] = part
				if alias := dependency.Get("alias").Str(); alias != "" {
					c.Beside[alias] = part
				}
				c.Refused = append(c.Refused, part.Refused...)
				continue
			}
		}
		missing = append(missing, name)
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

// Template returns the path of a template, as messages name it, by the path from the directory of
// the chart that Helm gives it.
func (c *Chart) Template(path string) string {
	if rest, ok := strings.CutPrefix(path, "charts/"); ok {
		if name, file, ok := strings.Cut(rest, "/"); ok && c.Beside[name] != nil {
			return c.Beside[name].Template(file)
		}
	}
	if c.Shown == "." {
		return path
	}
	return c.Shown + "/" + path
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
