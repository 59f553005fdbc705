package rules

import (
	"fmt"
	"slices"
	"strings"

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
	Check:    checkTimeoutDefaultOnly,
}

const timeoutDefaultOnlyDoc = `
Envoy ends a call after 15 seconds, Emissary after 3, whatever the call is. The value
was not chosen for this call and can change with the product or its version.

Reported for a synchronous call whose only bound is a default of the product that
carries it. More than three calls of one product are one finding.

    kind: HTTPProxy                  # Contour: Envoy's 15s
    spec:
      routes:
      - services: [{name: shop, port: 80}]

Not reported: a declared value, even if it equals the default.

      - services: [{name: shop, port: 80}]
        timeoutPolicy: {response: 15s}

**Fix.** Declare the value that this call needs.
`

// fewCalls are reported one by one, more as one.
const fewCalls = 3

func checkTimeoutDefaultOnly(p *Pass) {
	byProduct := map[*policy.Product][]graph.Edge{}
	for e := range p.Requests() {
		if part := defaultOnly(p.Effective(e)); part != nil && !driverManaged(p.Core, e) {
			by := part.Budget.By[0].Product
			byProduct[by] = append(byProduct[by], e)
		}
	}
	for _, by := range product.All {
		calls := byProduct[by]
		if len(calls) > fewCalls {
			reportDefaults(p, by, calls)
			continue
		}
		for _, e := range calls {
			part := defaultOnly(p.Effective(e))
			f := aboutCall(p, e, analyze.Default)
			f.Message = fmt.Sprintf("%s with only the default timeout of %s of %s", callText(p, e), until(part.Budget), by.Title)
			f.Hint = remedyOf(p, e, part, policy.TotalTimeout).hint("set", "what this call needs")
			f.Values = []analyze.KeyValue{took("budget", part.Budget)}
			p.Report(f)
		}
	}
}

// defaultOnly returns a part of a call that is bounded by a product's own timeout
// alone, nil if there is none.
func defaultOnly(parts []analyze.Part) *analyze.Part {
	i := slices.IndexFunc(parts, func(part analyze.Part) bool {
		return part.Budget.State == policy.Finite && !slices.ContainsFunc(part.Budget.By, func(d policy.Decision) bool {
			return isTime(d.Field) && d.Provenance != policy.PlatformDefault
		})
	})
	if i < 0 {
		return nil
	}
	return &parts[i]
}

// isTime reports whether a field of a policy is a time that bounds a call.
func isTime(field string) bool {
	return strings.HasPrefix(field, "timeout.") || field == "retry.maxDuration"
}

func reportDefaults(p *Pass, by *policy.Product, calls []graph.Edge) {
	g, first := p.Core, calls[0]
	p.Report(analyze.Finding{
		Confidence: analyze.Default,
		Subject:    "product " + by.Name,
		Message: fmt.Sprintf("%s (first: %s to %s) have only the default timeout of %s of %s", english.Count(len(calls), "call"),
			g.ID(g.From(first)), g.ID(g.To(first)), until(defaultOnly(p.Effective(first)).Budget), by.Title),
		Hint:    generalRemedy(by, policy.TotalTimeout).hint("set", "what each call needs"),
		Values:  []analyze.KeyValue{number("calls", len(calls))},
		Origins: written(g, calls[:1]),
	})
}
