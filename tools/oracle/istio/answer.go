package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
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
)

// A line of the answer is the version, a refused object, or what acts on one part of one call
// on its way to one destination.
type line struct {
	Version string `json:"version,omitempty"`

	Refused string `json:"refused,omitempty"` // kind/namespace/name
	Reason  string `json:"reason,omitempty"`

	Caller string `json:"caller,omitempty"` // namespace/name of the workload, or of the Gateway
	Proxy  string `json:"proxy,omitempty"`  // sidecar, waypoint, gateway, or none
	Host   string `json:"host,omitempty"`   // that the caller calls
	Callee string `json:"callee,omitempty"` // namespace/name of a Service, or another host
	Port   int    `json:"port,omitempty"`   // of the callee
	Subset string `json:"subset,omitempty"`
	Match  string `json:"match,omitempty"` // of the requests
	TCP    bool   `json:"tcp,omitempty"`   // the call has no requests
	Fault  bool   `json:"fault,omitempty"`

	Timeout string   `json:"timeout,omitempty"`
	PerTry  string   `json:"perTry,omitempty"`
	Retries int      `json:"retries,omitempty"`
	On      []string `json:"on,omitempty"`
	Backoff string   `json:"backoff,omitempty"`
	Max     string   `json:"maxBackoff,omitempty"`

	Connect  string    `json:"connect,omitempty"`
	Outliers *outliers `json:"outlierDetection,omitempty"`
	Limits   *limits   `json:"limits,omitempty"`
	Balance  string    `json:"balance,omitempty"`
}

// outliers is an outlier detection, with the values that Envoy gives to absent fields.
type outliers struct {
	Failures int     `json:"consecutive5xx"`
	Gateway  int     `json:"consecutiveGateway"`
	Interval string  `json:"interval"`
	Ejection string  `json:"baseEjectionTime"`
	Share    float64 `json:"maxEjectionPercent"`
	Panic    float64 `json:"panicThreshold"`
}

// limits are those that are set; 0 is none.
type limits struct {
	Connections int     `json:"connections,omitempty"`
	Pending     int     `json:"pending,omitempty"`
	Requests    int     `json:"requests,omitempty"`
	Retries     int     `json:"retries,omitempty"`
	Budget      float64 `json:"retryBudget,omitempty"`
}

// ask returns the lines of what Istio makes of a stream of YAML.
func ask(text string) (string, error) {
	in, err := parse(text)
	if err != nil {
		return "", err
	}
	lines := append(slices.Clone(in.refused), line{Version: version()})
	err = test.Wrap(func(t test.Failer) {
		a := &asker{input: in}
		a.start(t)
		lines = append(lines, a.answer()...)
	})
	if err != nil {
		return "", err
	}
	var texts []string
	for _, l := range lines {
		data, err := json.Marshal(l)
		if err != nil {
			return "", err
		}
		texts = append(texts, string(data)+"\n")
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), ""), nil
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

func (a *asker) answer() []line {
	var lines []line
	for i := range a.workloads {
		w := &a.workloads[i]
		sidecar, ambient := a.injected(w)
		for _, c := range w.calls {
			call := line{Caller: w.namespace + "/" + w.name, Host: c.host}
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
func (a *asker) sidecar(w *workload, c call, l line) []line {
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
		l.destination(found)
		return []line{l}
	}
	return nil
}

// serves reports whether a virtual host is for the requests to a host.
func serves(vhost *route.VirtualHost, host string, port int) bool {
	return slices.Contains(vhost.Domains, host) || slices.Contains(vhost.Domains, host+":"+strconv.Itoa(port))
}

// waypoint returns what the waypoint of a callee, if it has one, does with a call.
func (a *asker) waypoint(w *workload, c call, l line) []line {
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
	return []line{l}
}

// gateway returns what the proxies of a Gateway do with requests from outside.
func (a *asker) gateway(g *gateway) []line {
	namespace, own := "istio-system", ""
	if g.api {
		namespace, own = g.namespace, g.service()
	}
	p := a.proxy(model.Router, namespace, g.name, g.labels, own)
	clusters := xdstest.ExtractClusters(a.server.Clusters(p))
	var lines []line
	for _, config := range a.server.Routes(p) {
		for _, vhost := range config.VirtualHosts {
			l := line{Caller: g.namespace + "/" + g.name, Proxy: "gateway", Host: strings.Join(vhost.Domains, ",")}
			lines = append(lines, a.routes(l, vhost, clusters)...)
		}
	}
	return lines
}

// routes returns a line for each destination of each route of a virtual host.
func (a *asker) routes(l line, vhost *route.VirtualHost, clusters map[string]*cluster.Cluster) []line {
	var lines []line
	seen := map[string]bool{}
	for _, r := range vhost.Routes {
		l := l
		l.Match = matchText(r.Match)
		if seen[l.Match] {
			continue // the one before it takes all requests
		}
		seen[l.Match] = true
		action := r.GetRoute()
		if action == nil {
			continue // a redirect or a direct response
		}
		l.Timeout = duration(action.Timeout)
		l.retries(action.RetryPolicy)
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
				to.destination(found)
				lines = append(lines, to)
			}
		}
	}
	return lines
}

