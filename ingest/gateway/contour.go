package gateway

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Contour reads Contour's HTTPProxy and the IngressRoute it replaced.
var Contour = &document.Reader{
	Name:  "contour",
	Doc:   "Contour: the services that an HTTPProxy routes to, across its includes, and the policies of routes",
	Reads: contourKinds.Names(),
	Match: contourKinds.Match("projectcontour.io", "contour.heptio.com"),
	Read:  contourKinds.Read,
}

var contourKinds = resource.Kinds{
	"HTTPProxy":    httpProxy,
	"IngressRoute": httpProxy,

	"ExtensionService":         extensionService,
	"ContourConfiguration":     contourConfiguration,
	"ContourDeployment":        contourConfiguration,
	"TLSCertificateDelegation": nil,
}

// httpProxy reads an HTTPProxy as soon as those that it includes are known. The older IngressRoute
// delegates instead, route by route.
func httpProxy(r *resource.Object) {
	if r.Kind != "HTTPProxy" {
		readProxy(r, nil)
		return
	}
	var uses []graph.Ref
	for _, included := range r.Spec.Get("includes").List() {
		if name := included.Get("name").Str(); name != "" {
			uses = append(uses, r.RefTo(r.Kind, included.Get("namespace").Str(), name))
		}
	}
	r.Facts.Deferred = append(r.Facts.Deferred, graph.Deferred{
		Ref: r.Ref(), Origin: r.At(r.Root), Uses: uses, Object: r,
		Complete: func(find func(graph.Ref) []any) *graph.Facts {
			facts := &graph.Facts{}
			readProxy(r.Into(facts), find)
			return facts
		},
	})
}

// readProxy gives the facts of a proxy. One with a virtual host is a gateway of its own; the routes
// of those that it includes, and that they include, are its routes. Proxies that find does not know
// are a group of what they route to.
func readProxy(r *resource.Object, find func(graph.Ref) []any) {
	isRoot := r.Spec.Get("virtualhost").Exists()
	if isRoot {
		gateway := r.Gateway()
		gateway.Aliases = resource.HostNames([]document.Node{r.Spec.Get("virtualhost", "fqdn")})
		r.Facts.Entities = append(r.Facts.Entities, gateway)
		authorization := r.Mapping(r.Spec, "virtualhost", "authorization")
		if !contourAsks(r, graph.EndpointRef{Ref: r.Ref()}, authorization) {
			if off, _ := authorization.Get("authPolicy", "disabled").Bool(); !off {
				r.Facts.Members = append(r.Facts.Members, graph.Member{Of: contourUnguarded, Party: graph.EndpointRef{Ref: r.Ref()}, Origin: r.At(r.Root), Joins: true})
			}
		}
	}
	for _, route := range r.List(r.Spec, "routes") {
		proxyServices(r, route, contourMatch(route), "http", func(to graph.EndpointRef, at document.Node, e graph.Evidence) { proxyTo(r, to, at, e) })
		include(r, route.Get("delegate"))
	}
	tcp := r.Mapping(r.Spec, "tcpproxy")
	proxyServices(r, tcp, "", "tcp", func(to graph.EndpointRef, at document.Node, e graph.Evidence) { proxyTo(r, to, at, e) })
	include(r, tcp.Get("include"))
	include(r, tcp.Get("delegate"))
	root := &proxyRoot{Object: r, find: find}
	policies := contourRoutes(r, contourParty(r))
	for _, included := range r.List(r.Spec, "includes") {
		switch found := root.named(r, included); {
		case found == nil:
			include(r, included)
		case isRoot:
			policies = append(policies, root.include(found, [][]document.Node{included.Get("conditions").List()}, []graph.Ref{r.Ref()})...)
		default: // of no root in the inputs
			include(r, included)
			readProxy(found.Into(r.Facts), nil)
		}
	}
	r.AddPolicies(field.New(r.Document, product.ContourDuration), policies...)
}

// A proxyRoot is a proxy with a virtual host while what it includes is read.
type proxyRoot struct {
	*resource.Object
	find func(graph.Ref) []any
}

// named returns the proxy that an entry of includes names, nil if it is not known.
func (p *proxyRoot) named(by *resource.Object, included document.Node) *resource.Object {
	name := by.Text(included, "name")
	if name == "" || p.find == nil {
		return nil
	}
	found := p.find(by.RefTo(by.Kind, by.Text(included, "namespace"), name))
	if len(found) == 0 {
		return nil
	}
	return found[len(found)-1].(*resource.Object)
}

