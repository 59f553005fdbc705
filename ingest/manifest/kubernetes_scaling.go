package manifest

import "github.com/weirgraph/weir/graph"

// readAutoscaler reads a HorizontalPodAutoscaler of any version.
func readAutoscaler(o *object) {
	target := o.mapping(o.spec, "scaleTargetRef")
	if !target.Exists() {
		target = o.spec.Get("scaleRef") // the beta version's word
	}
	o.addScaler(target.Get("kind").Str(), target.Get("name").Str(), "minReplicas", "maxReplicas", 1, 0)
}

// readScaledObject reads an autoscaler of KEDA, which may scale to nothing and,
// unless told otherwise, to a hundred.
func readScaledObject(o *object) {
	target := o.mapping(o.spec, "scaleTargetRef")
	kind := target.Get("kind").Str()
	if kind == "" {
		kind = "Deployment"
	}
	name := firstText(target.Get("name"), target.Get("deploymentName"))
	o.addScaler(kind, name, "minReplicaCount", "maxReplicaCount", 0, 100)
}

// addScaler states how far a workload is scaled; least and most hold where the
// object gives no bound.
func (o *object) addScaler(kind, name, minKey, maxKey string, least, most int) {
	if name == "" {
		o.Problem(graph.Failed, o.orRoot(o.spec), "", "%s %q scales nothing: scaleTargetRef has no name", o.kind, o.name)
		return
	}
	s := graph.Scaler{Of: o.sibling(kubernetesKindName(kind), name), Min: least, Max: most, Origin: o.At(o.Root)}
	if n, _, ok := o.number(o.spec, minKey); ok {
		s.Min = n
	}
	if n, _, ok := o.number(o.spec, maxKey); ok {
		s.Max = n
	}
	o.facts.Scalers = append(o.facts.Scalers, s)
}

// readBudget reads a PodDisruptionBudget.
func readBudget(o *object) {
	b := graph.Budget{
		Ref:            o.self,
		Origin:         o.At(o.Root),
		Selects:        o.selectorAt(o.mapping(o.spec, "selector")),
		MinAvailable:   o.spec.Get("minAvailable").Str(),
		MaxUnavailable: o.spec.Get("maxUnavailable").Str(),
	}
	if b.Selects.IsZero() {
		o.Problem(graph.Note, o.Root, "give it a selector with labels", "PodDisruptionBudget %q selects no single workload", o.name)
		return
	}
	o.facts.Budgets = append(o.facts.Budgets, b)
}

// readNamespace reads what is said of a namespace as a whole.
func readNamespace(o *object) {
	o.facts.Namespaces = append(o.facts.Namespaces, graph.Namespace{
		Name:        o.name,
		Labels:      labelsOf(o.meta.Get("labels")),
		Annotations: labelsOf(o.meta.Get("annotations")),
		Origin:      o.At(o.Root),
	})
}

// readKustomization says that the objects are read as they stand in their files,
// without what the kustomization would change.
func readKustomization(o *object) {
	what := "patches and generated settings are missing"
	if namespace := o.Root.Get("namespace").Str(); namespace != "" {
		what = "its namespace \"" + namespace + "\", patches and generated settings are missing"
	}
	o.Problem(graph.Note, o.Root, "pipe the output of kustomize build instead", "kustomization is not built: %s", what)
}
