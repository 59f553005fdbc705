package manifest

import (
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// kongAnnotations reads what the annotations of a Service say about the calls
// that Kong's Ingresses make to it, and which Ingresses are Kong's.
func kongAnnotations(o *object) {
	annotations := o.meta.Get("annotations")
	switch o.kind {
	case "Ingress":
		if o.ingressClass() == "kong" {
			o.joinIngresses("kong")
		}
	case "Service":
		f := o.annotations("konghq.com/", policy.KongDuration)
		p := o.policy("kong", "service", annotations)
		p.From, p.To = []graph.Party{{Group: ingressesOf("kong")}}, []graph.Party{o.service("", o.name)}
		p.Says = f.kongService(annotations, "connect-timeout", "read-timeout", "write-timeout")
		o.addPolicies(f, p)
	}
}

// kongService reads the timers and retries of a service. Reading and writing are
// limited from one piece to the next, not as a whole.
func (f *policyFields) kongService(n document.Node, connect, read, write string) policy.Set {
	timeout := policy.Timeout{Connect: f.duration(n, connect), ReadGap: f.duration(n, read)}
	if gap := f.duration(n, write); timeout.ReadGap.Provenance == policy.Unknown {
		timeout.ReadGap = gap
	}
	s := policy.Set{Layer: policy.Gateway, Product: "kong", Timeout: presence(timeout)}
	if retries := f.count(0, n, "retries"); retries.Set() {
		if retries.Value == 0 {
			retries.Provenance = policy.Disabled
		}
		s.Retry = &policy.Retry{Retries: retries}
	}
	return s
}

// kongBreaker reads a passive health check: all its thresholds are 0, which is
// never, unless they are written.
func (f *policyFields) kongBreaker(n document.Node) *policy.Breaker {
	unhealthy := n.Get("unhealthy")
	b := policy.Breaker{}
	for _, key := range []string{"http_failures", "tcp_failures", "timeouts"} {
		if count := f.count(0, unhealthy, key); count.Set() && (!b.Failures.Set() || b.Failures.Value == 0 || 0 < count.Value && count.Value < b.Failures.Value) {
			b.Failures = count
		}
	}
	if !b.Failures.Set() {
		return nil
	}
	b.Kind = written(f, n, "endpoint")
	if b.Failures.Value == 0 {
		b.Failures.Provenance, b.Kind = policy.Disabled, off(f, n, "none")
	}
	return &b
}

var kongBalance = map[string]string{
	"round-robin": "round-robin", "least-connections": "least-request", "consistent-hashing": "consistent-hash", "latency": "ewma",
	"sticky-sessions": "consistent-hash",
}

// kongRef names a service of a declarative configuration, by its address if it
// has no name.
func kongRef(service, address document.Node) graph.Ref {
	name := service.Get("name").Str()
	if name == "" {
		name = address.Str()
	}
	return graph.Ref{Realm: "kong", Kind: "service", Name: name}
}

// kongPolicies reads what a service, the upstream behind it and the plugins that
// act on it say about the calls that go via the service.
func kongPolicies(d *document.Document, facts *graph.Facts, via graph.Ref, service, upstream document.Node, global []document.Node) {
	f := newPolicyFields(d, policy.KongDuration)
	p := graph.Policy{
		Origin: d.At(service), Product: "kong", Object: "service/" + via.Name, Group: "service", Of: via,
		Says: f.kongService(service, "connect_timeout", "read_timeout", "write_timeout"),
	}
	health := upstream.Get("healthchecks", "passive")
	p.Says.Breaker = f.within("healthchecks.passive").kongBreaker(health)
	p.Says.Balance = presence(policy.Balance{Strategy: f.word(kongBalance, upstream, "algorithm")})
	for _, plugin := range global {
		f.kongPlugin(&p.Says, plugin)
	}
	for _, plugin := range service.Get("plugins").List() { // in place of a global one of its name
		f.kongPlugin(&p.Says, plugin)
	}
	if p.Flaws = f.takeFlaws(); !p.Says.Empty() || len(p.Flaws) > 0 {
		facts.Policies = append(facts.Policies, p)
	}
}

// kongGlobalPlugins returns the plugins that are limited to no service, route or
// consumer.
func kongGlobalPlugins(d *document.Document) []document.Node {
	var global []document.Node
	for _, plugin := range d.Root.Get("plugins").List() {
		if !plugin.Get("service").Exists() && !plugin.Get("route").Exists() && !plugin.Get("consumer").Exists() {
			global = append(global, plugin)
		}
	}
	return global
}

// kongPeriods are the fields of the rate-limiting plugin, the shortest first.
var kongPeriods = []struct {
	key string
	per time.Duration
}{{"second", time.Second}, {"minute", time.Minute}, {"hour", time.Hour}, {"day", 24 * time.Hour}}

// kongPlugin reads a plugin that is switched on.
func (f *policyFields) kongPlugin(s *policy.Set, plugin document.Node) {
	if on, said := plugin.Get("enabled").Bool(); said && !on {
		return
	}
	config := plugin.Get("config")
	switch name := plugin.Get("name").Str(); name {
	case "rate-limiting", "rate-limiting-advanced":
		for _, period := range kongPeriods {
			if limit := perSecond(f, f.within("plugins."+name+".config").count(1, config, period.key), policy.Setting[int]{}); limit != nil {
				limit.Per.Value = period.per
				s.RateLimit = limit
				return
			}
		}
	case "proxy-cache", "proxy-cache-advanced":
		seconds := f.in(policy.IngressNginxDuration).within("plugins." + name + ".config")
		s.Cache = &policy.Cache{TTL: seconds.duration(config, "cache_ttl")}
		if s.Cache.TTL.Provenance == policy.Unknown {
			s.Cache.TTL = supplied(f, plugin, 300*time.Second) // its documented default
		}
	}
}
