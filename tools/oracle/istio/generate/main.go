// Command generate writes inputs for the oracle: small systems that vary hosts, namespaces,
// subsets, ports, delegates, gateways, classes, waypoints and retries. The same arguments
// give the same files:
//
//	go -C tools/oracle/istio run ./generate ../../../testdata/oracle/istio 150
package main

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/tools/oracle/answer/vary"
)

func main() {
	vary.Main([]vary.Kind{
		{Name: "sidecar", Write: sidecars}, {Name: "subset", Write: subsets}, {Name: "namespaces", Write: namespaces}, {Name: "gateway", Write: gateway},
		{Name: "delegate", Write: delegate}, {Name: "gateway-api", Write: gatewayAPI}, {Name: "ambient", Write: ambient}, {Name: "callers", Write: callers},
		{Name: "destination", Write: destinations}, {Name: "mesh", Write: mesh},
	})
}

func namespace(s *vary.System, name, labels string) {
	s.Add("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {%s}}\n", name, labels)
}

const injected = "istio-injection: enabled"

func program(s *vary.System, namespace, name, labels string, urls ...string) {
	s.Program(namespace, name, fmt.Sprintf("labels: {app: %s%s}", name, labels), urls...)
}

// retries is a block of retries with a comma before it, or nothing.
func retries(s *vary.System) string {
	attempts := 1 + s.IntN(4)
	switch s.IntN(8) {
	case 0, 1:
		return ""
	case 2:
		return ", retries: {attempts: 0}"
	case 3:
		return fmt.Sprintf(", retries: {attempts: %d}", attempts)
	case 4:
		return fmt.Sprintf(", retries: {attempts: %d, perTryTimeout: %s}", attempts, s.Seconds(3))
	case 5:
		return fmt.Sprintf(", retries: {attempts: %d, backoff: %dms}", attempts, 10*(1+s.IntN(9)))
	}
	return fmt.Sprintf(", retries: {attempts: %d, perTryTimeout: %dms, retryOn: %q}", attempts, 100*(1+s.IntN(9)),
		s.One("5xx", "gateway-error,reset", "connect-failure,refused-stream", "503", "502,504,reset", "retriable-4xx,unavailable", "reset-before-request"))
}

// policies are the timeout and the retries of a route.
func policies(s *vary.System) string {
	text := ""
	if s.Chance(60) {
		text = ", timeout: " + s.Seconds(9)
	}
	return text + retries(s)
}

func match(s *vary.System) string {
	return s.One("{uri: {prefix: /a}}", "{uri: {exact: /b}}", "{uri: {regex: \"/c.*\"}}", "{method: {exact: GET}}", "{uri: {prefix: /d}, method: {exact: POST}}",
		"{headers: {who: {exact: me}}}", "{uri: {prefix: /a}}, {uri: {prefix: /e}}")
}

// rules are the entries of http that lead to one of some destinations.
func rules(s *vary.System, destinations ...string) string {
	var rules []string
	for n := s.IntN(3); n > 0; n-- {
		rules = append(rules, fmt.Sprintf("  - {match: [%s], route: [%s]%s}\n", match(s), s.One(destinations...), policies(s)))
	}
	if s.Chance(85) || len(rules) == 0 {
		rules = append(rules, fmt.Sprintf("  - {route: [%s]%s}\n", s.One(destinations...), policies(s)))
	}
	return strings.Join(rules, "")
}

func to(host string) string { return "{destination: {host: " + host + "}}" }

func virtualService(s *vary.System, namespace, name, rest, rules string) {
	s.Add("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: %s, namespace: %s}\nspec:\n  %s\n  http:\n%s", name, namespace, rest, rules)
}

