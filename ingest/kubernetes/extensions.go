package kubernetes

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// What other products keep in the objects of Kubernetes is read by functions in
// these lists, in their order. Package ingest fills them before anything is read.
var (
	// Annotations read the policies that a product keeps in the annotations of
	// Kubernetes' own objects.
	Annotations []func(*resource.Object)

	// ConfigMaps read what a product keeps in a ConfigMap of its own.
	ConfigMaps []func(*resource.Object)

	// Sidecars read how the annotations of a pod set up the proxy beside it. They
	// return another name that the workload has by it, "" for none.
	Sidecars []func(o *resource.Object, annotations document.Node) (alias string)

	// IngressVia name the objects that the calls of an Ingress go through.
	IngressVia []func(*resource.Object) []graph.Ref

	// Foreign are kinds of other products that count as objects of Kubernetes.
	Foreign []*Kind
)
