package mesh

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

// authorizationPolicy reads which service accounts an AuthorizationPolicy lets in. Only
// single accounts that reach selected workloads show a pair; rules by namespace, address
// or token, and rules that deny, show none.
func authorizationPolicy(r *resource.Object) {
	switch r.Text(r.Spec, "action") {
	case "CUSTOM":
		askProvider(r)
		return
	case "", "ALLOW":
	default:
		return
	}
	targets := policyTargets(r)
	for _, rule := range r.List(r.Spec, "rules") {
		methods := methods(r, rule)
		for _, from := range r.List(rule, "from") {
			source := r.Mapping(from, "source")
			for _, principal := range r.List(source, "principals") {
				if namespace, account, ok := principalAccount(principal.Str()); ok {
					allow(r, namespace, account, targets, principal, methods)
				}
			}
			for _, account := range r.List(source, "serviceAccounts") {
				namespace, name, found := strings.Cut(account.Str(), "/")
				if !found {
					namespace, name = "", namespace
				}
				if name != "" && !strings.Contains(name+namespace, "*") {
					allow(r, namespace, name, targets, account, methods)
				}
			}
		}
	}
}

// istioAskers is the group of the workloads whose requests an extension provider is asked
// about.
func istioAskers(provider string) graph.Ref {
	return graph.Ref{Realm: "istio", Kind: "requests for provider", Name: provider}
}

// askProvider makes what an AuthorizationPolicy protects ask the provider that it names. A
// policy without rules matches no request, and Istio refuses one that does not mention them:
// pkg/config/validation/validation.go:1446.
func askProvider(r *resource.Object) {
	provider := r.Mapping(r.Spec, "provider").Get("name")
	if action := r.Spec.Get("action"); !r.Spec.Get("rules").Exists() {
		f := field.New(r.Document, product.IstioDuration)
		f.Flaw(graph.Invalid, action, "action", "it matches no request without rules", "add rules: [{}] for every request, or remove the policy", field.Beside("rules", "[{}]"))
		p := r.Policy(product.Istio, "authorization", action)
		p.To, p.Flaws = []graph.EndpointRef{{Group: istioAskers(provider.Str())}}, f.TakeFlaws()
		r.Facts.Policies = append(r.Facts.Policies, p)
	}
	if provider.Str() == "" || len(r.List(r.Spec, "rules")) == 0 {
		return
	}
	targets := policyTargets(r)
	if !r.Spec.Get("selector").Exists() && len(targets) == 0 {
		targets = append(targets, r.PodsOf(graph.Selector{All: true, AnyNamespace: r.Namespace == product.Istio.RootNamespace}))
	}
	for _, target := range targets {
		r.Facts.Members = append(r.Facts.Members, graph.Member{Of: istioAskers(provider.Str()), Party: target, Origin: r.At(provider), Joins: true})
	}
}

// istioPatience is how long Istio waits for an extension provider.
const istioPatience = 600 * time.Second

// extensionProviders reads the services that AuthorizationPolicies of the action CUSTOM ask.
// They are asked by the proxy in front of the callee.
func extensionProviders(r *resource.Object, f *field.Reader, providers []document.Node) {
	for _, provider := range providers {
		for _, key := range []string{"envoyExtAuthzHttp", "envoyExtAuthzGrpc"} {
			n := provider.Get(key)
			host := n.Get("service")
			if !host.IsScalar() || host.Str() == "" {
				continue
			}
			namespace, name, found := strings.Cut(host.Str(), "/")
			if !found {
				namespace, name = r.Namespace, namespace
			}
			own := f.Within("extensionProviders." + key)
			own.How = policy.Explicit // for this provider alone
			a := resource.Authorizer{
				Way: "extension-provider", Product: product.Istio, Layer: policy.ServerProxy, Object: "extension provider/" + provider.Get("name").Str(),
				Timeout: field.OrSupplied(own, n, own.Duration(n, "timeout"), istioPatience),
			}
			a.Open, _ = n.Get("failOpen").Bool()
			e := a.Evidence()
			if e.Protocol = "http"; key == "envoyExtAuthzGrpc" {
				e.Protocol = "grpc"
			}
			e.Origin = f.At(host)
			r.Facts.Calls = append(r.Facts.Calls, graph.CallFact{
				From:     graph.EndpointRef{Group: istioAskers(provider.Get("name").Str())},
				To:       resource.HostIn(namespace, name, resource.PortNumber(n.Get("port"))),
				Evidence: e,
			})
		}
	}
}

