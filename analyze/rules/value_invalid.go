package rules

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

var valueInvalid = &Rule{
	ID:       "value-invalid",
	Title:    "policy value that the product rejects or misreads",
	Doc:      valueInvalidDoc,
	Severity: analyze.Error,
	NoFix:    analyze.NoValue,
	Check: func(p *Pass) {
		checkFlaws(p, graph.Invalid, "is invalid for %s")
		checkSuppressions(p)
		checkEarlyVariables(p)
	},
}

const valueInvalidDoc = `
A duration without a unit, a percentage over 100, a misspelled condition: some
products reject the whole object, others drop the field or read the value in another
unit. In each case the protection that the file seems to declare does not exist.

Reported for every value that the product does not accept as written. Each product
has its own notation: "300" is an error in one and five minutes in another.

    metadata:
      annotations:
        retry.linkerd.io/timeout: "300"        # Linkerd requires a unit

    http:
    - timeout: 5                               # Istio requires "5s"

So is a value of another type than the schema of the object has, and an item of a list that
lacks what it must have: the API server refuses the object. The schemas are those of Istio,
the Gateway API, Envoy Gateway, Contour, Traefik and Dapr.

    trafficPolicy: {connectionPool: {tcp: {maxConnections: "10"}}}   # a whole number

Not reported: unusual values that the product accepts.

    retry.linkerd.io/timeout: 300ms

A variable of a container that refers to one which is set after it is a warning:
Kubernetes keeps the text "$(PG_HOST)". weir draws the call that is meant.

In weir's own annotation "weir.dev/ignore", a name that is not a rule is reported.

A value with another meaning than it appears to have, such as "10" in .NET, which is
ten days, is a warning. A value that is substituted later, such as
"${READ_TIMEOUT}", is info. The other rules treat an invalid value as not declared.

**Fix.** Write the value in the notation of the product. The hint shows it.

- Istio, Dapr, Kuma, Contour: "300ms", "5s", "1m30s". Envoy: seconds, "0.3s". Istio refuses
  0 and all below "1ms"; a VirtualService without "timeout" has none.
- Gateway API: whole numbers with units, "1s500ms". Linkerd: one number, one unit.
- ingress-nginx: seconds without a unit, quoted: "60". Kong: milliseconds, 60000.
- .NET: "00:00:10". Spring: "500ms", "PT0.5S" or milliseconds.
`

// checkEarlyVariables reports variables whose references stay text.
func checkEarlyVariables(p *Pass) {
	for _, m := range p.Graph.Coverage().Mistakes {
		if m.Kind == graph.EarlyVariable {
			p.At(min(p.rule.Severity, analyze.Warning), mistake(p, &m))
		}
	}
}

// checkSuppressions reports annotations that excuse nothing, for there is no such rule.
func checkSuppressions(p *Pass) {
	for v := range graph.Node(p.Graph.Len()) {
		s := p.Graph.Service(v)
		reportUnknownRule(p, s.ID, suppressionOf(s), places(s), []graph.Node{v})
	}
	told := map[string]bool{}
	for _, b := range p.Graph.Policies() {
		if !told[b.Object] {
			told[b.Object] = true
			reportUnknownRule(p, b.Object, b.Excuses, []graph.Origin{b.Origin}, nil)
		}
	}
}

func reportUnknownRule(p *Pass, subject, text string, at []graph.Origin, services []graph.Node) {
	for _, name := range rulesNamed(text) {
		var unknown *ruleError
		if _, err := findRule(p.all, name); name == "*" || !errors.As(err, &unknown) {
			continue
		}
		p.Report(analyze.Finding{
			Confidence: analyze.Certain,
			Subject:    subject,
			Detail:     ignoreAnnotation + " " + name,
			Message:    fmt.Sprintf("%s: %q of %s is not a rule, so the annotation has no effect", ignoreAnnotation, name, subject),
			Hint:       unknown.Hint(),
			Values:     []analyze.KeyValue{keyValue("field", ignoreAnnotation), keyValue("value", name)},
			Origins:    at,
			Services:   services,
		})
	}
}

// rulesNamed returns the rules that the value of an annotation names.
func rulesNamed(text string) []string {
	var rules []string
	for line := range strings.Lines(text) {
		rule, _, _ := strings.Cut(line, ":")
		if rule = strings.TrimSpace(rule); rule != "" {
			rules = append(rules, CurrentID(rule))
		}
	}
	return rules
}
