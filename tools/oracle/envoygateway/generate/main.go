// Command generate writes inputs for the oracle: Gateways, routes and the policies of both, which
// vary what policies are attached to, what they set, and how they are merged.
//
//	go -C tools/oracle/envoygateway run ./generate ../../../testdata/oracle/envoygateway 90
package main

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/tools/oracle/answer/vary"
)

func main() {
	vary.Main([]vary.Kind{
		{Name: "attached", Write: attached}, {Name: "route", Write: routes}, {Name: "grpc", Write: grpc}, {Name: "selected", Write: selected},
		{Name: "oldest", Write: oldest}, {Name: "limits", Write: limits}, {Name: "client", Write: client}, {Name: "sets", Write: sets},
		{Name: "refused", Write: refused},
	})
}

// names are those of Gateways, routes and services.
const (
	gatewayTarget = "{group: gateway.networking.k8s.io, kind: Gateway, name: edge}"
	routeTarget   = "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}"
)

// section is a target with a section.
func section(target, name string) string {
	return strings.TrimSuffix(target, "}") + ", sectionName: " + name + "}"
}

func class(s *vary.System) {
	s.Add("apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: eg}\nspec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}\n")
}

func gateway(s *vary.System, name, labels string, listeners ...string) {
	var all []string
	for i, l := range listeners {
		all = append(all, fmt.Sprintf("{name: %s, port: %d, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}", l, 8080+i))
	}
	s.Add("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: %s, namespace: red%s}\nspec: {gatewayClassName: eg, listeners: [%s]}\n", name, labels, strings.Join(all, ", "))
}

func services(s *vary.System) {
	class(s)
	for _, name := range []string{"one", "two"} {
		s.Service("red", name, "")
	}
}

// route adds an HTTPRoute or GRPCRoute.
func route(s *vary.System, kind, name, metadata, parents string, rules ...string) {
	s.Add("apiVersion: gateway.networking.k8s.io/v1\nkind: %s\nmetadata: {name: %s, namespace: red%s}\nspec:\n  parentRefs: [%s]\n  rules:\n%s", kind, name, metadata, parents, strings.Join(rules, ""))
}

func backends(s *vary.System) string {
	return "backendRefs: [" + s.One("{name: one, port: 80}", "{name: two, port: 80}", "{name: one, port: 80, weight: 9}, {name: two, port: 80, weight: 1}",
		"{name: one, port: 80}, {name: two, port: 80}") + "]"
}

func match(s *vary.System) string {
	return "matches: [" + s.One("{path: {value: /a}}", "{path: {type: Exact, value: /b}}", "{path: {value: /c}, headers: [{name: x-who, value: me}]}", "{method: GET}",
		"{path: {type: RegularExpression, value: \"/d.*\"}}", "{path: {value: /e}}, {path: {value: /f}}", "{queryParams: [{name: q, value: one}]}") + "]"
}

func rule(s *vary.System, fields ...string) string {
	var all []string
	for _, f := range fields {
		if f != "" {
			all = append(all, f)
		}
	}
	return "  - {" + strings.Join(all, ", ") + "}\n"
}

func policy(s *vary.System, name, metadata, targets, fields string) {
	if fields != "" {
		fields = ", " + fields
	}
	s.Add("apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: %s, namespace: red%s}\nspec: {%s%s}\n", name, metadata, targets, fields)
}

func refs(targets ...string) string { return "targetRefs: [" + strings.Join(targets, ", ") + "]" }

func timeout(s *vary.System) string {
	http := s.Some(60, "requestTimeout: "+s.One("2s", "500ms", "0s", "1m", "1h30m"), "streamIdleTimeout: "+s.One("10s", "0s"), "connectionIdleTimeout: 20s", "maxConnectionDuration: 90s")
	return "timeout: {" + s.Some(70, "http: {"+http+"}", "tcp: {connectTimeout: "+s.One("1s", "250ms")+"}") + "}"
}

