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
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"

	contourv1 "github.com/projectcontour/contour/apis/projectcontour/v1"
	"github.com/projectcontour/contour/internal/dag"
	envoyv3 "github.com/projectcontour/contour/internal/envoy/v3"
	"github.com/projectcontour/contour/internal/k8s"

	"github.com/weirgraph/weir/tools/oracle/answer"
	"github.com/weirgraph/weir/tools/oracle/answer/envoy"
	"github.com/weirgraph/weir/tools/oracle/answer/envoy/match"
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
	// Envoy matches the whole path, whatever an expression begins with.
	l := answer.Line{Caller: caller, Proxy: "gateway", Host: host.Name, Match: strings.ReplaceAll(match.Text(made.Match), "~^", "~"), Timeout: "15s"}
	action := made.GetRoute()
	if action.Timeout != nil {
		l.Timeout = envoy.Duration(action.Timeout)
	}
	l.Idle = envoy.Duration(action.IdleTimeout)
	envoy.Retries(&l, action.RetryPolicy)
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
		envoy.Cluster(&to, generator.Cluster(c), envoy.Own, 50)
		lines = append(lines, to)
	}
	return lines
}
