package gateway

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/schema"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Traefik's file provider has routers, middlewares and services in one document,
// under names of their own. Each router is a part of the calls to the servers that
// it leads to, with what its middlewares and services do on the way.

// TraefikDynamic finds the policies in a dynamic configuration of Traefik.
var TraefikDynamic = settings.YAMLPolicy{
	Sign: traefikSign, Match: isTraefikDynamic, Syntax: product.TraefikDuration, Read: traefikDynamicPolicies,
}

// traefikSign reports whether a text may be such a document, without parsing it.
func traefikSign(text string) bool {
	return strings.Contains(text, "routers") && strings.Contains(text, "services")
}

func isTraefikDynamic(root document.Node) bool {
	http := root.Get("http")
	return http.Get("routers").IsMap() && (http.Get("services").IsMap() || http.Get("middlewares").IsMap())
}

// A traefikFile is the HTTP part of a dynamic configuration.
type traefikFile struct {
	*field.Reader
	http   document.Node
	listed map[string]bool // middlewares that some router lists
	seen   map[string]bool // middlewares and services of the router that is read
}

// once reports whether the router has not come upon a thing before.
func (t *traefikFile) once(kind, name string) bool {
	if t.seen[kind+name] {
		return false
	}
	t.seen[kind+name] = true
	return true
}

func traefikDynamicPolicies(f *field.Reader, root document.Node) []graph.Policy {
	t := &traefikFile{Reader: f, http: root.Get("http"), listed: map[string]bool{}}
	var passes []proxy.Pass
	for name, router := range t.http.Get("routers").Pairs() {
		if len(passes) > settings.MaxValues {
			break
		}
		passes = append(passes, t.router(name.Str(), router)...)
	}
	for name, middleware := range t.http.Get("middlewares").Pairs() {
		if !t.listed[name.Str()] && len(passes) > 0 {
			at := t.Within("http.middlewares")
			at.Remark(graph.Inert, name, name.Str(), "is used by no router", `add it to "middlewares" of a router, or delete it`)
			_ = traefikFileMiddleware(at.Within(name.Str()), middleware) // for what is wrong about it
		}
	}
	if len(passes) > 0 {
		passes[0].Flaws = append(passes[0].Flaws, t.TakeFlaws()...)
	}
	policies := proxy.PassPolicies(product.Traefik, passes)
	for i := range policies {
		policies[i].Object = product.TraefikConfiguration + "/conf"
	}
	return policies
}

// router reads what a router does, for each of the groups of servers that it leads
// to.
func (t *traefikFile) router(name string, router document.Node) []proxy.Pass {
	t.seen = map[string]bool{}
	says := policy.Set{}
	t.middlewares(&says, router.Get("middlewares").Strs())
	at := field.OrNode(router.Get("rule"), router)
	var passes []proxy.Pass
	for _, target := range t.targets(router.Get("service").Str()) {
		if says.Breaker != nil {
			target.says.Breaker = nil // one for the whole service is nearer to the caller than one for each server
		}
		p := proxy.Pass{At: t.At(at), Match: cmp.Or(router.Get("rule").Str(), name), To: target.to, Says: policy.Overlay(target.says, says)}
		passes = append(passes, p)
	}
	if flaws := t.TakeFlaws(); len(passes) > 0 {
		passes[0].Flaws = flaws
	}
	return passes
}

// middlewares combines the policies of middlewares, those of chains included.
func (t *traefikFile) middlewares(says *policy.Set, names []string) {
	for _, name := range names {
		name, _ = strings.CutSuffix(name, "@file")
		middleware := t.http.Get("middlewares", name)
		if !middleware.Exists() || !t.once("middleware ", name) {
			continue
		}
		t.listed[name] = true
		*says = policy.Overlay(*says, traefikFileMiddleware(t.Within("http.middlewares."+name), middleware))
		t.middlewares(says, middleware.Get("chain", "middlewares").Strs())
	}
}

