package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/internal/distinct"
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
	c := claimsOf.Of(p.Analysis, claimsKey{b.Product, annotation}, func() map[string]*claims { return p.claims(b.Product, annotation) })[b.Namespace]
	if c == nil {
		return nil
	}
	almost := slices.Clone(c.byRoute[graph.Ref{Kind: kindOf(b.Object), Name: name}])
	begin := firstLetter(name)
	if r := p.routed(); r.work > 0 {
		r.work -= len(c.written[begin])
		for _, other := range c.written[begin] {
			if didyoumean.IsTypo(other, name) {
				almost = append(almost, c.byName[other]...)
			}
		}
	}
	if slices.Sort(almost); len(almost) > 0 || !alone {
		return almost
	}
	return c.none
}

// claims are the calls of gateways of a product to services of a namespace, by what their Services name in an annotation.
type claims struct {
	none    []graph.Edge               // nothing
	byRoute map[graph.Ref][]graph.Edge // those of none by the objects of the namespace that their routes name, kind and name
	byName  map[string][]graph.Edge
	written map[string][]string // the names, by their first letters
}

type claimsKey struct {
	of         *policy.Product
	annotation string
}

var claimsOf = analyze.NewMemo[claimsKey, map[string]*claims]("what the Services of callees name, by namespace")

func (p *Pass) claims(of *policy.Product, annotation string) map[string]*claims {
	byNamespace := map[string]*claims{}
	for e := range graph.Edge(p.Core.Calls()) {
		if !fromGateway(p, e) || !slices.ContainsFunc(p.Effective(e), func(part analyze.Part) bool {
			return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return l.Set.Product.Is(of) })
		}) {
			continue
		}
		to := p.Core.Service(p.Core.To(e))
		c := byNamespace[to.Namespace]
		if c == nil {
			c = &claims{byRoute: map[graph.Ref][]graph.Edge{}, byName: map[string][]graph.Edge{}, written: map[string][]string{}}
			byNamespace[to.Namespace] = c
		}
		if name := to.Annotations[annotation]; name != "" {
			if c.byName[name] == nil {
				c.written[firstLetter(name)] = append(c.written[firstLetter(name)], name)
			}
			c.byName[name] = append(c.byName[name], e)
			continue
		}
		c.none = append(c.none, e)
		var named distinct.List[graph.Ref]
		for _, ev := range p.Core.Evidence(e) {
			for _, via := range ev.Via {
				if of := (graph.Ref{Kind: via.Kind, Name: via.Name}); via.Namespace == to.Namespace && named.Add(of) {
					c.byRoute[of] = append(c.byRoute[of], e)
				}
			}
		}
	}
	return byNamespace
}

// firstLetter is the letter that a name and a misspelled one have in common, in lower case.
func firstLetter(name string) string {
	for _, letter := range strings.ToLower(name) {
		return string(letter)
	}
	return ""
}

// kindOf is the kind of an object, "Kind/namespace/name".
func kindOf(object string) string {
	kind, _, _ := strings.Cut(object, "/")
	return kind
}

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
