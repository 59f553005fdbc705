package delivery

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/unread"
)

// Flux recognizes kustomizations of Flux whose manifests are not among the inputs. Releases
// are read by Helm.
var Flux = &document.Reader{
	Name:  "flux",
	Doc:   "Flux: which kustomizations deploy manifests that are not among the inputs",
	Reads: []string{"Kustomization (of Flux)"},
	Match: func(h *document.Head) bool {
		return h.Kind == "Kustomization" && h.Group() == "kustomize.toolkit.fluxcd.io"
	},
	Read: readFlux,
}

// fluxSystem is the repository that Flux is installed from: the one that it is declared in.
const fluxSystem = "flux-system"

func readFlux(d *document.Document, f *graph.Facts) {
	spec := d.Root.Get("spec")
	if target, dir := spec.Get("targetNamespace"), inRepository(spec.Get("path").Str()); target.Str() != "" && dir != "" && !strings.Contains(dir+target.Str(), "$") {
		f.Targets = append(f.Targets, graph.DeploymentTarget{Namespace: target.Str(), Path: dir, Origin: d.At(target)})
	}
	if len(spec.Get("patches").List()) > 0 {
		u := object(d, unread.Kustomization)
		u.Title, u.Origin = "the patches of "+u.Name, d.At(spec.Key("patches"))
		u.Hint = "add the output of flux build kustomization to the sources"
		f.Unread = append(f.Unread, u)
		return
	}
	dir, source := spec.Get("path").Str(), spec.Get("sourceRef", "name").Str()
	if inRepository(dir) == "" && (source == fluxSystem || source == "") {
		return
	}
	deploys(f, object(d, unread.Elsewhere), []string{dir})
}
