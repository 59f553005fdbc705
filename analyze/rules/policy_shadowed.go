package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var policyShadowed = &Rule{
	ID:       "policy-shadowed",
	Title:    "policy overridden wherever it applies",
	Doc:      policyShadowedDoc,
	Severity: analyze.Warning,
	Check:    checkPolicyShadowed,
}

const policyShadowedDoc = `
For each call, products choose one of several policies and ignore the others, often
the whole object rather than single fields. The ignored object is valid and applied,
and changing it has no effect.

Reported for an object of which nothing acts on any call that it matches, because an
object of higher precedence does; for a part of an object that is overridden by
another part or by another object; for a timeout or retries of a product that those
of the Gateway API route override; and for a VirtualService for a service that is
called in the mesh, if the VirtualService is bound to gateways only. Also reported for
an object that is replaced as a whole on some calls by one that does not declare all
that it declares: the breaker in it is gone for these callers.

    kind: Service
    metadata:
      name: books
      annotations: {timeout.linkerd.io/request: 1s}   # a ServiceProfile of books exists

    kind: DestinationRule
    metadata: {name: pricing, namespace: front}       # overrides the rule in shop for
                                                      # all callers in front

Not reported: an object that is overridden on some calls by one that declares as much,
and acts on others; that is what precedence is for. A mesh-wide policy that every call overrides is info,
and so is one in whose place, for a port, only load balancing is missing.

Nor an object that is overridden by one in a file that is applied in place of its own: both files declare
the same object, or the files in their directories do, as the steps of a release or the environments of
a system. Of an object that two files declare, the one acts that is last by the name of its file. A message says so.
Which of them is applied is not known, so no rule says that something is missing that the other one declares.

**Fix.** Move the settings that are still needed into the object that acts, and delete
the other.

- Istio: one VirtualService and one DestinationRule per host and namespace; of two,
  the older acts. Add "mesh" to "gateways" for calls from sidecars. Repeat in
  "portLevelSettings" what they do not change.
- Envoy: declare retries in the routes or in the virtual host, not in both.
- Linkerd: use annotations and HTTPRoutes, or a ServiceProfile.
- Gateway API: one policy per target; the oldest wins.
- Kuma: one policy of a kind per "targetRef"; the most specific wins.
`

func checkPolicyShadowed(p *Pass) {
	for _, o := range objects(p.Graph) {
		hidden := slices.DeleteFunc(slices.Clone(o.parts), func(b *graph.BoundPolicy) bool {
			return !overruled(b) || !someoneWrote(&b.Says) || refined(b) || inOtherVersion(b)
		})
		if len(hidden) > 0 {
			reportShadowed(p, o, hidden)
		} else {
			reportFields(p, o)
			reportDropped(p, o)
		}
		reportLeft(p, o)
	}
	checkFlaws(p, graph.Shadowed, "has no effect in %s")
}

// overruled reports whether a policy is for calls, and hidden on every one.
func overruled(b *graph.BoundPolicy) bool {
	covered := 0
	for _, s := range b.Shadows {
		if s.Field == "" {
			covered += len(s.Calls)
		}
	}
	return len(b.Calls) > 0 && covered >= len(b.Calls) && !slices.ContainsFunc(b.Calls, func(e graph.Edge) bool {
		return !slices.ContainsFunc(b.Shadows, func(s graph.Shadow) bool {
			_, found := slices.BinarySearch(s.Calls, e)
			return found && s.Field == ""
		})
	})
}

// inOtherVersion reports whether a policy is hidden by one in a file that is applied in place of its own.
func inOtherVersion(b *graph.BoundPolicy) bool {
	return slices.ContainsFunc(b.Shadows, func(s graph.Shadow) bool { return s.Field == "" && s.OtherVersion })
}