func trafficPolicy(s *vary.System) string {
	var parts []string
	if s.Chance(60) {
		var fields []string
		for _, f := range []string{"consecutive5xxErrors: %d", "consecutiveGatewayErrors: %d", "interval: %ds", "baseEjectionTime: %ds", "maxEjectionPercent: %d", "minHealthPercent: %d"} {
			if s.Chance(40) {
				fields = append(fields, fmt.Sprintf(f, 1+s.IntN(40)))
			}
		}
		parts = append(parts, "outlierDetection: {"+strings.Join(fields, ", ")+"}")
	}
	if s.Chance(50) {
		parts = append(parts, fmt.Sprintf("connectionPool: {tcp: {maxConnections: %d, connectTimeout: %s}, http: {http1MaxPendingRequests: %d, http2MaxRequests: %d, maxRetries: %d}}",
			1+s.IntN(99), s.Seconds(5), 1+s.IntN(99), 1+s.IntN(99), 1+s.IntN(9)))
	}
	if s.Chance(40) {
		parts = append(parts, "loadBalancer: {simple: "+s.One("ROUND_ROBIN", "LEAST_REQUEST", "RANDOM")+"}")
	}
	if s.Chance(25) {
		parts = append(parts, fmt.Sprintf("retryBudget: {percent: %d}", 5*(1+s.IntN(9))))
	}
	if parts == nil && s.Chance(80) { // Istio refuses an empty one
		return "loadBalancer: {simple: RANDOM}"
	}
	return strings.Join(parts, ", ")
}

func destinationRule(s *vary.System, namespace, name, host, rest string) {
	s.Add("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: %s, namespace: %s}\nspec:\n  host: %s\n  trafficPolicy: {%s}\n%s", name, namespace, host, trafficPolicy(s), rest)
}

// sidecars: one namespace, hosts in all their forms.
func sidecars(s *vary.System) {
	namespace(s, "red", injected)
	for _, name := range []string{"one", "two", "three"} {
		s.Service("red", name, "")
	}
	program(s, "red", "web", "", "one", "two.red:8080", "three.red.svc.cluster.local", "one:8080")
	for _, name := range []string{"one", "two", "three"} {
		if s.Chance(80) {
			host := s.One(name, name+".red.svc.cluster.local", name, "\"*.red.svc.cluster.local\"", name+".red")
			virtualService(s, "red", name, "hosts: ["+host+"]", rules(s, to(name), to(name), to(s.One("one", "two", "three")+".red.svc.cluster.local")))
		}
	}
	destinationRule(s, "red", "one", s.One("one", "one.red.svc.cluster.local", "\"*.red.svc.cluster.local\"", "\"*\""), "")
}

func subsets(s *vary.System) {
	namespace(s, "red", injected)
	s.Service("red", "one", "")
	s.Service("red", "two", "")
	for _, v := range []string{"v1", "v2"} {
		s.Add(`apiVersion: apps/v1
kind: Deployment
metadata: {name: one-%s, namespace: red}
spec: {selector: {matchLabels: {app: one, version: %s}}, template: {metadata: {labels: {app: one, version: %s}}, spec: {containers: [{name: c, image: x}]}}}
`, v, v, v)
	}
	program(s, "red", "web", "", "one", "two")
	v1, v2 := "{destination: {host: one, subset: v1}%s}", "{destination: {host: one, subset: v2}%s}"
	both := fmt.Sprintf(v1, ", weight: 70") + ", " + fmt.Sprintf(v2, ", weight: 30")
	virtualService(s, "red", "one", "hosts: [one]", rules(s, fmt.Sprintf(v1, ""), fmt.Sprintf(v2, ""), both))
	rest := "  subsets:\n  - {name: v1, labels: {version: v1}}\n  - name: v2\n    labels: {version: v2}\n"
	if policy := trafficPolicy(s); policy != "" {
		rest += "    trafficPolicy: {" + policy + "}\n"
	}
	destinationRule(s, "red", "one", "one", rest)
	if s.Chance(50) {
		s.Add("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: two, namespace: red}\nspec:\n  host: two\n  trafficPolicy:\n    %s\n    portLevelSettings: [{port: {number: %s}, %s}]\n",
			"outlierDetection: {consecutive5xxErrors: 9}", s.One("80", "8080"), "loadBalancer: {simple: RANDOM}")
	}
}

