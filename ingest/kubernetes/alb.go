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
func addALBAction(o *resource.Object, to *backendList, name document.Node, match string) {
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
		return
	}
	var split *graph.GroupFact
	if len(action.ForwardConfig.TargetGroups) > 1 {
		split = to.actionSplit(o, at)
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
		to.add(b, match)
	}
}

// actionSplit is the split between the target groups of an action, one however many
// backends use the action.
func (l *backendList) actionSplit(o *resource.Object, action document.Node) *graph.GroupFact {
	at := o.At(action)
	if l.splits[at] == nil {
		if l.splits == nil {
			l.splits = map[graph.Origin]*graph.GroupFact{}
		}
		l.splits[at] = o.NewGroup(graph.Split, action, nil)
	}
	return l.splits[at]
}
