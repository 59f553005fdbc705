package address

import "strings"

// PodOwner returns the name of the workload of a pod: the name of the pod without the
// suffix that ReplicaSets, DaemonSets and StatefulSets add. A name without such a suffix
// is returned as it is.
func PodOwner(pod string) string {
	owner, _ := PodController(pod)
	return owner
}

// PodController also returns the kind that the workload must have if the suffix alone is
// weak evidence: "gateway-https" may be a program of its own.
func PodController(pod string) (owner, kind string) {
	owner, end, ok := cutEnd(pod)
	switch {
	case !ok:
		return pod, ""
	case isOrdinal(end):
		return owner, "StatefulSet"
	case !isSuffix(end, 5, 5):
		return pod, ""
	}
	if workload, hash, ok := cutEnd(owner); ok && isSuffix(hash, 6, 10) && strings.ContainsAny(hash, "0123456789") {
		return workload, ""
	}
	return owner, "DaemonSet"
}

func cutEnd(name string) (before, after string, ok bool) {
	i := strings.LastIndexByte(name, '-')
	if i <= 0 {
		return name, "", false
	}
	return name[:i], name[i+1:], true
}

func isOrdinal(s string) bool {
	return s != "" && len(s) < 4 && strings.Trim(s, "0123456789") == ""
}

// isSuffix reports whether s can be a generated suffix of Kubernetes, which has no vowels
// and no digits that look like one.
func isSuffix(s string, shortest, longest int) bool {
	return len(s) >= shortest && len(s) <= longest && strings.Trim(s, "bcdfghjklmnpqrstvwxz2456789") == ""
}
