// Package ingest finds and opens sources, tells formats apart, and feeds what
// they say to a graph.Builder.
package ingest

import (
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/manifest"
)

// Readers are the formats that weir reads, most telling first: a document goes
// to the first reader whose Match takes it.
var Readers = []*document.Reader{
	manifest.Backstage,
	manifest.Istio,
	manifest.Consul,
	manifest.Kuma,
	manifest.Dapr,
	manifest.GatewayAPI,
	manifest.Linkerd,
	manifest.SMI,
	manifest.Contour,
	manifest.Traefik,
	manifest.Emissary,
	manifest.Kong,
	manifest.NginxIngress,
	manifest.Gloo,
	manifest.Compose,
	manifest.Kubernetes,
	manifest.Envoy,
	manifest.Spring,
	manifest.Telemetry,
	manifest.Nginx,
	manifest.Native, // last: any list of services may be one
}
