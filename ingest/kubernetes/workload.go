package kubernetes

import (
	"encoding/json"
	"net/netip"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
)

// readReplicated reads a workload that keeps a number of equal pods, one if it
// gives no number.
func readReplicated(o *resource.Object) {
	if owner, ok := owner(o); ok {
		if n, _, ok := o.Number(o.Spec, "replicas"); ok && n == 0 {
			return // an earlier revision that the owner keeps for rolling back
		}
		readOwned(o, owner, o.Spec.Get("template"))
		return
	}
	t := readTemplate(o, o.Spec.Get("template"), graph.KindService)
	t.Replicas = replicas(o)
	if !t.Patch && !o.Spec.Get("replicas").Exists() {
		t.Replicas = policy.Setting[int]{Value: 1, Provenance: policy.PlatformDefault, Origin: t.Origin}
	}
	add(o, t)
}

// readDeploymentConfig reads OpenShift's older Deployment, which starts no pod by default.
func readDeploymentConfig(o *resource.Object) {
	t := readTemplate(o, o.Spec.Get("template"), graph.KindService)
	t.Replicas = replicas(o)
	add(o, t)
}

// readRollout reads Argo's Deployment, which may have a template of its own or
// take over the pods of a Deployment.
func readRollout(o *resource.Object) {
	workload := o.Spec.Get("workloadRef")
	if !workload.Exists() {
		readReplicated(o)
		return
	}
	t := graph.Entity{
		Ref:      o.Sibling(kindName(workload.Get("kind").Str()), workload.Get("name").Str()),
		Origin:   o.At(o.Root),
		Patch:    true,
		Aliases:  []string{o.Name},
		Replicas: replicas(o),
	}
	if t.Name == "" {
		o.Problem(graph.Failed, workload, "", "workloadRef of Rollout %q has no name", o.Name)
		return
	}
	add(o, t)
}

// readDaemonSet reads a workload with a pod on every node. How many nodes there
// are is in no manifest. At its ports of the node it answers to all pods there.
func readDaemonSet(o *resource.Object) {
	template := o.Spec.Get("template")
	t := readTemplate(o, template, graph.KindService)
	add(o, t)
	spec := template.Get("spec")
	onNode, _ := spec.Get("hostNetwork").Bool()
	for _, c := range spec.Get("containers").List() {
		for _, n := range c.Get("ports").List() {
			port, written := n.Get("hostPort").Int()
			if !written && onNode {
				port, written = n.Get("containerPort").Int()
			}
			if written {
				o.Facts.Listeners = append(o.Facts.Listeners, graph.Listener{
					Of: t.Ref, Port: port, To: graph.EndpointRef{Ref: t.Ref}, Machine: true, Origin: o.At(n),
				})
			}
		}
	}
}

func readJob(o *resource.Object) {
	template := o.Spec.Get("template")
	if owner, ok := owner(o); ok {
		readOwned(o, owner, template)
		return
	}
	add(o, readTemplate(o, template, graph.KindJob))
}

func readCronJob(o *resource.Object) {
	o.Self.Kind = "CronJob" // also when it is spelled ScheduledJob
	job := o.Mapping(o.Spec, "jobTemplate")
	add(o, readTemplate(o, job.Get("spec", "template"), graph.KindJob))
}

// readPod reads a pod without a controller, or adds its facts to the workload that
// created it.
func readPod(o *resource.Object) {
	if owner, ok := owner(o); ok {
		readOwned(o, owner, o.Root)
		return
	}
	t := readTemplate(o, o.Root, graph.KindService)
	if !t.Patch {
		t.Replicas = policy.Setting[int]{Value: 1, Provenance: policy.PlatformDefault, Origin: t.Origin}
	}
	add(o, t)
}

// readKnativeService reads a Knative Service: workload and name in one.
func readKnativeService(o *resource.Object) {
	name := o.Self
	o.Self.Kind = "Service.serving.knative.dev" // as in kubectl, in contrast to the Service that it creates
	t := readTemplate(o, o.Spec.Get("template"), graph.KindService)
	add(o, t)
	o.Facts.Names = append(o.Facts.Names, graph.Name{Ref: name, Origin: t.Origin, Of: o.Self, Labels: t.Labels, Annotations: t.Annotations})
}

func replicas(o *resource.Object) policy.Setting[int] {
	if n, at, ok := o.Number(o.Spec, "replicas"); ok {
		return document.Declare(o.Document, at, n)
	}
	return policy.Setting[int]{}
}

// add adds the entity of t.
func add(o *resource.Object, t graph.Entity) { o.Facts.Entities = append(o.Facts.Entities, t) }

