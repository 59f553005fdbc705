package spans

// A Resource is what spans of one process have in common, while it is read.
type Resource struct {
	Name, namespace, cluster, workload []byte
}

func IsAttribute(key []byte) bool { return AttributeOf(key) != NoAttribute }

func IsResource(key []byte) bool {
	var r Resource
	return r.field(key) != nil
}

// field returns the part of the resource that an attribute sets, or nil.
func (r *Resource) field(key []byte) *[]byte {
	switch string(key) {
	case "service.name":
		return &r.Name
	case "service.namespace":
		return &r.namespace
	case "k8s.namespace.name":
		return &r.cluster
	case "k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name", "k8s.cronjob.name":
		return &r.workload
	}
	return nil
}

// Put keeps an attribute, if it matters. The first of equal keys counts.
func (r *Resource) Put(key, value []byte) {
	if f := r.field(key); f != nil && *f == nil && len(value) > 0 {
		*f = value
	}
}

// Resource returns the party that a resource is, 0 if it does not name its service.
func (w *Collector) Resource(r *Resource) uint32 {
	return w.Party(r.Name, r.namespace, r.cluster, r.workload, nil)
}
