package gateway

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// KongAnnotations reads what the annotations of a Service say about the calls
// that Kong makes to it, which objects of Kong's act on these, and which
// Ingresses are Kong's.
func KongAnnotations(o *resource.Object) {
	annotations := o.Meta.Get("annotations")
	switch o.Kind {
	case "Ingress":
		if class := o.IngressClass(); class == "kong" || class == "" && len(KongVia(o)) > 0 {
			o.JoinIngresses("kong")
		}
	case "Service":
		f := o.Annotations("konghq.com/", product.KongDuration)
		p := o.Policy(product.Kong, "service", annotations)
		p.From, p.To = []graph.EndpointRef{{Group: resource.IngressesOf("kong")}}, []graph.EndpointRef{o.Service("", o.Name)}
		p.Says = kongService(f, annotations, "connect-timeout", "read-timeout", "write-timeout")
		p.Merge, p.Rank = true, 1
		o.AddPolicies(f, p)
		users := KongVia(o)
		if name := annotations.Get("konghq.com/upstream-policy").Str(); name != "" {
			users = append(users, o.RefTo("KongUpstreamPolicy", "", name))
		}
		for _, used := range users {
			o.Facts.Members = append(o.Facts.Members, graph.Member{
				Of: kongUsers(used), Party: o.Service("", o.Name), Origin: o.At(annotations), Joins: true,
			})
		}
	}
}

// KongVia returns the objects of Kong's that an object names in its annotations:
// plugins, of the object's namespace, of another, or of the cluster, and the older
// KongIngress.
func KongVia(r *resource.Object) []graph.Ref {
	annotations := r.Root.Get("metadata", "annotations")
	var via []graph.Ref
	for name := range strings.SplitSeq(annotations.Get("konghq.com/plugins").Str(), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		namespace, of, elsewhere := strings.Cut(name, ":")
		if !elsewhere {
			namespace, of = "", name
		}
		via = append(via, r.RefTo("KongPlugin", namespace, of))
		if !elsewhere {
			via = append(via, graph.Ref{Realm: resource.Realm, Kind: "KongClusterPlugin", Name: of})
		}
	}
	if name := annotations.Get("konghq.com/override").Str(); name != "" {
		via = append(via, r.RefTo("KongIngress", "", name))
	}
	return via
}

// kongUsers is the group of the Services that name an object of Kong's in their
// annotations.
func kongUsers(of graph.Ref) graph.Ref {
	of.Realm = "kong users"
	return of
}

// kongAskers are the plugins that ask a service about each request, with the fields of its
// host and port, or of its URL alone.
var kongAskers = map[string][2]string{
	"opa": {"opa_host", "opa_port"}, "ldap-auth": {"ldap_host", "ldap_port"}, "ldap-auth-advanced": {"ldap_host", "ldap_port"},
	"oauth2-introspection": {"introspection_url"}, "forward-auth": {"url"}, "external-auth": {"url"},
}

// kongAsks reads the service that a plugin asks about the requests of the routes that name it.
func kongAsks(r *resource.Object, plugin string, config document.Node) {
	keys, asks := kongAskers[plugin]
	at := config.Get(keys[0])
	to, ok := address.Parse(at.Str())
	if !asks || !ok {
		return
	}
	if keys[1] != "" {
		to.Port = resource.PortNumber(config.Get(keys[1]))
	}
	from := graph.EndpointRef{Group: graph.GatewaysOf(kongPluginRef(r))}
	if isGlobalPlugin(r) {
		from = graph.EndpointRef{Group: resource.IngressesOf("kong")}
	}
	a := resource.Authorizer{Way: "kong-plugin"}
	r.Call(from, graph.EndpointRef{Host: to, Namespace: r.Namespace, Realm: resource.Realm}, at, a.Evidence())
}

// isGlobalPlugin reports whether a plugin is for all requests.
func isGlobalPlugin(r *resource.Object) bool {
	return r.Kind == "KongClusterPlugin" && r.Root.Get("metadata", "labels", "global").Str() == "true"
}

// kongPluginRef is the ref by which routes and Services name a plugin.
func kongPluginRef(r *resource.Object) graph.Ref {
	ref := r.Ref()
	if r.Kind == "KongClusterPlugin" {
		ref.Namespace = ""
	}
	return ref
}