// refined reports whether what hides a policy is meant to: the settings of one
// environment over those of all in the configuration of a program, an object's
// word on a single call over its own default, or its word on the port that is
// called, if it speaks of all that the policy does.
func refined(b *graph.BoundPolicy) bool {
	by := b.Shadows[0].By
	switch {
	case b.Merge && b.Says.Layer == policy.App, by.Object == b.Object && by.Document == b.Document && isDefault(b) && !isDefault(&graph.BoundPolicy{Policy: by}):
		return true
	}
	return by.Object == b.Object && by.Port != b.Port && !drops(&b.Says, &by.Says)
}

// loadBalancing is what the policy for one port may well leave to the default: requests are
// spread all the same.
const loadBalancing = "load balancing"

// lostToPort returns in words what parts of an object speak of and the part in their place, for
// the port that is called, does not.
func lostToPort(hidden []*graph.BoundPolicy) []string {
	var lost []string
	for _, b := range hidden {
		for _, s := range b.Shadows {
			for _, what := range dropped(&b.Says, &s.By.Says) {
				if s.Field == "" && !slices.Contains(lost, what) {
					lost = append(lost, what)
				}
			}
		}
	}
	return lost
}

// drops reports whether a set speaks of something that the one in its place is
// silent about.
func drops(s, instead *policy.Set) bool { return len(dropped(s, instead)) > 0 }

// dropped returns in words what a set speaks of and the one in its place does not.
func dropped(s, instead *policy.Set) []string {
	var words []string
	for _, part := range lostParts(s, instead) {
		words = append(words, part.word)
	}
	return words
}

// A part of a policy, as people and as settings call it, and where its product has it.
type setPart struct {
	word, field string
	purpose     policy.Purpose
	missed      []string // the rules that miss it
}

// lostParts returns the parts that a set speaks of and the one in its place does not.
func lostParts(s, instead *policy.Set) []setPart {
	var parts []setPart
	for _, part := range []struct {
		setPart
		lost bool
	}{
		{setPart{"timeouts", "timeout", policy.TotalTimeout, []string{"timeout-missing", "timeout-default-only", "ingress-timeout-missing"}}, s.Timeout != nil && instead.Timeout == nil},
		{setPart{"retries", "retry", policy.Retries, []string{"retry-missing"}}, s.Retry != nil && instead.Retry == nil},
		{setPart{"a breaker", "breaker", policy.CircuitBreaker, []string{"breaker-missing"}}, s.Breaker != nil && instead.Breaker == nil},
		{setPart{"limits", "bulkhead", policy.ConcurrencyLimit, []string{"bulkhead-missing"}}, s.Bulkhead != nil && instead.Bulkhead == nil},
		{setPart{loadBalancing, "balance", policy.LoadBalancing, nil}, s.Balance != nil && instead.Balance == nil},
	} {
		if part.lost {
			parts = append(parts, part.setPart)
		}
	}
	return parts
}

// reportDropped reports an object in whose place another one acts on some calls, as a whole,
// and does not declare all that it declares.
func reportDropped(p *Pass, o object) {
	for _, b := range o.parts {
		for _, s := range b.Shadows {
			lost := dropped(&b.Says, &s.By.Says)
			if s.Field != "" || s.OtherVersion || s.By.Object == o.name || b.Merge || isDefault(b) || !someoneWrote(&b.Says) || len(lost) == 0 || s.By.Lookup == 0 {
				continue
			}
			f := analyze.Finding{
				Confidence: analyze.Certain,
				Subject:    o.name,
				Detail:     s.By.Object,
				Message: fmt.Sprintf("%s replaces %s as a whole on %s and does not declare %s, which %s has",
					s.By.Object, o.name, callIDs(p.Graph, s.Calls), english.List(lost), o.name),
				Hint:     fmt.Sprintf("repeat the settings in %s, or delete it", s.By.Object),
				Fix:      copied(p, []*graph.BoundPolicy{b}, s.By, graph.Origin{}),
				Values:   []analyze.KeyValue{keyValue("by", s.By.Object), keyValue("lost", strings.Join(lost, ", ")), number("calls", len(s.Calls))},
				Origins:  []graph.Origin{b.Origin, s.By.Origin},
				Services: endsOf(p.Graph, s.Calls),
			}
			replaceMissing(p, &f, b, s.By, s.Calls)
			p.Report(f)
			return
		}
	}
}