// traefikFileMiddleware reads a middleware of a file, whose policies have the fields that they have in a Middleware of
// Kubernetes. Traefik takes nothing of a file with a field that it does not know ("field not found, node" of
// github.com/traefik/paerser).
func traefikFileMiddleware(f *field.Reader, n document.Node) policy.Set {
	for _, block := range []string{"circuitBreaker", "inFlightReq", "rateLimit", "retry"} {
		known := schema.Fields("traefik.io/v1alpha1", "Middleware", "spec", block)
		for key, value := range n.Get(block).Pairs() {
			near := didyoumean.Suggest(key.Str(), known)
			if len(near) > 0 && !slices.Contains(known, key.Str()) && didyoumean.IsTypo(key.Str(), near[0]) {
				why := fmt.Sprintf("%s has no such field, and Traefik refuses the file", block)
				f.Within(block).Flaw(graph.Invalid, value, key.Str(), why, fmt.Sprintf("did you mean %q?", near[0]), field.Rename(near[0]))
			}
		}
	}
	return traefikMiddlewareSays(f, n)
}

// A traefikTarget is a group of servers with what Traefik does for it.
type traefikTarget struct {
	to   []graph.Address
	says policy.Set
}

// targets resolves a service: its servers, weighted services, mirrored services, and
// services with a failover.
func (t *traefikFile) targets(name string) []traefikTarget {
	name, _ = strings.CutSuffix(name, "@file")
	service := t.http.Get("services", name)
	if !service.Exists() || !t.once("service ", name) {
		return nil
	}
	var targets []traefikTarget
	for _, part := range service.Get("weighted", "services").List() {
		targets = append(targets, t.targets(part.Get("name").Str())...)
	}
	targets = append(targets, t.targets(service.Get("mirroring", "service").Str())...)
	if failover := service.Get("failover"); failover.Exists() {
		spare := failover.Get("fallback")
		instead := t.targets(spare.Str())
		step := policy.FallbackStep{Kind: field.Written(t.Reader, spare, "service"), To: spare.Str()}
		if len(instead) > 0 {
			step.To = instead[0].to[0].Host
		}
		for _, target := range t.targets(failover.Get("service").Str()) {
			if target.says.Fallback == nil {
				target.says.Fallback = &policy.Fallback{Steps: []policy.FallbackStep{step}}
			}
			targets = append(targets, target)
		}
		targets = append(targets, instead...)
	}
	if balancer := service.Get("loadBalancer"); balancer.Exists() {
		if target := t.loadBalancer(name, balancer); len(target.to) > 0 {
			targets = append(targets, target)
		}
	}
	return targets
}

var traefikBalance = map[string]string{"wrr": "round-robin", "p2c": "least-request", "hrw": "consistent-hash", "leasttime": "ewma"}

func (t *traefikFile) loadBalancer(name string, n document.Node) traefikTarget {
	f := t.Within("http.services." + name + ".loadBalancer")
	var target traefikTarget
	for _, server := range n.Get("servers").List() {
		if address, ok := address.Parse(field.OrNode(server.Get("url"), server.Get("address")).Str()); ok {
			target.to = append(target.to, address)
		}
	}
	says := &target.says
	if check := n.Get("healthCheck"); check.Exists() {
		f := f.Within("healthCheck")
		says.HealthCheck = &policy.HealthCheck{
			Interval: field.OrSupplied(f, check, f.Duration(check, "interval"), 30*time.Second), Timeout: field.OrSupplied(f, check, f.Duration(check, "timeout"), 5*time.Second),
		}
	}
	if check := n.Get("passiveHealthCheck"); check.Exists() {
		f := f.Within("passiveHealthCheck")
		window := field.OrSupplied(f, check, f.Duration(check, "failureWindow"), 10*time.Second)
		says.Breaker = &policy.Breaker{
			Kind: field.Written(f, check, "endpoint"), Window: window, Open: window, Failures: field.OrSupplied(f, check, f.Count(1, check, "maxFailedAttempts"), 1),
		}
	}
	says.Balance = field.Presence(policy.Balance{Strategy: f.Word(traefikBalance, n, "strategy")})
	if sticky := n.Get("sticky"); sticky.Exists() {
		says.Balance = &policy.Balance{Strategy: field.Written(f, sticky, "consistent-hash")}
	}
	if transport, _ := strings.CutSuffix(n.Get("serversTransport").Str(), "@file"); transport != "" {
		says.Timeout = traefikTimers(t.Within("http.serversTransports."+transport), t.http.Get("serversTransports", transport))
	}
	return target
}
