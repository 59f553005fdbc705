package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
)

// Some objects act on the calls to the Services that name them in an annotation.

// serviceAnnotation returns the annotation by which Services would name the object of a policy that none
// names, and empty for any other policy.
func serviceAnnotation(b *graph.BoundPolicy) (annotation, name string) {
	if b.UnboundReason != graph.NoRoute || !b.Of.IsZero() {
		return "", ""
	}
	kind, object, _ := strings.Cut(b.Object, "/")
	return b.Product.OrNative().NamedBy[kind], strings.TrimPrefix(object, b.Namespace+"/")
}

// unclaimed returns the calls on which the object of a policy would act if the Service of the callee named it
// as it is: of those whose Service nearly does, or whose gateway's route does in place of the Service; else,
// if it is the only object of its kind in its namespace that none names, those whose Service names none.
func (p *Pass) unclaimed(b *graph.BoundPolicy, alone bool) []graph.Edge {
	annotation, name := serviceAnnotation(b)
	var almost, none []graph.Edge
	for e := range graph.Edge(p.Core.Calls()) {
		to := p.Core.Service(p.Core.To(e))
		if to.Namespace != b.Namespace || !fromGateway(p, e) || !slices.ContainsFunc(p.Effective(e), func(part analyze.Part) bool {
			return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return l.Set.Product.Is(b.Product) })
		}) {
			continue
		}
		switch written := to.Annotations[annotation]; {
		case written == "" && p.namedByRoute(b, e), written != "" && nearAnnotation(written, name):
			almost = append(almost, e)
		case written == "":
			none = append(none, e)
		}
	}
	if len(almost) > 0 || !alone {
		return almost
	}
	return none
}

// sameKind reports whether two objects are of one kind.
func sameKind(a, b string) bool { return a[:strings.Index(a, "/")+1] == b[:strings.Index(b, "/")+1] }

// nearAnnotation reports whether a Service that names one object may mean another one.
func nearAnnotation(written, name string) bool { return didyoumean.IsTypo(written, name) }

// namedByRoute reports whether the route of a call names the object of a policy, which has no effect there.
func (p *Pass) namedByRoute(b *graph.BoundPolicy, e graph.Edge) bool {
	kind, _, _ := strings.Cut(b.Object, "/")
	_, name := serviceAnnotation(b)
	return slices.ContainsFunc(p.Core.Evidence(e), func(ev graph.Evidence) bool {
		return slices.ContainsFunc(ev.Via, func(via graph.Ref) bool { return via.Kind == kind && via.Namespace == b.Namespace && via.Name == name })
	})
}

// explainUnclaimed writes why a policy does not act on a call whose callee's Service does not name its object,
// and what to do.
func explainUnclaimed(p *Pass, b *graph.BoundPolicy, e graph.Edge) (text, hint string, fix analyze.Fix) {
	annotation, name := serviceAnnotation(b)
	to := p.Core.Service(p.Core.To(e))
	switch written := to.Annotations[annotation]; {
	case written != "":
		text = fmt.Sprintf("%s declares one, but the Service names %q", b.Object, written)
	case p.namedByRoute(b, e):
		text = fmt.Sprintf("%s declares one, but only the route names it, where %s takes nothing of it for the calls to a Service", b.Object, b.Product.DisplayName())
	default:
		text = fmt.Sprintf("%s declares one, but no Service names it", b.Object)
	}
	hint = fmt.Sprintf("set annotation %s of Service %s to %q", annotation, to.ID, name)
	return text, hint, analyze.Fix{Changes: []analyze.ObjectEdit{{
		Kind: "Service", Object: to.ID, Places: to.Origins,
		Edits: []analyze.FieldEdit{{Edit: policy.Edit{Path: "metadata.annotations[" + annotation + "]", Value: name}}},
	}}}
}
