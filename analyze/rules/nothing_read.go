package rules

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var nothingRead = &Rule{
	ID:       "nothing-read",
	Title:    "no service in the inputs",
	Doc:      nothingReadDoc,
	Severity: analyze.Error,
	NoFix:    analyze.NoInput,
	Check:    checkNothingRead,
}

const nothingReadDoc = `
A clean result means that weir looked at something and found no problem. If the
sources contain no service, weir looked at nothing: a typo in a path or a moved
directory would keep a pipeline green forever.

Reported when the sources contain no service at all.

    $ weir check deploy/        # the manifests have moved to manifests/

Not reported as soon as there is one service, even one without calls, and where
"not-rendered" says what is missing.

**Fix.** Name the files or directories that contain the manifests. Render templates
first:

    helm template shop | weir check -
    kustomize build overlays/prod | weir check -
    docker compose config | weir check -

"--verbose" lists what was read, what was skipped, and why.
`

func checkNothingRead(p *Pass) {
	if p.Graph.Len() > 0 || p.unrendered {
		return
	}
	c := p.Graph.Coverage()
	f := analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    "inputs",
		Message:    fmt.Sprintf("no service in %s (%s)", english.Count(c.Files, "file"), english.Count(c.Documents, "document")),
		Hint:       "name the files or directories that contain the manifests; --verbose lists what was skipped",
		Values:     []analyze.KeyValue{number("files", c.Files), number("documents", c.Documents)},
	}
	groups := slices.DeleteFunc(graph.UnreadGroups(c.Unread), func(g graph.UnreadGroup) bool { return g.Kind.Lost }) // those are findings themselves
	if len(groups) > 0 {
		f.Message += "; " + groups[0].Message()
		f.Hint = cmp.Or(groups[0].Hint(), f.Hint)
		f.Origins = append(f.Origins, groups[0].Inputs[0].Origin)
	} else if skipped := slices.Concat(c.Skipped, c.Passed); len(skipped) > 0 {
		most := skipped[0]
		for _, s := range skipped {
			if s.Count > most.Count {
				most = s
			}
		}
		f.Message += fmt.Sprintf("; most of it is %q, which weir does not read", most.Name)
		if most.First.File() != "" {
			f.Origins = append(f.Origins, most.First)
		}
	}
	p.Report(f)
}
