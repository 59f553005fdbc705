// Package ingest turns sources into facts: it finds and opens files, splits them into
// documents, detects their formats, and adds the facts that readers find to a
// link.Builder.
//
// The unit is the document, not the file: one stream mixes objects of many kinds, and a
// broken one does not hide the others. The format of a document is detected by its head,
// the top-level keys that are found without parsing. The first of Readers that matches
// the head gets the document, which is parsed only then: most files of a repository match
// no reader, and counting them costs little more than reading the bytes.
//
// Every document is counted in the Coverage of the builder: as read by a reader, as
// skipped with its kind, or as a problem with its place.
package ingest

import (
	"github.com/weirgraph/weir/ingest/catalog"
	"github.com/weirgraph/weir/ingest/compose"
	"github.com/weirgraph/weir/ingest/dapr"
	"github.com/weirgraph/weir/ingest/delivery"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/gateway"
	"github.com/weirgraph/weir/ingest/kubernetes"
	"github.com/weirgraph/weir/ingest/library"
	"github.com/weirgraph/weir/ingest/mesh"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/summary"
	"github.com/weirgraph/weir/ingest/trace"
)

// Readers are the formats that weir reads, most specific first: a document is read by the
// first reader whose Match accepts it.
var Readers = []*document.Reader{
	catalog.Backstage,
	mesh.Istio,
	mesh.Consul,
	mesh.Kuma,
	dapr.Reader,
	gateway.GatewayAPI,
	mesh.Linkerd,
	mesh.SMI,
	mesh.Flagger,
	gateway.Contour,
	gateway.Traefik,
	gateway.Emissary,
	gateway.Kong,
	gateway.NginxIngress,
	gateway.Gloo,
	gateway.UnreadPolicies,
	delivery.Kustomize,
	delivery.Flux,
	delivery.ArgoCD,
	delivery.Helm,
	compose.Reader,
	kubernetes.Reader,
	proxy.Envoy,
	library.Spring,
	proxy.Telemetry,
	proxy.Nginx,
	library.Files,
	native.Reader, // last of the manifests: any list of services may be one

	summary.Weir,
	summary.Dependencies,
	summary.XRayGraph,
	summary.Prometheus,
	summary.PrometheusQuery,
	summary.Kiali,
	summary.Hubble,
	summary.Alibaba,
	summary.Table,
}

// SpanReaders are the formats of spans that weir reads. They are detected by the first
// bytes of a file, which is then streamed and not split into documents.
var SpanReaders = trace.Readers()
