package kubernetes

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/resource"
)

// readAutoscaler reads a HorizontalPodAutoscaler of any version.
func readAutoscaler(o *resource.Object) {
	target := o.Mapping(o.Spec, "scaleTargetRef")
	if !target.Exists() {
		target = o.Spec.Get("scaleRef") // the beta version's word
	}
	addScaler(o, target.Get("kind").Str(), target.Get("name").Str(), "minReplicas", "maxReplicas", 1, 0)
}

// readScaledObject reads an autoscaler of KEDA, which scales from 0 to 100 replicas by
// default.
func readScaledObject(o *resource.Object) {
	target := o.Mapping(o.Spec, "scaleTargetRef")
	kind := target.Get("kind").Str()
	if kind == "" {
		kind = "Deployment"
	}
	name := firstText(target.Get("name"), target.Get("deploymentName"))
	addScaler(o, kind, name, "minReplicaCount", "maxReplicaCount", 0, 100)
}

// addScaler states how far a workload is scaled; least and most hold where the
// object gives no bound.
func addScaler(o *resource.Object, kind, name, minKey, maxKey string, least, most int) {
	if name == "" {
		o.Problem(graph.Failed, o.OrRoot(o.Spec), "", "%s %q has no target: scaleTargetRef has no name", o.Kind, o.Name)
		return
	}
	s := graph.Scaler{Of: o.Sibling(kindName(kind), name), Min: least, Max: most, Origin: o.At(o.Root)}
	if n, _, ok := o.Number(o.Spec, minKey); ok {
		s.Min = n
	}
	if n, _, ok := o.Number(o.Spec, maxKey); ok {
		s.Max = n
	}
	o.Facts.Scalers = append(o.Facts.Scalers, s)
}

// readBudget reads a PodDisruptionBudget.
func readBudget(o *resource.Object) {
	b := graph.Budget{
		Ref:            o.Self,
		Origin:         o.At(o.Root),
		Selects:        o.SelectorAt(o.Mapping(o.Spec, "selector")),
		MinAvailable:   o.Spec.Get("minAvailable").Str(),
		MaxUnavailable: o.Spec.Get("maxUnavailable").Str(),
	}
	if b.Selects.IsZero() {
		o.Problem(graph.Note, o.Root, "set a selector with matchLabels", "PodDisruptionBudget %q does not select a single workload", o.Name)
		return
	}
	o.Facts.Budgets = append(o.Facts.Budgets, b)
}

// readNamespace reads the labels and annotations of a namespace.
func readNamespace(o *resource.Object) {
	o.Facts.Namespaces = append(o.Facts.Namespaces, graph.Namespace{
		Name:        o.Name,
		Labels:      resource.LabelsOf(o.Meta.Get("labels")),
		Annotations: resource.LabelsOf(o.Meta.Get("annotations")),
		Origin:      o.At(o.Root),
	})
}