// include gives the calls of the root by the routes of an included proxy, for the requests that
// meet all the conditions on the way, and returns the policies of these routes.
func (p *proxyRoot) include(r *resource.Object, conditions [][]document.Node, via []graph.Ref) []graph.Policy {
	if slices.Contains(via, r.Ref()) { // Contour refuses it
		return nil
	}
	r, via = r.Into(p.Facts), append(slices.Clip(via), r.Ref())
	from := graph.EndpointRef{Ref: p.Ref()}
	for _, route := range r.List(r.Spec, "routes") {
		match := contourMatch(route, conditions...)
		proxyServices(r, route, match, "http", func(to graph.EndpointRef, at document.Node, e graph.Evidence) {
			e.Via = via
			r.Call(from, to, at, e)
		})
	}
	policies := contourRoutes(r, from, conditions...)
	for i := range policies {
		policies[i].MergeKey = p.Subject()
	}
	for _, included := range r.List(r.Spec, "includes") {
		if found := p.named(r, included); found != nil {
			policies = append(policies, p.include(found, append(slices.Clip(conditions), included.Get("conditions").List()), via)...)
		}
	}
	return policies
}

// contourUnguarded is the group of the proxies that ask whom the configuration of Contour names.
var contourUnguarded = graph.Ref{Realm: "contour", Kind: "proxies", Name: "without an authorizer of their own"}

// contourConfiguration reads whom proxies ask that do not name an authorizer themselves.
func contourConfiguration(r *resource.Object) {
	n := r.Mapping(r.Spec, "globalExtAuth")
	if r.Kind == "ContourDeployment" {
		n = r.Mapping(r.Spec, "runtimeSettings", "globalExtAuth")
	}
	contourAsks(r, graph.EndpointRef{Group: contourUnguarded}, n)
}

// ContourConfigMap reads the same from the file that Contour is started with.
func ContourConfigMap(o *resource.Object) {
	n := o.Root.Get("data", "contour.yaml")
	if !n.IsScalar() {
		return
	}
	d, err := o.Embedded(n)
	if err != nil {
		o.Problem(graph.Failed, n, "", "%s %q: contour.yaml: %v", o.Kind, o.Name, err)
		return
	}
	in := *o
	in.Document = d // where what follows is written
	all := graph.EndpointRef{Group: contourUnguarded}
	if asked := d.Root.Get("globalExtAuth"); asked.Exists() {
		server := asked.Get("extensionService")
		namespace, name := contourExtension(server)
		contourAuthorizer(&in, all, asked, server, namespace, name)
	}
	for _, key := range []string{"rateLimitService", "tracing"} { // who asks depends on the routes, and spans are sent beside them
		server := d.Root.Get(key, "extensionService")
		if namespace, name := contourExtension(server); name != "" {
			service := o.Group("ExtensionService", namespace, name)
			in.Call(all, service, server, graph.Evidence{Way: "http-proxy", Strength: graph.Allowed, Class: graph.ClassCall, Via: []graph.Ref{service.Group}})
		}
	}
}

// contourExtension returns the names of an extension service that a file names, "projectcontour/auth".
func contourExtension(n document.Node) (namespace, name string) {
	namespace, name, ok := strings.Cut(n.Str(), "/")
	if !ok {
		return "", ""
	}
	return namespace, name
}

// contourPatience is how long Envoy waits for permission if neither the proxy nor the
// extension service says.
const contourPatience = 200 * time.Millisecond

// contourAsks gives the call of proxies to the extension service that they ask for permission,
// and returns false if none is named.
func contourAsks(r *resource.Object, from graph.EndpointRef, n document.Node) bool {
	server := r.Mapping(n, "extensionRef")
	return contourAuthorizer(r, from, n, server, r.Text(server, "namespace"), server.Get("name").Str())
}