// namespaces: rules of callers, of callees and of the root, exported or not.
func namespaces(s *vary.System) {
	namespace(s, "red", injected)
	namespace(s, "blue", injected)
	s.Service("red", "one", "")
	s.Service("blue", "two", "")
	program(s, "red", "web", "", "one", "two.blue")
	program(s, "blue", "app", "", "one.red.svc.cluster.local", "two")
	full := map[string]string{"one": "one.red.svc.cluster.local", "two": "two.blue.svc.cluster.local"}
	for i, name := range []string{"one", "two", "one"} {
		if i < 2 {
			space := s.One("red", "blue", "istio-system")
			export := s.One("", "", "\n  exportTo: [\".\"]", "\n  exportTo: [blue]")
			virtualService(s, space, "route-"+name, "hosts: ["+full[name]+"]"+export, rules(s, to(full[name])))
		}
		space := s.One("red", "blue", "istio-system")
		destinationRule(s, space, fmt.Sprintf("rule-%s-%d", name, i), full[name], s.One("", "", "  exportTo: [\".\"]\n"))
	}
}

const gateways = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: edge}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
`

func gateway(s *vary.System) {
	namespace(s, "red", injected)
	s.Add(gateways)
	for _, name := range []string{"one", "two"} {
		s.Service("red", name, "")
	}
	program(s, "red", "web", "", "one", "two")
	bind := s.One("[edge/door]", "[edge/door]", "[edge/door, mesh]")
	virtualService(s, "red", "out", "hosts: [shop.example]\n  gateways: "+bind, rules(s, to("one"), to("two")))
	if s.Chance(50) {
		virtualService(s, "red", "one", "hosts: [one]\n  gateways: "+s.One("[mesh]", "[edge/door, mesh]"), rules(s, to("one")))
	}
	destinationRule(s, "red", "one", "one", "")
}

func delegate(s *vary.System) {
	namespace(s, "red", injected)
	s.Add(gateways)
	for _, name := range []string{"one", "two"} {
		s.Service("red", name, "")
	}
	program(s, "red", "web", "", "one")
	head := "hosts: [shop.example]\n  gateways: [edge/door]"
	if s.Chance(40) {
		head = "hosts: [one]"
	}
	rules := fmt.Sprintf("  - {match: [{uri: {prefix: /a}}], delegate: {name: inner}%s}\n", policies(s))
	if s.Chance(60) {
		rules += fmt.Sprintf("  - {route: [%s]%s}\n", to("one"), policies(s))
	}
	virtualService(s, "red", "outer", head, rules)
	inner := ""
	for _, m := range []string{"{uri: {exact: /a/x}}", "{uri: {prefix: /a/y}}", "{uri: {prefix: /z}}", "{method: {exact: GET}}"} {
		if s.Chance(50) {
			inner += fmt.Sprintf("  - {match: [%s], route: [%s]%s}\n", m, to(s.One("one", "two")), policies(s))
		}
	}
	inner += fmt.Sprintf("  - {route: [%s]%s}\n", to(s.One("one", "two")), policies(s))
	s.Add("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: inner, namespace: red}\nspec:\n  http:\n%s", inner)
}

func gatewayAPI(s *vary.System) {
	namespace(s, "red", injected)
	class := s.One("istio", "istio", "istio", "other")
	s.Add("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: hall, namespace: red}\nspec: {gatewayClassName: %s, listeners: [{name: http, port: 80, protocol: HTTP}]}\n", class)
	for _, name := range []string{"one", "two"} {
		s.Service("red", name, "")
	}
	program(s, "red", "web", "", "one", "two")
	rule := func(path, name string) string {
		text := fmt.Sprintf("  - matches: [{path: {type: PathPrefix, value: %s}}]\n    backendRefs: [{name: %s, port: 80}]\n", path, name)
		if s.Chance(70) {
			text += s.One("    timeouts: {request: 4s}\n", "    timeouts: {backendRequest: 700ms}\n", "    timeouts: {request: 4s, backendRequest: 1s}\n", "    timeouts: {request: 0s}\n")
		}
		if s.Chance(60) {
			text += s.One("    retry: {attempts: 3}\n", "    retry: {codes: [503]}\n", "    retry: {attempts: 0}\n", "    retry: {attempts: 1, codes: [500, 504], backoff: 100ms}\n")
		}
		return text
	}
	parent := "{name: hall}"
	if s.Chance(30) {
		parent = "{name: one, kind: Service, group: \"\"}"
	}
	s.Add("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: way, namespace: red}\nspec:\n  parentRefs: [%s]\n  rules:\n%s", parent, rule("/a", "one")+rule("/b", "two")+rule("/", "one"))
	destinationRule(s, "red", "one", "one", "")
}

func ambient(s *vary.System) {
	use := s.One("", ", istio.io/use-waypoint: gate", ", istio.io/use-waypoint: gate")
	namespace(s, "red", "istio.io/dataplane-mode: ambient"+use)
	s.Add("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gate, namespace: red%s}\nspec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}\n",
		s.One("", "", ", labels: {istio.io/waypoint-for: workload}", ", labels: {istio.io/waypoint-for: all}"))
	for _, name := range []string{"one", "two", "three"} {
		s.Service("red", name, s.One("", ", labels: {istio.io/use-waypoint: none}", ", labels: {istio.io/use-waypoint: gate}", ", labels: {istio.io/use-waypoint: gone}"))
		if s.Chance(80) {
			virtualService(s, "red", name, "hosts: ["+name+"]", rules(s, to(name)))
		}
	}
	program(s, "red", "web", "", "one", "two", "three")
	destinationRule(s, "red", "one", "one", "")
}

// callers: matches by the labels, namespace and gateway of the caller, and by port.
func callers(s *vary.System) {
	namespace(s, "red", injected)
	namespace(s, "blue", s.One(injected, "istio-injection: disabled"))
	s.Service("red", "one", "")
	program(s, "red", "web", "", "one")
	program(s, "red", "alt", "", "one:8080")
	program(s, "blue", "app", "", "one.red")
	program(s, "red", "batch", s.One("", ", sidecar.istio.io/inject: \"false\""), "one")
	rules := ""
	for _, m := range []string{"{sourceLabels: {app: web}}", "{sourceNamespace: blue}", "{port: 8080}", "{uri: {prefix: /a}, sourceLabels: {app: batch}}", "{uri: {prefix: /b}}"} {
		if s.Chance(45) {
			rules += fmt.Sprintf("  - {match: [%s], route: [%s]%s}\n", m, to("one"), policies(s))
		}
	}
	rules += fmt.Sprintf("  - {route: [%s]%s}\n", to("one"), policies(s))
	virtualService(s, "red", "one", "hosts: [one]", rules)
	if s.Chance(50) {
		s.Add("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: for-web, namespace: red}\nspec:\n  host: one\n  workloadSelector: {matchLabels: {app: web}}\n  trafficPolicy: {%s}\n", "outlierDetection: {consecutive5xxErrors: 3}")
	}
	destinationRule(s, "red", "one", "one", "")
}

// destinations: several rules for one host, wildcards, ports.
func destinations(s *vary.System) {
	namespace(s, "red", injected)
	s.Service("red", "one", "")
	s.Service("red", "two", "")
	program(s, "red", "web", "", "one", "two", "one:8080")
	destinationRule(s, "red", "all", s.One("\"*.red.svc.cluster.local\"", "\"*.local\"", "\"*\""), "")
	destinationRule(s, "red", "one", "one", "")
	if s.Chance(40) {
		destinationRule(s, "red", "again", "one.red.svc.cluster.local", "")
	}
	if s.Chance(60) {
		s.Add("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: ports, namespace: red}\nspec:\n  host: two\n  trafficPolicy:\n    outlierDetection: {interval: 7s}\n    connectionPool: {tcp: {maxConnections: 7}}\n    portLevelSettings: [{port: {number: %s}, %s}]\n",
			s.One("80", "8080"), s.One("outlierDetection: {consecutive5xxErrors: 2}", "connectionPool: {http: {http2MaxRequests: 5}}"))
	}
}

// mesh: defaults of the whole mesh.
func mesh(s *vary.System) {
	s.Add("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  mesh: |\n    connectTimeout: %s\n    defaultHttpRetryPolicy: {attempts: %d%s}\n",
		s.Seconds(5), s.IntN(4), s.One("", ", retryOn: \"503\"", ", perTryTimeout: 2s"))
	sidecars(s)
}
