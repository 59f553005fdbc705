package rules

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

var valueInvalid = &Rule{
	ID:       "value-invalid",
	Title:    "a policy has a value that its product refuses or misreads",
	Doc:      valueInvalidDoc,
	Severity: analyze.Error,
	Check: func(p *Pass) {
		checkFlaws(p, graph.Invalid, "is not what %s takes")
		checkSuppressions(p)
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
