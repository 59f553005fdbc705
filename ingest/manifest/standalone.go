package manifest

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Configuration files that lie among the manifests belong to whatever mounts
// them. Who does is in another document, so each becomes a Config under its
// path, with an owner for the case that nothing mounts it.

// Telemetry reads the configuration of programs that collect metrics, logs and
// traces. What nothing mounts belongs to a program of the product's name.
var Telemetry = &document.Reader{
	Name: "telemetry",
	Doc:  "configuration of Prometheus, Alertmanager, Grafana, OpenTelemetry collectors, Fluentd and Fluent Bit",
	Reads: []string{
		"scrape_configs", "receivers and route", "receivers and exporters", "datasources", "pipeline.outputs", "fluent*.conf",
	},
	Match: func(h *document.Head) bool { return telemetryProduct(h) != "" },
	Read: func(d *document.Document, f *graph.Facts) {
		addFile(d, f, fileValues(d), &graph.Entity{
			Ref: graph.Ref{Realm: "telemetry", Name: telemetryProduct(&d.Head)}, Origin: fileStart(d), Kind: graph.KindTelemetry,
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

// Nginx reads the configuration of web servers and proxies. What nothing mounts
// belongs, as a guess, to the service that its folder is named after.
var Nginx = &document.Reader{
	Name:  "nginx",
	Doc:   "configuration of nginx, Apache and HAProxy: proxied addresses and upstreams, and the policies of nginx and HAProxy",
	Reads: []string{"nginx*.conf", "default.conf", "*.nginx", "httpd.conf", "haproxy.cfg"},
	Match: func(h *document.Head) bool {
		return h.Text && (strings.Contains(h.Base, "nginx") || strings.Contains(h.Base, "haproxy") ||
			slices.Contains([]string{"default.conf", "httpd.conf", "proxy.conf", "gateway.conf", "site.conf", "upstream.conf"}, h.Base))
	},
	Read: func(d *document.Document, f *graph.Facts) {
		var owner *graph.Entity
		if name := springModule(path.Clean(d.File)); name != "" {
			owner = &graph.Entity{Ref: graph.Ref{Realm: "nginx", Name: name}, Origin: fileStart(d)}
		}
		addFile(d, f, fileValues(d), owner, false)
	},
}

// fileValues finds the settings of a document that is configuration.
func fileValues(d *document.Document) []graph.Value {
	if d.Head.Text {
		return configValues(d.File, string(d.Text), fileStart(d))
	}
	s := &settings{at: fileStart(d)}
	s.readYAMLRoot(configBase(d.File), yamlRoot{Node: d.Root, doc: d})
	return s.values
}

// fileStart is the first line of a document's file.
func fileStart(d *document.Document) graph.Origin { return d.Line(1, 1) }

// addFile adds a configuration file with its settings and policies.
func addFile(d *document.Document, f *graph.Facts, values []graph.Value, owner *graph.Entity, said bool) {
	policies := filePolicies(d)
	if len(values) == 0 && len(policies) == 0 && !said {
		return
	}
	start := fileStart(d)
	f.Configs = append(f.Configs, graph.Config{
		Ref: fileRef(d.File), Origin: start, Owner: owner, OwnerSaid: said,
		Entries: []graph.Entry{{Key: path.Base(d.File), Values: values, Policies: policies, Origin: start}},
	})
}

// filePolicies finds the policies in a document that is configuration.
func filePolicies(d *document.Document) []graph.Policy {
	if d.Head.Text {
		return programPolicies(d.File, string(d.Text), fileStart(d), false)
	}
	s := &settings{at: fileStart(d)}
	return rootPolicies(configBase(d.File), "", yamlRoot{Node: d.Root, doc: d}, s.place)
}
