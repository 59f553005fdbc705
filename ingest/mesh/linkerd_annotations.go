package mesh

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/kubernetes"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy/product"
)

// linkerdNames are the annotations of policies that Linkerd reads on Services and routes:
// https://linkerd.io/2/reference/retries, /timeouts and /circuit-breaking.
var linkerdNames = []string{
	linkerdTimeout + "request", linkerdTimeout + "response", linkerdTimeout + "idle",
	linkerdRetry + "http", linkerdRetry + "grpc", linkerdRetry + "limit", linkerdRetry + "timeout",
	linkerdAccrual, linkerdAccrual + "-consecutive-max-failures", linkerdAccrual + "-consecutive-min-penalty",
	linkerdAccrual + "-consecutive-max-penalty", linkerdAccrual + "-consecutive-jitter-ratio",
}

// unknownLinkerdNames notes the annotations of a Service or route that Linkerd has no policy for.
func unknownLinkerdNames(f *field.Reader, annotations document.Node) {
	for key, value := range annotations.Pairs() {
		name := key.Str()
		family := strings.HasPrefix(name, linkerdTimeout) || strings.HasPrefix(name, linkerdRetry)
		if !family && !strings.HasPrefix(name, "balancer.linkerd.io/") || isLinkerdName(name) {
			continue
		}
		if near := didyoumean.Suggest(name, linkerdNames); len(near) > 0 && didyoumean.IsTypo(name, near[0]) && !annotations.Get(near[0]).Exists() {
			f.Misnamed(value, name, "there is no such annotation", near[0])
		} else if family { // of the balancer there may be others
			f.Flaw(graph.Inert, value, name, "there is no such annotation", "remove it")
		}
	}
}

func isLinkerdName(name string) bool { return slices.Contains(linkerdNames, name) }

// LinkerdWorkload notes annotations for policies of Linkerd on what is no Service: the policies are
// those of calls to a Service, and nothing reads them on its pods.
func LinkerdWorkload(o *resource.Object) {
	if o.Kind == "Service" {
		return
	}
	for _, annotations := range []document.Node{o.Meta.Get("annotations"), o.Spec.Get("template", "metadata", "annotations")} {
		if !linkerdAnnotated(annotations) {
			continue
		}
		f := field.New(o.Document, product.LinkerdDuration)
		for key, value := range annotations.Pairs() {
			if isLinkerdName(key.Str()) {
				hint, fix := linkerdPlace(o)
				f.Flaw(graph.Unbound, value, key.Str(), "Linkerd reads it on a Service", hint, fix)
			}
		}
		if f.Flawed() {
			p := o.Policy(product.Linkerd, "annotations without effect", annotations)
			p.Of = o.Ref()
			o.AddPolicies(f, p)
		}
	}
}

// linkerdPlace says where an annotation for policies belongs that is on an object.
func linkerdPlace(o *resource.Object) (string, field.Fix) {
	switch o.Kind {
	case "Namespace":
		return "move it to the Services of the namespace that it is for", field.Partly
	case "Ingress":
		if services := kubernetes.IngressServices(o); len(services) == 1 {
			return "move it to the Service " + services[0].Ref.Name, field.Into("Service/" + o.Namespace + "/" + services[0].Ref.Name)
		}
		return "move it to the Services of its backends", field.Partly
	}
	if !o.Spec.Get("template").Exists() && o.Kind != "Pod" {
		return "move it to a Service", field.Partly
	}
	return "move it to the Service that selects the pods", field.Into("Service/" + o.Namespace + "/" + o.Name) // which has the same name in most cases
}
