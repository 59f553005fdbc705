// Command generate writes inputs for the oracle: small systems that vary hosts, namespaces,
// subsets, ports, delegates, gateways, classes, waypoints and retries. The same arguments
// give the same files:
//
//	go -C tools/oracle/istio run ./generate ../../../testdata/oracle/istio 150
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate DIRECTORY COUNT")
		os.Exit(2)
	}
	count, err := strconv.Atoi(os.Args[2])
	for i := 0; err == nil && i < count; i++ {
		s := &system{rand: rand.New(rand.NewPCG(uint64(i), 1))}
		kind := kinds[i%len(kinds)]
		kind.write(s)
		name := fmt.Sprintf("%s-%03d.txtar", kind.name, i/len(kinds))
		text := "-- input.yaml --\n" + strings.Join(s.documents, "---\n")
		err = os.WriteFile(filepath.Join(os.Args[1], name), []byte(text), 0o666)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

var kinds = []struct {
	name  string
	write func(s *system)
}{
	{"sidecar", (*system).sidecars},
	{"subset", (*system).subsets},
	{"namespaces", (*system).namespaces},
	{"gateway", (*system).gateway},
	{"delegate", (*system).delegate},
	{"gateway-api", (*system).gatewayAPI},
	{"ambient", (*system).ambient},
	{"callers", (*system).callers},
	{"destination", (*system).destinations},
	{"mesh", (*system).mesh},
}

// A system is an input while it is written.
type system struct {
	rand      *rand.Rand
	documents []string
}

func (s *system) add(format string, args ...any) {
	s.documents = append(s.documents, strings.TrimLeft(fmt.Sprintf(format, args...), "\n"))
}

func (s *system) one(words ...string) string { return words[s.rand.IntN(len(words))] }

func (s *system) chance(percent int) bool { return s.rand.IntN(100) < percent }

func (s *system) seconds(most int) string { return strconv.Itoa(1+s.rand.IntN(most)) + "s" }

func (s *system) namespace(name, labels string) {
	s.add("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {%s}}\n", name, labels)
}

const injected = "istio-injection: enabled"

func (s *system) service(namespace, name, labels string) {
	s.add(`apiVersion: v1
kind: Service
metadata: {name: %s, namespace: %s%s}
spec: {selector: {app: %s}, ports: [{name: http, port: 80}, {name: http-alt, port: 8080}]}
`, name, namespace, labels, name)
}

func (s *system) program(namespace, name, labels string, urls ...string) {
	var env []string
	for i, u := range urls {
		env = append(env, fmt.Sprintf("{name: URL_%d, value: %q}", i, "http://"+u))
	}
	s.add(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %s, namespace: %s}
spec:
  selector: {matchLabels: {app: %s}}
  template:
    metadata: {labels: {app: %s%s}}
    spec: {containers: [{name: c, image: x, env: [%s]}]}
`, name, namespace, name, name, labels, strings.Join(env, ", "))
}

// retries is a block of retries with a comma before it, or nothing.
func (s *system) retries() string {
	attempts := 1 + s.rand.IntN(4)
	switch s.rand.IntN(8) {
	case 0, 1:
		return ""
	case 2:
		return ", retries: {attempts: 0}"
	case 3:
		return fmt.Sprintf(", retries: {attempts: %d}", attempts)
	case 4:
		return fmt.Sprintf(", retries: {attempts: %d, perTryTimeout: %s}", attempts, s.seconds(3))
	case 5:
		return fmt.Sprintf(", retries: {attempts: %d, backoff: %dms}", attempts, 10*(1+s.rand.IntN(9)))
	}
	return fmt.Sprintf(", retries: {attempts: %d, perTryTimeout: %dms, retryOn: %q}", attempts, 100*(1+s.rand.IntN(9)),
		s.one("5xx", "gateway-error,reset", "connect-failure,refused-stream", "503", "502,504,reset", "retriable-4xx,unavailable", "reset-before-request"))
}

// policies are the timeout and the retries of a route.
func (s *system) policies() string {
	text := ""
	if s.chance(60) {
		text = ", timeout: " + s.seconds(9)
	}
	return text + s.retries()
}

func (s *system) match() string {
	return s.one("{uri: {prefix: /a}}", "{uri: {exact: /b}}", "{uri: {regex: \"/c.*\"}}", "{method: {exact: GET}}", "{uri: {prefix: /d}, method: {exact: POST}}",
		"{headers: {who: {exact: me}}}", "{uri: {prefix: /a}}, {uri: {prefix: /e}}")
}

// rules are the entries of http that lead to one of some destinations.
func (s *system) rules(destinations ...string) string {
	var rules []string
	for n := s.rand.IntN(3); n > 0; n-- {
		rules = append(rules, fmt.Sprintf("  - {match: [%s], route: [%s]%s}\n", s.match(), s.one(destinations...), s.policies()))
	}
	if s.chance(85) || len(rules) == 0 {
		rules = append(rules, fmt.Sprintf("  - {route: [%s]%s}\n", s.one(destinations...), s.policies()))
	}
	return strings.Join(rules, "")
}

func to(host string) string { return "{destination: {host: " + host + "}}" }

func (s *system) virtualService(namespace, name, rest, rules string) {
	s.add("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: %s, namespace: %s}\nspec:\n  %s\n  http:\n%s", name, namespace, rest, rules)
}

func (s *system) trafficPolicy() string {
	var parts []string
	if s.chance(60) {
		var fields []string
		for _, f := range []string{"consecutive5xxErrors: %d", "consecutiveGatewayErrors: %d", "interval: %ds", "baseEjectionTime: %ds", "maxEjectionPercent: %d", "minHealthPercent: %d"} {
			if s.chance(40) {
				fields = append(fields, fmt.Sprintf(f, 1+s.rand.IntN(40)))
			}
		}
		parts = append(parts, "outlierDetection: {"+strings.Join(fields, ", ")+"}")
	}
	if s.chance(50) {
		parts = append(parts, fmt.Sprintf("connectionPool: {tcp: {maxConnections: %d, connectTimeout: %s}, http: {http1MaxPendingRequests: %d, http2MaxRequests: %d, maxRetries: %d}}",
			1+s.rand.IntN(99), s.seconds(5), 1+s.rand.IntN(99), 1+s.rand.IntN(99), 1+s.rand.IntN(9)))
	}
	if s.chance(40) {
		parts = append(parts, "loadBalancer: {simple: "+s.one("ROUND_ROBIN", "LEAST_REQUEST", "RANDOM")+"}")
	}
	if s.chance(25) {
		parts = append(parts, fmt.Sprintf("retryBudget: {percent: %d}", 5*(1+s.rand.IntN(9))))
	}
	if parts == nil && s.chance(80) { // Istio refuses an empty one
		return "loadBalancer: {simple: RANDOM}"
	}
	return strings.Join(parts, ", ")
}

func (s *system) destinationRule(namespace, name, host, rest string) {
	s.add("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: %s, namespace: %s}\nspec:\n  host: %s\n  trafficPolicy: {%s}\n%s", name, namespace, host, s.trafficPolicy(), rest)
}

// sidecars: one namespace, hosts in all their forms.
func (s *system) sidecars() {
	s.namespace("red", injected)
	for _, name := range []string{"one", "two", "three"} {
		s.service("red", name, "")
	}
	s.program("red", "web", "", "one", "two.red:8080", "three.red.svc.cluster.local", "one:8080")
	for _, name := range []string{"one", "two", "three"} {
		if s.chance(80) {
			host := s.one(name, name+".red.svc.cluster.local", name, "\"*.red.svc.cluster.local\"", name+".red")
			s.virtualService("red", name, "hosts: ["+host+"]", s.rules(to(name), to(name), to(s.one("one", "two", "three")+".red.svc.cluster.local")))
		}
	}
	s.destinationRule("red", "one", s.one("one", "one.red.svc.cluster.local", "\"*.red.svc.cluster.local\"", "\"*\""), "")
}

func (s *system) subsets() {
	s.namespace("red", injected)
	s.service("red", "one", "")
	s.service("red", "two", "")
	for _, v := range []string{"v1", "v2"} {
		s.add(`apiVersion: apps/v1
kind: Deployment
metadata: {name: one-%s, namespace: red}
spec: {selector: {matchLabels: {app: one, version: %s}}, template: {metadata: {labels: {app: one, version: %s}}, spec: {containers: [{name: c, image: x}]}}}
`, v, v, v)
	}
	s.program("red", "web", "", "one", "two")
	v1, v2 := "{destination: {host: one, subset: v1}%s}", "{destination: {host: one, subset: v2}%s}"
	both := fmt.Sprintf(v1, ", weight: 70") + ", " + fmt.Sprintf(v2, ", weight: 30")
	s.virtualService("red", "one", "hosts: [one]", s.rules(fmt.Sprintf(v1, ""), fmt.Sprintf(v2, ""), both))
	rest := "  subsets:\n  - {name: v1, labels: {version: v1}}\n  - name: v2\n    labels: {version: v2}\n"
	if policy := s.trafficPolicy(); policy != "" {
		rest += "    trafficPolicy: {" + policy + "}\n"
	}
	s.destinationRule("red", "one", "one", rest)
	if s.chance(50) {
		s.add("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: two, namespace: red}\nspec:\n  host: two\n  trafficPolicy:\n    %s\n    portLevelSettings: [{port: {number: %s}, %s}]\n",
			"outlierDetection: {consecutive5xxErrors: 9}", s.one("80", "8080"), "loadBalancer: {simple: RANDOM}")
	}
}

// namespaces: rules of callers, of callees and of the root, exported or not.
func (s *system) namespaces() {
	s.namespace("red", injected)
	s.namespace("blue", injected)
	s.service("red", "one", "")
	s.service("blue", "two", "")
	s.program("red", "web", "", "one", "two.blue")
	s.program("blue", "app", "", "one.red.svc.cluster.local", "two")
	full := map[string]string{"one": "one.red.svc.cluster.local", "two": "two.blue.svc.cluster.local"}
	for i, name := range []string{"one", "two", "one"} {
		if i < 2 {
			space := s.one("red", "blue", "istio-system")
			export := s.one("", "", "\n  exportTo: [\".\"]", "\n  exportTo: [blue]")
			s.virtualService(space, "route-"+name, "hosts: ["+full[name]+"]"+export, s.rules(to(full[name])))
		}
		space := s.one("red", "blue", "istio-system")
		s.destinationRule(space, fmt.Sprintf("rule-%s-%d", name, i), full[name], s.one("", "", "  exportTo: [\".\"]\n"))
	}
}

const gateways = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: edge}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
`

func (s *system) gateway() {
	s.namespace("red", injected)
	s.add(gateways)
	for _, name := range []string{"one", "two"} {
		s.service("red", name, "")
	}
	s.program("red", "web", "", "one", "two")
	bind := s.one("[edge/door]", "[edge/door]", "[edge/door, mesh]")
	s.virtualService("red", "out", "hosts: [shop.example]\n  gateways: "+bind, s.rules(to("one"), to("two")))
	if s.chance(50) {
		s.virtualService("red", "one", "hosts: [one]\n  gateways: "+s.one("[mesh]", "[edge/door, mesh]"), s.rules(to("one")))
	}
	s.destinationRule("red", "one", "one", "")
}

func (s *system) delegate() {
	s.namespace("red", injected)
	s.add(gateways)
	for _, name := range []string{"one", "two"} {
		s.service("red", name, "")
	}
	s.program("red", "web", "", "one")
	head := "hosts: [shop.example]\n  gateways: [edge/door]"
	if s.chance(40) {
		head = "hosts: [one]"
	}
	rules := fmt.Sprintf("  - {match: [{uri: {prefix: /a}}], delegate: {name: inner}%s}\n", s.policies())
	if s.chance(60) {
		rules += fmt.Sprintf("  - {route: [%s]%s}\n", to("one"), s.policies())
	}
	s.virtualService("red", "outer", head, rules)
	inner := ""
	for _, m := range []string{"{uri: {exact: /a/x}}", "{uri: {prefix: /a/y}}", "{uri: {prefix: /z}}", "{method: {exact: GET}}"} {
		if s.chance(50) {
			inner += fmt.Sprintf("  - {match: [%s], route: [%s]%s}\n", m, to(s.one("one", "two")), s.policies())
		}
	}
	inner += fmt.Sprintf("  - {route: [%s]%s}\n", to(s.one("one", "two")), s.policies())
	s.add("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: inner, namespace: red}\nspec:\n  http:\n%s", inner)
}

func (s *system) gatewayAPI() {
	s.namespace("red", injected)
	class := s.one("istio", "istio", "istio", "other")
	s.add("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: hall, namespace: red}\nspec: {gatewayClassName: %s, listeners: [{name: http, port: 80, protocol: HTTP}]}\n", class)
	for _, name := range []string{"one", "two"} {
		s.service("red", name, "")
	}
	s.program("red", "web", "", "one", "two")
	rule := func(path, name string) string {
		text := fmt.Sprintf("  - matches: [{path: {type: PathPrefix, value: %s}}]\n    backendRefs: [{name: %s, port: 80}]\n", path, name)
		if s.chance(70) {
			text += s.one("    timeouts: {request: 4s}\n", "    timeouts: {backendRequest: 700ms}\n", "    timeouts: {request: 4s, backendRequest: 1s}\n", "    timeouts: {request: 0s}\n")
		}
		if s.chance(60) {
			text += s.one("    retry: {attempts: 3}\n", "    retry: {codes: [503]}\n", "    retry: {attempts: 0}\n", "    retry: {attempts: 1, codes: [500, 504], backoff: 100ms}\n")
		}
		return text
	}
	parent := "{name: hall}"
	if s.chance(30) {
		parent = "{name: one, kind: Service, group: \"\"}"
	}
	s.add("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: way, namespace: red}\nspec:\n  parentRefs: [%s]\n  rules:\n%s", parent, rule("/a", "one")+rule("/b", "two")+rule("/", "one"))
	s.destinationRule("red", "one", "one", "")
}

func (s *system) ambient() {
	use := s.one("", ", istio.io/use-waypoint: gate", ", istio.io/use-waypoint: gate")
	s.namespace("red", "istio.io/dataplane-mode: ambient"+use)
	s.add("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gate, namespace: red%s}\nspec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}\n",
		s.one("", "", ", labels: {istio.io/waypoint-for: workload}", ", labels: {istio.io/waypoint-for: all}"))
	for _, name := range []string{"one", "two", "three"} {
		s.service("red", name, s.one("", ", labels: {istio.io/use-waypoint: none}", ", labels: {istio.io/use-waypoint: gate}", ", labels: {istio.io/use-waypoint: gone}"))
		if s.chance(80) {
			s.virtualService("red", name, "hosts: ["+name+"]", s.rules(to(name)))
		}
	}
	s.program("red", "web", "", "one", "two", "three")
	s.destinationRule("red", "one", "one", "")
}

// callers: matches by the labels, namespace and gateway of the caller, and by port.
func (s *system) callers() {
	s.namespace("red", injected)
	s.namespace("blue", s.one(injected, "istio-injection: disabled"))
	s.service("red", "one", "")
	s.program("red", "web", "", "one")
	s.program("red", "alt", "", "one:8080")
	s.program("blue", "app", "", "one.red")
	s.program("red", "batch", s.one("", ", sidecar.istio.io/inject: \"false\""), "one")
	rules := ""
	for _, m := range []string{"{sourceLabels: {app: web}}", "{sourceNamespace: blue}", "{port: 8080}", "{uri: {prefix: /a}, sourceLabels: {app: batch}}", "{uri: {prefix: /b}}"} {
		if s.chance(45) {
			rules += fmt.Sprintf("  - {match: [%s], route: [%s]%s}\n", m, to("one"), s.policies())
		}
	}
	rules += fmt.Sprintf("  - {route: [%s]%s}\n", to("one"), s.policies())
	s.virtualService("red", "one", "hosts: [one]", rules)
	if s.chance(50) {
		s.add("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: for-web, namespace: red}\nspec:\n  host: one\n  workloadSelector: {matchLabels: {app: web}}\n  trafficPolicy: {%s}\n", "outlierDetection: {consecutive5xxErrors: 3}")
	}
	s.destinationRule("red", "one", "one", "")
}

// destinations: several rules for one host, wildcards, ports.
func (s *system) destinations() {
	s.namespace("red", injected)
	s.service("red", "one", "")
	s.service("red", "two", "")
	s.program("red", "web", "", "one", "two", "one:8080")
	s.destinationRule("red", "all", s.one("\"*.red.svc.cluster.local\"", "\"*.local\"", "\"*\""), "")
	s.destinationRule("red", "one", "one", "")
	if s.chance(40) {
		s.destinationRule("red", "again", "one.red.svc.cluster.local", "")
	}
	if s.chance(60) {
		s.add("apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: ports, namespace: red}\nspec:\n  host: two\n  trafficPolicy:\n    outlierDetection: {interval: 7s}\n    connectionPool: {tcp: {maxConnections: 7}}\n    portLevelSettings: [{port: {number: %s}, %s}]\n",
			s.one("80", "8080"), s.one("outlierDetection: {consecutive5xxErrors: 2}", "connectionPool: {http: {http2MaxRequests: 5}}"))
	}
}

// mesh: defaults of the whole mesh.
func (s *system) mesh() {
	s.add("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  mesh: |\n    connectTimeout: %s\n    defaultHttpRetryPolicy: {attempts: %d%s}\n",
		s.seconds(5), s.rand.IntN(4), s.one("", ", retryOn: \"503\"", ", perTryTimeout: 2s"))
	s.sidecars()
}
