package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pilot/test/xdstest"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/host"
	"istio.io/istio/pkg/test"
	"istio.io/istio/pkg/wellknown"

	"github.com/weirgraph/weir/tools/oracle/answer"
	"github.com/weirgraph/weir/tools/oracle/answer/envoy"
	"github.com/weirgraph/weir/tools/oracle/answer/envoy/match"
)

// ask returns the lines of what Istio makes of a stream of YAML.
func ask(text string) ([]answer.Line, error) {
	in, err := parse(text)
	if err != nil {
		return nil, err
	}
	lines := in.refused
	err = test.Wrap(func(t test.Failer) {
		a := &asker{input: in}
		a.start(t)
		lines = append(lines, a.answer()...)
	})
	return lines, err
}

// An asker asks a control plane that has an input.
type asker struct {
	*input
	server *xds.FakeDiscoveryServer
}

// start runs a control plane.
func (a *asker) start(t test.Failer) {
	objects := slices.Clone(a.objects)
	have := map[string]bool{}
	spaces := map[string]bool{"istio-system": true}
	address := 0
	for _, o := range objects {
		switch o := o.(type) {
		case *corev1.Service:
			if o.Spec.ClusterIP == "" && o.Spec.Type != corev1.ServiceTypeExternalName {
				address++
				o.Spec.ClusterIP = "10.1.0." + strconv.Itoa(address)
			}
			have[o.Namespace+"/"+o.Name] = true
		case *gatewayv1.Gateway:
			a.address(o)
		}
	}
	for _, g := range a.gateways {
		if !g.api || have[g.namespace+"/"+g.service()] {
			continue
		}
		address++
		objects = append(objects, &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: g.service(), Namespace: g.namespace, Labels: g.labels},
			Spec: corev1.ServiceSpec{
				ClusterIP: "10.1.0." + strconv.Itoa(address), Selector: g.labels,
				Ports: []corev1.ServicePort{{Name: "http", Port: 80}, {Name: "mesh", Port: 15008}},
			},
		})
	}
	for _, w := range a.workloads {
		spaces[w.namespace] = true
	}
	for name := range a.namespaces {
		delete(spaces, name)
	}
	for _, name := range slices.Sorted(maps.Keys(spaces)) {
		objects = append(objects, runtime.Object(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}))
	}
	a.server = xds.NewFakeDiscoveryServer(t, xds.FakeOptions{KubernetesObjects: objects, Configs: a.configs, MeshConfig: a.mesh})
}

// address gives a Gateway the address that Istio's controller writes into its status.
func (a *asker) address(o *gatewayv1.Gateway) {
	for _, g := range a.gateways {
		if g.api && g.namespace == o.Namespace && g.name == o.Name {
			kind := gatewayv1.HostnameAddressType
			o.Status.Addresses = []gatewayv1.GatewayStatusAddress{{Type: &kind, Value: g.service() + "." + g.namespace + ".svc.cluster.local"}}
		}
	}
}

func (a *asker) proxy(kind model.NodeType, namespace, name string, labels map[string]string, gateway string) *model.Proxy {
	p := &model.Proxy{
		Type: kind, ID: name + "." + namespace, ConfigNamespace: namespace, Labels: labels,
		Metadata:    &model.NodeMetadata{IstioVersion: "1.31.0", Namespace: namespace, Labels: labels, ClusterID: constants.DefaultClusterName},
		IPAddresses: []string{"10.200.0.1"},
	}
	p = a.server.SetupProxy(p)
	if gateway != "" {
		service := a.server.PushContext().ServiceIndex.HostnameAndNamespace[host.Name(gateway+"."+namespace+".svc.cluster.local")][namespace]
		for _, port := range service.Ports {
			p.ServiceTargets = append(p.ServiceTargets, model.ServiceTarget{
				Service: service, Port: model.ServiceInstancePort{ServicePort: port, TargetPort: uint32(port.Port)},
			})
		}
		p.SetGatewaysForProxy(a.server.PushContext())
	}
	return p
}

func (a *asker) answer() []answer.Line {
	var lines []answer.Line
	for i := range a.workloads {
		w := &a.workloads[i]
		sidecar, ambient := a.injected(w)
		for _, c := range w.calls {
			call := answer.Line{Caller: w.namespace + "/" + w.name, Host: c.host, Unsure: a.unsure(w)}
			switch {
			case sidecar:
				lines = append(lines, a.sidecar(w, c, call)...)
			case ambient:
				lines = append(lines, a.waypoint(w, c, call)...)
			default:
				call.Proxy, call.Callee, call.Port = "none", service(longName(c.host, w.namespace)), c.port
				lines = append(lines, call)
			}
		}
	}
	for i := range a.gateways {
		if g := &a.gateways[i]; !g.waypoint {
			lines = append(lines, a.gateway(g)...)
		}
	}
	return lines
}