func retry(s *vary.System) string {
	on := s.One("triggers: [5xx]", "triggers: [gateway-error, reset]", "triggers: [retriable-status-codes], httpStatusCodes: [500, 503]", "triggers: [connect-failure, unavailable]")
	if s.Chance(20) {
		on = "httpStatusCodes: [502]" // with the triggers that act without any
	}
	each := s.Some(60, "timeout: "+s.One("250ms", "1s"), "backOff: {"+s.One("baseInterval: 100ms", "baseInterval: 50ms, maxInterval: 2s")+"}")
	return "retry: {" + s.Some(60, "numRetries: "+s.One("1", "3", "0", "5"), "retryOn: {"+on+"}", "perRetry: {"+each+"}") + "}"
}

func breaker(s *vary.System) string {
	return "circuitBreaker: {" + s.Some(55, "maxConnections: "+s.One("5", "100"), "maxPendingRequests: "+s.One("7", "0"), "maxParallelRequests: 9", "maxParallelRetries: "+s.One("2", "0"),
		"maxRequestsPerConnection: 10", "retryBudget: {percent: {numerator: "+s.One("20", "50")+"}}") + "}"
}

func health(s *vary.System) string {
	passive := s.Some(55, "consecutive5XxErrors: "+s.One("3", "7"), "consecutiveGatewayErrors: "+s.One("2", "0"), "interval: "+s.One("1s", "10s"), "baseEjectionTime: "+s.One("15s", "1m"), "maxEjectionPercent: "+s.One("50", "100", "0"))
	return "healthCheck: {" + s.Some(75, "passive: {"+passive+"}", "panicThreshold: "+s.One("10", "0", "80")) + "}"
}

func balance(s *vary.System) string {
	return "loadBalancer: {type: " + s.One("Random", "RoundRobin", "LeastRequest", "ConsistentHash, consistentHash: {type: SourceIP}") + "}"
}

// settings are some of a policy.
func settings(s *vary.System) string {
	return s.Some(45, timeout(s), retry(s), breaker(s), health(s), balance(s))
}

// ofRequests are settings that are not of a cluster.
func ofRequests(s *vary.System) string {
	return s.Some(60, "timeout: {http: {"+s.Some(70, "requestTimeout: "+s.One("2s", "500ms", "0s"), "streamIdleTimeout: "+s.One("10s", "0s"))+"}}", retry(s))
}

// merged is a policy that may be merged with that of its parent.
func merged(s *vary.System) string {
	if s.Chance(50) {
		return ", mergeType: " + s.One("StrategicMerge", "JSONMerge")
	}
	return ""
}

// attached are policies of all scopes. The proxies of a Gateway have one cluster for a rule, with what
// the first listener says of it, so where there are several only requests differ.
func attached(s *vary.System) {
	services(s)
	settings := settings
	listeners := []string{"web"}
	parents := "{name: edge}"
	if s.Chance(50) {
		listeners, settings = append(listeners, "admin"), ofRequests
		parents = s.One("{name: edge}", "{name: edge, sectionName: web}", "{name: edge, sectionName: web}, {name: edge, sectionName: admin}")
	}
	gateway(s, "edge", "", listeners...)
	route(s, "HTTPRoute", "shop", "", parents, rule(s, "name: first", match(s), backends(s)), rule(s, "name: rest", backends(s)))
	for i, target := range []string{gatewayTarget, section(gatewayTarget, "web"), routeTarget, section(routeTarget, "first")} {
		if s.Chance(55) {
			merge := ""
			if i >= 2 {
				merge = merged(s)
			}
			policy(s, fmt.Sprintf("p%d", i), "", refs(target)+merge, settings(s))
		}
	}
}

// own are the timeouts and retries of a rule.
func own(s *vary.System) string {
	return s.Some(65,
		"timeouts: {"+s.One("request: 4s", "request: 4s, backendRequest: 1s", "backendRequest: 1s", "request: 0s")+"}",
		"retry: {attempts: "+s.One("2", "1", "4")+s.One("", ", codes: [503]", ", codes: [500, 502]", ", backoff: 30ms", ", codes: [503], backoff: 30ms")+"}")
}

