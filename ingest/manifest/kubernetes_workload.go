package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// readReplicated reads a workload that keeps a number of equal pods, one if it
// gives no number.
func readReplicated(o *object) {
	if owner, ok := o.owner(); ok {
		if n, _, ok := o.number(o.spec, "replicas"); ok && n == 0 {
			return // an earlier revision that the owner keeps for rolling back
		}
		o.readOwned(owner, o.spec.Get("template"))
		return
	}
	t := o.readTemplate(o.spec.Get("template"), graph.KindService)
	t.Replicas = o.replicas()
	if !t.Patch && !o.spec.Get("replicas").Exists() {
		t.Replicas = policy.Setting[int]{Value: 1, Provenance: policy.PlatformDefault, Origin: t.Origin}
	}
	o.add(t)
}

// readDeploymentConfig reads OpenShift's older Deployment, which starts no pod
// unasked.
func readDeploymentConfig(o *object) {
	t := o.readTemplate(o.spec.Get("template"), graph.KindService)
	t.Replicas = o.replicas()
	o.add(t)
}

// readRollout reads Argo's Deployment, which may have a template of its own or
// take over the pods of a Deployment.
func readRollout(o *object) {
	workload := o.spec.Get("workloadRef")
	if !workload.Exists() {
		readReplicated(o)
		return
	}
	t := graph.Entity{
		Ref:      o.sibling(kubernetesKindName(workload.Get("kind").Str()), workload.Get("name").Str()),
		Origin:   o.At(o.Root),
		Patch:    true,
		Aliases:  []string{o.name},
		Replicas: o.replicas(),
	}
	if t.Name == "" {
		o.Problem(graph.Failed, workload, "", "workloadRef of Rollout %q names nothing", o.name)
		return
	}
	o.add(t)
}

// readDaemonSet reads a workload with a pod on every node. How many nodes there
// are is in no manifest.
func readDaemonSet(o *object) { o.add(o.readTemplate(o.spec.Get("template"), graph.KindService)) }

func readJob(o *object) {
	template := o.spec.Get("template")
	if owner, ok := o.owner(); ok {
		o.readOwned(owner, template)
		return
	}
	o.add(o.readTemplate(template, graph.KindJob))
}

func readCronJob(o *object) {
	o.self.Kind = "CronJob" // also when it is spelled ScheduledJob
	job := o.mapping(o.spec, "jobTemplate")
	o.add(o.readTemplate(job.Get("spec", "template"), graph.KindJob))
}

// readPod reads a pod that nobody keeps alive, or adds what it shows to the
// workload that made it.
func readPod(o *object) {
	if owner, ok := o.owner(); ok {
		o.readOwned(owner, o.Root)
		return
	}
	t := o.readTemplate(o.Root, graph.KindService)
	if !t.Patch {
		t.Replicas = policy.Setting[int]{Value: 1, Provenance: policy.PlatformDefault, Origin: t.Origin}
	}
	o.add(t)
}

// readKnativeService reads a Knative Service: workload and name in one.
func readKnativeService(o *object) {
	name := o.self
	o.self.Kind = "Service.serving.knative.dev" // as kubectl tells it from the Service that it makes
	t := o.readTemplate(o.spec.Get("template"), graph.KindService)
	o.add(t)
	o.facts.Names = append(o.facts.Names, graph.Name{Ref: name, Origin: t.Origin, Of: o.self, Labels: t.Labels, Annotations: t.Annotations})
}

func (o *object) replicas() policy.Setting[int] {
	if n, at, ok := o.number(o.spec, "replicas"); ok {
		return document.Declare(o.Document, at, n)
	}
	return policy.Setting[int]{}
}

// add states that t is there.
func (o *object) add(t graph.Entity) { o.facts.Entities = append(o.facts.Entities, t) }

// readTemplate reads a pod template, or a whole Pod, which has the same shape.
func (o *object) readTemplate(template document.Node, kind graph.Kind) graph.Entity {
	if spec := o.Root.Get("spec"); spec.IsNull() {
		o.wrongType(spec, []string{"spec"}, "a mapping")
	}
	meta, spec := template.Get("metadata"), o.mapping(template, "spec")
	t := graph.Entity{
		Ref:         o.self,
		Origin:      o.At(o.Root),
		Kind:        kind,
		KindSure:    kind == graph.KindJob,
		Stateful:    o.kind == "StatefulSet",
		PodLabels:   labelsOf(meta.Get("labels")),
		Labels:      labelsOf(o.meta.Get("labels")),
		Annotations: labelsOf(o.meta.Get("annotations")),
	}
	if o.kind == "Pod" {
		t.PodLabels = t.Labels
	} else {
		t.Labels = together(t.Labels, t.PodLabels)
		t.Annotations = together(t.Annotations, labelsOf(meta.Get("annotations")))
	}
	p := pod{object: o, spec: spec}
	p.read(&t)
	switch {
	case t.Patch && !t.KindSure:
		t.Kind = graph.KindUnknown
	case !t.Patch && t.PodLabels == nil:
		t.PodLabels = graph.Labels{} // selectors see it, those of NotIn and DoesNotExist
	}
	o.readFacets(&t, meta)
	annotations := meta.Get("annotations")
	o.consulSidecar(&t, annotations)
	daprSidecar(o.Document, o.facts, o.self, annotations)
	return t
}

// readOwned reads the pods of a workload that another object keeps. They are no
// second thing; what they say is said of the owner.
func (o *object) readOwned(owner graph.Ref, template document.Node) {
	o.self = owner
	t := o.readTemplate(template, graph.KindUnknown)
	t.Patch = true
	t.Labels, t.Annotations = nil, nil // the owner's own tell more
	o.add(t)
}

// owner returns the workload that this object was made by, as far as the object
// can know. Objects made by something that is no workload stand for themselves.
func (o *object) owner() (graph.Ref, bool) {
	for _, r := range o.meta.Get("ownerReferences").List() {
		kind, name := kubernetesKindName(r.Get("kind").Str()), r.Get("name").Str()
		if !ownsPods[kind] || name == "" {
			continue
		}
		if kind == "ReplicaSet" {
			kind, name = o.deploymentOf(name)
		}
		return o.sibling(kind, name), true
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
func (o *object) deploymentOf(replicaSet string) (kind, name string) {
	labels := o.meta.Get("labels")
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
