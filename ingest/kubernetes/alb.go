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
			}
		}
	}
	if err := json.Unmarshal([]byte(at.Str()), &action); err != nil {
		if at.Exists() {
			o.Problem(graph.Failed, at, "", "%s %q: the action %q is not valid", o.Kind, o.Name, name.Str())
		}
		return backends
	}
	for _, group := range action.ForwardConfig.TargetGroups {
		if group.ServiceName == "" {
			continue // a target group outside the cluster
		}
		b := backend{service: group.ServiceName, origin: o.At(at)}
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