// kongPluginObject reads a plugin in an object of its own: for the routes and
// Services that name it or, with a label, for everything. Of plugins of one sort
// that of the route acts, else that of the Service.
func kongPluginObject(r *resource.Object) {
	name := r.Root.Get("plugin")
	if off, _ := r.Root.Get("disabled").Bool(); off || name.Str() == "" {
		return
	}
	f := field.New(r.Document, product.KongDuration)
	kongAsks(r, name.Str(), r.Root.Get("config"))
	p := r.Policy(product.Kong, "plugin "+name.Str(), r.Root)
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Kong}
	kongPlugin(f, &p.Says, name, r.Root.Get("config"))
	if p.Says.Empty() && !f.Flawed() {
		return
	}
	if isGlobalPlugin(r) {
		p.From = []graph.EndpointRef{{Group: resource.IngressesOf("kong")}}
		r.AddPolicies(f, p)
		return
	}
	ref := kongPluginRef(r)
	ofService := p
	p.Of, p.Rank = ref, 2
	ofService.From, ofService.To, ofService.Rank = []graph.EndpointRef{{Group: resource.IngressesOf("kong")}}, []graph.EndpointRef{{Group: kongUsers(ref)}}, 1
	r.AddPolicies(f, p, ofService)
}

// kongUpstreamObject reads how the replicas behind Services are used that name it.
func kongUpstreamObject(r *resource.Object) {
	f := field.New(r.Document, product.KongDuration)
	f.Look = kongGet
	p := kongUsed(r, "upstream")
	kongUpstream(f, &p.Says, r.Spec)
	p.Rank = 1
	r.AddPolicies(f, p)
}

// kongIngressObject reads the older object for the timers of a service and its
// replicas. What the Service itself says, or a KongUpstreamPolicy, goes before it.
func kongIngressObject(r *resource.Object) {
	f := field.New(r.Document, product.KongDuration)
	proxy, upstream := kongUsed(r, "service"), kongUsed(r, "upstream")
	proxy.Says = kongService(f.Within("proxy"), r.Root.Get("proxy"), "connect_timeout", "read_timeout", "write_timeout")
	kongUpstream(f.Within("upstream"), &upstream.Says, r.Root.Get("upstream"))
	r.AddPolicies(f, slices.DeleteFunc([]graph.Policy{proxy, upstream}, func(p graph.Policy) bool {
		return p.Says.Empty() && !f.Flawed()
	})...)
}

// kongUsed starts a policy for Kong's calls to the Services that name the object.
func kongUsed(r *resource.Object, group string) graph.Policy {
	p := r.Policy(product.Kong, group, r.Root)
	p.From, p.To = []graph.EndpointRef{{Group: resource.IngressesOf("kong")}}, []graph.EndpointRef{{Group: kongUsers(r.Ref())}}
	p.Merge, p.Says = true, policy.Set{Layer: policy.Gateway, Product: product.Kong}
	return p
}

// kongGet follows a path of keys as Kong writes them ("http_failures") or, in
// custom resources, in camel case.
func kongGet(n document.Node, path ...string) document.Node {
	for _, key := range path {
		v := n.Get(key)
		if !v.Exists() {
			words := strings.Split(key, "_")
			for i, w := range words[1:] {
				words[i+1] = strings.ToUpper(w[:1]) + w[1:]
			}
			v = n.Get(strings.Join(words, ""))
		}
		n = v
	}
	return n
}

// kongService reads the timers and retries of a service. Reading and writing are
// limited from one piece to the next, not as a whole.
func kongService(f *field.Reader, n document.Node, connect, read, write string) policy.Set {
	timeout := policy.Timeout{Connect: f.Duration(n, connect), ReadGap: f.Duration(n, read)}
	if gap := f.Duration(n, write); !f.Look(n, read).Exists() {
		timeout.ReadGap = gap
	}
	s := policy.Set{Layer: policy.Gateway, Product: product.Kong, Timeout: field.Presence(timeout)}
	if retries := f.Count(0, n, "retries"); retries.Set() {
		if retries.Value == 0 {
			retries.Provenance = policy.Disabled
		}
		s.Retry = &policy.Retry{Retries: retries}
	}
	return s
}

// kongUpstream reads how requests are spread over replicas, and which get none.
func kongUpstream(f *field.Reader, s *policy.Set, n document.Node) {
	s.Breaker = kongBreaker(f.Within("healthchecks.passive"), f.Look(n, "healthchecks", "passive"))
	s.HealthCheck = kongHealthCheck(f.Within("healthchecks.active"), f.Look(n, "healthchecks", "active"))
	s.Balance = field.Presence(policy.Balance{Strategy: f.Word(kongBalance, n, "algorithm")})
}

