package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

var timeoutDefaultOnly = &Rule{
	ID:       "timeout-default-only",
	Title:    "call bounded only by a product default",
	Doc:      timeoutDefaultOnlyDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Info,
	NoFix:    analyze.NoEdit,
	Check:    checkTimeoutDefaultOnly,
}

const timeoutDefaultOnlyDoc = `
Envoy ends a call after 15 seconds, Emissary after 3, whatever the call is. The value
was not chosen for this call and can change with the product or its version.

Reported for a synchronous call whose only bound is a default of the product that
carries it: a timeout of the whole call, or a read timeout, which ends a call whose
callee sends nothing but no response that arrives in small pieces (nginx and Kong: 60s).
The calls to the members of one group are one finding, and so is what more than three
callees of one product have in common. The proxy in front of the callee has a default of
its own, which a longer timeout of the caller does not lift.

    kind: HTTPProxy                  # Contour: Envoy's 15s
    spec:
      routes:
      - services: [{name: shop, port: 80}]

Not reported: a declared value, even if it equals the default; a gateway's question whether a request
may pass, if its product has no setting for how long it waits ("forwardAuth" of Traefik).

      - services: [{name: shop, port: 80}]
        timeoutPolicy: {response: 15s}

**Fix.** Declare the value that this call needs.
`

// fewCalls are reported one by one, more as one. Those to one group count as one.
const fewCalls = 3

func checkTimeoutDefaultOnly(p *Pass) {
	byProduct := map[*policy.Product][]graph.Edge{}
	for e := range p.Requests() {
		if part := defaultOnly(p.Effective(e)); part != nil && !driverManaged(p.Core, e) && !p.ofOthers(e) && !p.fixedDefault(e, part) && !twinDeclares(p, e, policy.TotalTimeout) {
			by := part.Budget.By[0].Product
			byProduct[by] = append(byProduct[by], e)
		}
	}
	for _, by := range product.All {
		needs := byNeed(p.Core, byProduct[by], itself)
		if len(needs) > fewCalls {
			reportDefaults(p, by, byProduct[by])
			continue
		}
		for _, calls := range needs {
			reportDefault(p, by, calls)
		}
	}
}

// fixedDefault reports whether no setting changes the timeout of a gateway's question whether a
// request may pass, as that of a forwardAuth of Traefik: its default is all there is.
func (p *Pass) fixedDefault(e graph.Edge, part *analyze.Part) bool {
	_, ok := remedyOfLayers(p, e, part, policy.TotalTimeout)
	return !ok && p.asks(e) && fromGateway(p, e)
}

// itself is a call as an element of a list of calls.
func itself(e graph.Edge) graph.Edge { return e }

// reportDefault reports a call, or those to several members of one group.
func reportDefault(p *Pass, by *policy.Product, calls group) {
	e := calls[0]
	part := defaultOnly(p.Effective(e))
	f := aboutCall(p, e, analyze.Default)
	what := callText(p, e)
	if len(calls) > 1 {
		f = calls.aboutGroup(p, analyze.Default)
		what = oneOfText(p, calls)
	}
	var named routeNames
	if len(calls) == 1 {
		_, named = matchingParts(p.Effective(e), func(other *analyze.Part) bool { return isDefaultOnly(other) && other.Budget.Time == part.Budget.Time })
	}
	f.Message = fmt.Sprintf("%s%s with only the %s", what, named, defaultTimeout(part, by))
	if inbound(part) && !p.asks(e) {
		f.Message = fmt.Sprintf("%s%s, whose own proxy ends the call after %s, the default of %s", what, named, until(part.Budget), by.Title)
		for _, d := range beaten(part) {
			f.Message += fmt.Sprintf("; %s on the caller's side never act", english.Duration(d.Value.(time.Duration)))
			f.Origins = append([]graph.Origin{d.Origin}, f.Origins...)
		}
	}
	ways := defaultRemedies(p, calls)
	f.Hint = commonOf(ways).hint("set", "what this call needs")
	f.Fix = timeoutFixes(p, ways)
	if other, ok := otherSide(p, e, part, ways[0]); ok && len(calls) == 1 {
		f.Hint += "; for more than " + until(part.Budget) + " " + other.sentence("set") + ", too"
	}
	f.Routes = named
	f.Values = append(f.Values, took("budget", part.Budget))
	if c, ok := obstacleOf(p, e, policy.TotalTimeout); ok && len(calls) == 1 {
		c.explain(&f)
	}
	p.Report(f)
}

