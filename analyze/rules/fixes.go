package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A fix is a kind of thing that a hint tells people to write.
type fix uint8

const (
	fixTotal    fix = iota // a bound on the whole call
	fixPerTry              // a bound on one attempt
	fixRetries             // how often, and on what
	fixBackoff             // waits that grow and are spread
	fixBudget              // a cap on retries in proportion to calls
	fixBreaker             // something that stops calling what fails
	fixEject               // the share of hosts that may be taken out at once
	fixWindow              // how far back a breaker counts
	fixOpen                // how long a breaker stays open
	fixBulkhead            // a cap on concurrency
	fixFallback            // an answer in place of the callee's
	fixBalance             // calls spread over replicas
	numFixes
)

// recipes say for each product where a fix is written, in the product's own
// words. What is not there the product cannot express.
var recipes = map[string][numFixes]string{
	"native": {
		fixTotal: `"timeout" of the call`, fixPerTry: `"perTry" of the call`, fixRetries: `"retry.retries" and "retry.on" of the call`,
		fixBackoff: `"retry.backoff: {kind: exponential, jitter: full}"`, fixBudget: `"retry.budget"`, fixBreaker: `"breaker" of the call`, fixEject: `"breaker.maxEject" of the call`, fixWindow: `"breaker.window" of the call`, fixOpen: `"breaker.open" of the call`,
		fixBulkhead: `"bulkhead.maxConcurrent" of the call`, fixFallback: `"fallback" of the call`, fixBalance: `"balance" of the call`,
	},
	"istio": {
		fixTotal: `"http[].timeout" of the VirtualService`, fixPerTry: `"http[].retries.perTryTimeout" of the VirtualService`,
		fixRetries: `"http[].retries.attempts" and "retryOn" of the VirtualService`, fixBackoff: `"http[].retries.backoff" of the VirtualService`,
		fixBudget: `"trafficPolicy.retryBudget" of the DestinationRule`, fixBreaker: `"trafficPolicy.outlierDetection" of the DestinationRule`, fixEject: `"outlierDetection.maxEjectionPercent" of the DestinationRule`, fixOpen: `"outlierDetection.baseEjectionTime" of the DestinationRule`,
		fixBulkhead: `"trafficPolicy.connectionPool" of the DestinationRule`, fixBalance: `"trafficPolicy.loadBalancer" of the DestinationRule`,
	},
	"linkerd": {
		fixTotal: `annotation "timeout.linkerd.io/request" of the Service`, fixPerTry: `annotation "retry.linkerd.io/timeout" of the Service`,
		fixRetries: `annotations "retry.linkerd.io/limit" and "retry.linkerd.io/http" of the Service`, fixBudget: `"retryBudget" of a ServiceProfile`,
		fixBreaker: `annotation "balancer.linkerd.io/failure-accrual: consecutive" of the Service`, fixOpen: `annotation "balancer.linkerd.io/failure-accrual-consecutive-min-penalty" of the Service`,
	},
	"gateway-api": {
		fixTotal: `"rules[].timeouts.request" of the route`, fixPerTry: `"rules[].timeouts.backendRequest" of the route`,
		fixRetries: `"rules[].retry" of the route`, fixBackoff: `"rules[].retry.backoff" of the route`, fixBudget: `"retryConstraint" of an XBackendTrafficPolicy`,
	},
	"envoy-gateway": {
		fixTotal: `"timeout.http.requestTimeout" of the BackendTrafficPolicy`, fixPerTry: `"retry.perRetry.timeout" of the BackendTrafficPolicy`,
		fixRetries: `"retry.numRetries" and "retry.retryOn" of the BackendTrafficPolicy`, fixBackoff: `"retry.perRetry.backOff" of the BackendTrafficPolicy`,
		fixBudget: `"circuitBreaker.retryBudget" of the BackendTrafficPolicy`, fixBreaker: `"healthCheck.passive" of the BackendTrafficPolicy`, fixEject: `"healthCheck.passive.maxEjectionPercent" of the BackendTrafficPolicy`, fixOpen: `"healthCheck.passive.baseEjectionTime" of the BackendTrafficPolicy`,
		fixBulkhead: `"circuitBreaker" of the BackendTrafficPolicy`, fixFallback: `a Backend with "fallback: true"`, fixBalance: `"loadBalancer" of the BackendTrafficPolicy`,
	},
	"consul": {
		fixTotal: `"requestTimeout" of the service-router's destination`, fixRetries: `"numRetries" and "retryOn" of the service-router's destination`,
		fixBreaker: `"passiveHealthCheck" in the caller's service-defaults`, fixEject: `"passiveHealthCheck.maxEjectionPercent" in the caller's service-defaults`, fixOpen: `"passiveHealthCheck.baseEjectionTime" in the caller's service-defaults`, fixBulkhead: `"limits" in the caller's service-defaults`,
		fixFallback: `"failover" of the service-resolver`, fixBalance: `"loadBalancer" of the service-resolver`,
	},
	"kuma": {
		fixTotal: `"http.requestTimeout" of a MeshTimeout`, fixPerTry: `"http.perTryTimeout" of a MeshRetry`, fixRetries: `"http.numRetries" and "retryOn" of a MeshRetry`,
		fixBackoff: `"http.backOff" of a MeshRetry`, fixBreaker: `"outlierDetection" of a MeshCircuitBreaker`, fixEject: `"outlierDetection.maxEjectionPercent" of the MeshCircuitBreaker`, fixOpen: `"outlierDetection.baseEjectionTime" of the MeshCircuitBreaker`,
		fixBulkhead: `"connectionLimits" of a MeshCircuitBreaker`, fixBalance: `a MeshLoadBalancingStrategy`,
	},
	"dapr": {
		fixTotal: `a timeout among "policies.timeouts" of the Resiliency, named by the target`, fixPerTry: `a timeout among "policies.timeouts" of the Resiliency, named by the target`,
		fixRetries: `"maxRetries" of the retry policy in the Resiliency`, fixBackoff: `"policy: exponential" of the retry policy in the Resiliency`,
		fixBreaker: `a circuit breaker among "policies.circuitBreakers" of the Resiliency, named by the target`, fixOpen: `"timeout" of the circuit breaker in the Resiliency`,
	},
	"resilience4j": {
		fixTotal: `"resilience4j.timelimiter" or the client's own read timeout`, fixPerTry: `"resilience4j.timelimiter.instances.*.timeoutDuration"`,
		fixRetries: `"maxAttempts" and "retryExceptions" of the retry instance`,
		fixBackoff: `"waitDuration", "enableExponentialBackoff" and "enableRandomizedWait" of the retry instance`,
		fixBreaker: `a "resilience4j.circuitbreaker" instance`, fixWindow: `"slidingWindowSize" of the circuitbreaker instance`, fixOpen: `"waitDurationInOpenState" of the circuitbreaker instance`, fixBulkhead: `a "resilience4j.bulkhead" instance`, fixFallback: `a fallbackMethod`,
	},
	"spring-cloud-circuitbreaker": {
		fixTotal: `the client's own read timeout`, fixPerTry: `"resilience4j.timelimiter.instances.*.timeoutDuration"`, fixBreaker: `a "resilience4j.circuitbreaker" instance`, fixWindow: `"slidingWindowSize" of the circuitbreaker instance`, fixOpen: `"waitDurationInOpenState" of the circuitbreaker instance`,
		fixBulkhead: `a "resilience4j.bulkhead" instance`, fixFallback: `the fallback of the circuit breaker's run`,
	},
	"openfeign": {
		fixTotal: `"spring.cloud.openfeign.client.config.*.readTimeout"`, fixPerTry: `"spring.cloud.openfeign.client.config.*.readTimeout"`,
		fixBreaker: `"spring.cloud.openfeign.circuitbreaker.enabled"`, fixFallback: `"fallback" of the @FeignClient`,
	},
	"spring-cloud-gateway": {
		fixTotal: `"metadata.response-timeout" of the route, or "httpclient.response-timeout" for all`, fixPerTry: `"metadata.response-timeout" of the route`,
		fixRetries: `the Retry filter of the route`, fixBackoff: `"backoff" of the Retry filter`, fixBreaker: `the CircuitBreaker filter of the route`,
		fixBulkhead: `"httpclient.pool.max-connections"`, fixFallback: `"fallbackUri" of the CircuitBreaker filter`,
	},
	"hystrix": {
		fixTotal: `"execution.isolation.thread.timeoutInMilliseconds" of the command`, fixPerTry: `"execution.isolation.thread.timeoutInMilliseconds" of the command`,
		fixBreaker: `"circuitBreaker" of the command`, fixWindow: `"metrics.rollingStats.timeInMilliseconds" of the command`, fixOpen: `"circuitBreaker.sleepWindowInMilliseconds" of the command`, fixBulkhead: `"coreSize" of the thread pool`, fixFallback: `getFallback of the command`,
	},
	"ribbon": {
		fixTotal: `"ribbon.ReadTimeout" of the client`, fixPerTry: `"ribbon.ReadTimeout" of the client`,
		fixRetries: `"ribbon.MaxAutoRetries" and "ribbon.MaxAutoRetriesNextServer" of the client`,
		fixBreaker: `"circuitBreaker" of the Hystrix command around it`, fixFallback: `getFallback of the Hystrix command around it`,
	},
	"microprofile": {
		fixTotal: `"maxDuration" of @Retry, or @Timeout without retries`, fixPerTry: `@Timeout`, fixRetries: `"maxRetries" and "retryOn" of @Retry`,
		fixBackoff: `"delay" and "jitter" of @Retry`, fixBreaker: `@CircuitBreaker`, fixOpen: `"delay" of @CircuitBreaker`, fixBulkhead: `@Bulkhead`, fixFallback: `@Fallback`,
	},
	"dotnet": {
		fixTotal: `"TotalRequestTimeout:Timeout" of the resilience handler`, fixPerTry: `"AttemptTimeout:Timeout" of the resilience handler`,
		fixRetries: `"Retry:MaxRetryAttempts" of the resilience handler`, fixBackoff: `"Retry:BackoffType": "Exponential" and "Retry:UseJitter": true`,
		fixBreaker: `"CircuitBreaker" of the resilience handler`, fixWindow: `"CircuitBreaker:SamplingDuration"`, fixOpen: `"CircuitBreaker:BreakDuration"`, fixBulkhead: `"RateLimiter" of the resilience handler`, fixFallback: `a fallback strategy in the pipeline`,
	},
	"polly": {
		fixTotal: `a timeout strategy outside of the retries`, fixPerTry: `a timeout strategy inside of the retries`,
		fixRetries: `"MaxRetryAttempts" and "ShouldHandle" of the retry strategy`, fixBackoff: `"BackoffType": "Exponential" and "UseJitter": true of the retry strategy`,
		fixBreaker: `a circuit breaker strategy`, fixWindow: `"SamplingDuration" of the circuit breaker strategy`, fixOpen: `"BreakDuration" of the circuit breaker strategy`, fixBulkhead: `a concurrency limiter`, fixFallback: `a fallback strategy`,
	},
	"opossum": {
		fixTotal: `"timeout" of the breaker's options`, fixPerTry: `"timeout" of the breaker's options`, fixBreaker: `"errorThresholdPercentage" of the breaker's options`, fixWindow: `"rollingCountTimeout" of the breaker's options`, fixOpen: `"resetTimeout" of the breaker's options`,
		fixBulkhead: `"capacity" of the breaker's options`, fixFallback: `breaker.fallback(...)`,
	},
	"grpc": {
		fixTotal: `"methodConfig[].timeout" of the service config, or a deadline on every call`, fixRetries: `"methodConfig[].retryPolicy" of the service config`,
		fixBudget: `"retryThrottling" of the service config`, fixBalance: `"loadBalancingConfig": [{"round_robin": {}}] in the service config`,
	},
	"envoy": {
		fixTotal: `"route.timeout"`, fixPerTry: `"retry_policy.per_try_timeout" of the route`, fixRetries: `"retry_policy.num_retries" and "retry_on" of the route`,
		fixBackoff: `"retry_policy.retry_back_off" of the route`, fixBudget: `"circuit_breakers.thresholds[].retry_budget" of the cluster`,
		fixBreaker: `"outlier_detection" of the cluster`, fixEject: `"outlier_detection.max_ejection_percent" of the cluster`, fixOpen: `"outlier_detection.base_ejection_time" of the cluster`, fixBulkhead: `"circuit_breakers" of the cluster`, fixBalance: `"lb_policy" of the cluster`,
	},
	"contour": {
		fixTotal: `"routes[].timeoutPolicy.response" of the HTTPProxy`, fixPerTry: `"routes[].retryPolicy.perTryTimeout" of the HTTPProxy`,
		fixRetries: `"routes[].retryPolicy.count" and "retryOn" of the HTTPProxy`, fixBulkhead: `annotation "projectcontour.io/max-requests" of the Service`,
		fixBalance: `"routes[].loadBalancerPolicy" of the HTTPProxy`,
	},
	"emissary": {
		fixTotal: `"timeout_ms" of the Mapping`, fixPerTry: `"retry_policy.per_try_timeout" of the Mapping`, fixRetries: `"retry_policy" of the Mapping`,
		fixBreaker: `"outlier_detection" of the Mapping`, fixEject: `"max_ejection_percent" in "outlier_detection" of the Mapping`, fixBulkhead: `"circuit_breakers" of the Mapping`, fixBalance: `"load_balancer" of the Mapping`,
	},
	"traefik": {
		fixTotal: `"forwardingTimeouts.responseHeaderTimeout" of the ServersTransport`, fixPerTry: `"forwardingTimeouts.responseHeaderTimeout" of the ServersTransport`,
		fixRetries: `"retry.attempts" of the Middleware`, fixBackoff: `"retry.initialInterval" of the Middleware`, fixBreaker: `a circuitBreaker Middleware`, fixOpen: `"fallbackDuration" of the circuitBreaker Middleware`,
		fixBulkhead: `an inFlightReq Middleware`, fixFallback: `a failover service`,
	},
	"kong": {
		fixRetries: `"retries" of the Kong service`, fixBreaker: `"healthchecks.passive" of the upstream`, fixBalance: `"algorithm" of the upstream`,
	},
	"ingress-nginx": {
		fixRetries: `annotations "proxy-next-upstream" and "proxy-next-upstream-tries" of the Ingress`, fixBulkhead: `annotation "limit-connections" of the Ingress`,
	},
	"nginx-ingress": {
		fixRetries:  `annotations "nginx.org/proxy-next-upstream" and "nginx.org/proxy-next-upstream-tries" of the Ingress`,
		fixBulkhead: `annotation "nginx.org/max-conns" of the Ingress`, fixBreaker: `annotation "nginx.org/max-fails" of the Ingress`, fixBalance: `annotation "nginx.org/lb-method" of the Ingress`,
	},
	"nginx": {
		fixRetries: `"proxy_next_upstream" and "proxy_next_upstream_tries"`, fixBulkhead: `"max_conns" of the upstream's servers`, fixBreaker: `"max_fails" of the upstream's servers`,
	},
	"haproxy": {
		fixTotal: `"timeout server" of the backend`, fixRetries: `"retries" and "retry-on" of the backend`,
		fixBreaker: `"observe layer7" with "error-limit" on the servers`, fixBulkhead: `"maxconn" of the servers`,
	},
}

