package rules

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

var notRendered = &Rule{
	ID:       "not-rendered",
	Title:    "chart, release or kustomization that is not rendered",
	Doc:      notRenderedDoc,
	Severity: analyze.Warning,
	NoFix:    analyze.NoInput,
	Check:    checkNotRendered,
}

const notRenderedDoc = `
Without "--render" weir reads manifests as they are in their files. What a chart, a
release or an overlay deploys is not known, so a clean result would be about the
rest only.

Reported for charts of Helm with templates or dependencies; for releases that name a
chart (HelmRelease, HelmChart, Application, helmfile); for an Application, ApplicationSet
or Kustomization of Flux whose manifests are not among the sources; and for
kustomizations with patches, generators or remote resources.

    kind: HelmRelease
    metadata: {name: orders, namespace: shop}
    spec:
      chartRef: {kind: OCIRepository, name: app}     # which services are in it?

Not reported: library charts, charts whose templates have no placeholders, an Application
or Kustomization whose directory is among the sources, kustomizations that only list
resources, encrypted files, and templates of other engines. "--verbose" lists those.

**Fix.** Render them with "--render", which runs the installed helm and kustomize, or
render them yourself and check the result:

    weir check --render .
    helm template shop | weir check -
    kustomize build overlays/live | weir check -

Until then weir exits with code 3, whatever "--fail-on" says. What is checked in another
way can be excused with "weir.dev/ignore: not-rendered" on the object or an entry of
ignore in weir.yaml; "exclude: [charts/]" there keeps directories from being read.
`

func checkNotRendered(p *Pass) {
	for _, u := range p.Graph.Coverage().Unread {
		if u.Kind.Lost {
			p.Report(unrenderedFinding(&u))
		}
	}
}

// unrenderedFinding is the finding about an input that is not rendered.
func unrenderedFinding(u *graph.Unread) analyze.Finding {
	return analyze.Finding{
		Rule: "not-rendered", Confidence: analyze.Certain, Subject: u.Name, Message: u.Message(), Hint: cmp.Or(u.Hint, u.Kind.Hint),
		Origins: []graph.Origin{u.Origin}, Alike: analyze.Alike{Cause: u.Kind.ID, Says: u.Kind.Many, Hint: u.Kind.Hint},
	}
}

// Unrendered returns the inputs that deploy services which are not known because they are not
// rendered, without those that o or an annotation excuses, or that were not rendered before.
func Unrendered(g *graph.Graph, o Options) []graph.Unread {
	if slices.Contains(o.Off, notRendered.ID) {
		return nil
	}
	ignore := o.exceptions(g)
	if ignore.of(&analyze.Finding{Rule: notRendered.ID, Subject: "inputs"}) != nil { // those that are reported together
		return nil
	}
	var left []graph.Unread
	for _, u := range g.Coverage().Unread {
		f := unrenderedFinding(&u)
		f.Fingerprint = fingerprint(f.Rule, f.Subject, f.Detail)
		_, excused := excuseIn(u.Excuses, f.Rule)
		if u.Kind.Lost && (!excused || o.NoAnnotations) && ignore.of(&f) == nil && o.knows(&f) == nil {
			left = append(left, u)
		}
	}
	return left
}