// replaceMissing lets f replace the findings that calls lack what b declares and the object in its place does not.
func replaceMissing(p *Pass, f *analyze.Finding, b *graph.BoundPolicy, by *graph.Policy, calls []graph.Edge) {
	for _, part := range lostParts(&b.Says, &by.Says) {
		f.Replaces = append(f.Replaces, part.missed...)
	}
	f.AlsoAbout = group(calls).subjects(p.Graph)
}

// isDefault reports whether a policy is for everybody: one that every single call
// may well have replaced.
func isDefault(b *graph.BoundPolicy) bool {
	return b.Default || b.Says.Layer != policy.Gateway && b.Of.IsZero() && !slices.ContainsFunc(b.To, func(to graph.EndpointRef) bool {
		return !strings.HasPrefix(to.Host.Host, "*")
	})
}

// reportFields reports single fields of an object that something else says in
// their place, on every call that the object is for.
func reportFields(p *Pass, o object) {
	g := p.Graph
	for _, b := range o.parts {
		for _, s := range b.Shadows {
			if s.Field == "" || s.OtherVersion || len(s.Calls) < len(b.Calls) {
				continue
			}
			p.Report(analyze.Finding{
				Confidence: analyze.Certain,
				Subject:    o.name,
				Detail:     s.Field,
				Message:    fmt.Sprintf("%s of %s has no effect: %s overrides it on %s", s.Field, o.name, s.By.Object, callIDs(g, s.Calls)),
				Hint:       fmt.Sprintf("keep the one in %s and delete the other", s.By.Object),
				Fix:        removeWritten(o.name, said(&b.Says, s.Field, graph.Origin{})),
				Values:     []analyze.KeyValue{keyValue("field", s.Field), keyValue("by", s.By.Object), number("calls", len(s.Calls))},
				Origins:    []graph.Origin{said(&b.Says, s.Field, b.Origin), said(&s.By.Says, s.Field, s.By.Origin)},
				Services:   endsOf(g, s.Calls),
			})
		}
	}
}

// said is where a field of a policy is written.
func said(s *policy.Set, field string, otherwise graph.Origin) graph.Origin {
	for _, d := range s.Decisions() {
		if d.Field == field {
			return placed(d.Origin, otherwise)
		}
	}
	return otherwise
}

// reportLeft reports an object for gateways that is named for a service which
// programs of the mesh call, too: their calls go past it.
func reportLeft(p *Pass, o object) {
	var left []graph.Edge
	var parts []*graph.BoundPolicy
	for _, b := range o.parts {
		if len(b.BypassedBy) > 0 {
			left, parts = append(left, b.BypassedBy...), append(parts, b)
		}
	}
	if len(left) == 0 {
		return
	}
	slices.Sort(left)
	left = slices.Compact(left)
	p.Report(analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    o.name,
		Detail:     "mesh",
		Message:    fmt.Sprintf("%s is bound to gateways only and has no effect on %s inside the mesh", o.name, callIDs(p.Graph, left)),
		Hint:       `add "mesh" to spec.gateways, or add another one for the calls inside the mesh`,
		Fix:        fixOf(parts[0].Policy, policy.Edit{Op: policy.OpAdd, Path: "spec.gateways[+]", Value: "mesh"}),
		Values:     []analyze.KeyValue{number("calls", len(left))},
		Origins:    where(parts),
		Services:   endsOf(p.Graph, left),
	})
}

