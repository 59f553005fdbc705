// Command generate writes inputs for the oracle: apps, components and resiliencies that vary
// targets, defaults, scopes, namespaces and names of policies.
//
//	go -C tools/oracle/dapr run ./generate ../../../testdata/oracle/dapr 60
package main

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/tools/oracle/answer/vary"
)

func main() {
	vary.Main([]vary.Kind{{Name: "target", Write: targets}, {Name: "default", Write: defaults}, {Name: "component", Write: components}, {Name: "objects", Write: objects}})
}

func app(s *vary.System, namespace, name string, callees ...string) {
	var urls []string
	for _, c := range callees {
		urls = append(urls, "localhost:3500/v1.0/invoke/"+c+"/method/do")
	}
	s.Program(namespace, name, fmt.Sprintf("labels: {app: %s}, annotations: {dapr.io/enabled: \"true\", dapr.io/app-id: %s}", name, name), urls...)
}

func timeout(s *vary.System) string { return s.One("2s", "800ms", "1m", "1500") }

func retry(s *vary.System) string {
	return s.One(
		"{policy: constant, duration: 2s, maxRetries: 4}", "{policy: exponential, maxInterval: 10s, maxRetries: 5}", "{policy: exponential}",
		"{maxRetries: 2}", "{policy: constant, duration: 100ms}", "{policy: constant, maxRetries: 0}", "{policy: exponential, maxRetries: -1, maxInterval: 5s}",
		"{policy: constant, duration: 3s, maxRetries: -1}", "{maxRetries: 1, duration: 250ms}")
}

func breaker(s *vary.System) string {
	return s.One(
		"{trip: consecutiveFailures > 3}", "{maxRequests: 1, interval: 8s, timeout: 45s, trip: consecutiveFailures >= 8}", "{timeout: 5s}",
		"{trip: requests > 10 && totalFailures >= 4, timeout: 20s}", "{interval: 30s}", "{trip: totalFailures > 6}", "{trip: consecutiveFailures > 9 || totalFailures > 4}",
		"{trip: requests > 10 && totalFailures / requests >= 0.6}", "{trip: double(totalFailures) / double(requests) > 0.5}",
		"{trip: (requests >= 20 && double(totalFailures) / requests >= 0.25) || consecutiveFailures > 30}")
}

// policies are those of some names, of each kind.
func policies(s *vary.System, timeouts, retries, breakers []string) string {
	section := func(name string, names []string, one func(*vary.System) string) string {
		var all []string
		for _, n := range names {
			all = append(all, n+": "+one(s))
		}
		return "    " + name + ": {" + strings.Join(all, ", ") + "}\n"
	}
	return "  policies:\n" + section("timeouts", timeouts, timeout) + section("retries", retries, retry) + section("circuitBreakers", breakers, breaker)
}

// picks is a target: which policies it names.
func picks(s *vary.System) string {
	return "{" + s.Some(60, "timeout: "+s.One("quick", "slow"), "retry: "+s.One("often", "once"), "circuitBreaker: "+s.One("guard", "fuse")) + "}"
}

func resiliency(s *vary.System, namespace, name, scopes, spec string) {
	s.Add("apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nmetadata: {name: %s, namespace: %s}\n%sspec:\n%s", name, namespace, scopes, spec)
}

func named(s *vary.System) string {
	return policies(s, []string{"quick", "slow"}, []string{"often", "once"}, []string{"guard", "fuse"})
}

func targets(s *vary.System) {
	app(s, "red", "web", "one", "two", "three")
	for _, name := range []string{"one", "two", "three"} {
		app(s, "red", name)
	}
	spec := named(s)
	if s.Chance(40) {
		spec = policies(s, []string{"quick", "slow", "DefaultTimeoutPolicy"}, []string{"often", "once", "DefaultAppRetryPolicy"}, []string{"guard", "fuse", "DefaultCircuitBreakerPolicy"})
	}
	if s.Chance(30) {
		spec = policies(s, []string{"quick"}, []string{"often", "DaprBuiltInServiceRetries"}, []string{"guard"})
	}
	resiliency(s, "red", "r", "", spec+"  targets: {apps: {one: "+picks(s)+", two: "+picks(s)+"}}\n")
}

func defaults(s *vary.System) {
	app(s, "red", "web", "one", "two")
	app(s, "red", "one")
	app(s, "red", "two")
	stores(s)
	level := func(kind string) []string {
		var names []string
		for _, l := range []string{"", "App", "Actor", "Component", "ComponentOutbound", "ComponentInbound", "StatestoreComponentOutbound", "PubsubComponentInbound", "PubsubComponentOutbound", "BindingComponentOutbound"} {
			if s.Chance(25) {
				names = append(names, "Default"+l+kind)
			}
		}
		return names
	}
	resiliency(s, "red", "r", "", policies(s, append(level("TimeoutPolicy"), "quick"), level("RetryPolicy"), level("CircuitBreakerPolicy"))+
		"  targets: {apps: {two: {timeout: quick}}}\n")
}

// stores adds a component of each of some types, and a subscription.
func stores(s *vary.System) {
	for _, c := range [][2]string{{"carts", "state.redis"}, {"bus", "pubsub.redis"}, {"mail", "bindings.smtp"}} {
		s.Add("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: %s, namespace: red}\nspec: {type: %s, version: v1, metadata: [{name: host, value: %q}]}\nscopes: [web]\n", c[0], c[1], c[0]+".example.com:6379")
	}
	s.Add("apiVersion: dapr.io/v2alpha1\nkind: Subscription\nmetadata: {name: s, namespace: red}\nspec: {topic: t, pubsubname: bus, routes: {default: /t}}\nscopes: [one]\n")
}

func components(s *vary.System) {
	app(s, "red", "web", "one")
	app(s, "red", "one")
	stores(s)
	spec := named(s)
	if s.Chance(50) {
		spec = policies(s, []string{"quick", "slow", "DefaultComponentTimeoutPolicy"}, []string{"often", "once", "DefaultComponentInboundRetryPolicy"}, []string{"guard", "fuse"})
	}
	var all []string
	for _, c := range []string{"carts", "bus", "mail"} {
		if s.Chance(70) {
			all = append(all, c+": {"+s.Some(70, "outbound: "+picks(s), "inbound: "+picks(s))+"}")
		}
	}
	resiliency(s, "red", "r", "", spec+"  targets: {components: {"+strings.Join(all, ", ")+"}}\n")
}

// objects are several resiliencies, of which each names policies of the others too.
func objects(s *vary.System) {
	app(s, "red", "web", "one", "two", "one.blue")
	app(s, "red", "other", "one")
	app(s, "red", "one")
	app(s, "red", "two")
	app(s, "blue", "one", "two.red")
	resiliency(s, "red", "a", s.One("", "scopes: [web]\n"), policies(s, []string{"quick"}, []string{"often", "DefaultRetryPolicy"}, []string{"guard"})+"  targets: {apps: {one: "+picks(s)+"}}\n")
	resiliency(s, "red", "b", s.One("", "scopes: [web, other]\n", "scopes: [one]\n"), policies(s, []string{"slow", "DefaultAppTimeoutPolicy"}, []string{"once"}, []string{"fuse"})+"  targets: {apps: {"+s.One("one", "two")+": "+picks(s)+"}}\n")
	if s.Chance(60) {
		resiliency(s, "red", "c", "", policies(s, []string{"quick"}, []string{"often"}, []string{s.One("guard", "fuse")}))
	}
	resiliency(s, "blue", "d", "", named(s)+"  targets: {apps: {two: "+picks(s)+"}}\n")
}
