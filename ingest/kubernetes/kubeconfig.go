package kubernetes

import (
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
)

// Kubeconfig finds the API server in a file that clients of Kubernetes log in with: that of the
// current context, or all of them if the file sets no context.
var Kubeconfig = settings.YAMLFormat{
	Match: func(_ string, root document.Node) bool {
		return root.Get("kind").Str() == "Config" && root.Get("apiVersion").Str() == "v1" && root.Get("clusters").IsList()
	},
	Read: func(s *settings.Collector, root settings.YAMLRoot) {
		current := currentCluster(root.Node)
		for _, c := range root.Get("clusters").List() {
			server := c.Get("cluster", "server")
			if server.IsScalar() && (current == "" || c.Get("name").Str() == current) {
				s.Put(root, server, "clusters.cluster.server")
			}
		}
	},
}

// currentCluster returns the name of the cluster of the current context, "" if there is none.
func currentCluster(root document.Node) string {
	current := root.Get("current-context").Str()
	if current == "" {
		return ""
	}
	for _, c := range root.Get("contexts").List() {
		if c.Get("name").Str() == current {
			return c.Get("context", "cluster").Str()
		}
	}
	return ""
}
