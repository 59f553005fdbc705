package link

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// kubernetes is the realm in which names belong to namespaces.
const kubernetes = "kubernetes"

// clusterHost splits a host "NAME.NAMESPACE.svc.DOMAIN": what is before "svc", and the domain,
// which is empty if the host ends there.
func clusterHost(host string) (inside, domain string, ok bool) {
	inside, domain, ok = strings.Cut(host+".", ".svc.")
	return inside, strings.TrimSuffix(domain, "."), ok && strings.Contains(inside, ".")
}

// clusterService returns the Service that a host is the name of, if that can only be a
// Service of a cluster.
func clusterService(host string) (graph.Ref, bool) {
	inside, domain, ok := clusterHost(strings.TrimSuffix(strings.ToLower(host), "."))
	if !ok || domain != "" && !strings.HasSuffix("."+domain, ".local") || isPlatform(inside) {
		return graph.Ref{}, false
	}
	labels := strings.Split(inside, ".")
	if labels = labels[max(0, len(labels)-2):]; labels[0] == "" || labels[1] == "" || strings.ContainsAny(inside, "*/") {
		return graph.Ref{}, false
	}
	return graph.Ref{Realm: kubernetes, Kind: "Service", Namespace: labels[1], Name: labels[0]}, true
}

// isPlatform reports whether a host is the API server of the cluster or the metadata server
// of a cloud.
func isPlatform(host string) bool {
	switch host {
	case "kubernetes", "metadata", "metadata.google.internal", "169.254.169.254", "169.254.170.2":
		return true
	}
	return host == "kubernetes.default" || strings.HasPrefix(host, "kubernetes.default.svc")
}
