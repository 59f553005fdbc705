package mesh

import (
	"slices"

	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
)

// ConsulRegistrations finds the addresses in the configuration of an agent that registers services. The agent
// calls none of these: their addresses are what it answers to those who look them up.
var ConsulRegistrations = settings.YAMLFormat{
	Match: func(_ string, root document.Node) bool {
		agent := slices.ContainsFunc(agentKeys, func(key string) bool { return consulGet(root, key).Exists() })
		if services := root.Get("services"); services.IsList() {
			return len(services.List()) > 0 && !slices.ContainsFunc(services.List(), func(s document.Node) bool { return !isRegistration(s, agent) })
		}
		if !agent { // it has no other key than the service
			agent = true
			for key := range root.Pairs() {
				agent = agent && key.Str() == "service"
			}
		}
		return root.Get("service").IsMap() && isRegistration(root.Get("service"), agent)
	},
	Read: func(s *settings.Collector, root settings.YAMLRoot) {
		for key, value := range root.Pairs() {
			if key.Str() != "service" && key.Str() != "services" {
				s.Flatten(root, key.Str(), value, 1)
			}
		}
	},
}

// agentKeys are some that the configuration of an agent of Consul has, and that of other programs has not.
var agentKeys = []string{"retryJoin", "datacenter", "dataDir", "bindAddr", "clientAddr", "bootstrapExpect"}

// isRegistration reports whether a node registers a service. Other programs have objects with a name and a port as
// well: in a document that is not known to be of an agent, it takes what only Consul has.
func isRegistration(n document.Node, agent bool) bool {
	if !consulGet(n, "name").IsScalar() {
		return false
	}
	has := func(key string) bool { return consulGet(n, key).Exists() }
	return has("port") && (agent || slices.ContainsFunc([]string{"check", "checks", "connect", "enableTagOverride", "taggedAddresses"}, has))
}
