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
	"github.com/weirgraph/weir/policy/product"
)

// What products add to the readers of others is in lists that the readers export.
// They are filled here, in one place, in the order in which they are asked.
func init() {
	kubernetes.Annotations = []func(*resource.Object){
		mesh.LinkerdService,
		gateway.IngressNginxPolicies,
		gateway.ContourAnnotations,
		gateway.HaproxyAnnotations,
		gateway.KongAnnotations,
	}
	kubernetes.ConfigMaps = []func(*resource.Object){mesh.IstioMeshMap}
	kubernetes.Sidecars = []func(*resource.Object, *graph.Entity, document.Node){mesh.ConsulSidecar, dapr.Sidecar}
	kubernetes.IngressVia = []func(*resource.Object) []graph.Ref{gateway.KongVia, gateway.TraefikIngressVia}
	kubernetes.Foreign = mesh.CiliumKinds
	gateway.RouteMeshes = []gateway.RouteMesh{mesh.LinkerdRoutes}

	settings.TextFormats = []settings.TextFormat{
		{Match: proxy.LooksLikeNginx, Read: proxy.ReadNginx},
		{Match: proxy.LooksLikeHAProxy, Read: proxy.ReadHAProxy},
		{Match: proxy.LooksLikeCaddy, Read: proxy.ReadCaddy},
		{Match: proxy.LooksLikeFluentd, Read: proxy.ReadFluentd},
		{Match: proxy.LooksLikeFluentBit, Read: proxy.ReadFluentBit},
		{Match: settings.LooksLikeProperties, Read: library.ReadSpringProperties},
	}
	settings.YAMLFormats = []settings.YAMLFormat{
		{Match: proxy.IsPrometheus, Read: proxy.ReadPrometheus},
		{Match: proxy.IsAlertmanager, Read: proxy.ReadAlertmanager},
		{Match: proxy.IsCollector, Read: proxy.ReadCollector},
		{Match: proxy.IsDatasources, Read: proxy.ReadDatasources},
		{Match: proxy.IsFluentBitYAML, Read: proxy.ReadFluentBitYAML},
		{Match: proxy.IsEnvoy, Read: proxy.ReadEnvoyClusters},
		{Match: library.IsSpringYAML, Read: library.ReadSpringYAML},
	}
	settings.TextPolicies = []settings.TextPolicy{
		{Match: proxy.LooksLikeNginx, Read: proxy.NginxPolicies},
		{Match: proxy.LooksLikeHAProxy, Read: proxy.HaproxyPolicies},
	}
	settings.YAMLPolicies = []settings.YAMLPolicy{
		{Sign: proxy.EnvoySign, Match: proxy.IsEnvoyConfig, Syntax: product.EnvoyDuration, Read: proxy.EnvoyPolicies},
		{Sign: gateway.TraefikSign, Match: gateway.IsTraefikDynamic, Syntax: product.TraefikDuration, Read: gateway.TraefikDynamicPolicies},
	}
	settings.Libraries = append(slices.Clip(library.Libraries), gateway.TraefikStatic)
}