// contourAuthorizer is contourAsks for an extension service by its names, written at a place.
func contourAuthorizer(r *resource.Object, from graph.EndpointRef, n, server document.Node, namespace, name string) bool {
	if name == "" {
		return false
	}
	f := field.New(r.Document, product.ContourDuration)
	patience := f.Duration(n, "responseTimeout")
	a := resource.Authorizer{
		Way: "http-proxy", Product: product.Contour, Layer: policy.Gateway, Object: r.Subject(),
		Timeout: field.OrSupplied(f, server, patience, contourPatience),
	}
	if r.Kind == "HTTPProxy" {
		a.Object = "virtual host of " + a.Object
	}
	a.Open, _ = n.Get("failOpen").Bool()
	service, e := r.Group("ExtensionService", namespace, name), a.Evidence()
	e.Via = []graph.Ref{service.Group}
	r.Call(from, service, server, e)
	own := r.Policy(product.Contour, "extension", server)
	own.Of, own.From, own.To, own.Rank = service.Group, []graph.EndpointRef{from}, []graph.EndpointRef{service}, 1 // before what the extension service says
	if patience.IsWritten() {
		own.Says = policy.Set{Layer: policy.Gateway, Product: product.Contour, Timeout: &policy.Timeout{Total: patience}, Objects: policy.Objects{a.Object}}
	}
	r.AddPolicies(f, own)
	return true
}

// proxyServices gives the services of one route, which takes the requests of match. Next to services
// with a weight one without gets no requests.
func proxyServices(r *resource.Object, route document.Node, match, protocol string, give func(to graph.EndpointRef, at document.Node, e graph.Evidence)) {
	services := r.List(route, "services")
	shares := r.Shares(route, match, services, 0)
	for i, service := range services {
		name := r.Text(service, "name")
		if name == "" {
			continue
		}
		e := graph.Evidence{
			Way: "http-proxy", Strength: shares[i].Strength, Class: graph.ClassIngress, Protocol: protocol,
			Port: resource.PortNumber(service.Get("port")), In: shares[i].In, Via: []graph.Ref{r.Ref()},
		}
		if e.Mirror, _ = service.Get("mirror").Bool(); e.Mirror {
			e.Strength, e.In = graph.Strong, nil
		}
		give(r.Service("", name), service, e)
	}
}

// include gives the routes of another HTTPProxy.
func include(r *resource.Object, n document.Node) {
	if name := r.Text(n, "name"); name != "" {
		to := r.Group(r.Kind, r.Text(n, "namespace"), name)
		proxyTo(r, to, n, graph.Evidence{Way: "http-proxy", Strength: graph.Strong, Class: graph.ClassIngress, In: routePlace(contourMatch(n))})
		r.Member(graph.GatewaysOf(to.Group), contourSenders(r), n)
	}
}

// contourSenders is the party of the roots that send requests to a proxy.
func contourSenders(r *resource.Object) graph.EndpointRef {
	if r.Spec.Get("virtualhost").Exists() {
		return graph.EndpointRef{Ref: r.Ref()}
	}
	return graph.EndpointRef{Group: graph.GatewaysOf(r.Ref())}
}

// routePlace is the place of a route that gets the requests which match selects.
func routePlace(match string) *graph.Place {
	if match == "" {
		return nil
	}
	return &graph.Place{Match: match}
}

// proxyTo gives a destination to whoever includes this proxy, which is the proxy
// itself if it has a virtual host.
func proxyTo(r *resource.Object, to graph.EndpointRef, at document.Node, e graph.Evidence) {
	if r.Spec.Get("virtualhost").Exists() {
		r.Call(graph.EndpointRef{Ref: r.Ref()}, to, at, e)
		return
	}
	r.Facts.Members = append(r.Facts.Members, graph.Member{
		Of: r.Ref(), Party: to, Origin: r.At(at), Mirror: e.Mirror, Idle: e.Strength == graph.Allowed, In: e.In,
	})
}

// extensionService reads the services behind a name that proxies ask for
// permission.
func extensionService(r *resource.Object) {
	f := field.New(r.Document, product.ContourDuration)
	p := r.Policy(product.Contour, "extension", r.Root)
	p.Of = r.Ref()
	for _, service := range r.List(r.Spec, "services") {
		if name := r.Text(service, "name"); name != "" {
			r.Member(r.Ref(), r.Service("", name), service)
			p.To = append(p.To, r.Service("", name))
		}
	}
	if len(p.To) > 0 {
		p.Says = policy.Set{
			Layer: policy.Gateway, Product: product.Contour,
			Timeout: field.Presence(policy.Timeout{Total: f.Within("timeoutPolicy").Duration(r.Spec, "timeoutPolicy", "response")}),
		}
		r.AddPolicies(f, p)
	}
}