// kongBreaker reads a passive health check: all its thresholds are 0, which is
// never, unless they are written. With one for timeouts slowness counts too.
func kongBreaker(f *field.Reader, n document.Node) *policy.Breaker {
	unhealthy := f.Look(n, "unhealthy")
	b := policy.Breaker{}
	for _, key := range []string{"http_failures", "tcp_failures", "timeouts"} {
		count := f.Within("unhealthy").Count(0, unhealthy, key)
		if count.Set() && (!b.Failures.Set() || b.Failures.Value == 0 || 0 < count.Value && count.Value < b.Failures.Value) {
			b.Failures = count
		}
		if key == "timeouts" && count.Value > 0 {
			b.Slow = field.Written(f, f.Look(unhealthy, key), true)
		}
	}
	if !b.Failures.Set() {
		return nil
	}
	b.Kind = field.Written(f, n, "endpoint")
	if b.Failures.Value == 0 {
		b.Failures.Provenance, b.Kind = policy.Disabled, field.Off(f, n, "none")
	}
	return &b
}

// kongHealthCheck reads active probes, in seconds. They are off until an interval
// is written; the one for failing replicas finds which are healthy again.
func kongHealthCheck(f *field.Reader, n document.Node) *policy.HealthCheck {
	seconds := f.In(product.SecondsDuration)
	interval := seconds.Duration(n, "healthy", "interval")
	if !interval.Set() {
		return nil
	}
	c := &policy.HealthCheck{Interval: interval, Timeout: seconds.Duration(n, "timeout"), Failures: f.Count(0, n, "unhealthy", "http_failures")}
	c.Timeout = field.OrSupplied(f, n, c.Timeout, time.Second)
	return c
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

// A kongConfig is a declarative configuration with its plugins and routes by whom
// they are for.
type kongConfig struct {
	root      document.Node
	upstreams map[string]document.Node // by name
	global    []document.Node
	services  map[string][]document.Node // plugins by the name of their service
	routes    map[string][]document.Node // plugins by the name of their route
	ofRoutes  map[string][]document.Node // routes by the name of their service
}

// newKongConfig sorts the upstreams, plugins and routes at the top level. Plugins for single
// consumers are not policies of a service.
func newKongConfig(root document.Node) *kongConfig {
	c := &kongConfig{
		root: root, upstreams: map[string]document.Node{}, services: map[string][]document.Node{}, routes: map[string][]document.Node{}, ofRoutes: map[string][]document.Node{},
	}
	for _, upstream := range root.Get("upstreams").List() {
		c.upstreams[upstream.Get("name").Str()] = upstream
	}
	for _, plugin := range root.Get("plugins").List() {
		service, route := kongName(plugin.Get("service")), kongName(plugin.Get("route"))
		switch {
		case plugin.Get("consumer").Exists(), plugin.Get("consumer_group").Exists():
		case route != "":
			c.routes[route] = append(c.routes[route], plugin)
		case service != "":
			c.services[service] = append(c.services[service], plugin)
		case !plugin.Get("service").Exists() && !plugin.Get("route").Exists():
			c.global = append(c.global, plugin)
		}
	}
	for _, route := range root.Get("routes").List() {
		if service := kongName(route.Get("service")); service != "" {
			c.ofRoutes[service] = append(c.ofRoutes[service], route)
		}
	}
	return c
}

// kongAddress is the field that says where a service is.
func kongAddress(service document.Node) document.Node {
	return field.OrNode(service.Get("url"), service.Get("host"))
}

// kongName is the name by which one entity refers to another: {name: x} or x.
func kongName(n document.Node) string {
	if n.IsMap() {
		n = field.OrNode(n.Get("name"), n.Get("id"))
	}
	return n.Str()
}

// policies reads what a service, the upstream behind it and the plugins that act
// on it say about the calls that go via the service: one policy for each route
// with plugins of its own, and one for the rest.
func (c *kongConfig) policies(f *field.Reader, service document.Node) []graph.Policy {
	name := kongRef(service, kongAddress(service)).Name
	p := graph.Policy{
		Origin: f.At(service), Product: product.Kong, Object: "service/" + name, Group: "service",
		Says: kongService(f, service, "connect_timeout", "read_timeout", "write_timeout"),
	}
	timeout := policy.Timeout{}
	if p.Says.Timeout != nil {
		timeout = *p.Says.Timeout
	}
	if !service.Get("read_timeout").Exists() && !service.Get("write_timeout").Exists() {
		timeout.ReadGap = field.Supplied(f, service, product.Kong.Defaults.Timeout.ReadGap.Value)
	}
	p.Says.Timeout = field.Presence(timeout)
	kongUpstream(f, &p.Says, c.upstreams[kongAddress(service).Str()])
	kongPlugins(f, &p.Says, c.global, service.Get("plugins").List(), c.services[name])
	p.Flaws = f.TakeFlaws()
	routes := c.routesOf(service)
	open := len(routes) == 0
	var parts []graph.Policy
	for _, route := range routes {
		part := p
		part.Origin, part.Match, part.Flaws = f.At(route), kongMatch(route), nil
		kongPlugins(f, &part.Says, route.Get("plugins").List(), c.routes[route.Get("name").Str()])
		if part.Flaws = f.TakeFlaws(); reflect.DeepEqual(part.Says, p.Says) && part.Flaws == nil || part.Match == "" {
			p.Says, p.Flaws, open = part.Says, append(p.Flaws, part.Flaws...), true
			continue
		}
		parts = append(parts, part)
	}
	if len(p.Flaws) > 0 || open {
		parts = append(parts, p)
	}
	return parts
}

// routesOf are the routes to a service.
func (c *kongConfig) routesOf(service document.Node) []document.Node {
	return slices.Concat(service.Get("routes").List(), c.ofRoutes[service.Get("name").Str()])
}

// match returns which requests a service gets, "" for all.
func (c *kongConfig) match(service document.Node) string {
	var texts []string
	for _, route := range c.routesOf(service) {
		texts = append(texts, kongMatch(route))
	}
	return resource.EitherText(texts)
}

// kongMatch returns the part of the calls that a route matches.
func kongMatch(route document.Node) string {
	var words []string
	for _, key := range []string{"methods", "hosts", "paths"} {
		if list := route.Get(key).Strs(); len(list) > 0 && (key != "paths" || len(list) > 1 || list[0] != "/") {
			words = append(words, strings.Join(list, ","))
		}
	}
	return strings.Join(words, " ")
}

// kongPeriods are the fields of the rate-limiting plugin, the shortest first.
var kongPeriods = []struct {
	key string
	per time.Duration
}{{"second", time.Second}, {"minute", time.Minute}, {"hour", time.Hour}, {"day", 24 * time.Hour}}

// kongPlugins reads the plugins that are switched on. A later one takes the place
// of an earlier one of its name.
func kongPlugins(f *field.Reader, s *policy.Set, lists ...[]document.Node) {
	for _, plugin := range slices.Concat(lists...) {
		if on, said := plugin.Get("enabled").Bool(); !said || on {
			kongPlugin(f.Within("plugins."+plugin.Get("name").Str()), s, plugin.Get("name"), plugin.Get("config"))
		}
	}
}

// kongPlugin reads the configuration of a plugin.
func kongPlugin(f *field.Reader, s *policy.Set, name, config document.Node) {
	f = f.Within("config")
	switch name.Str() {
	case "rate-limiting":
		for _, period := range kongPeriods {
			if limit := field.PerSecond(f, f.Count(1, config, period.key), policy.Setting[int]{}); limit != nil {
				limit.Per.Value = period.per
				s.RateLimit = limit
				return
			}
		}
	case "rate-limiting-advanced":
		limits, windows := config.Get("limit").Items(), config.Get("window_size").Items()
		if len(limits) > 0 && len(windows) > 0 {
			window := f.In(product.SecondsDuration).Named("window_size").Duration(windows[0])
			s.RateLimit = field.Presence(policy.RateLimit{Requests: f.Named("limit").Count(1, limits[0]), Per: window})
		}
	case "proxy-cache", "proxy-cache-advanced":
		s.Cache = &policy.Cache{TTL: f.In(product.SecondsDuration).Duration(config, "cache_ttl")}
		if s.Cache.TTL.Provenance == policy.Unknown {
			s.Cache.TTL = field.Supplied(f, name, 300*time.Second) // its documented default
		}
	case "request-termination":
		f.Remark(graph.Shadowed, name, "status_code", "answers every request itself; no request reaches the service", "remove the plugin to let requests reach the service")
	}
}