// otherSide says where the timeout of another layer is declared that ends a part by default as soon as
// that of a remedy; false if none does.
func otherSide(p *Pass, e graph.Edge, part *analyze.Part, than remedy) (remedy, bool) {
	for i := range part.Layers {
		l := &part.Layers[i]
		own := l.Budget
		if own.State != policy.Finite || own.Time != part.Budget.Time || len(own.By) == 0 || own.By[0].Provenance != policy.PlatformDefault || than.layer == nil || l.Set.Layer == than.layer.Layer {
			continue
		}
		if r, ok := remedyIn(p, e, &l.Set, policy.TotalTimeout); ok {
			return r, true
		}
	}
	return remedy{}, false
}

// defaultRemedies say of each of the calls where its timeout is declared.
func defaultRemedies(p *Pass, calls group) []remedy {
	ways := make([]remedy, len(calls))
	for i, e := range calls {
		part := defaultOnly(p.Effective(e))
		ways[i] = remedyOfLimit(p, e, part, part.Budget, policy.TotalTimeout)
	}
	return ways
}

// defaultTimeout writes the default that bounds a part: the time of the whole call, or that of
// an attempt on which the callee sends nothing.
func defaultTimeout(part *analyze.Part, by *policy.Product) string {
	if part.Budget.OfSilence() {
		return fmt.Sprintf("default read timeout of %s: %s", by.Title, until(part.Attempt))
	}
	told := fmt.Sprintf("default timeout of %s of %s", until(part.Budget), by.Title)
	if by.Layer == policy.App {
		told += ", unless the code sets another"
	}
	return told
}

// defaultOnly returns a part of a call that is bounded by a product's own timeout
// alone, nil if there is none.
func defaultOnly(parts []analyze.Part) *analyze.Part {
	i := slices.IndexFunc(parts, func(part analyze.Part) bool { return isDefaultOnly(&part) })
	if i < 0 {
		return nil
	}
	return &parts[i]
}

// isDefaultOnly reports whether a part of a call is bounded by a product's own timeout alone.
func isDefaultOnly(part *analyze.Part) bool {
	return part.Budget.State == policy.Finite && !slices.ContainsFunc(part.Budget.By, func(d policy.Decision) bool {
		return isTime(d.Field) && d.Provenance != policy.PlatformDefault
	})
}

// inbound reports whether the proxy in front of the callee decides how long a part takes.
func inbound(part *analyze.Part) bool {
	return len(part.Budget.By) > 0 && part.Budget.By[0].Layer == policy.ServerProxy
}

// beaten returns the declared total timeouts of a part that are longer than what ends it.
func beaten(part *analyze.Part) []policy.Decision {
	var longer []policy.Decision
	for i := range part.Layers {
		for _, d := range part.Layers[i].Set.Decisions() {
			if t, ok := d.Value.(time.Duration); ok && d.Field == "timeout.total" && d.Provenance == policy.Explicit && t > part.Budget.Time {
				longer = append(longer, d)
			}
		}
	}
	return longer
}

// isTime reports whether a field of a policy is a time that bounds a call.
func isTime(field string) bool {
	return strings.HasPrefix(field, "timeout.") || field == "retry.maxDuration"
}

// reportDefaults reports at once the calls that have only the default of one product.
func reportDefaults(p *Pass, by *policy.Product, calls group) {
	g, first := p.Core, calls[0]
	part := defaultOnly(p.Effective(first))
	ways := defaultRemedies(p, calls)
	p.Report(analyze.Finding{
		Fix:        timeoutFixes(p, ways),
		Confidence: analyze.Default,
		Subject:    "product " + by.Name,
		Message: fmt.Sprintf("%s (first: %s to %s) have only the %s", english.Count(len(calls), "call"),
			g.ID(g.From(first)), g.ID(g.To(first)), defaultTimeout(part, by)),
		Hint:    ways[0].general().hint("set", "what each call needs"),
		Values:  []analyze.KeyValue{number("calls", len(calls))},
		Origins: written(g, calls[:1]),
	})
}
