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
)

// An Overlay is a directory with a kustomization.
type Overlay struct {
	Dir       string // to open it
	Shown     string // how messages name Dir
	Component bool   // it acts by the kustomizations that list it
	OpenAPI   bool   // it declares a schema, which counts only for the directory that is built
	At        graph.Origin
	Files     []string // that it reads, itself included, to open them
	Dirs      []string // with the kustomizations that it includes, to open them
	// Targeted are the patches among Files that name what they change in the kustomization: the
	// names in them are not used.
	Targeted []string
	// Refused are the reasons why it is not built without a network, each with its place.
	Refused []graph.Problem

	missing []document.Node // paths at which there is nothing
}

// kustomizationFiles are the names of the file that makes a directory a kustomization.
var kustomizationFiles = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// IsKustomization reports whether a file of this name makes its directory a kustomization.
func IsKustomization(base string) bool { return slices.Contains(kustomizationFiles, base) }

// listed are the fields of a kustomization with the paths of files or directories.
var listed = []string{
	"resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators", "patchesStrategicMerge",
}

// ReadOverlay returns the kustomization in a directory, nil if there is none. Shown names the
// paths of files in messages. What is outside, it does not include.
func ReadOverlay(dir string, shown func(string) string, outside func(string) bool) *Overlay {
	for _, base := range kustomizationFiles {
		file := filepath.Join(dir, base)
		if outside(file) {
			return nil // its problem is that of a file among the sources
		}
		d, ok := readRoot(file, shown)
		if !ok || d.Head.Kind != "" && d.Head.Group() != "kustomize.config.k8s.io" {
			continue
		}
		o := &Overlay{
			Dir: dir, Shown: shown(dir), Component: d.Head.Kind == "Component", OpenAPI: d.Root.Get("openapi").Exists(),
			At: d.At(d.Root), Files: []string{file},
		}
		o.read(d, outside)
		o.refuseMissing(d)
		return o
	}
	return nil
}

func (o *Overlay) read(d *document.Document, outside func(string) bool) {
	add := func(at document.Node, path string) { o.add(d, at, path, outside) }
	for _, field := range listed {
		for _, item := range d.Root.Get(field).List() {
			add(item, item.Str())
		}
	}
	for _, field := range []string{"patches", "patchesJson6902", "replacements"} {
		for _, item := range d.Root.Get(field).List() {
			before := len(o.Files)
			add(item.Get("path"), item.Get("path").Str())
			if field == "patches" && item.Get("target").IsMap() {
				o.Targeted = append(o.Targeted, o.Files[before:]...)
			}
		}
	}
	if path := d.Root.Get("openapi", "path"); path.Exists() {
		add(path, path.Str())
	}
	for _, field := range []string{"configMapGenerator", "secretGenerator"} {
		for _, generator := range d.Root.Get(field).List() {
			for _, key := range []string{"files", "envs"} {
				for _, item := range generator.Get(key).List() {
					_, file, named := strings.Cut(item.Str(), "=")
					if key == "envs" || !named {
						file = item.Str()
					}
					add(item, file)
				}
			}
			if env := generator.Get("env"); env.IsScalar() {
				add(env, env.Str())
			}
		}
	}
	for _, field := range []string{"helmCharts", "helmChartInflationGenerator"} {
		if charts := d.Root.Get(field); len(charts.List()) > 0 {
			o.refuse(d, d.Root.Key(field), "its "+field+" would be downloaded", "render these charts by themselves with helm template")
		}
	}
}

// add adds a path of the kustomization: a file, a directory, or an object that is written in
// its place.
func (o *Overlay) add(d *document.Document, at document.Node, path string, outside func(string) bool) {
	if path == "" || strings.ContainsAny(path, "\n{") {
		return
	}
	full := filepath.Join(o.Dir, filepath.FromSlash(path))
	info, err := os.Stat(full)
	switch {
	case isRemote(path) || strings.HasPrefix(path, "git::"):
		o.refuse(d, at, fmt.Sprintf("%q is in another repository", document.Short(path)), "copy it into this repository; --render downloads nothing")
	case filepath.IsAbs(path) || err != nil:
		o.missing = append(o.missing, at)
	case outside(full):
		o.Refused = append(o.Refused, graph.Problem{
			Origin: d.At(at), Level: graph.Failed, Hint: document.OutsideHint,
			Message: fmt.Sprintf("kustomization %s is not built because of %q: %v", o.Shown, document.Short(path), document.ErrOutside),
		})
	case info.IsDir():
		o.Dirs = append(o.Dirs, full)
	default:
		o.Files = append(o.Files, full)
	}
}

// refuseMissing refuses paths of the kustomization at which there is nothing.
func (o *Overlay) refuseMissing(d *document.Document) {
	if o.missing == nil {
		return
	}
	why, hint := fmt.Sprintf("there is no file or directory %q", document.Short(o.missing[0].Str())), "add it, or remove the entry"
	if others := len(o.missing) - 1; others > 0 {
		why += ", nor " + english.Count(others, "other") + " that it lists"
		hint = "add them, or remove the entries"
	}
	o.refuse(d, o.missing[0], why, hint)
}

func (o *Overlay) refuse(d *document.Document, at document.Node, why, hint string) {
	o.Refused = append(o.Refused, graph.Problem{
		Origin: d.At(at), Level: graph.Skipped, Message: "kustomization " + o.Shown + " is not built: " + why, Hint: hint,
	})
}
