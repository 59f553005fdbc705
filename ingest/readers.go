// Package ingest turns what a user names into facts: it finds and opens sources,
// cuts them into documents, tells formats apart, and feeds what the documents say
// to a graph.Builder.
//
// The unit is the document, not the file: one stream mixes objects of many kinds,
// and one that is broken hides no other. A document is told by its head, the
// top-level keys that can be seen without parsing. Each is given to the first of
// Readers that takes its head, and parsed only then: most of what lies in a
// repository is of no interest to any reader, and counting it costs little more
// than reading the bytes.
//
// Nothing is left out in silence. Whatever is found ends up in the Coverage of the
// builder: read by a reader, skipped with its kind, or a problem with its place.
package ingest

import (
	"github.com/weirgraph/weir/ingest/catalog"
	"github.com/weirgraph/weir/ingest/compose"
	"github.com/weirgraph/weir/ingest/dapr"
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

// Readers are the formats that weir reads, most telling first: a document goes
// to the first reader whose Match takes it.
var Readers = []*document.Reader{
	catalog.Backstage,
	mesh.Istio,
	mesh.Consul,
	mesh.Kuma,
	dapr.Reader,
	gateway.GatewayAPI,
	mesh.Linkerd,
	mesh.SMI,
	gateway.Contour,
	gateway.Traefik,
	gateway.Emissary,
	gateway.Kong,
	gateway.NginxIngress,
	gateway.Gloo,
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

// SpanReaders are the forms of spans that weir reads. They are told by the first
// bytes of a file and streamed, before anybody cuts it into documents.
var SpanReaders = trace.Readers()
