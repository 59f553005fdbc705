// Command generate writes inputs for the oracle: HTTPProxies that vary conditions, services, weights,
// includes, timeouts, retries, annotations and what is refused.
//
//	go -C tools/oracle/contour run ./generate ../../../testdata/oracle/contour 50
package main

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/tools/oracle/answer/vary"
)

func main() {
	vary.Main([]vary.Kind{
		{Name: "route", Write: routes}, {Name: "include", Write: includes}, {Name: "limits", Write: limits}, {Name: "ingress", Write: ingress},
		{Name: "refused", Write: refused},
	})
}

func timeouts(s *vary.System) string {
	return "timeoutPolicy: {" + s.Some(60, "response: "+s.One("2s", "500ms", "infinity", "1m"), "idle: "+s.One("10s", "infinity"), "idleConnection: 30s") + "}"
}

func retries(s *vary.System) string {
	return "retryPolicy: {" + s.Some(60, "count: "+s.One("2", "0", "-1", "5"), "perTryTimeout: "+s.One("250ms", "1s"),
		s.One(`retryOn: ["5xx"]`, `retryOn: [gateway-error, reset]`, `retryOn: [retriable-status-codes], retriableStatusCodes: [503, 504]`, `retriableStatusCodes: [502]`, `retryOn: [connect-failure, retriable-4xx]`)) + "}"
}

func balance(s *vary.System) string {
	return "loadBalancerPolicy: {strategy: " + s.One("Random", "RoundRobin", "WeightedLeastRequest", "Cookie") + "}"
}

func condition(s *vary.System) string {
	return s.One("[{prefix: /a}]", "[{exact: /b}]", "[{prefix: /c}, {header: {name: x-who, present: true}}]", "[{regex: \"/d.*\"}]", "[{header: {name: x-who, present: true}}]")
}

func services(s *vary.System) string {
	return s.One("[{name: one, port: 80}]", "[{name: two, port: 80}]", "[{name: one, port: 80, weight: 90}, {name: two, port: 8080, weight: 10}]", "[{name: one, port: 80}, {name: two, port: 80}]",
		"[{name: one, port: 80, weight: 100}, {name: two, port: 80, weight: 0}]")
}

func route(s *vary.System, conditions string) string {
	text := "  - {services: " + services(s)
	if conditions != "" {
		text += ", conditions: " + conditions
	}
	if policies := s.Some(60, timeouts(s), retries(s), balance(s)); policies != "" {
		text += ", " + policies
	}
	return text + "}\n"
}

func backends(s *vary.System, annotations string) {
	for _, name := range []string{"one", "two"} {
		s.Service("red", name, annotations)
	}
}

func proxy(s *vary.System, name, head, rest string) {
	s.Add("apiVersion: projectcontour.io/v1\nkind: HTTPProxy\nmetadata: {name: %s, namespace: red}\nspec:\n%s%s", name, head, rest)
}

func some(s *vary.System, most int) string {
	text := ""
	seen := map[string]bool{}
	for n := s.IntN(most); n > 0; n-- {
		if c := condition(s); !seen[c] {
			seen[c] = true
			text += route(s, c)
		}
	}
	return text + route(s, "")
}

func routes(s *vary.System) {
	backends(s, "")
	proxy(s, "web", "  virtualhost: {fqdn: web.example.com}\n", "  routes:\n"+some(s, 3))
	proxy(s, "api", "  virtualhost: {fqdn: api.example.com}\n", "  routes:\n"+some(s, 2))
}

func includes(s *vary.System) {
	backends(s, "")
	conditions := s.One("", ", conditions: [{prefix: /team}]", ", conditions: [{prefix: /team/}]", ", conditions: [{header: {name: x-team, present: true}}]")
	rest := ""
	if conditions != "" && s.Chance(60) {
		rest = "  routes:\n" + route(s, "")
	}
	proxy(s, "web", "  virtualhost: {fqdn: web.example.com}\n", "  includes: [{name: team"+conditions+"}]\n"+rest)
	proxy(s, "team", "", "  routes:\n"+some(s, 3))
}

func limits(s *vary.System) {
	var all []string
	for _, a := range []string{"max-connections: \"" + s.One("5", "100") + "\"", "max-pending-requests: \"7\"", "max-requests: \"" + s.One("9", "0") + "\"", "max-retries: \"2\""} {
		if s.Chance(60) {
			all = append(all, "projectcontour.io/"+a)
		}
	}
	backends(s, ", annotations: {"+strings.Join(all, ", ")+"}")
	proxy(s, "web", "  virtualhost: {fqdn: web.example.com}\n", "  routes:\n"+some(s, 3))
}

func ingress(s *vary.System) {
	backends(s, "")
	var all []string
	for _, a := range []string{"response-timeout: " + s.One("3s", "infinity"), "retry-on: " + s.One("5xx", "gateway-error"), "num-retries: \"" + s.One("3", "0", "-1") + "\"", "per-try-timeout: 700ms"} {
		if s.Chance(65) {
			all = append(all, "projectcontour.io/"+a)
		}
	}
	s.Add(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: red, annotations: {%s}}
spec:
  ingressClassName: contour
  rules: [{host: web.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: one, port: {number: 80}}}}]}}]
`, strings.Join(all, ", "))
}

// refused is a proxy with one mistake.
func refused(s *vary.System) {
	backends(s, "")
	one := s.One("timeoutPolicy: {response: soon}", "timeoutPolicy: {idle: 5}", "loadBalancerPolicy: {strategy: Cookie}, conditions: [{prefix: /a}, {prefix: /b}]", "conditions: [{prefix: a}]", "rateLimitPolicy: {local: {requests: 0, unit: second}}")
	proxy(s, "web", "  virtualhost: {fqdn: web.example.com}\n", fmt.Sprintf("  routes:\n  - {services: [{name: one, port: 80}], %s}\n", one))
}
