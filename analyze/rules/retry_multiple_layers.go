package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var retryMultipleLayers = &Rule{
	ID:       "retry-multiple-layers",
	Title:    "retries in several layers of one call",
	Doc:      retryMultipleLayersDoc,
	Severity: analyze.Warning,
	NoFix:    analyze.NoEdit,
	Check:    checkRetryMultipleLayers,
}

const retryMultipleLayersDoc = `
A library that retries and a proxy that retries below it do not know of each other:
three attempts of one are nine requests at the callee. The same holds for two
services in a row that both retry what fails behind them.

Reported for a synchronous call if retries of one layer match what another layer
returns when it gives up, and both are declared. Severity: info where one of the two
is a product default; warning where that is Dapr's default, which a default policy
does not replace. Also reported for two calls in a row (subject "a>b>c") if both are
declared and the first one matches errors, unless "retry-amplification" reports the
path.

    resilience4j.retry.instances.stock: {maxAttempts: 3}
    kind: VirtualService                          # and for the same callee
    spec: {http: [{retries: {attempts: 2, retryOn: "5xx"}}]}

Not reported: a single retrying layer; layers whose budgets keep both from doubling a
request; an outer layer that matches failures the inner one never returns; and the
inbound proxy of the callee, which repeats only requests that have not reached it.

    kind: VirtualService
    spec: {http: [{retries: {attempts: 0}}]}      # the library retries

**Fix.** Keep the retries with the most knowledge: in the mesh for requests that did
not reach the callee, in the library for those that depend on the operation. Disable
the others.
`

func checkRetryMultipleLayers(p *Pass) {
	for e := range p.Requests() {
		parts := p.Effective(e)
		stacked, named := matchingParts(parts, func(part *analyze.Part) bool { outer, _ := stacked(part); return outer != nil })
		if len(stacked) > 0 {
			reportStacked(p, e, stacked[0], named)
		}
		reportInARow(p, e)
	}
}

// stacked returns two layers of a part of which the outer repeats what the inner
// has given up, and at least one of which is declared.
func stacked(part *analyze.Part) (outer, inner *policy.Effect) {
	for i := range part.Layers {
		o := &part.Layers[i]
		if !o.Repeats || o.Set.Layer == policy.ServerProxy {
			continue
		}
		for j := i + 1; j < len(part.Layers); j++ {
			l := &part.Layers[j]
			if l.Attempts == 1 || l.Set.Layer == policy.ServerProxy {
				continue
			}
			both := o.Set.Retry.IsExplicit() && l.Set.Retry.IsExplicit()
			either := o.Set.Retry.IsExplicit() || l.Set.Retry.IsExplicit()
			if both || either && inner == nil && alike(o.Set.Retry.On, l.Set.Retry.On) {
				outer, inner = o, l
			}
			if both {
				return outer, inner
			}
		}
	}
	return outer, inner
}

// alike reports whether two layers answer to one class of failures.
func alike(a, b policy.Setting[[]string]) bool {
	return !a.Set() || !b.Set() || answersTo(a.Value, policy.OnAny) || answersTo(b.Value, policy.OnAny) ||
		slices.ContainsFunc(a.Value, func(c string) bool { return slices.Contains(b.Value, c) })
}

// budgetOnly returns the share of calls that a layer retries, if a budget alone bounds its retries.
func budgetOnly(l *policy.Effect) (string, bool) {
	budget := l.Set.Retry.Budget
	return analyze.Percent(100 * budget.Value), l.Attempts == policy.Unlimited && budget.Set()
}

