package analyze

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
)

var valueInvalid = &Rule{
	ID:       "value-invalid",
	Title:    "a policy has a value that its product refuses or misreads",
	Doc:      valueInvalidDoc,
	Severity: Error,
	Check: func(p *Pass) {
		checkFlaws(p, graph.Invalid, "is not what %s takes")
		checkExcuses(p)
	},
}

const valueInvalidDoc = `
A duration without its unit, a percentage over 100, a condition with a typing
mistake: some products refuse the whole object, others drop the field or read it in
another unit. Either way the protection that the file shows is not there, and
nothing says so before the day it is needed.

Fires for every value that the product would not take as it is written. Each product
has its own notation, and "300" is an error here and five minutes there.

    metadata:
      annotations:
        retry.linkerd.io/timeout: "300"        # Linkerd wants a unit

    http:
    - timeout: 5                               # Istio wants "5s"

Stays silent about what the product takes, however unusual.

    retry.linkerd.io/timeout: 300ms

Of weir's own annotation "weir.dev/ignore" it tells a name that is no rule.

What is merely read otherwise than it looks, as .NET reads "10" as ten days, is a
warning. A value that is filled in later, "${READ_TIMEOUT}", is worth knowing and no
mistake. The other rules go on as if the value had not been written.

**The way out.** Write it in the product's own notation; the hint says how.

- Istio, Dapr, Kuma, Contour: "300ms", "5s", "1m30s". Envoy: seconds, "0.3s".
- Gateway API: whole numbers with units, "1s500ms". Linkerd: one number, one unit.
- ingress-nginx: seconds without a unit, quoted: "60". Kong: milliseconds, 60000.
- .NET: "00:00:10". Spring: "500ms", "PT0.5S" or milliseconds.
`

// checkFlaws reports the flaws of one kind, of which what says what they are: %s
// is the product.
func checkFlaws(p *Pass, kind graph.FlawKind, what string) {
	for _, o := range objects(p.Graph) {
		for _, part := range o.parts {
			for _, flaw := range part.Flaws {
				if flaw.Kind == kind {
					p.reportFlaw(part, flaw, fmt.Sprintf(what, part.Product.DisplayName()))
				}
			}
		}
	}
}

func (p *Pass) reportFlaw(part *graph.BoundPolicy, flaw graph.Flaw, what string) {
	f := Finding{
		Confidence: Certain,
		Subject:    part.Object,
		detail:     flaw.Field,
		Message:    fmt.Sprintf("%s of %s %s", flaw.Field, part.Object, what),
		Hint:       flaw.Hint,
		Values:     []KeyValue{{"field", flaw.Field}},
		Origins:    []graph.Origin{flaw.Origin},
		Services:   ends(p.Graph, part.Calls),
	}
	if flaw.Text != "" {
		f.Values = append(f.Values, KeyValue{"value", flaw.Text})
		f.Message = fmt.Sprintf("%s: %q of %s %s", flaw.Field, flaw.Text, part.Object, what)
	}
	if flaw.Why != "" {
		f.Message += ": " + flaw.Why
	}
	if flaw.Info { // it acts, and is worth a word
		f.Message = strings.Replace(f.Message, " "+what, "", 1)
		p.At(Info, f)
		return
	}
	if flaw.Reads {
		f.Message = strings.Replace(f.Message, what, "is read otherwise by "+part.Product.DisplayName(), 1)
		p.At(min(p.rule.Severity, Warning), f)
		return
	}
	p.Report(f)
}
