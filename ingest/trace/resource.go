package trace

// A resource is what spans of one process have in common, while it is read.
type resource struct {
	name, namespace, cluster, workload []byte
}

func isAttribute(key []byte) bool { return attributeOf(key) != noAttribute }

func isResource(key []byte) bool {
	var r resource
	return r.field(key) != nil
}

// field returns the part of the resource that an attribute sets, or nil.
func (r *resource) field(key []byte) *[]byte {
	switch string(key) {
	case "service.name":
		return &r.name
	case "service.namespace":
		return &r.namespace
	case "k8s.namespace.name":
		return &r.cluster
	case "k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name", "k8s.cronjob.name":
		return &r.workload
	}
	return nil
}

// put keeps an attribute, if it matters. The first of equal keys counts.
func (r *resource) put(key, value []byte) {
	if f := r.field(key); f != nil && *f == nil && len(value) > 0 {
		*f = value
	}
}

// resource returns the party that a resource is, 0 if it does not name its service.
func (w *Collector) resource(r *resource) uint32 {
	return w.party(r.name, r.namespace, r.cluster, r.workload, nil)
}
