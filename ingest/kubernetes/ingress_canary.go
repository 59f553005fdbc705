package kubernetes

import (
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/resource"
)

const nginxAnnotation = "nginx.ingress.kubernetes.io/"

// IsCanary reports whether the object is an Ingress that ingress-nginx makes no gateway of:
// its backends get a part of the requests of the Ingress with the same host and path.
func IsCanary(o *resource.Object) bool {
	canary, _ := o.Meta.Get("annotations").Get(nginxAnnotation + "canary").Bool()
	return canary && o.IsIngress("nginx")
}

// canaryRule is the group of the Ingresses with a rule that a canary may be for. Without a
// host the rule is one for each namespace, as two of them cannot be behind one address.
func canaryRule(o *resource.Object, host, path string) graph.Ref {
	class := o.IngressClass()
	if class == "" {
		class = "nginx"
	}
	rule := graph.Ref{Realm: "ingress class " + class, Kind: "Ingress rule", Name: host + path}
	if host == "" {
		rule.Namespace = o.Namespace
	}
	return rule
}

// joinCanaryRule makes the object one of the Ingresses with a rule.
func joinCanaryRule(o *resource.Object, host, path string) {
	if o.IsIngress("nginx") {
		o.Facts.Members = append(o.Facts.Members, graph.Member{
			Of: canaryRule(o, host, path), Party: graph.EndpointRef{Ref: o.Self}, Origin: o.At(o.Root), Joins: true,
		})
	}
}

// readCanary states where the Ingresses with the same rules send a part of their requests: by
// a header or a cookie, then by a weight. Its conditions and its weight may be none.
func readCanary(o *resource.Object) {
	annotations := o.Meta.Get("annotations")
	text := func(name string) string { return annotations.Get(nginxAnnotation + name).Str() }
	var conditions []string
	if header := text("canary-by-header"); header != "" {
		value := "always"
		if pattern := text("canary-by-header-pattern"); pattern != "" {
			value = "~" + pattern
		}
		if exact := text("canary-by-header-value"); exact != "" {
			value = exact
		}
		conditions = append(conditions, "header "+header+" "+value)
	}
	if cookie := text("canary-by-cookie"); cookie != "" {
		conditions = append(conditions, "cookie "+cookie+" always")
	}
	weight, _ := strconv.ParseFloat(text("canary-weight"), 64)
	if total, err := strconv.ParseFloat(text("canary-weight-total"), 64); err == nil && total > 0 {
		weight *= 100 / total
	}
	for _, rule := range o.List(o.Spec, "rules") {
		host := strings.ToLower(rule.Get("host").Str())
		for _, path := range o.List(o.Mapping(rule, "http"), "paths") {
			at := path.Get("path").Str()
			var backends backendList
			addBackend(o, &backends, path.Get("backend"), host+at)
			for _, b := range backends.list {
				from := graph.EndpointRef{Group: canaryRule(o, host, at)}
				for _, condition := range conditions {
					addCanaryCall(o, from, b, &graph.Place{Match: strings.TrimSpace(host + at + " " + condition)}, graph.Strong)
				}
				switch {
				case weight > 0:
					addCanaryCall(o, from, b, &graph.Place{Match: host + at, Share: min(weight, 100)}, graph.Strong)
				case conditions == nil:
					addCanaryCall(o, from, b, &graph.Place{Match: host + at}, graph.Allowed)
				}
			}
		}
	}
}

func addCanaryCall(o *resource.Object, from graph.EndpointRef, b backend, in *graph.Place, strength graph.Strength) {
	o.Facts.Calls = append(o.Facts.Calls, graph.CallFact{From: from, To: o.Service("", b.service), Evidence: graph.Evidence{
		Origin: b.origin, Way: "ingress-canary", Strength: strength, Class: graph.ClassIngress,
		Mode: graph.Sync, Protocol: ingressProtocol(resource.LabelsOf(o.Meta.Get("annotations"))), Port: b.port, Key: in.Match, In: in,
	}})
}
