package gateway

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/internal/didyoumean"
)

// A targetRule says what the policies of a kind are attached to. API servers refuse one that names
// anything else.
type targetRule struct {
	title  string
	kinds  []string
	groups []string // the first one is meant where another one is written; nil if they depend on the kind
}

const (
	apiGroup  = "gateway.networking.k8s.io"
	apiGroupX = "gateway.networking.x-k8s.io"
)

var (
	apiGroups = []string{apiGroup, apiGroupX}
	anyRoute  = []string{"Gateway", "ListenerSet", "XListenerSet", "HTTPRoute", "GRPCRoute", "TCPRoute", "UDPRoute", "TLSRoute"}
	toTraffic = targetRule{"Gateways and routes", anyRoute, apiGroups}
	toNginx   = targetRule{"Gateways, HTTPRoutes and GRPCRoutes", []string{"Gateway", "HTTPRoute", "GRPCRoute"}, apiGroups}
)

// targetRules are the rules in the definitions of Envoy Gateway 1.9, NGINX Gateway Fabric 2.7 and kgateway
// 2.1, by kind.
var targetRules = map[string]targetRule{
	"BackendTrafficPolicy": toTraffic, "EnvoyExtensionPolicy": toTraffic, "TrafficPolicy": toTraffic,
	"SecurityPolicy":         {"Gateways, HTTPRoutes, GRPCRoutes and TCPRoutes", anyRoute[:6], apiGroups},
	"ClientTrafficPolicy":    {"Gateways", anyRoute[:3], apiGroups},
	"ProxySettingsPolicy":    toNginx,
	"ClientSettingsPolicy":   toNginx,
	"SnippetsPolicy":         {"Gateways", anyRoute[:1], apiGroups},
	"UpstreamSettingsPolicy": {"Services", []string{"Service"}, []string{"", "core"}},
	"BackendConfigPolicy":    {"Services and Backends", []string{"Service", "Backend"}, nil},
}

// targetsOf returns what a policy names as its targets, and notes those that its definition refuses.
func targetsOf(r *resource.Object, f *field.Reader) []document.Node {
	var targets []document.Node
	take := func(at document.Node, path string) {
		if r.Text(at, "name") != "" && targetRules[r.Kind].takes(f, at, path) {
			targets = append(targets, at)
		}
	}
	for i, at := range r.List(r.Spec, "targetRefs") {
		take(at, fmt.Sprintf("targetRefs[%d].", i))
	}
	if one := r.Mapping(r.Spec, "targetRef"); one.Exists() {
		take(one, "targetRef.")
	}
	return targets
}

// takes reports whether a policy may be attached to a target, and notes why not.
func (t targetRule) takes(f *field.Reader, at document.Node, path string) bool {
	kind, group := at.Get("kind"), at.Get("group")
	switch {
	case t.kinds == nil, kind.Str() == "", document.IsPlaceholder(kind.Str()), document.IsPlaceholder(group.Str()): // what is missing is a flaw of its form
		return true
	case !slices.Contains(t.kinds, kind.Str()):
		why := "policies of this kind are for " + t.title
		for _, known := range t.kinds {
			if strings.EqualFold(known, kind.Str()) || didyoumean.IsTypo(kind.Str(), known) {
				f.Flaw(graph.Invalid, kind, path+"kind", why, "write "+known, field.Instead(known))
				return false
			}
		}
		f.Flaw(graph.Invalid, kind, path+"kind", why, "name one of these")
		return false
	case t.groups != nil && group.Exists() && !slices.Contains(t.groups, group.Str()):
		f.Flaw(graph.Invalid, group, path+"group", fmt.Sprintf("%s is of the group %q", kind.Str(), t.groups[0]), fmt.Sprintf("write %q", t.groups[0]), field.Instead(t.groups[0]))
		return false
	}
	return true
}
