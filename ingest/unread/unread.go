// Package unread recognizes inputs that weir does not read, and names them as what they are:
// encrypted files, templates that are not rendered, sources of other tools. A file that is
// one of these is neither broken nor empty.
package unread

import "github.com/weirgraph/weir/graph"

// Kinds of inputs that deploy services which are not known until they are rendered.
var (
	Chart = &graph.UnreadKind{
		ID: "chart", Lost: true, Chart: true,
		One: "is not rendered: its services are not known", Many: "charts are not rendered: their services are not known",
		Hint: "render them with --render, or add the output of helm template to the sources and name the charts under exclude in weir.yaml",
	}
	// Lacking are charts that were to be rendered.
	Lacking = &graph.UnreadKind{
		ID: "chart-lacking", Lost: true, Chart: true,
		One: "lacks values and is not rendered: its services are not known", Many: "charts lack values and are not rendered: their services are not known",
		Hint: "name the values that they need under render in weir.yaml, or excuse the charts under ignore there",
	}
	Release = &graph.UnreadKind{
		ID: "release", Lost: true,
		One: "names a chart that is not rendered: its services are not known", Many: "releases name charts that are not rendered: their services are not known",
		Hint: "render them (helm template, flux build, argocd app manifests), add the result to the sources, and excuse the releases under ignore in weir.yaml",
	}
	Elsewhere = &graph.UnreadKind{
		ID: "source-elsewhere", Lost: true,
		One: "deploys manifests that are not among the sources: their services are not known", Many: "objects deploy manifests that are not among the sources: their services are not known",
		Hint: "add these manifests to the sources, or excuse the objects under ignore in weir.yaml",
	}
	Kustomization = &graph.UnreadKind{
		ID: "kustomization", Lost: true,
		One: "are missing, because it is not built", Many: "kustomizations are not built: their patches, generated settings or remote resources are missing",
		Hint: "build them with --render, or add the output of kustomize build to the sources and name the overlays under exclude in weir.yaml",
	}
)
