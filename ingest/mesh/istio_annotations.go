package mesh

import (
	"strings"

	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy/product"
)

// IstioAnnotations are those of Istio 1.31 and of releases before it: annotation/annotations.gen.go of istio.io/api.
var IstioAnnotations = resource.AnnotationTable{
	Product:  product.Istio,
	Prefixes: []string{"sidecar.istio.io/", "traffic.sidecar.istio.io/", "proxy.istio.io/", "networking.istio.io/", "inject.istio.io/", "status.sidecar.istio.io/", "readiness.status.sidecar.istio.io/"},
	On: map[string][]string{
		"Service": {"networking.istio.io/exportTo", "networking.istio.io/traffic-distribution"},
		"Pod": strings.Fields(`inject.istio.io/templates proxy.istio.io/config proxy.istio.io/overrides
			readiness.status.sidecar.istio.io/applicationPorts readiness.status.sidecar.istio.io/failureThreshold
			readiness.status.sidecar.istio.io/initialDelaySeconds readiness.status.sidecar.istio.io/periodSeconds
			sidecar.istio.io/agentLogLevel sidecar.istio.io/bootstrapOverride sidecar.istio.io/componentLogLevel
			sidecar.istio.io/controlPlaneAuthPolicy sidecar.istio.io/discoveryAddress sidecar.istio.io/enableCoreDump
			sidecar.istio.io/extraStatTags sidecar.istio.io/inject sidecar.istio.io/interceptionMode
			sidecar.istio.io/logLevel sidecar.istio.io/nativeSidecar sidecar.istio.io/proxyCPU sidecar.istio.io/proxyCPULimit
			sidecar.istio.io/proxyImage sidecar.istio.io/proxyImageType sidecar.istio.io/proxyMemory sidecar.istio.io/proxyMemoryLimit
			sidecar.istio.io/rewriteAppHTTPProbers sidecar.istio.io/statsCompression sidecar.istio.io/statsEvictionInterval
			sidecar.istio.io/statsFlushInterval sidecar.istio.io/statsHistogramBins sidecar.istio.io/statsHistogramBuckets
			sidecar.istio.io/statsInclusionPrefixes sidecar.istio.io/statsInclusionRegexps sidecar.istio.io/statsInclusionSuffixes
			sidecar.istio.io/status sidecar.istio.io/userVolume sidecar.istio.io/userVolumeMount status.sidecar.istio.io/port
			traffic.sidecar.istio.io/excludeInboundPorts traffic.sidecar.istio.io/excludeInterfaces
			traffic.sidecar.istio.io/excludeOutboundIPRanges traffic.sidecar.istio.io/excludeOutboundPorts
			traffic.sidecar.istio.io/includeInboundPorts traffic.sidecar.istio.io/includeOutboundIPRanges
			traffic.sidecar.istio.io/includeOutboundPorts traffic.sidecar.istio.io/kubevirtInterfaces`),
	},
}
