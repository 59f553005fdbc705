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
		"NetworkPolicy", "CiliumNetworkPolicy", "CiliumEnvoyConfig", "HorizontalPodAutoscaler", "ScaledObject (KEDA)",
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

	nameless bool // its objects need no name
}

// kubernetesKinds are the kinds by their lower-case spelling. A kind that two
// API groups share is there once for each.
var kubernetesKinds map[string][]*kubernetesKind

func init() { // the readers below refer to the table themselves
	kubernetesKinds = map[string][]*kubernetesKind{}
	for _, k := range [...]kubernetesKind{
		{name: "Deployment", groups: []string{"apps", "extensions", ""}, read: readReplicated},
		{name: "StatefulSet", groups: []string{"apps", "apps.kruise.io", ""}, read: readReplicated},
		{name: "ReplicaSet", groups: []string{"apps", "extensions", ""}, read: readReplicated},
		{name: "ReplicationController", groups: []string{""}, read: readReplicated},
		{name: "CloneSet", groups: []string{"apps.kruise.io"}, read: readReplicated},
		{name: "DeploymentConfig", groups: []string{"apps.openshift.io", ""}, read: readDeploymentConfig},
		{name: "Rollout", groups: []string{"argoproj.io"}, read: readRollout},
		{name: "DaemonSet", groups: []string{"apps", "extensions", "apps.kruise.io", ""}, read: readDaemonSet},
		{name: "Job", groups: []string{"batch", "extensions", ""}, read: readJob},
		{name: "CronJob", groups: []string{"batch", ""}, read: readCronJob},
		{name: "ScheduledJob", groups: []string{"batch"}, read: readCronJob},
		{name: "Pod", groups: []string{""}, read: readPod},
		{name: "Service", groups: []string{"serving.knative.dev"}, read: readKnativeService},

		{name: "ConfigMap", groups: []string{""}, read: readConfigMap},
		{name: "Secret", groups: []string{""}, read: readSecret},

		{name: "Service", groups: []string{""}, read: readService},
		{name: "Endpoints", groups: []string{""}, read: readEndpoints},
		{name: "EndpointSlice", groups: []string{"discovery.k8s.io"}, read: readEndpointSlice},
		{name: "Ingress", groups: []string{"networking.k8s.io", "extensions", ""}, read: readIngress},
		{name: "Route", groups: []string{"route.openshift.io", ""}, read: readOpenShiftRoute},

		{name: "NetworkPolicy", groups: []string{"networking.k8s.io", "extensions", ""}, read: readNetworkPolicy},
		{name: "CiliumNetworkPolicy", groups: []string{"cilium.io"}, read: readCiliumPolicy},
		{name: "CiliumClusterwideNetworkPolicy", groups: []string{"cilium.io"}, read: readCiliumPolicy},

		{name: "CiliumEnvoyConfig", groups: []string{"cilium.io"}, read: readCiliumEnvoy},
		{name: "CiliumClusterwideEnvoyConfig", groups: []string{"cilium.io"}, read: readCiliumEnvoy},

		{name: "HorizontalPodAutoscaler", groups: []string{"autoscaling", "extensions", ""}, read: readAutoscaler},
		{name: "ScaledObject", groups: []string{"keda.sh", "keda.k8s.io"}, read: readScaledObject},
		{name: "PodDisruptionBudget", groups: []string{"policy", ""}, read: readBudget},
		{name: "Namespace", groups: []string{""}, read: readNamespace},
		{name: "ServiceAccount", groups: []string{""}, read: func(*object) {}}, // known, and says nothing about calls
		{name: "Kustomization", groups: []string{"kustomize.config.k8s.io"}, read: readKustomization, nameless: true},
		{name: "Component", groups: []string{"kustomize.config.k8s.io"}, read: readKustomization, nameless: true},
	} {
		key := strings.ToLower(k.name)
		kubernetesKinds[key] = append(kubernetesKinds[key], &k)
	}
}

// kustomization is the kind of a kustomization.yaml, which may leave it out.
var kustomization = &kubernetesKind{name: "Kustomization", read: readKustomization, nameless: true}

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
	if o := newObject(d, f, k.name); k.nameless || o.named() {
		k.read(o)
		for _, read := range annotationPolicies {
			read(o)
		}
	}
}

// annotationPolicies read the policies that a product keeps in the annotations of
// Kubernetes' own objects.
var annotationPolicies = []func(*object){linkerdService, ingressNginxPolicies, contourAnnotations, haproxyAnnotations, kongAnnotations}
