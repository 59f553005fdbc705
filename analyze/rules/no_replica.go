package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var noReplica = &Rule{
	ID:       "no-replica",
	Title:    "service with callers and without replicas",
	Doc:      noReplicaDoc,
	Severity: analyze.Warning,
	NoFix:    analyze.NoValue,
	Check:    checkNoReplica,
}

const noReplicaDoc = `
A workload that is scaled to zero answers no request. Each call to it fails at once, no
retry helps, and breakers and health checks have no replica to choose from.

Reported for a service whose workload declares no replica at all, with a synchronous
caller that is proven by strong evidence, if no autoscaler in the inputs scales it. A
Service whose selector misses the pods of the workload that it is for is reported, too,
with and without callers: the workload of its name, or the only one in its namespace
whose labels differ from the selector in a letter or two. Labels that a kustomization adds
are not missed.

A Service with such callers whose selector matches no pod of the inputs is info, where the
inputs have the pods of other Services of its namespace and nothing is unrendered or an operator's.

A route of Istio to a subset that no DestinationRule declares finds no replica either. It is
reported as info where no DestinationRule of the inputs is for the host.

    kind: Deployment
    metadata: {name: stock}          # web calls http://stock
    spec:
      replicas: 0

Not reported: workloads with an autoscaler (HorizontalPodAutoscaler, KEDA, Knative); optional
calls, calls with a fallback and members of a pool or failover; and services without
callers.

**Fix.** Set "spec.replicas" to the number that the callers need, or remove the calls. Let
"spec.selector" of the Service and the labels of the pods agree.
`

// podless are the kinds of objects without a reader for which nothing makes pods.
var podless = []string{
	"APIService", "Certificate", "ClusterIssuer", "ClusterRole", "ClusterRoleBinding", "Issuer", "LimitRange", "MutatingWebhookConfiguration",
	"PersistentVolume", "PersistentVolumeClaim", "PodMonitor", "PodSecurityPolicy", "PriorityClass", "PrometheusRule", "ResourceQuota", "Role", "RoleBinding",
	"ServiceAccount", "ServiceMonitor", "StorageClass", "ValidatingWebhookConfiguration",
}

// podsMadeElsewhere reports whether pods may come from inputs that are not read or not rendered, or from
// objects that only an operator knows.
func podsMadeElsewhere(p *Pass) bool {
	c := p.Graph.Coverage()
	return p.unrendered || c.Unreadable > 0 || len(c.Unread) > 0 || slices.ContainsFunc(c.Skipped, func(kind graph.Count) bool {
		return kind.Name == graph.UnrenderedTemplate || !strings.Contains(kind.Name, " ") && !slices.Contains(podless, kind.Name)
	})
}

// unseenPods says of a Service whose pods no input declares who calls it. It is false if there is no such caller,
// or if the pods may be made elsewhere.
func unseenPods(p *Pass, f analyze.Finding) (analyze.Finding, bool) {
	if len(f.Services) == 0 || podsMadeElsewhere(p) {
		return f, false
	}
	g, v := p.Analysis.Strong, f.Services[0]
	var callers []graph.Node
	for _, e := range g.In(v) {
		if g.From(e) != v && g.Service(g.From(e)).Defined && g.Mode(e) == graph.Sync {
			callers = append(callers, g.From(e))
		}
	}
	if len(callers) == 0 {
		return f, false
	}
	f.Confidence = analyze.Assumed
	f.Alike = analyze.Alike{
		Cause: "pods", Says: "select no pod of the inputs; if no other source has such pods, calls of them fail",
		Hint: "add the manifests of the pods to the sources, or correct each spec.selector", Objects: true,
	}
	f.Message += fmt.Sprintf("; if no other source has such pods, the calls of %s fail", someIDs(g, callers))
	return f, true
}

// missingSubset makes one finding of all objects with routes to subsets that one object lacks.
func missingSubset(m *graph.Mistake) analyze.Alike {
	return analyze.Alike{Cause: m.Of.Namespace + ": " + m.Why, Says: "send" + strings.TrimPrefix(m.Why, "sends"), Hint: m.Hint, Objects: true, One: true}
}

func checkNoReplica(p *Pass) {
	for _, m := range p.Graph.Coverage().Mistakes {
		switch f := mistake(p, &m); m.Kind {
		case graph.MissedSelector:
			p.Report(f)
		case graph.MissingSubset:
			f.Alike = missingSubset(&m)
			p.Report(f)
		case graph.UnseenSubset:
			f.Alike, f.Confidence = missingSubset(&m), analyze.Assumed
			p.At(analyze.Info, f)
		case graph.UnseenPods:
			if f, ok := unseenPods(p, f); ok {
				p.At(analyze.Info, f)
			}
		}
	}
	g := p.Analysis.Strong
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		n := analyze.Replicas(s)
		if !analyze.IsOwn(s) || s.Scaling != nil || !n.Set() || n.Value != 0 || n.Scaled {
			continue
		}
		var calls []graph.Edge
		var callers []graph.Node
		for _, e := range g.In(v) {
			u := analyze.Replicas(g.Service(g.From(e)))
			if idle := u.Set() && u.Value == 0; idle || g.From(e) == v || g.Mode(e) != graph.Sync || !analyze.Breaks(g, e) {
				continue
			}
			calls = append(calls, e)
			callers = append(callers, g.From(e))
		}
		if len(calls) == 0 {
			continue
		}
		p.Report(analyze.Finding{
			Confidence: confidence(g, calls),
			Subject:    s.ID,
			Message:    fmt.Sprintf("%s declares 0 replicas and no autoscaler, but is called by %s: each of these calls fails", s.ID, someIDs(g, callers)),
			Hint:       fmt.Sprintf("set the replicas of %s to the number that its callers need, or remove the calls", s.ID),
			Fix:        workloadFix(s, policy.Edit{Path: "spec.replicas", Value: "2"}),
			Values:     []analyze.KeyValue{number("callers", len(callers)), number("replicas", 0)},
			Origins:    places(s, n.Origin),
			Services:   []graph.Node{v},
			Alike: analyze.Alike{
				Cause: "replicas", Says: "have callers, declare 0 replicas and no autoscaler: each call to them fails",
				Hint: "set the replicas of each to the number that its callers need, or remove the calls",
			},
		})
	}
}
