// Package kubernetes reads the objects of Kubernetes itself: workloads, Services,
// configuration, Ingresses, NetworkPolicies and scaling. What other products keep in
// these objects is read by the functions in its exported lists.
package kubernetes

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// Reader reads the objects of Kubernetes itself and of its nearest
// relatives: workloads with their settings, names, routes into the cluster,
// permissions to call and scaling. Objects of meshes and gateways have readers of
// their own.
var Reader = &document.Reader{
	Name: "kubernetes",
	Doc:  "Kubernetes objects: workloads, Services, ConfigMaps, Ingresses, NetworkPolicies, scaling",
	Reads: []string{
		"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "Pod",
		"DeploymentConfig and Route (OpenShift)", "Rollout (Argo)", "Service (Knative)",
		"Prometheus, PrometheusAgent, Alertmanager and ThanosRuler (Prometheus operator)", "OpenTelemetryCollector",
		"ConfigMap", "Secret", "Service", "Endpoints", "EndpointSlice", "Ingress",
		"NetworkPolicy", "CiliumNetworkPolicy", "CiliumEnvoyConfig", "HorizontalPodAutoscaler", "ScaledObject (KEDA)",
		"PodDisruptionBudget", "Namespace", "ServiceAccount",
	},
	Match: func(h *document.Head) bool { return kindOf(h) != nil },
	Read:  readKubernetes,
}

// A Kind is one kind of object that the reader knows.
type Kind struct {
	Name   string   // as Kubernetes spells it
	Groups []string // the API groups it has lived in
	Read   func(o *resource.Object)
}

// kinds are the kinds by their lower-case spelling. A kind that two
// API groups share is there once for each.
var kinds map[string][]*Kind

func init() { // the readers below refer to the table themselves
	kinds = map[string][]*Kind{}
	for _, k := range [...]Kind{
		{Name: "Deployment", Groups: []string{"apps", "extensions", ""}, Read: readReplicated},
		{Name: "StatefulSet", Groups: []string{"apps", "apps.kruise.io", ""}, Read: readReplicated},
		{Name: "ReplicaSet", Groups: []string{"apps", "extensions", ""}, Read: readReplicated},
		{Name: "ReplicationController", Groups: []string{""}, Read: readReplicated},
		{Name: "CloneSet", Groups: []string{"apps.kruise.io"}, Read: readReplicated},
		{Name: "DeploymentConfig", Groups: []string{"apps.openshift.io", ""}, Read: readDeploymentConfig},
		{Name: "Rollout", Groups: []string{"argoproj.io"}, Read: readRollout},
		{Name: "DaemonSet", Groups: []string{"apps", "extensions", "apps.kruise.io", ""}, Read: readDaemonSet},
		{Name: "Job", Groups: []string{"batch", "extensions", ""}, Read: readJob},
		{Name: "CronJob", Groups: []string{"batch", ""}, Read: readCronJob},
		{Name: "ScheduledJob", Groups: []string{"batch"}, Read: readCronJob},
		{Name: "Pod", Groups: []string{""}, Read: readPod},
		{Name: "Service", Groups: []string{"serving.knative.dev"}, Read: readKnativeService},

		{Name: "Prometheus", Groups: []string{"monitoring.coreos.com"}, Read: readPrometheus},
		{Name: "PrometheusAgent", Groups: []string{"monitoring.coreos.com"}, Read: readPrometheus},
		{Name: "Alertmanager", Groups: []string{"monitoring.coreos.com"}, Read: readAlertmanager},
		{Name: "ThanosRuler", Groups: []string{"monitoring.coreos.com"}, Read: readThanosRuler},
		{Name: "OpenTelemetryCollector", Groups: []string{"opentelemetry.io"}, Read: readCollector},

		{Name: "ConfigMap", Groups: []string{""}, Read: readConfigMap},
		{Name: "Secret", Groups: []string{""}, Read: readSecret},

		{Name: "Service", Groups: []string{""}, Read: readService},
		{Name: "Endpoints", Groups: []string{""}, Read: readEndpoints},
		{Name: "EndpointSlice", Groups: []string{"discovery.k8s.io"}, Read: readEndpointSlice},
		{Name: "Ingress", Groups: []string{"networking.k8s.io", "extensions", ""}, Read: readIngress},
		{Name: "Route", Groups: []string{"route.openshift.io", ""}, Read: readOpenShiftRoute},

		{Name: "NetworkPolicy", Groups: []string{"networking.k8s.io", "extensions", ""}, Read: readNetworkPolicy},
		{Name: "CiliumNetworkPolicy", Groups: []string{"cilium.io"}, Read: readCiliumPolicy},
		{Name: "CiliumClusterwideNetworkPolicy", Groups: []string{"cilium.io"}, Read: readCiliumPolicy},

		{Name: "HorizontalPodAutoscaler", Groups: []string{"autoscaling", "extensions", ""}, Read: readAutoscaler},
		{Name: "ScaledObject", Groups: []string{"keda.sh", "keda.k8s.io"}, Read: readScaledObject},
		{Name: "PodDisruptionBudget", Groups: []string{"policy", ""}, Read: readBudget},
		{Name: "Namespace", Groups: []string{""}, Read: readNamespace},
		{Name: "ServiceAccount", Groups: []string{""}, Read: func(*resource.Object) {}}, // known, and says nothing about calls
	} {
		key := strings.ToLower(k.Name)
		kinds[key] = append(kinds[key], &k)
	}
}

// kindOf returns the kind that a document is of, nil if it is not the
// reader's. Kinds and groups are compared without case: old manifests have both
// in lower case.
func kindOf(h *document.Head) *Kind {
	if h.Kind == "" {
		return nil
	}
	group := h.Group()
	for _, k := range kinds[strings.ToLower(h.Kind)] {
		if k.in(group) {
			return k
		}
	}
	for _, k := range Foreign {
		if strings.EqualFold(k.Name, h.Kind) && k.in(group) {
			return k
		}
	}
	return nil
}

// in reports whether the kind has lived in an API group.
func (k *Kind) in(group string) bool {
	return slices.ContainsFunc(k.Groups, func(g string) bool { return strings.EqualFold(g, group) })
}

// kindName returns the spelling of a kind that refs use.
func kindName(kind string) string {
	if kinds := kinds[strings.ToLower(kind)]; len(kinds) > 0 {
		return kinds[0].Name
	}
	return kind
}

// isHelmTest reports whether an object is there for "helm test" only.
func isHelmTest(o *resource.Object) bool {
	for _, hook := range strings.Split(o.Meta.Get("annotations", "helm.sh/hook").Str(), ",") {
		switch strings.TrimSpace(hook) {
		case "test", "test-success", "test-failure":
			return true
		}
	}
	return false
}

// readKubernetes reads one object of any kind in the table.
func readKubernetes(d *document.Document, _ *graph.Facts) {
	k := kindOf(&d.Head)
	if k == nil {
		return
	}
	if o := resource.New(d, k.Name); o.Named() {
		if isHelmTest(o) {
			d.Problem(graph.Note, o.Meta.Get("annotations"), "", "%s %q is a test of a chart, and no part of what runs", o.Kind, o.Name)
			return
		}
		k.Read(o)
		for _, read := range Annotations {
			read(o)
		}
	}
}