// allow gives the fact that an account may call each of the targets.
func allow(r *resource.Object, namespace, account string, targets []graph.EndpointRef, at document.Node, methods []string) {
	e := graph.Evidence{Way: "authorization-policy", Strength: graph.Allowed, Methods: methods}
	if strings.Contains(account, "ingressgateway") || strings.Contains(account, "ingress-gateway") {
		e.Class = graph.ClassIngress // the accounts that Istio's charts give to gateways
	}
	for _, target := range targets {
		r.Call(r.Account(namespace, account), target, at, e)
	}
}

// policyTargets returns what an AuthorizationPolicy protects: the objects it
// targets or the workloads it selects. A policy for a whole namespace protects
// no one in particular.
func policyTargets(r *resource.Object) []graph.EndpointRef {
	var targets []graph.EndpointRef
	refs := r.List(r.Spec, "targetRefs")
	if ref := r.Mapping(r.Spec, "targetRef"); ref.Exists() {
		refs = append(refs, ref)
	}
	for _, ref := range refs {
		kind, name := ref.Get("kind").Str(), ref.Get("name").Str()
		switch {
		case name == "":
		case kind == "Service", kind == "Gateway":
			targets = append(targets, graph.EndpointRef{Ref: r.RefTo(kind, ref.Get("namespace").Str(), name)})
		case kind == "ServiceEntry":
			targets = append(targets, r.Group(kind, ref.Get("namespace").Str(), name))
		}
	}
	if pods, ok := r.Pods(r.Mapping(r.Spec, "selector", "matchLabels")); ok {
		pods.Pods.AnyNamespace = r.Namespace == product.Istio.RootNamespace
		targets = append(targets, pods)
	}
	return targets
}

// methods returns the HTTP methods that every operation of a rule is limited to,
// none if any operation leaves them open.
func methods(r *resource.Object, rule document.Node) []string {
	var methods []string
	for _, to := range r.List(rule, "to") {
		own := to.Get("operation", "methods").Strs()
		if len(own) == 0 {
			return nil
		}
		methods = append(methods, own...)
	}
	return cleanMethods(methods)
}

// cleanMethods sorts methods and writes them in upper case. A wildcard among
// them leaves none.
func cleanMethods(methods []string) []string {
	for i, method := range methods {
		if strings.Contains(method, "*") {
			return nil
		}
		methods[i] = strings.ToUpper(method)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// principalAccount takes "cluster.local/ns/shop/sa/cart" apart, with or without
// "spiffe://" before it and whatever the trust domain is.
func principalAccount(principal string) (namespace, account string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(principal, "spiffe://"), "/")
	if len(parts) != 5 || parts[1] != "ns" || parts[3] != "sa" || parts[2] == "" || parts[4] == "" {
		return "", "", false
	}
	return parts[2], parts[4], !strings.Contains(parts[2]+parts[4], "*")
}

// serviceRole reads the hosts that a ServiceRole opens, the older way of saying
// what an AuthorizationPolicy does. Its bindings name who may call them.
func serviceRole(r *resource.Object) {
	for _, rule := range r.List(r.Spec, "rules") {
		for _, service := range r.List(rule, "services") {
			if host := service.Str(); host != "" && !strings.Contains(host, "*") {
				r.Member(r.Ref(), r.Host(host), service)
			}
		}
	}
}

// serviceRoleBinding reads the accounts that may call what a ServiceRole opens.
func serviceRoleBinding(r *resource.Object) {
	role := r.Text(r.Spec, "roleRef", "name")
	if role == "" {
		return
	}
	to := r.Group("ServiceRole", "", role)
	for _, subject := range r.List(r.Spec, "subjects") {
		user := subject.Get("user")
		if !user.Exists() {
			user = subject.Get("properties", "source.principal")
		}
		if namespace, account, ok := principalAccount(user.Str()); ok {
			r.Call(r.Account(namespace, account), to, user, graph.Evidence{
				Way: "service-role-binding", Strength: graph.Allowed,
			})
		}
	}
}