func reportStacked(p *Pass, e graph.Edge, part *analyze.Part, named routeNames) {
	outer, inner := stacked(part)
	f := aboutCall(p, e, sureOf(outer.Set.Retry.Retries.Provenance, inner.Set.Retry.Retries.Provenance), retryOrigin(outer), retryOrigin(inner))
	f.Routes = named
	made, each := tries(inner.Attempts)+" attempts", fmt.Sprintf("each of %s attempts", tries(outer.Attempts))
	if share, ok := budgetOnly(inner); ok {
		made = "retries of up to " + share + " of the calls"
	}
	if _, ok := budgetOnly(outer); ok {
		each = "each attempt"
	}
	f.Message = fmt.Sprintf("%s%s, and %s by %s are made for %s by %s", callText(p, e), named, made, inner.Set.Product.DisplayName(), each, outer.Set.Product.DisplayName())
	r := remedyFor(p, e, &inner.Set, policy.Retries)
	f.Fix = noRetries(p, e, inner)
	if unbounded(part) {
		f.Fix = f.Fix.And(boundFix(p, e, part))
	}
	f.Hint = "keep one of the two: " + r.hint("set", "to no retries, where the other layer knows the operation")
	if orNative(inner.Set.Product).OnlyDeclared {
		f.Hint = "keep one of the two: " + r.hint("remove", "where the other layer knows the operation")
	}
	f.Values = []analyze.KeyValue{keyValue("outer", tries(outer.Attempts)), keyValue("inner", tries(inner.Attempts)), keyValue("attempts", tries(part.Attempts))}
	severity := analyze.Warning
	if outer.Set.Product.OrNative().Around == nil && (!outer.Set.Retry.IsExplicit() || !inner.Set.Retry.IsExplicit()) {
		severity = analyze.Info
	}
	p.At(capForJobs(p, e, severity), f)
}

// fewest requests for one are worth a word.
const fewest = 2

// reportInARow reports that the callee of e repeats its own call too, the one that
// it repeats most.
func reportInARow(p *Pass, e graph.Edge) {
	g := p.Core
	if !p.Analysis.Onward().Leads(e) || !chose(p, e) || p.Analysis.Repeats(e) <= 1 {
		return
	}
	callee := repeaterOf(p, g.To(e))
	if callee.call == analyze.NoCall {
		return
	}
	worst, most := callee.call, callee.factor
	if p.Analysis.Repeats(e)*most < fewest {
		return // budgets keep it from being more than a fraction
	}
	path := []graph.Node{g.From(e), g.To(e), g.To(worst)}
	calls := []graph.Edge{e, worst}
	var origins []graph.Origin
	for _, c := range calls {
		for _, part := range p.Effective(c) {
			for _, l := range retried(&part) {
				if o := retryOrigin(l); o.File() != "" && !slices.Contains(origins, o) {
					origins = append(origins, o)
				}
			}
		}
	}
	p.At(capForJobs(p, e, analyze.Warning), analyze.Finding{
		Confidence: confidence(g, calls),
		Subject:    joinIDs(g, path, ">"),
		Message: fmt.Sprintf("%s retries its call to %s on errors, and %s its own to %s: %s requests for one",
			g.ID(path[0]), g.ID(path[1]), g.ID(path[1]), g.ID(path[2]), many(p.Analysis.Repeats(e)*most)),
		Hint:     fmt.Sprintf("retry in one place: %s is next to what fails", g.ID(path[1])),
		Fix:      withoutRetries(p, calls[:1]),
		Values:   []analyze.KeyValue{keyValue("factor", many(p.Analysis.Repeats(e)*most))},
		Origins:  origins,
		Services: path,
		Owners:   path[:2],
	})
}

// A repeater is a service that people let repeat calls of its own.
type repeater struct {
	call   graph.Edge // that it repeats most, the first of equals; NoCall if there is none
	factor float64
}

var repeaters = analyze.NewMemo[graph.Node, repeater]("the call that a service repeats most")

func repeaterOf(p *Pass, v graph.Node) repeater {
	return repeaters.Of(p.Analysis, v, func() repeater {
		g, r := p.Core, repeater{analyze.NoCall, 1}
		for f, end := g.Out(v); f < end; f++ {
			if n := p.Analysis.RepeatsAtEnd(f); g.Mode(f) == graph.Sync && n > r.factor && chose(p, f) {
				r = repeater{f, n}
			}
		}
		return r
	})
}