func routes(s *vary.System) {
	services(s)
	gateway(s, "edge", "", "web")
	route(s, "HTTPRoute", "shop", "", "{name: edge}", rule(s, "name: first", match(s), own(s), backends(s)), rule(s, own(s), backends(s)))
	if s.Chance(60) {
		policy(s, "p", "", refs(s.One(gatewayTarget, routeTarget, section(routeTarget, "first"))), s.Some(70, timeout(s), retry(s)))
	}
}

func grpc(s *vary.System) {
	services(s)
	gateway(s, "edge", "", "web")
	method := "matches: [{method: {" + s.One("service: shop.Cart, method: Add", "service: shop.Cart") + "}}]"
	route(s, "GRPCRoute", "calls", "", "{name: edge}", rule(s, "name: first", method, backends(s)), rule(s, backends(s)))
	target := "{group: gateway.networking.k8s.io, kind: GRPCRoute, name: calls}"
	if s.Chance(60) {
		policy(s, "g", "", refs(gatewayTarget), settings(s))
	}
	policy(s, "p", "", refs(s.One(target, section(target, "first")))+merged(s), settings(s))
}

// selected are policies that select what they are attached to.
func selected(s *vary.System) {
	services(s)
	gateway(s, "edge", ", labels: {tier: "+s.One("outer", "inner")+"}", "web")
	gateway(s, "back", ", labels: {tier: outer}", "web")
	route(s, "HTTPRoute", "shop", ", labels: {app: shop, tier: outer}", "{name: edge}, {name: back}", rule(s, match(s), backends(s)), rule(s, backends(s)))
	route(s, "HTTPRoute", "more", ", labels: {app: more}", "{name: edge}", rule(s, "matches: [{path: {value: /more}}]", "backendRefs: [{name: two, port: 80}]"))
	selector := func(kind, labels string) string {
		return "targetSelectors: [{kind: " + kind + ", matchLabels: {" + labels + "}}]"
	}
	if s.Chance(70) {
		policy(s, "g", "", selector("Gateway", "tier: outer"), settings(s))
	}
	policy(s, "p", "", selector("HTTPRoute", s.One("app: shop", "tier: outer", "app: none")), settings(s))
	if s.Chance(40) {
		policy(s, "q", "", refs(routeTarget), settings(s))
	}
	s.Add("apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: blue, namespace: red}\nspec: {from: [{group: gateway.envoyproxy.io, kind: BackendTrafficPolicy, namespace: blue}], to: [{group: gateway.networking.k8s.io, kind: HTTPRoute}]}\n")
	s.Add("apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: far, namespace: blue}\nspec: {targetSelectors: [{kind: HTTPRoute, matchLabels: {app: more}, namespaces: {from: All}}], %s}\n", timeout(s))
}

// oldest are several policies on one target.
func oldest(s *vary.System) {
	services(s)
	gateway(s, "edge", "", "web")
	route(s, "HTTPRoute", "shop", "", "{name: edge}", rule(s, "name: first", match(s), backends(s)), rule(s, backends(s)))
	route(s, "HTTPRoute", "more", "", "{name: edge}", rule(s, "matches: [{path: {value: /more}}]", "backendRefs: [{name: two, port: 80}]"))
	more := strings.Replace(routeTarget, "shop", "more", 1)
	target := s.One(gatewayTarget, routeTarget, section(routeTarget, "first"), section(gatewayTarget, "web"))
	for _, name := range []string{"c", "a", "b"} {
		made := ", creationTimestamp: \"2026-0" + s.One("1", "2", "3") + "-01T00:00:00Z\""
		to := target
		if s.Chance(40) {
			to += ", " + more
		}
		policy(s, name, made, refs(to), timeout(s)+", "+s.Some(50, retry(s), breaker(s)))
	}
}

