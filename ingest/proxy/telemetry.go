package proxy

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
)

// Configuration files next to manifests belong to the workloads that mount them. These
// are in other documents, so each file becomes a Config under its path, with an owner for
// the case that nothing mounts it.

// Telemetry reads the configuration of programs that collect metrics, logs and
// traces. What nothing mounts belongs to a program of the product's name.
var Telemetry = &document.Reader{
	Name: "telemetry",
	Doc:  "configuration of Prometheus, Alertmanager, Grafana, OpenTelemetry collectors, Promtail, Fluentd and Fluent Bit",
	Reads: []string{
		"scrape_configs", "receivers and route", "receivers and exporters", "datasources", "pipeline.outputs", "fluent*.conf",
	},
	Match: func(h *document.Head) bool { return telemetryProduct(h) != "" },
	Read: func(d *document.Document, f *graph.Facts) {
		settings.AddFile(d, f, settings.FileValues(d), &graph.Entity{
			Ref: graph.Ref{Realm: "telemetry", Name: telemetryProduct(&d.Head)}, Origin: settings.FileStart(d), Kind: graph.KindTelemetry,
		}, false)
	},
}

// telemetryProduct is the program that a file configures, or "".
func telemetryProduct(h *document.Head) string {
	switch {
	case h.Text && strings.HasPrefix(h.Base, "fluent") && strings.HasSuffix(h.Base, ".conf"):
		if strings.Contains(h.Base, "bit") {
			return "fluent-bit"
		}
		return "fluentd"
	case h.Text || h.Kind != "":
		return ""
	case h.HasList("scrape_configs") && (h.Has("clients") || h.Has("client")):
		return "promtail"
	case h.HasList("scrape_configs"), h.Has("global") && (h.HasList("rule_files") || h.HasList("remote_write") || h.Has("alerting")):
		return "prometheus"
	case h.HasList("receivers") && h.Has("route"):
		return "alertmanager"
	case h.Has("exporters") && h.Has("receivers") && h.Has("service"):
		return "otel-collector"
	case h.HasList("datasources"):
		return "grafana"
	case h.Has("pipeline") && h.Has("service"):
		return "fluent-bit"
	}
	return ""
}