// recipe says where a product has a fix written; "" if it has no words for it.
func recipe(p *policy.Product, f fix) string {
	name := p.OrNative().Name
	switch {
	case p == nil:
		name = product.Native.Name
	case p == product.Cilium: // whose configuration is Envoy's own
		name = product.Envoy.Name
	case p == product.DaprDefault:
		name = product.Dapr.Name
	}
	return recipes[name][f]
}

// within writes "set X: why", or only why where nobody has words for X.
func within(words, verb, why string) string {
	if words == "" {
		return why
	}
	return fmt.Sprintf("%s %s: %s", verb, words, why)
}

// waysOut lists where a fix is written, product by product, for the page of a rule.
func waysOut(f fix) string {
	var b strings.Builder
	b.WriteByte('\n')
	for _, p := range product.All {
		if words := recipe(p, f); words != "" {
			fmt.Fprintf(&b, "- %s: %s.\n", p.Title, words)
		}
	}
	return b.String()
}

// fixed says where a fix for e is written, in the words of the innermost layer
// that has any, else in code; "" if nowhere. A native manifest tells of the code of
// a program, and of no gateway's.
func fixed(p *Pass, e graph.Edge, part *analyze.Part, f fix) string {
	for i := range slices.Backward(part.Layers) {
		if words := recipe(part.Layers[i].Set.Product, f); words != "" {
			return words
		}
	}
	if !fromGateway(p, e) && slices.ContainsFunc(p.Core.Call(e).Evidence, isNative) {
		return recipe(product.Native, f)
	}
	return inCode[f]
}

// endless is the way out where a product cannot end a request.
func endless(p *policy.Product) string {
	return p.DisplayName() + " has no timeout for a whole request: give the calls behind one, and the caller's own code"
}

// attemptFix says where the end of an attempt is written that l makes, in the
// words of its own product, of another layer else, and what it should be.
func attemptFix(p *Pass, e graph.Edge, part *analyze.Part, l *policy.Effect) string {
	const near, all = "a little above the slowest good answer", "enough for all attempts"
	own := l.Set.Product
	switch {
	case recipe(own, fixPerTry) != "":
		return within(recipe(own, fixPerTry), "set", near)
	case recipe(own, fixTotal) != "":
		return within(recipe(own, fixTotal), "set", all)
	case fixed(p, e, part, fixPerTry) != "":
		return within(fixed(p, e, part, fixPerTry), "set", near)
	case fixed(p, e, part, fixTotal) != "":
		return within(fixed(p, e, part, fixTotal), "set", all)
	}
	return endless(own)
}

// inCode is what code can have that proxies have no words for.
var inCode = map[fix]string{
	fixBreaker: "a breaker in the caller's code", fixBulkhead: "a limit in the caller's code", fixFallback: "a fallback in the caller's code",
}