func (l *line) retries(r *route.RetryPolicy) {
	if r == nil {
		return
	}
	l.Retries = int(value(r.NumRetries, 1))
	for _, word := range strings.Split(r.RetryOn, ",") {
		if word != "retriable-status-codes" && word != "" {
			l.On = append(l.On, word)
		}
	}
	for _, code := range r.RetriableStatusCodes {
		l.On = append(l.On, strconv.Itoa(int(code)))
	}
	slices.Sort(l.On)
	l.PerTry = duration(r.PerTryTimeout)
	if r.RetryBackOff != nil {
		l.Backoff, l.Max = duration(r.RetryBackOff.BaseInterval), duration(r.RetryBackOff.MaxInterval)
	}
}

// destination takes what is said of the cluster that requests are sent to.
func (l *line) destination(c *cluster.Cluster) {
	_, subset, name, port := model.ParseSubsetKey(c.Name)
	l.Callee, l.Port = service(string(name)), port
	if strings.HasPrefix(c.Name, "inbound-vip") {
		subset = strings.TrimPrefix(strings.TrimPrefix(subset, "http"), "/")
	}
	l.Subset = subset
	l.Connect = duration(c.ConnectTimeout)
	if o := c.OutlierDetection; o != nil {
		l.Outliers = &outliers{
			Failures: int(value(o.Consecutive_5Xx, 5)), Gateway: int(value(o.ConsecutiveGatewayFailure, 0)),
			Interval: cmp.Or(duration(o.Interval), "10s"), Ejection: cmp.Or(duration(o.BaseEjectionTime), "30s"),
			Share: float64(value(o.MaxEjectionPercent, 10)), Panic: c.GetCommonLbConfig().GetHealthyPanicThreshold().GetValue(),
		}
		if value(o.EnforcingConsecutive_5Xx, 100) == 0 {
			l.Outliers.Failures = 0
		}
		if value(o.EnforcingConsecutiveGatewayFailure, 0) == 0 {
			l.Outliers.Gateway = 0
		}
	}
	for _, t := range c.GetCircuitBreakers().GetThresholds() {
		own := limits{
			Connections: limit(t.MaxConnections), Pending: limit(t.MaxPendingRequests), Requests: limit(t.MaxRequests), Retries: limit(t.MaxRetries),
			Budget: t.GetRetryBudget().GetBudgetPercent().GetValue(),
		}
		if own != (limits{}) {
			l.Limits = &own
		}
	}
	l.Balance = strings.ToLower(c.LbPolicy.String())
}

func value(v *wrapperspb.UInt32Value, unset uint32) uint32 {
	if v == nil {
		return unset
	}
	return v.Value
}

// limit is 0 for the largest number, which Istio sets where it wants no limit.
func limit(v *wrapperspb.UInt32Value) int {
	if n := v.GetValue(); n != 1<<32-1 {
		return int(n)
	}
	return 0
}

// duration is empty for none.
func duration(d *durationpb.Duration) string {
	if d.AsDuration() == 0 {
		return ""
	}
	return d.AsDuration().Round(time.Microsecond).String()
}

// matchText is which requests a route takes, in the words of weir: "GET /cart*".
func matchText(m *route.RouteMatch) string {
	var words []string
	for _, h := range m.Headers {
		if h.Name == ":method" {
			words = append(words, stringText(h.GetStringMatch()))
		}
	}
	switch {
	case m.GetPath() != "":
		words = append(words, m.GetPath())
	case m.GetPathSeparatedPrefix() != "":
		words = append(words, m.GetPathSeparatedPrefix()+"*")
	case m.GetPrefix() != "" && m.GetPrefix() != "/":
		words = append(words, m.GetPrefix()+"*")
	case m.GetSafeRegex() != nil:
		words = append(words, "~"+m.GetSafeRegex().Regex)
	}
	for _, h := range m.Headers {
		if h.Name != ":method" {
			without := ""
			if h.InvertMatch {
				without = "without "
			}
			words = append(words, strings.TrimSpace(without+"header "+h.Name+" "+stringText(h.GetStringMatch())))
		}
	}
	for _, q := range m.QueryParameters {
		words = append(words, strings.TrimSpace("query "+q.Name+" "+stringText(q.GetStringMatch())))
	}
	return strings.Join(words, " ")
}

func stringText(m *matcher.StringMatcher) string {
	switch {
	case m.GetExact() != "":
		return m.GetExact()
	case m.GetPrefix() != "":
		return m.GetPrefix() + "*"
	case m.GetSafeRegex() != nil:
		return "~" + m.GetSafeRegex().Regex
	}
	return ""
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