func reportShadowed(p *Pass, o object, hidden []*graph.BoundPolicy) {
	g := p.Graph
	by := hidden[0].Shadows[slices.IndexFunc(hidden[0].Shadows, func(s graph.Shadow) bool { return s.Field == "" })].By
	what := o.name
	if strings.HasPrefix(o.name, "Service/") { // which does more than that
		what = "what " + o.name + " is annotated with"
	}
	speaking := 0
	for _, b := range o.parts {
		if !b.Says.Empty() && someoneWrote(&b.Says) {
			speaking++
		}
	}
	has := "has"
	if len(hidden) < speaking {
		what = fmt.Sprintf("%s of %s", english.Count(len(hidden), "part"), o.name)
		has = verb(len(hidden), "has", "have")
	}
	calls := boundCalls(hidden)
	f := analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    o.name,
		Message:    fmt.Sprintf("%s %s no effect: %s overrides it on %s", what, has, by.Object, callIDs(g, calls)),
		Hint:       fmt.Sprintf("move the settings that are still needed into %s and delete the other", by.Object),
		Values:     []analyze.KeyValue{keyValue("by", by.Object), number("calls", len(calls))},
		Origins:    append(where(hidden), by.Origin),
		Services:   endsOf(g, calls),
	}
	if len(hidden) == 1 {
		replaceMissing(p, &f, hidden[0], by, calls)
	}
	if by.Object == o.name {
		f.Message = fmt.Sprintf("%s %s no effect on %s: another part of it matches first", what, has, callIDs(g, calls))
		f.Hint = "put the more specific part first"
		switch {
		case by.Document != hidden[0].Document:
			f.Message = fmt.Sprintf("%s has no effect on %s: it is declared again in %s", what, callIDs(g, calls), by.Document)
			f.Hint = "read the files of one environment at a time, or delete one of the two"
		case by.Port != hidden[0].Port:
			lost := lostToPort(hidden)
			f.Message = fmt.Sprintf("%s of %s %s no effect on %s: its settings for port %d replace the others as a whole",
				english.List(lost), o.name, verb(len(lost), "has", "have"), callIDs(g, calls), by.Port)
			f.Hint = "repeat the settings under the port: port settings inherit nothing"
			f.Fix = copied(p, hidden, by, by.Origin)
			if !slices.ContainsFunc(lost, func(what string) bool { return what != loadBalancing }) {
				p.At(analyze.Info, f)
				return
			}
		case by.Merge:
			f.Message = fmt.Sprintf("%s %s no effect on %s: another part of it declares the same and has precedence", what, has, callIDs(g, calls))
			f.Hint = "keep one of the two"
		}
	}
	if !slices.ContainsFunc(hidden, func(b *graph.BoundPolicy) bool { return !isDefault(b) }) {
		f.Fix = analyze.Fix{None: analyze.Meant}
		p.At(analyze.Info, f)
		return
	}
	if f.Fix.None == "" && !f.Fix.Applicable() {
		f.Fix = hiddenFix(p, o, hidden)
	}
	p.Report(f)
}

