// Command generate writes inputs for the oracle: routers, splitters, resolvers, defaults and
// ingress gateways, as objects of Kubernetes and in HCL, that vary what they match, set and lead to.
//
//	go -C tools/oracle/consul run ./generate ../../../testdata/oracle/consul 56
package main

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/tools/oracle/answer/vary"
)

func main() {
	vary.Main([]vary.Kind{
		{Name: "router", Write: router}, {Name: "splitter", Write: splitter}, {Name: "resolver", Write: resolver}, {Name: "defaults", Write: defaults},
		{Name: "chain", Write: chain}, {Name: "ingress", Write: ingress}, {Name: "hcl", Write: entries}, {Name: "refused", Write: refused},
	})
}

// programs adds the callers and those that they call: web calls some, by their names.
func programs(s *vary.System, calls ...string) {
	const injected = `annotations: {consul.hashicorp.com/connect-inject: "true"}`
	s.Program("red", "web", injected, calls...)
	s.Program("red", "app", `annotations: {consul.hashicorp.com/connect-inject: "true", consul.hashicorp.com/connect-service-upstreams: "one:1234"}`)
	for _, name := range []string{"one", "two", "three", "four"} {
		s.Program("red", name, injected)
		s.Service("red", name, "")
	}
}

func object(s *vary.System, kind, name, spec string) {
	s.Add("apiVersion: consul.hashicorp.com/v1alpha1\nkind: %s\nmetadata: {name: %s, namespace: red}\nspec: {%s}\n", kind, name, spec)
}

// protocol says for all services, or for two of them, that they are called with requests.
func protocol(s *vary.System, others ...string) {
	if s.Chance(60) {
		object(s, "ProxyDefaults", "global", "config: {"+strings.Join(append([]string{"protocol: " + s.One("http", "http2", "grpc")}, others...), ", ")+"}")
		return
	}
	for _, name := range []string{"one", "two"} {
		object(s, "ServiceDefaults", name, "protocol: http"+some(s, 30, "localRequestTimeoutMs: "+s.One("2000", "30000"), "maxInboundConnections: 9", "localConnectTimeoutMs: 700"))
	}
}

func some(s *vary.System, percent int, fields ...string) string {
	if text := s.Some(percent, fields...); text != "" {
		return ", " + text
	}
	return ""
}

func match(s *vary.System) string {
	return s.One("{http: {pathPrefix: /a}}", "{http: {pathExact: /b}}", `{http: {pathRegex: "/c.*"}}`, "{http: {pathPrefix: /d, methods: [GET, PUT]}}",
		"{http: {header: [{name: x-who, exact: me}]}}", "{http: {header: [{name: x-who, prefix: m}]}}", "{http: {header: [{name: x-who, present: true, invert: true}]}}",
		"{http: {pathPrefix: /e, queryParam: [{name: q, exact: one}]}}", "{http: {queryParam: [{name: q, present: true}]}}", "{http: {methods: [POST]}}")
}

func destination(s *vary.System) string {
	return "{" + s.Some(55, "service: "+s.One("two", "three", "one"), "requestTimeout: "+s.One("2s", "500ms", "0s", "1m"), "numRetries: "+s.One("2", "0", "5"),
		s.One("retryOnConnectFailure: true", "retryOnStatusCodes: [502, 503]", "retryOn: [5xx]", "retryOn: [gateway-error, reset], retryOnStatusCodes: [429]", "retryOn: [unavailable]")) + "}"
}

func routes(s *vary.System) string {
	var routes []string
	seen := map[string]bool{}
	for range 1 + s.IntN(3) {
		if m := match(s); !seen[m] {
			seen[m] = true
			routes = append(routes, "{match: "+m+", destination: "+destination(s)+"}")
		}
	}
	if s.Chance(40) {
		routes = append(routes, "{destination: "+destination(s)+"}")
	}
	return "routes: [" + strings.Join(routes, ", ") + "]"
}

func splits(s *vary.System) string {
	return "splits: " + s.One("[{weight: 90}, {weight: 10, service: two}]", "[{weight: 50, service: two}, {weight: 50, service: three}]", "[{weight: 100, service: two}, {weight: 0}]", "[{weight: 100}]")
}

func resolution(s *vary.System) string {
	text := s.Some(50, "connectTimeout: "+s.One("1s", "250ms"), "requestTimeout: "+s.One("3s", "800ms", "0s"),
		"loadBalancer: {policy: "+s.One("least_request", "random", "round_robin", "ring_hash", "maglev")+"}")
	own := s.One("", `failover: {"*": {service: three}}`, `failover: {"*": {targets: [{service: three}, {service: four}]}}`, "redirect: {service: three}", `failover: {"*": {datacenters: [dc2]}}`)
	if strings.HasPrefix(own, "redirect") {
		return own
	}
	return strings.Trim(text+", "+own, ", ")
}

func upstream(s *vary.System) string {
	return s.Some(55, "connectTimeoutMs: "+s.One("300", "2000"), "limits: {"+s.Some(60, "maxConnections: 7", "maxPendingRequests: 8", "maxConcurrentRequests: 9")+"}",
		"passiveHealthCheck: {"+s.Some(60, "interval: 7s", "maxFailures: 3", "enforcingConsecutive5xx: "+s.One("0", "100", "50")+some(s, 50, "maxEjectionPercent: 40", "baseEjectionTime: 20s"))+"}")
}

func router(s *vary.System) {
	programs(s, "one", "two")
	protocol(s)
	object(s, "ServiceRouter", "one", routes(s))
}

func splitter(s *vary.System) {
	programs(s, "one", "two")
	object(s, "ProxyDefaults", "global", "config: {protocol: http}")
	object(s, "ServiceSplitter", "one", splits(s))
	if s.Chance(50) {
		object(s, "ServiceResolver", "two", resolution(s))
	}
}

