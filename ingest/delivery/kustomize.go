package delivery

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/unread"
	"github.com/weirgraph/weir/internal/english"
)

// Kustomize recognizes kustomizations. The manifests that they list are read as they are in
// their files.
var Kustomize = &document.Reader{
	Name:  "kustomize",
	Doc:   "kustomize: which kustomizations change the manifests that they list",
	Reads: []string{"Kustomization", "Component"},
	Match: func(h *document.Head) bool {
		if h.Text || h.Kind == "" {
			return !h.Text && (strings.HasPrefix(h.Base, "kustomization.y") || h.Base == "kustomization")
		}
		return h.Group() == "kustomize.config.k8s.io" && (h.Kind == "Kustomization" || h.Kind == "Component")
	},
	Read: readKustomization,
}

// changes are the fields of a kustomization that change what services do, with the word for
// what is missing without them.
var changes = []struct{ field, word string }{
	{"patches", "patches"}, {"patchesStrategicMerge", "patches"}, {"patchesJson6902", "patches"},
	{"replacements", "replacements"}, {"vars", "replacements"}, {"transformers", "transformers"},
	{"configMapGenerator", "generated settings"}, {"secretGenerator", "generated settings"}, {"generators", "generated objects"},
	{"components", "components"}, {"helmCharts", "charts"}, {"helmChartInflationGenerator", "charts"},
}

// readKustomization reports a kustomization. A component acts by the kustomizations that list
// it.
func readKustomization(d *document.Document, f *graph.Facts) {
	addedLabels(d, f)
	addTarget(d, f)
	if d.Head.Kind == "Component" {
		return
	}
	var missing []string
	add := func(word string) {
		if !slices.Contains(missing, word) {
			missing = append(missing, word)
		}
	}
	at := d.Root
	for _, c := range changes {
		if n := d.Root.Get(c.field); len(n.List()) > 0 || n.IsMap() {
			if len(missing) == 0 {
				at = d.Root.Key(c.field)
			}
			add(c.word)
		}
	}
	for _, field := range []string{"resources", "bases"} {
		for _, resource := range d.Root.Get(field).List() {
			if isRemote(resource.Str()) {
				if len(missing) == 0 {
					at = resource
				}
				add("remote resources")
			}
		}
	}
	dir := directory(d)
	if len(missing) > 0 {
		how := "build it with --render, or first"
		if slices.Contains(missing, "remote resources") || slices.Contains(missing, "charts") { // which need a network
			how = "build it first"
		}
		f.Unread = append(f.Unread, graph.Unread{
			Kind: unread.Kustomization, Name: dir, Title: "the " + english.List(missing) + " of kustomization " + dir,
			Hint: fmt.Sprintf("%s: kustomize build %s | weir check -", how, dir), Origin: d.At(at),
		})
		return
	}
}

// addTarget reads what a kustomization puts together, and the namespace that it gives to it.
func addTarget(d *document.Document, f *graph.Facts) {
	t := graph.DeploymentTarget{Namespace: d.Root.Get("namespace").Str(), Directory: directory(d), Origin: d.At(d.Root)}
	add := func(name string) {
		if name == "" || isRemote(name) || strings.Contains(name, "\n") {
			return
		}
		at := path.Join(t.Directory, name)
		switch path.Ext(name) {
		case ".yaml", ".yml", ".json":
			t.Files = append(t.Files, at)
		default:
			t.Directories = append(t.Directories, at)
		}
	}
	for _, field := range []string{"resources", "bases", "components", "patchesStrategicMerge"} {
		for _, resource := range d.Root.Get(field).List() {
			add(resource.Str())
		}
	}
	for _, patch := range d.Root.Get("patches").List() {
		add(patch.Get("path").Str())
	}
	if len(t.Files) > 0 || len(t.Directories) > 0 {
		f.Targets = append(f.Targets, t)
	}
}

// addedLabels reads the labels that a kustomization, or a component, gives to pods.
func addedLabels(d *document.Document, f *graph.Facts) {
	add := func(pairs document.Node) {
		added := graph.Labels{}
		for key, value := range pairs.Pairs() {
			added[key.Str()] = value.Str()
		}
		if len(added) > 0 {
			f.Added = append(f.Added, added)
		}
	}
	add(d.Root.Get("commonLabels"))
	for _, labels := range d.Root.Get("labels").List() {
		selectors, _ := labels.Get("includeSelectors").Bool()
		if templates, _ := labels.Get("includeTemplates").Bool(); selectors || templates {
			add(labels.Get("pairs"))
		}
	}
}

// isRemote reports whether a resource of a kustomization is in another repository.
func isRemote(resource string) bool {
	host, _, _ := strings.Cut(resource, "/")
	return strings.Contains(resource, "://") || strings.Contains(resource, "?ref=") || strings.HasPrefix(resource, "git@") ||
		host == "github.com" || host == "gitlab.com" || host == "bitbucket.org"
}
