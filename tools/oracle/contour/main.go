// Command contour asks Contour's own code what its proxies do with the requests for each HTTPProxy,
// and which it refuses. It prints sorted lines of JSON, as tools/oracle/istio does:
//
//	go -C tools/oracle/contour run . DIRECTORY
//	go -C tools/oracle/contour run . -record ../../../testdata/oracle/contour/*.txtar
//
// Its module has a name below Contour's, whose packages are internal.
package main

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"github.com/sirupsen/logrus"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"

	contourv1 "github.com/projectcontour/contour/apis/projectcontour/v1"
	"github.com/projectcontour/contour/internal/dag"
	envoyv3 "github.com/projectcontour/contour/internal/envoy/v3"
	"github.com/projectcontour/contour/internal/k8s"

	"github.com/weirgraph/weir/tools/oracle/answer"
)

func main() { answer.Main("github.com/projectcontour/contour", ask) }

func ask(text string) ([]answer.Line, error) {
	scheme, err := k8s.NewContourScheme()
	if err != nil {
		return nil, err
	}
	decoder := serializer.NewCodecFactory(scheme).UniversalDeserializer()
	log := logrus.New()
	log.SetOutput(io.Discard)
	builder := dag.Builder{
		Source: dag.KubernetesCache{FieldLogger: log},
		Processors: []dag.Processor{
			&dag.ListenerProcessor{HTTPAddress: "0.0.0.0", HTTPPort: 8080},
			&dag.ExtensionServiceProcessor{FieldLogger: log},
			&dag.IngressProcessor{FieldLogger: log, ConnectTimeout: connectTimeout},
			&dag.HTTPProxyProcessor{ConnectTimeout: connectTimeout},
		},
	}
	roots := map[string]string{} // of virtual hosts
	for _, document := range answer.Documents(text) {
		object, _, err := decoder.Decode([]byte(document), nil, nil)
		if err != nil { // as the API server does
			return []answer.Line{{Refused: "HTTPProxy", Reason: err.Error()}}, nil
		}
		if ingress, ok := object.(*networkingv1.Ingress); ok {
			for _, rule := range ingress.Spec.Rules {
				roots[rule.Host] = ingress.Namespace + "/" + ingress.Name
			}
		}
		if proxy, ok := object.(*contourv1.HTTPProxy); ok && proxy.Spec.VirtualHost != nil {
			roots[proxy.Spec.VirtualHost.Fqdn] = proxy.Namespace + "/" + proxy.Name
		}
		if object, ok := object.(metav1.Object); ok && object.GetNamespace() == "" {
			object.SetNamespace("default")
		}
		builder.Source.Insert(object)
	}
	graph := builder.Build()
	var lines []answer.Line
	for _, update := range graph.StatusCache.GetProxyUpdates() {
		if valid := update.Conditions["Valid"]; valid != nil && valid.Status == contourv1.ConditionFalse {
			reason := valid.Message
			if len(valid.Errors) > 0 {
				reason = valid.Errors[0].Message
			}
			lines = append(lines, answer.Line{Refused: "HTTPProxy/" + update.Fullname.Namespace + "/" + update.Fullname.Name, Reason: reason})
		}
	}
	generator := envoyv3.NewEnvoyGen(envoyv3.EnvoyGenOpt{XDSClusterName: "contour"})
	for _, listener := range graph.Listeners {
		for _, host := range listener.VirtualHosts {
			for _, r := range host.Routes {
				lines = append(lines, routeLines(roots[host.Name], host, r, generator)...)
			}
		}
	}
	return lines, nil
}

// connectTimeout is that of Contour's configuration.
const connectTimeout = 2 * time.Second

// routeLines returns a line for each service that a route leads to.
func routeLines(caller string, host *dag.VirtualHost, r *dag.Route, generator *envoyv3.EnvoyGen) []answer.Line {
	if r.Redirect != nil || r.DirectResponse != nil {
		return nil
	}
	made := envoyv3.VirtualHostAndRoutes(host, []*dag.Route{r}, false).Routes[0]
	l := answer.Line{Caller: caller, Proxy: "gateway", Host: host.Name, Match: matchText(made.Match), Timeout: "15s"}
	action := made.GetRoute()
	if action.Timeout != nil {
		l.Timeout = duration(action.Timeout)
	}
	l.Idle = duration(action.IdleTimeout)
	if p := action.RetryPolicy; p != nil {
		l.Retries, l.PerTry = int(value(p.NumRetries, 1)), duration(p.PerTryTimeout)
		for _, word := range strings.Split(p.RetryOn, ",") {
			if word != "retriable-status-codes" {
				l.On = append(l.On, word)
			} else {
				for _, code := range p.RetriableStatusCodes {
					l.On = append(l.On, strconv.Itoa(int(code)))
				}
			}
		}
		slices.Sort(l.On)
	}
	weights := uint32(0)
	for _, c := range r.Clusters {
		weights += c.Weight
	}
	var lines []answer.Line
	for _, c := range r.Clusters {
		if weights > 0 && c.Weight == 0 {
			continue
		}
		to := l
		w := c.Upstream.Weighted
		to.Callee, to.Port = w.ServiceNamespace+"/"+w.ServiceName, int(w.ServicePort.Port)
		destination(&to, generator.Cluster(c))
		lines = append(lines, to)
	}
	return lines
}

func destination(l *answer.Line, c *cluster.Cluster) {
	l.Connect = duration(c.ConnectTimeout)
	if l.Balance = strings.ToLower(c.LbPolicy.String()); l.Balance == "ring_hash" {
		l.Balance = "consistent_hash"
	}
	l.Limits = &answer.Limits{Connections: 1024, Pending: 1024, Requests: 1024, Retries: 3} // Envoy's
	for _, t := range c.GetCircuitBreakers().GetThresholds() {
		l.Limits = &answer.Limits{
			Connections: int(value(t.MaxConnections, 1024)), Pending: int(value(t.MaxPendingRequests, 1024)),
			Requests: int(value(t.MaxRequests, 1024)), Retries: int(value(t.MaxRetries, 3)),
		}
	}
}

func value(v *wrapperspb.UInt32Value, unset uint32) uint32 {
	if v == nil {
		return unset
	}
	return v.Value
}

func duration(d *durationpb.Duration) string { return answer.Duration(d.AsDuration()) }

// matchText is which requests a route takes, in the words of weir.
func matchText(m *route.RouteMatch) string {
	var words []string
	switch {
	case m.GetPath() != "":
		words = append(words, m.GetPath())
	case m.GetPathSeparatedPrefix() != "":
		words = append(words, m.GetPathSeparatedPrefix()+"*")
	case m.GetPrefix() != "" && m.GetPrefix() != "/":
		words = append(words, m.GetPrefix()+"*")
	case m.GetSafeRegex() != nil:
		words = append(words, "~"+strings.TrimPrefix(m.GetSafeRegex().Regex, "^")) // Envoy matches the whole path
	}
	for _, h := range m.Headers {
		words = append(words, "header "+h.Name)
	}
	return strings.Join(words, " ")
}