func resolver(s *vary.System) {
	programs(s, "one", "two")
	if s.Chance(70) {
		protocol(s)
	}
	object(s, "ServiceResolver", "one", resolution(s))
	if s.Chance(40) {
		object(s, "ServiceResolver", "two", resolution(s))
	}
}

func defaults(s *vary.System) {
	programs(s, "one")
	own := "upstreamConfig: {defaults: {" + upstream(s) + "}"
	if s.Chance(60) {
		own += ", overrides: [{name: one" + some(s, 100, upstream(s)) + "}]"
	}
	own += "}"
	object(s, "ServiceDefaults", s.One("web", "app"), own+some(s, 40, "protocol: http"))
	object(s, "ServiceDefaults", "one", "protocol: "+s.One("http", "grpc", "tcp")+some(s, 50, "localRequestTimeoutMs: "+s.One("2000", "0", "60000"), "maxInboundConnections: 9", "localConnectTimeoutMs: 700"))
	if s.Chance(50) {
		object(s, "ProxyDefaults", "global", "config: {"+s.Some(60, "protocol: http", "local_request_timeout_ms: 4000", "max_inbound_connections: 50", "local_connect_timeout_ms: 900")+"}")
	}
	if s.Chance(30) {
		object(s, "ServiceResolver", "one", "connectTimeout: 1s")
	}
}

func chain(s *vary.System) {
	programs(s, "one", "two")
	object(s, "ProxyDefaults", "global", "config: {protocol: http}")
	object(s, "ServiceRouter", "one", routes(s))
	object(s, "ServiceSplitter", s.One("one", "two"), splits(s))
	object(s, "ServiceResolver", s.One("one", "two"), resolution(s))
	if s.Chance(40) {
		object(s, "ServiceDefaults", "web", "protocol: http, upstreamConfig: {defaults: {"+upstream(s)+"}}")
	}
}

func ingress(s *vary.System) {
	programs(s, "one", "two")
	object(s, "ProxyDefaults", "global", "config: {protocol: http}")
	limits := func() string {
		return s.Some(50, "maxConnections: "+s.One("3", "30"), "maxPendingRequests: 4", "maxConcurrentRequests: "+s.One("5", "50"), "passiveHealthCheck: {interval: 4s, maxFailures: 2}")
	}
	services := "{name: one" + some(s, 100, limits()) + "}"
	if s.Chance(60) {
		services += ", {name: two" + some(s, 100, limits()) + "}"
	}
	own := ""
	if s.Chance(60) {
		own = "defaults: {" + limits() + "}, "
	}
	object(s, "IngressGateway", "edge", own+"listeners: [{port: 8080, protocol: http, services: ["+services+"]}]")
	if s.Chance(50) { // a cluster for two listed services would have the limits of either
		object(s, "ServiceRouter", "one", strings.ReplaceAll(routes(s), "service: two", "service: three"))
	}
	if s.Chance(40) { // Consul panics at limits of a service with a failover
		object(s, "ServiceResolver", "two", s.One("connectTimeout: 1s", "loadBalancer: {policy: random}"))
	}
}

// entries are in HCL, one to a file.
func entries(s *vary.System) {
	programs(s, "one")
	add := func(name, format string, args ...any) {
		s.File(name + ".hcl")
		s.Add(format, args...)
	}
	add("proxy", "Kind = \"proxy-defaults\"\nName = \"global\"\nConfig { protocol = \"http\" }\n")
	add("router", `Kind = "service-router"
Name = "one"
Routes = [
  { Match { HTTP { PathPrefix = "/a" } } Destination { %s } },
  { Match { HTTP { Methods = ["GET"] } } Destination { %s } },
]
`, hcl(s), hcl(s))
	add("resolver", `Kind = "service-resolver"
Name = "two"
%s
Failover = { "*" = { Service = "three" } }
`, s.One(`ConnectTimeout = "2s"`, `RequestTimeout = "4s"`, ``))
	add("web", `Kind = "service-defaults"
Name = "web"
Protocol = "http"
UpstreamConfig {
  Defaults { ConnectTimeoutMs = 250 %s }
  Overrides = [{ Name = "one" %s }]
}
`, s.One("", "Limits { MaxConnections = 5 }"), s.One("Limits { MaxPendingRequests = 6 }", "PassiveHealthCheck { MaxFailures = 2 Interval = \"6s\" }"))
}

func hcl(s *vary.System) string {
	var fields []string
	for _, f := range []string{`Service = "two"`, fmt.Sprintf("RequestTimeout = %q", s.One("2s", "0s", "40s")), "NumRetries = 3", s.One("RetryOnConnectFailure = true", `RetryOn = ["reset"]`)} {
		if s.Chance(60) {
			fields = append(fields, f)
		}
	}
	return strings.Join(fields, "\n")
}

func refused(s *vary.System) {
	programs(s, "one")
	object(s, "ProxyDefaults", "global", "config: {protocol: http}")
	switch s.IntN(5) {
	case 0:
		object(s, "ServiceSplitter", "one", "splits: [{weight: 60}, {weight: 10, service: two}]")
	case 1:
		object(s, "ServiceRouter", "one", "routes: [{match: {http: {pathPrefix: a}}}]")
	case 2:
		object(s, "ServiceRouter", "one", "routes: [{match: {http: {pathPrefix: /a, pathExact: /b}}, destination: {requestTimeout: 2s}}]")
	case 3:
		object(s, "ServiceResolver", "one", "redirect: {service: two}, connectTimeout: 1s")
	default:
		object(s, "ServiceRouter", "one", "routes: [{destination: {requestTimeout: soon}}]")
	}
}
