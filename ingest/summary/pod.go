package summary

import "strings"

// podOwner is the name of the workload that a pod's name is made of: without the
// ends that ReplicaSets, DaemonSets and StatefulSets give.
func podOwner(pod string) string {
	owner, end, ok := cutLast(pod)
	switch {
	case !ok:
		return pod
	case isOrdinal(end):
		return owner
	case !isSuffix(end, 5, 5):
		return pod
	}
	if workload, hash, ok := cutLast(owner); ok && isSuffix(hash, 6, 10) && strings.ContainsAny(hash, "0123456789") {
		return workload
	}
	return owner
}

func cutLast(name string) (before, after string, ok bool) {
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
