package kubernetes

import (
	"encoding/json"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// albAction is the port of a backend that is no Service but an action of the AWS
// load balancer, which an annotation describes under the backend's name.
const albAction = "use-annotation"

// addALBAction adds the Services that an action forwards to. Redirects and fixed
// answers forward to none.
func addALBAction(o *resource.Object, backends []backend, name document.Node, match string) []backend {
	at := o.Meta.Get("annotations", "alb.ingress.kubernetes.io/actions."+name.Str())
	var action struct {
		ForwardConfig struct {
			TargetGroups []struct {
				ServiceName string
				ServicePort any // a number, or a text with a number or a name
				Weight      *float64
			}
		}
	}
	if err := json.Unmarshal([]byte(at.Str()), &action); err != nil {
		if at.Exists() {
			o.Problem(graph.Failed, at, "", "%s %q: the action %q is not valid", o.Kind, o.Name, name.Str())
		}
		return backends
	}
	var split *graph.GroupFact
	if len(action.ForwardConfig.TargetGroups) > 1 {
		split = actionSplit(o, backends, at)
	}
	for _, group := range action.ForwardConfig.TargetGroups {
		if group.ServiceName == "" {
			continue // a target group outside the cluster
		}
		b := backend{service: group.ServiceName, origin: o.At(at), split: split, weight: 1}
		if group.Weight != nil {
			b.weight = *group.Weight
		}
		switch port := group.ServicePort.(type) {
		case float64:
			b.port = int(port)
		case string:
			b.port = resource.PortText(port)
		}
		backends = mergeBackend(backends, b, match)
	}
	return backends
}

// actionSplit is the split between the target groups of an action, one however many
// backends use the action.
func actionSplit(o *resource.Object, backends []backend, action document.Node) *graph.GroupFact {
	for i := range backends {
		if b := &backends[i]; b.split != nil && b.split.Origin == o.At(action) {
			return b.split
		}
	}
	return o.NewGroup(graph.Split, action, nil)
}
