package ingest

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/dapr"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/gateway"
	"github.com/weirgraph/weir/ingest/kubernetes"
	"github.com/weirgraph/weir/ingest/library"
	"github.com/weirgraph/weir/ingest/mesh"
	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
)

// What products add to the readers of others is in lists that the readers export.
// They are filled here, in one place, in the order in which they are asked.
func init() {
	kubernetes.Annotations = []func(*resource.Object){
		mesh.LinkerdService,
		mesh.LinkerdWorkload,
		gateway.IngressNginxPolicies,
		gateway.ContourAnnotations,
		gateway.HaproxyAnnotations,
		gateway.NginxIngressAnnotations,
		gateway.KongAnnotations,
		gateway.TraefikAnnotations,
		gateway.CheckAnnotations,
		gateway.AWSAnnotations.Check,
		mesh.IstioAnnotations.Check,
		dapr.Annotations.Check,
	}
	kubernetes.ConfigMaps = []func(*resource.Object){mesh.IstioMeshMap, gateway.ContourConfigMap}
	kubernetes.Sidecars = []func(*resource.Object, document.Node) string{mesh.ConsulSidecar, dapr.Sidecar}
	kubernetes.IngressVia = []func(*resource.Object) []graph.Ref{gateway.KongVia, gateway.TraefikIngressVia}
	kubernetes.Foreign = mesh.CiliumKinds
	gateway.RouteMeshes = []gateway.RouteMesh{mesh.LinkerdRoutes}

	settings.TextFormats = append(slices.Clip(proxy.TextFormats), library.SpringProperties)
	settings.YAMLFormats = append(slices.Clip(proxy.YAMLFormats), kubernetes.Kubeconfig, mesh.ConsulRegistrations, gateway.TraefikServers, gateway.KongServices, library.SpringYAML)
	settings.TextPolicies = proxy.TextPolicies
	settings.YAMLPolicies = []settings.YAMLPolicy{proxy.EnvoyPolicies, gateway.TraefikDynamic, gateway.KongServicePolicies}
	settings.Libraries = append(slices.Clip(library.Libraries), gateway.TraefikStatic)
}