// hiddenFix takes away what parts of an object declare: the object, if it is one of policies alone
// of which nothing acts. What other parts or objects declare by the same words stays.
func hiddenFix(p *Pass, o object, hidden []*graph.BoundPolicy) analyze.Fix {
	if !p.fixes {
		return analyze.Fix{}
	}
	kind, name, _ := strings.Cut(o.name, "/")
	in := hidden[0].Product.OrNative()
	c := analyze.ObjectEdit{Kind: kind, Object: name, Places: where(hidden)}
	others := writtenByOthers(p, hidden)
	gone, shared := map[graph.Origin]bool{}, false
	for _, b := range hidden {
		for _, d := range b.Says.Decisions() {
			if written := d.Provenance == policy.Explicit || d.Provenance == policy.Disabled; written && d.Origin.Line > 0 && !gone[d.Origin] {
				gone[d.Origin] = true
				shared = shared || others(d.Origin)
				c.Edits = append(c.Edits, analyze.FieldEdit{Edit: policy.Edit{Op: policy.OpRemove}, Written: d.Origin})
			}
		}
	}
	speaks := func(b *graph.BoundPolicy) bool { return someoneWrote(&b.Says) && !slices.Contains(hidden, b) }
	switch {
	case slices.Contains(in.OnlyPolicies, kind) && !shared && !slices.ContainsFunc(o.parts, speaks):
		c.Edits = []analyze.FieldEdit{{Edit: policy.Edit{Op: policy.OpRemove}}}
	case in.ByTarget:
		c.Edits = nil
		for _, at := range where(hidden) {
			c.Edits = append(c.Edits, analyze.FieldEdit{Edit: policy.Edit{Op: policy.OpRemove}, Written: at})
		}
	case shared || len(c.Edits) == 0:
		return analyze.Fix{None: analyze.NoEdit}
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
}

// writtenByOthers returns whether a policy that is not among some has a setting at a place.
func writtenByOthers(p *Pass, but []*graph.BoundPolicy) func(graph.Origin) bool {
	all := settingsAt.Of(p.Analysis, analyze.Once{}, func() map[graph.Origin]int {
		n := map[graph.Origin]int{}
		for _, b := range p.Graph.Policies() {
			countPlaces(n, b)
		}
		return n
	})
	own := map[graph.Origin]int{}
	for _, b := range but {
		countPlaces(own, b)
	}
	return func(at graph.Origin) bool { return all[at] > own[at] }
}

// countPlaces adds to the number of settings that are written at each place.
func countPlaces(n map[graph.Origin]int, b *graph.BoundPolicy) {
	for _, d := range b.Says.Decisions() {
		n[d.Origin]++
	}
}

var settingsAt = analyze.NewMemo[analyze.Once, map[graph.Origin]int]("how many settings are written at each place")

// copied gives an object, or the part at a place, what parts of another one declare that it does
// not speak of. A breaker is of use there only with what besideBreaker gives a call.
func copied(p *Pass, hidden []*graph.BoundPolicy, into *graph.Policy, beside graph.Origin) (f analyze.Fix) {
	if !p.fixes {
		return f
	}
	kind, name, _ := strings.Cut(into.Object, "/")
	c := analyze.ObjectEdit{Kind: kind, Object: name, Places: []graph.Origin{into.Origin}}
	for _, b := range hidden {
		for _, lost := range lostParts(&b.Says, &into.Says) {
			at := b.Origin
			way, ok := b.Product.RemediationIn(b.Says.Layer, lost.purpose, kind)
			if !ok || way.Kind != kind {
				return analyze.Fix{None: analyze.NoEdit}
			}
			for _, d := range b.Says.Decisions() {
				if strings.HasPrefix(d.Field, lost.field+".") && d.Origin.Line > 0 {
					at = d.Origin
				}
			}
			within := func(path string) string {
				if beside.Line > 0 { // its fields are those of the block that it is in
					return strings.TrimPrefix(path, "spec.trafficPolicy.")
				}
				return path
			}
			c.Edits = append(c.Edits, analyze.FieldEdit{
				Edit: policy.Edit{Op: policy.OpCopy, Path: within(way.Edits[0].Path)}, Written: at, From: way.Edits[0].Path, Beside: beside,
			})
			if lost.purpose == policy.CircuitBreaker {
				edits, more := breakerNeeds(p, b, kind, coreCalls(p, b.Calls))
				for _, e := range edits {
					e.Path, e.Beside = within(e.Path), beside
					c.Edits = append(c.Edits, e)
				}
				f = f.And(more)
			}
		}
	}
	if len(c.Edits) == 0 {
		return analyze.Fix{None: analyze.NoEdit}
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}.And(f)
}

// boundCalls returns the calls that parts are for, sorted.
func boundCalls(parts []*graph.BoundPolicy) []graph.Edge {
	var calls []graph.Edge
	for _, b := range parts {
		calls = append(calls, b.Calls...)
	}
	slices.Sort(calls)
	return slices.Compact(calls)
}