// sidecar returns what the sidecar of a caller does with a call.
func (a *asker) sidecar(w *workload, c call, l answer.Line) []answer.Line {
	p := a.proxy(model.SidecarProxy, w.namespace, w.name, w.labels, "")
	l.Proxy = "sidecar"
	clusters := xdstest.ExtractClusters(a.server.Clusters(p))
	routes := xdstest.ExtractRouteConfigurations(a.server.Routes(p))
	full := longName(c.host, w.namespace)
	for _, name := range []string{strconv.Itoa(c.port), full + ":" + strconv.Itoa(c.port)} {
		for _, vhost := range routes[name].GetVirtualHosts() {
			if serves(vhost, c.host, c.port) {
				return a.routes(l, vhost, clusters)
			}
		}
	}
	if found := clusters["outbound|"+strconv.Itoa(c.port)+"||"+full]; found != nil {
		l.TCP = true
		toward(&l, found)
		return []answer.Line{l}
	}
	return nil
}

// serves reports whether a virtual host is for the requests to a host.
func serves(vhost *route.VirtualHost, host string, port int) bool {
	return slices.Contains(vhost.Domains, host) || slices.Contains(vhost.Domains, host+":"+strconv.Itoa(port))
}

// waypoint returns what the waypoint of a callee, if it has one, does with a call.
func (a *asker) waypoint(w *workload, c call, l answer.Line) []answer.Line {
	full := longName(c.host, w.namespace)
	for i := range a.gateways {
		g := &a.gateways[i]
		if !g.waypoint {
			continue
		}
		p := a.proxy(model.Waypoint, g.namespace, g.name, g.labels, "")
		clusters := xdstest.ExtractClusters(a.server.Clusters(p))
		main := xdstest.ExtractListener("main_internal", a.server.Listeners(p))
		for _, chain := range main.GetFilterChains() {
			for _, filter := range chain.Filters {
				if filter.Name != wellknown.HTTPConnectionManager {
					continue
				}
				manager := xdstest.SilentlyUnmarshalAny[hcm.HttpConnectionManager](filter.GetTypedConfig())
				_, _, name, port := model.ParseSubsetKey(chain.Name)
				if config := manager.GetRouteConfig(); string(name) == full && port == c.port {
					l.Proxy = "waypoint"
					return a.routes(l, config.VirtualHosts[0], clusters)
				}
			}
		}
	}
	l.Proxy, l.Callee, l.Port = "none", service(full), c.port
	return []answer.Line{l}
}

// gateway returns what the proxies of a Gateway do with requests from outside.
func (a *asker) gateway(g *gateway) []answer.Line {
	namespace, own := "istio-system", ""
	if g.api {
		namespace, own = g.namespace, g.service()
	}
	p := a.proxy(model.Router, namespace, g.name, g.labels, own)
	clusters := xdstest.ExtractClusters(a.server.Clusters(p))
	var lines []answer.Line
	for _, config := range a.server.Routes(p) {
		for _, vhost := range config.VirtualHosts {
			l := answer.Line{Caller: g.namespace + "/" + g.name, Proxy: "gateway", Host: strings.Join(vhost.Domains, ",")}
			lines = append(lines, a.routes(l, vhost, clusters)...)
		}
	}
	return lines
}

// routes returns a line for each destination of each route of a virtual host.
func (a *asker) routes(l answer.Line, vhost *route.VirtualHost, clusters map[string]*cluster.Cluster) []answer.Line {
	var lines []answer.Line
	seen := map[string]bool{}
	for _, r := range vhost.Routes {
		l := l
		l.Match = match.Text(r.Match)
		if seen[l.Match] {
			continue // the one before it takes all requests
		}
		seen[l.Match] = true
		action := r.GetRoute()
		if action == nil {
			continue // a redirect or a direct response
		}
		l.Timeout = envoy.Duration(action.Timeout)
		envoy.Retries(&l, action.RetryPolicy)
		l.Fault = r.TypedPerFilterConfig[wellknown.Fault] != nil
		names := map[string]bool{}
		if name := action.GetCluster(); name != "" {
			names[name] = true
		}
		for _, w := range action.GetWeightedClusters().GetClusters() {
			if w.Weight.GetValue() > 0 {
				names[w.Name] = true
			}
		}
		for name := range names {
			if found := clusters[name]; found != nil {
				to := l
				toward(&to, found)
				lines = append(lines, to)
			}
		}
	}
	return lines
}

// toward adds what is said of the cluster that requests are sent to.
func toward(l *answer.Line, c *cluster.Cluster) {
	_, subset, name, port := model.ParseSubsetKey(c.Name)
	l.Callee, l.Port = service(string(name)), port
	if strings.HasPrefix(c.Name, "inbound-vip") {
		subset = strings.TrimPrefix(strings.TrimPrefix(subset, "http"), "/")
	}
	l.Subset = subset
	envoy.Cluster(l, c, answer.Limits{}, 0)
}

// longName is the full name of the host that a caller in a namespace calls.
func longName(host, namespace string) string {
	switch parts := strings.Split(host, "."); {
	case len(parts) == 1:
		return host + "." + namespace + ".svc.cluster.local"
	case len(parts) == 2:
		return host + ".svc.cluster.local"
	case len(parts) == 3 && parts[2] == "svc":
		return host + ".cluster.local"
	}
	return host
}

// service is namespace/name for the host of a Service.
func service(host string) string {
	if base, found := strings.CutSuffix(host, ".svc.cluster.local"); found {
		if name, namespace, found := strings.Cut(base, "."); found {
			return namespace + "/" + name
		}
	}
	return host
}
