package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
)

var routedCalls = analyze.NewMemo[analyze.Once, map[graph.Ref][]graph.Edge]("the calls through each object")

// callsThrough returns the calls that go through each object, such as a route.
func callsThrough(p *Pass) map[graph.Ref][]graph.Edge {
	return routedCalls.Of(p.Analysis, analyze.Once{}, func() map[graph.Ref][]graph.Edge {
		through := map[graph.Ref][]graph.Edge{}
		for e := range graph.Edge(p.Core.Calls()) {
			for _, ev := range p.Core.Evidence(e) {
				for _, via := range ev.Via {
					if calls := through[via]; len(calls) == 0 || calls[len(calls)-1] != e {
						through[via] = append(calls, e)
					}
				}
			}
		}
		return through
	})
}

var routedNames = analyze.NewMemo[analyze.Once, map[graph.Ref][]string]("the names of objects by their beginning")

// namesLike returns the names of objects that calls go through, of the kind and namespace of another one
// and with the same first letter.
func namesLike(p *Pass, of graph.Ref) []string {
	return routedNames.Of(p.Analysis, analyze.Once{}, func() map[graph.Ref][]string {
		names := map[graph.Ref][]string{}
		for via := range callsThrough(p) {
			key := beginning(via)
			names[key] = append(names[key], via.Name)
		}
		return names
	})[beginning(of)]
}

// beginning is the first letter of an object's name, with what the object has beside its name.
func beginning(of graph.Ref) graph.Ref {
	of.Name = of.Name[:min(1, len(of.Name))]
	return of
}

// nearObject returns the object that the name of the one that a policy belongs to is a misspelling of:
// one of the same kind and namespace, which calls go through. It is false if there is none, or several.
func nearObject(p *Pass, b *graph.BoundPolicy) (near graph.Ref, ok bool) {
	for _, name := range namesLike(p, b.Of) {
		if name == b.Of.Name || !didyoumean.IsTypo(name, b.Of.Name) {
			continue
		}
		if ok {
			return graph.Ref{}, false
		}
		near, ok = b.Of, true
		near.Name = name
	}
	return near, ok
}

// misnamedObject explains why a policy is for no call: it names an object that is not there, and whose
// name is like that of one that is.
func misnamedObject(b *graph.BoundPolicy, near graph.Ref) miss {
	return miss{
		why: fmt.Sprintf("no call goes through %s %q", b.Of.Kind, b.Of.Name), hint: fmt.Sprintf("did you mean %q?", near.Name),
		severity: analyze.Warning, sure: analyze.Certain, fix: namesInstead(b, b.Of.Name, near.Name),
	}
}

// addObjectsWithoutCalls adds the near misses of policies that belong to an object through which no
// call goes: by a misspelled name, or because the routes of its namespace do not name it.
func addObjectsWithoutCalls(p *Pass, b *graph.BoundPolicy, add func([]graph.Edge, nearMiss)) {
	if b.UnboundReason != graph.NoRoute || b.Of.IsZero() {
		return
	}
	if near, ok := nearObject(p, b); ok {
		add(callsThrough(p)[near], nearMiss{policy: b, why: misnamed, object: near})
		return
	}
	if way, ok := referring(b); ok {
		add(p.gatewayCalls(b), nearMiss{policy: b, why: unreferenced, refers: way})
	}
}

// referring returns how an object of the kind of b's is named by others, and false if objects of its
// kind act without.
func referring(b *graph.BoundPolicy) (policy.Remediation, bool) {
	way, ok := b.Product.OrNative().Remediation(policy.TotalTimeout, b.Of.Kind)
	if !ok || way.Kind != b.Of.Kind || way.Refers == nil {
		return policy.Remediation{}, false
	}
	return *way.Refers, true
}

// gatewayCalls are those of gateways that the reader of a policy has found in its namespace.
func (p *Pass) gatewayCalls(b *graph.BoundPolicy) []graph.Edge {
	var calls []graph.Edge
	for e := range graph.Edge(p.Core.Calls()) {
		ofReader := func(ev graph.Evidence) bool { return ev.Origin.Reader == b.Origin.Reader }
		if fromGateway(p, e) && p.Core.Service(p.Core.To(e)).Namespace == b.Namespace && slices.ContainsFunc(p.Core.Evidence(e), ofReader) {
			calls = append(calls, e)
		}
	}
	return calls
}

// explainObject writes why a policy of an object through which no call goes does not act on a call.
func (n nearMiss) explainObject(p *Pass, e graph.Edge, c *obstacle) {
	b := n.policy
	if n.why == misnamed {
		c.text = fmt.Sprintf("%s declares one for %s %q, which is not there", b.Object, b.Of.Kind, b.Of.Name)
		c.hint = fmt.Sprintf("write %q in %s", n.object.Name, named(b.Object))
		c.fix = namesInstead(b, b.Of.Name, n.object.Name)
		return
	}
	c.text = fmt.Sprintf("%s declares one, but no route names it", b.Object)
	c.hint = fmt.Sprintf("set %s of the %s to %q", n.refers.Edits[0].Path, n.refers.Kind, b.Of.Name)
	edit := analyze.ObjectEdit{Kind: n.refers.Kind}
	for _, ev := range p.Core.Evidence(e) {
		edit.Places = append(edit.Places, ev.Origin)
	}
	for _, field := range n.refers.Edits {
		field.Value = b.Of.Name
		edit.Edits = append(edit.Edits, analyze.FieldEdit{Edit: field})
	}
	c.fix = analyze.Fix{Changes: []analyze.ObjectEdit{edit}}
}