// readTemplate reads a pod template, or a whole Pod, which has the same shape.
func readTemplate(o *resource.Object, template document.Node, kind graph.Kind) graph.Entity {
	if spec := o.Root.Get("spec"); spec.IsNull() {
		o.WrongType(spec, []string{"spec"}, "a mapping")
	}
	meta, spec := template.Get("metadata"), o.Mapping(template, "spec")
	t := graph.Entity{
		Ref:         o.Self,
		Origin:      o.At(o.Root),
		Kind:        kind,
		KindSure:    kind == graph.KindJob,
		Stateful:    o.Kind == "StatefulSet",
		PodLabels:   resource.LabelsOf(meta.Get("labels")),
		Labels:      resource.LabelsOf(o.Meta.Get("labels")),
		Annotations: resource.LabelsOf(o.Meta.Get("annotations")),
	}
	if o.Kind == "Pod" {
		t.PodLabels = t.Labels
	} else {
		t.Labels = resource.Together(t.Labels, t.PodLabels)
		t.Annotations = resource.Together(t.Annotations, resource.LabelsOf(meta.Get("annotations")))
	}
	p := pod{Object: o, spec: spec}
	p.read(&t)
	switch {
	case t.Patch && !t.KindSure:
		t.Kind = graph.KindUnknown
	case !t.Patch && t.PodLabels == nil:
		t.PodLabels = graph.Labels{} // selectors see it, those of NotIn and DoesNotExist
	}
	readFacets(o, &t, meta)
	annotations := meta.Get("annotations")
	for _, read := range Sidecars {
		if alias := read(o, annotations); alias != "" {
			t.Aliases = append(t.Aliases, alias)
		}
	}
	t.Aliases = append(t.Aliases, fixedAddresses(annotations)...)
	return t
}

// fixedAddresses returns the IP addresses that annotations give a pod: on networks of Multus, and
// from Calico.
func fixedAddresses(annotations document.Node) []string {
	var addresses []string
	add := func(ips []string) {
		for _, ip := range ips {
			ip, _, _ = strings.Cut(ip, "/")
			if _, err := netip.ParseAddr(ip); err == nil {
				addresses = append(addresses, strings.ToLower(ip))
			}
		}
	}
	var networks []struct{ IPs []string }
	if text := annotations.Get("k8s.v1.cni.cncf.io/networks").Str(); strings.Contains(text, "[") && json.Unmarshal([]byte(text), &networks) == nil {
		for _, n := range networks {
			add(n.IPs)
		}
	}
	var ips []string
	if json.Unmarshal([]byte(annotations.Get("cni.projectcalico.org/ipAddrs").Str()), &ips) == nil {
		add(ips)
	}
	return addresses
}

// readOwned reads the pods of a workload that another object keeps. They are not a second
// entity; their facts are added to the owner.
func readOwned(o *resource.Object, owner graph.Ref, template document.Node) {
	o.Self = owner
	t := readTemplate(o, template, graph.KindUnknown)
	t.Patch = true
	t.Labels, t.Annotations = nil, nil // those of the owner are more specific
	add(o, t)
}

// owner returns the workload that this object was made by, as far as the object
// can know. Objects created by something else are workloads themselves.
func owner(o *resource.Object) (graph.Ref, bool) {
	for _, r := range o.Meta.Get("ownerReferences").List() {
		kind, name := kindName(r.Get("kind").Str()), r.Get("name").Str()
		if !ownsPods[kind] || name == "" {
			continue
		}
		if kind == "ReplicaSet" {
			kind, name = deploymentOf(o, name)
		}
		return o.Sibling(kind, name), true
	}
	return graph.Ref{}, false
}

// ownsPods are the kinds whose pods, ReplicaSets and Jobs are part of them.
var ownsPods = map[string]bool{
	"Deployment": true, "StatefulSet": true, "DaemonSet": true, "ReplicaSet": true, "ReplicationController": true,
	"CloneSet": true, "DeploymentConfig": true, "Rollout": true, "Job": true, "CronJob": true,
}

// deploymentOf looks through a ReplicaSet to what made it: the controllers of
// Deployments and Rollouts name it after themselves and a hash, and label its
// pods with that hash.
func deploymentOf(o *resource.Object, replicaSet string) (kind, name string) {
	labels := o.Meta.Get("labels")
	for _, maker := range [...]struct{ kind, label string }{
		{"Rollout", "rollouts-pod-template-hash"},
		{"Deployment", "pod-template-hash"},
	} {
		hash := labels.Get(maker.label).Str()
		if name, ok := strings.CutSuffix(replicaSet, "-"+hash); ok && hash != "" {
			return maker.kind, name
		}
	}
	return "ReplicaSet", replicaSet
}
