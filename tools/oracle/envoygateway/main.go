// Command envoygateway asks Envoy Gateway what its proxies do with requests of the Gateways in a
// directory of YAML, and which objects it refuses. It prints sorted lines of JSON, as
// tools/oracle/istio does:
//
//	go -C tools/oracle/envoygateway run . DIRECTORY
//	go -C tools/oracle/envoygateway run . -record ../../../testdata/oracle/envoygateway/*.txtar
//
// Its module has a name below Envoy Gateway's, whose packages are internal.
package main

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	xdsresource "github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gwapiv1 "sigs.k8s.io/gateway-api/apis/v1"

	egv1a1 "github.com/envoyproxy/gateway/api/v1alpha1"
	"github.com/envoyproxy/gateway/internal/gatewayapi"
	"github.com/envoyproxy/gateway/internal/gatewayapi/resource"
	"github.com/envoyproxy/gateway/internal/ir"
	"github.com/envoyproxy/gateway/internal/logging"
	xds "github.com/envoyproxy/gateway/internal/xds/translator"

	"github.com/weirgraph/weir/tools/oracle/answer"
	"github.com/weirgraph/weir/tools/oracle/answer/envoy"
	"github.com/weirgraph/weir/tools/oracle/answer/envoy/match"
)

func main() { answer.Main("github.com/envoyproxy/gateway", ask) }

func ask(text string) ([]answer.Line, error) {
	in, lines, err := parse(text)
	if err != nil {
		return nil, err
	}
	for _, class := range in.classes {
		resources := *in.resources
		resources.GatewayClass = class
		resources.Gateways = nil
		for _, g := range in.resources.Gateways {
			if string(g.Spec.GatewayClassName) == class.Name {
				resources.Gateways = append(resources.Gateways, g)
			}
		}
		more, err := translate(&resources)
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	return lines, nil
}

// translate returns what the control plane makes of the Gateways of one class.
func translate(resources *resource.Resources) ([]answer.Line, error) {
	log := logging.DefaultLogger(io.Discard, egv1a1.LogLevelError)
	t := &gatewayapi.Translator{
		GatewayControllerName: string(resources.GatewayClass.Spec.ControllerName), GatewayClassName: gwapiv1.ObjectName(resources.GatewayClass.Name),
		GlobalRateLimitEnabled: true, EndpointRoutingDisabled: true, BackendEnabled: true, Logger: log,
	}
	result, _ := t.Translate(context.Background(), resources) // what is wrong is in the statuses
	lines := refusedPolicies(result)
	for key, made := range result.XdsIR {
		x := &xds.Translator{GlobalRateLimit: &xds.GlobalRateLimitSettings{}, Logger: log}
		table, err := x.Translate(context.Background(), made)
		if err != nil {
			return nil, err
		}
		clusters := map[string]*cluster.Cluster{}
		for _, c := range table.XdsResources[xdsresource.ClusterType] {
			clusters[c.(*cluster.Cluster).Name] = c.(*cluster.Cluster)
		}
		g := &gateway{key, made, clusters}
		for _, config := range table.XdsResources[xdsresource.RouteType] {
			for _, host := range config.(*route.RouteConfiguration).VirtualHosts {
				lines = append(lines, g.routes(config.(*route.RouteConfiguration).Name, host)...)
			}
		}
		for _, listener := range made.TCP {
			for _, r := range listener.Routes {
				l := answer.Line{Caller: key, Proxy: "gateway", TCP: true}
				lines = append(lines, g.destinations(l, r.Destination)...)
			}
		}
	}
	return lines, nil
}

// refusedPolicies returns the policies that the control plane does not accept.
func refusedPolicies(result *gatewayapi.TranslateResult) []answer.Line {
	var lines []answer.Line
	add := func(kind string, meta metav1.ObjectMeta, status gwapiv1.PolicyStatus) {
		for _, ancestor := range status.Ancestors {
			for _, c := range ancestor.Conditions {
				if c.Type == string(gwapiv1.PolicyConditionAccepted) && c.Status == metav1.ConditionFalse && c.Reason == string(gwapiv1.PolicyReasonInvalid) {
					lines = append(lines, answer.Line{Refused: kind + "/" + meta.Namespace + "/" + meta.Name, Reason: c.Message})
				}
			}
		}
	}
	for _, p := range result.BackendTrafficPolicies {
		add(p.Kind, p.ObjectMeta, p.Status)
	}
	for _, p := range result.ClientTrafficPolicies {
		add(p.Kind, p.ObjectMeta, p.Status)
	}
	return lines
}

// A gateway is a Gateway with the configuration of its proxies.
type gateway struct {
	name     string
	made     *ir.Xds
	clusters map[string]*cluster.Cluster
}

// routes returns a line for each destination of each route of a host at a listener.
func (g *gateway) routes(at string, host *route.VirtualHost) []answer.Line {
	var lines []answer.Line
	seen := map[string]bool{}
	for _, r := range host.Routes {
		listener, from := g.routeOf(at, r.Name)
		if from == nil {
			continue
		}
		l := answer.Line{Caller: g.name, Proxy: "gateway", Host: strings.Join(host.Domains, ","), Match: match.Text(r.Match), Timeout: "15s"} // Envoy's
		if from.IsHTTP2 {
			l.Match = strings.Trim(l.Match, "/*")
		}
		if seen[l.Match] {
			continue // the one before it takes all requests
		}
		seen[l.Match] = true
		action := r.GetRoute()
		if action == nil {
			continue
		}
		if action.Timeout != nil {
			l.Timeout = envoy.Duration(action.Timeout)
		}
		l.Idle = idle(listener, from)
		envoy.Retries(&l, action.RetryPolicy)
		lines = append(lines, g.destinations(l, from.Destination)...)
	}
	return lines
}

// routeOf returns that of which a route is made, and its listener.
func (g *gateway) routeOf(at, name string) (*ir.HTTPListener, *ir.HTTPRoute) {
	for _, listener := range g.made.HTTP {
		for _, r := range listener.Routes {
			if r.Name == name && listener.Name == at {
				return listener, r
			}
		}
	}
	return nil, nil
}

// idle is how long a request may be without a byte. Without a policy it is as long as the timeout, or
// longer.
func idle(listener *ir.HTTPListener, r *ir.HTTPRoute) string {
	if r.Traffic != nil && r.Traffic.Timeout != nil && r.Traffic.Timeout.HTTP != nil && r.Traffic.Timeout.HTTP.StreamIdleTimeout != nil {
		return answer.Duration(r.Traffic.Timeout.HTTP.StreamIdleTimeout.Duration)
	}
	if t := listener.Timeout; t != nil && t.HTTP != nil && t.HTTP.StreamIdleTimeout != nil {
		return answer.Duration(t.HTTP.StreamIdleTimeout.Duration)
	}
	return ""
}

// destinations returns a line for each backend, also for those that get no requests until their
// weight is changed. They have a cluster together, or one each.
func (g *gateway) destinations(l answer.Line, to *ir.RouteDestination) []answer.Line {
	var lines []answer.Line
	for _, s := range to.Settings {
		c := cmp.Or(g.clusters[s.Name], g.clusters[to.Name])
		if s.Metadata == nil || c == nil {
			continue
		}
		one := l
		one.On = slices.Clone(l.On)
		one.Callee = s.Metadata.Namespace + "/" + s.Metadata.Name
		envoy.Cluster(&one, c, envoy.Own, 50)
		lines = append(lines, one)
	}
	return lines
}