func limits(s *vary.System) {
	services(s)
	s.Add("apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: Backend\nmetadata: {name: far, namespace: red}\nspec: {endpoints: [{fqdn: {hostname: api.example.com, port: 443}}]}\n")
	gateway(s, "edge", "", "web")
	route(s, "HTTPRoute", "shop", "", "{name: edge}", rule(s, "name: first", match(s), backends(s)), rule(s, backends(s)))
	policy(s, "g", "", refs(gatewayTarget), s.Some(75, breaker(s), health(s), balance(s)))
	policy(s, "p", "", refs(s.One(routeTarget, section(routeTarget, "first")))+merged(s), s.Some(75, breaker(s), health(s), balance(s)))
}

// client are policies for those who call the Gateway.
func client(s *vary.System) {
	services(s)
	gateway(s, "edge", "", "web", "admin")
	route(s, "HTTPRoute", "shop", "", s.One("{name: edge}", "{name: edge, sectionName: web}"), rule(s, match(s), own(s), backends(s)), rule(s, backends(s)))
	http := s.Some(60, "requestReceivedTimeout: 5s", "idleTimeout: 30s", "streamIdleTimeout: "+s.One("8s", "0s"))
	s.Add("apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: ClientTrafficPolicy\nmetadata: {name: c, namespace: red}\nspec: {%s, timeout: {http: {%s}}}\n", refs(s.One(gatewayTarget, section(gatewayTarget, "web"))), http)
	if s.Chance(60) {
		policy(s, "p", "", refs(s.One(gatewayTarget, routeTarget)), timeout(s))
	}
}

// sets are listeners that a Gateway gets from elsewhere.
func sets(s *vary.System) {
	services(s)
	s.Add("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: red}\nspec: {gatewayClassName: eg, allowedListeners: {namespaces: {from: Same}}, listeners: [{name: web, port: 8080, protocol: HTTP}]}\n")
	s.Add("apiVersion: gateway.networking.k8s.io/v1\nkind: ListenerSet\nmetadata: {name: more, namespace: red}\nspec: {parentRef: {name: edge, kind: Gateway, group: gateway.networking.k8s.io}, listeners: [{name: extra, port: 8090, protocol: HTTP}]}\n")
	set := "{group: gateway.networking.k8s.io, kind: ListenerSet, name: more}"
	route(s, "HTTPRoute", "shop", "", s.One(set, section(set, "extra"), set+", {name: edge}"), rule(s, match(s), backends(s)), rule(s, backends(s)))
	for i, target := range []string{gatewayTarget, section(gatewayTarget, "web"), set, section(set, "extra"), routeTarget} {
		if s.Chance(50) {
			merge := ""
			if i == 4 {
				merge = merged(s)
			}
			policy(s, fmt.Sprintf("p%d", i), "", refs(target)+merge, ofRequests(s))
		}
	}
}

// refused is one object with a mistake.
func refused(s *vary.System) {
	services(s)
	gateway(s, "edge", "", "web")
	if s.Chance(30) {
		route(s, "HTTPRoute", "shop", "", "{name: edge}", rule(s, s.One("timeouts: {request: 1.5s}", "timeouts: {request: 1s, backendRequest: 2s}", "retry: {attempts: many}", "retry: {codes: [200]}", "timeout: 3s"), backends(s)))
		return
	}
	route(s, "HTTPRoute", "shop", "", "{name: edge}", rule(s, backends(s)))
	policy(s, "p", "", refs(routeTarget), s.One("timeout: {http: {requestTimeout: 5}}", "timeout: {http: {requestTimeout: 1.5s}}", "retry: {numRetries: -1}", "retry: {retryOn: {triggers: [on-failure]}}",
		"loadBalancer: {type: Fastest}", "loadBalancer: {type: ConsistentHash}", "healthCheck: {passive: {interval: soon}}", "circuitBreaker: {maxConnections: -5}", "circuitBreaker: {maxConnections: \"10\"}",
		"mergeType: Replace, timeout: {tcp: {connectTimeout: 1s}}"))
}
