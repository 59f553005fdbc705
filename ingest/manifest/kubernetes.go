package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Kubernetes reads the objects of Kubernetes itself and of its nearest
// relatives: workloads with their settings, names, routes into the cluster,
// permissions to call and scaling. Objects of meshes and gateways have readers of
// their own.
var Kubernetes = &document.Reader{
	Name: "kubernetes",
	Doc:  "Kubernetes objects: workloads, Services, ConfigMaps, Ingresses, NetworkPolicies, scaling",
	Reads: []string{
		"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "Pod",
		"DeploymentConfig and Route (OpenShift)", "Rollout (Argo)", "Service (Knative)",
		"ConfigMap", "Secret", "Service", "Endpoints", "EndpointSlice", "Ingress",
		"NetworkPolicy", "CiliumNetworkPolicy", "HorizontalPodAutoscaler", "ScaledObject (KEDA)",
		"PodDisruptionBudget", "Namespace", "ServiceAccount", "Kustomization",
	},
	Match: func(h *document.Head) bool { return kubernetesKindOf(h) != nil },
	Read:  readKubernetes,
}

// A kubernetesKind is one kind of object that the reader knows.
type kubernetesKind struct {
	name   string   // as Kubernetes spells it
	groups []string // the API groups it has lived in
	read   func(o *object)
}

// kubernetesKinds are the kinds by their lower-case spelling. A kind that two
// API groups share is there once for each.
var kubernetesKinds map[string][]*kubernetesKind

func init() { // the readers below refer to the table themselves
	kubernetesKinds = map[string][]*kubernetesKind{}
	for _, k := range [...]kubernetesKind{
		{"Deployment", []string{"apps", "extensions", ""}, readReplicated},
		{"StatefulSet", []string{"apps", "apps.kruise.io", ""}, readReplicated},
		{"ReplicaSet", []string{"apps", "extensions", ""}, readReplicated},
		{"ReplicationController", []string{""}, readReplicated},
		{"CloneSet", []string{"apps.kruise.io"}, readReplicated},
		{"DeploymentConfig", []string{"apps.openshift.io", ""}, readDeploymentConfig},
		{"Rollout", []string{"argoproj.io"}, readRollout},
		{"DaemonSet", []string{"apps", "extensions", "apps.kruise.io", ""}, readDaemonSet},
		{"Job", []string{"batch", "extensions", ""}, readJob},
		{"CronJob", []string{"batch", ""}, readCronJob},
		{"ScheduledJob", []string{"batch"}, readCronJob},
		{"Pod", []string{""}, readPod},
		{"Service", []string{"serving.knative.dev"}, readKnativeService},

		{"ConfigMap", []string{""}, readConfigMap},
		{"Secret", []string{""}, readSecret},

		{"Service", []string{""}, readService},
		{"Endpoints", []string{""}, readEndpoints},
		{"EndpointSlice", []string{"discovery.k8s.io"}, readEndpointSlice},
		{"Ingress", []string{"networking.k8s.io", "extensions", ""}, readIngress},
		{"Route", []string{"route.openshift.io", ""}, readOpenShiftRoute},

		{"NetworkPolicy", []string{"networking.k8s.io", "extensions", ""}, readNetworkPolicy},
		{"CiliumNetworkPolicy", []string{"cilium.io"}, readCiliumPolicy},
		{"CiliumClusterwideNetworkPolicy", []string{"cilium.io"}, readCiliumPolicy},

		{"HorizontalPodAutoscaler", []string{"autoscaling", "extensions", ""}, readAutoscaler},
		{"ScaledObject", []string{"keda.sh", "keda.k8s.io"}, readScaledObject},
		{"PodDisruptionBudget", []string{"policy", ""}, readBudget},
		{"Namespace", []string{""}, readNamespace},
		{"ServiceAccount", []string{""}, func(*object) {}}, // known, and says nothing about calls
		{"Kustomization", []string{"kustomize.config.k8s.io"}, readKustomization},
		{"Component", []string{"kustomize.config.k8s.io"}, readKustomization},
	} {
		key := strings.ToLower(k.name)
		kubernetesKinds[key] = append(kubernetesKinds[key], &k)
	}
}

// kustomization is the kind of a kustomization.yaml, which may leave it out.
var kustomization = &kubernetesKind{name: "Kustomization", read: readKustomization}

// kubernetesKindOf returns the kind that a document is of, nil if it is not the
// reader's. Kinds and groups are compared without case: old manifests have both
// in lower case.
func kubernetesKindOf(h *document.Head) *kubernetesKind {
	if h.Kind == "" {
		if strings.HasPrefix(h.Base, "kustomization.y") && !h.Text {
			return kustomization
		}
		return nil
	}
	group := h.Group()
	for _, k := range kubernetesKinds[strings.ToLower(h.Kind)] {
		for _, g := range k.groups {
			if strings.EqualFold(g, group) {
				return k
			}
		}
	}
	return nil
}

// kubernetesKindName returns the spelling of a kind that refs use.
func kubernetesKindName(kind string) string {
	if kinds := kubernetesKinds[strings.ToLower(kind)]; len(kinds) > 0 {
		return kinds[0].name
	}
	return kind
}

// readKubernetes reads one object of any kind in the table.
func readKubernetes(d *document.Document, f *graph.Facts) {
	k := kubernetesKindOf(&d.Head)
	if k == nil {
		return
	}
	o := newObject(d, f, k.name)
	if k.name != kustomization.name && k.name != "Component" && !o.named() {
		return
	}
	k.read(o)
}
