package address

import "strings"

// PodOwner returns the name of the workload that a pod's name is made of: without
// the ends that ReplicaSets, DaemonSets and StatefulSets give. A name that looks
// like nothing of the kind stays as it is.
func PodOwner(pod string) string {
	owner, _ := PodController(pod)
	return owner
}

// PodController returns also the kind that the workload must have, if the end proves little:
// "gateway-https" may be a program of its own.
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

// isSuffix reports whether s could be one that Kubernetes made up: it uses no
// vowels, and no digits that look like one.
func isSuffix(s string, shortest, longest int) bool {
	return len(s) >= shortest && len(s) <= longest && strings.Trim(s, "bcdfghjklmnpqrstvwxz2456789") == ""
}
