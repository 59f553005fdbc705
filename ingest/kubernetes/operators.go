package kubernetes

import (
	"maps"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
)

// The objects below are workloads that an operator makes: it gives the pods names and labels of its own,
// and their settings are in the object. An object with none of the fields that a whole one has is a
// patch of another, and is not read.

// isWhole reports whether an object has one of some fields.
func isWhole(o *resource.Object, fields ...string) bool {
	return slices.ContainsFunc(fields, func(key string) bool { return o.Spec.Get(key).Exists() })
}

// readPrometheus reads a Prometheus or PrometheusAgent of the Prometheus operator.
func readPrometheus(o *resource.Object) {
	t, ok := readMonitoring(o, "prometheus")
	if !ok {
		return
	}
	for _, n := range o.Spec.Get("alerting", "alertmanagers").List() {
		if name := n.Get("name").Str(); name != "" {
			host := name
			if namespace := n.Get("namespace").Str(); namespace != "" {
				host += "." + namespace + ".svc"
			}
			putSetting(o, t.Ref, o.At(n.Get("name")), "alerting.alertmanagers.host", host)
		}
	}
	putURLs(o, t.Ref, "remoteWrite", "remoteRead")
}

// readThanosRuler reads a ThanosRuler of the Prometheus operator.
func readThanosRuler(o *resource.Object) {
	t, ok := readMonitoring(o, "thanos-ruler")
	if !ok {
		return
	}
	for _, key := range []string{"queryEndpoints", "alertmanagersUrl"} {
		for _, n := range o.Spec.Get(key).List() {
			putSetting(o, t.Ref, o.At(n), key, n.Str())
		}
	}
	putURLs(o, t.Ref, "remoteWrite")
}

func readAlertmanager(o *resource.Object) { readMonitoring(o, "alertmanager") }

// readMonitoring adds the pods of a program of the Prometheus operator: a StatefulSet with the labels
// that its Services select.
func readMonitoring(o *resource.Object, program string) (t graph.Entity, ok bool) {
	if !isWhole(o, "replicas", "serviceAccountName", "version", "resources", "queryEndpoints", "queryConfig") {
		return graph.Entity{}, false
	}
	labels := map[string]string{}
	maps.Copy(labels, resource.LabelsOf(o.Spec.Get("podMetadata", "labels")))
	maps.Copy(labels, map[string]string{
		"app.kubernetes.io/name": program, "app.kubernetes.io/instance": o.Name, "app.kubernetes.io/managed-by": "prometheus-operator",
		program: o.Name,
	})
	if program == "prometheus" {
		labels["operator.prometheus.io/name"] = o.Name
	}
	return addMade(o, o.Sibling("StatefulSet", program+"-"+o.Name), labels), true
}

// readCollector reads an OpenTelemetryCollector. That of mode "sidecar" has no pods of its own.
func readCollector(o *resource.Object) {
	if o.Spec.Get("mode").Str() == "sidecar" || !isWhole(o, "config") {
		return
	}
	name := o.Name + "-collector"
	t := addMade(o, o.Sibling("Deployment", name), map[string]string{
		"app.kubernetes.io/component": "opentelemetry-collector", "app.kubernetes.io/instance": o.Namespace + "." + o.Name,
		"app.kubernetes.io/managed-by": "opentelemetry-operator", "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "opentelemetry",
	})
	config, from := o.Spec.Get("config"), o.Document
	if config.IsScalar() { // a text in older versions
		d, err := o.Embedded(config)
		if err != nil {
			o.Problem(graph.Failed, config, "", "config of OpenTelemetryCollector %q is no YAML", o.Name)
			return
		}
		config, from = d.Root, d
	}
	for _, exporter := range config.Get("exporters").Pairs() {
		for _, key := range []string{"endpoint", "traces_endpoint", "metrics_endpoint", "logs_endpoint"} {
			if n := exporter.Get(key); n.IsScalar() {
				putSetting(o, t.Ref, from.At(n), "exporters."+key, n.Str())
			}
		}
	}
}

// addMade adds the workload that an operator makes of an object.
func addMade(o *resource.Object, ref graph.Ref, labels map[string]string) graph.Entity {
	t := graph.Entity{
		Ref: ref, Origin: o.At(o.Root), Kind: graph.KindTelemetry, KindSure: true, Stateful: ref.Kind == "StatefulSet",
		PodLabels: labels, Labels: resource.Together(resource.LabelsOf(o.Meta.Get("labels")), labels), Image: o.Spec.Get("image").Str(),
	}
	if n, at, ok := o.Number(o.Spec, "replicas"); ok {
		t.Replicas = document.Declare(o.Document, at, n)
	} else if !o.Spec.Get("replicas").Exists() && o.Spec.Get("mode").Str() != "daemonset" {
		t.Replicas = policy.Setting[int]{Value: 1, Provenance: policy.PlatformDefault, Origin: t.Origin}
	}
	o.Facts.Entities = append(o.Facts.Entities, t)
	return t
}

// putURLs adds the URLs of the entries of lists.
func putURLs(o *resource.Object, of graph.Ref, lists ...string) {
	for _, key := range lists {
		for _, n := range o.Spec.Get(key).List() {
			if url := n.Get("url"); url.IsScalar() {
				putSetting(o, of, o.At(url), key+".url", url.Str())
			}
		}
	}
}

// putSetting adds a setting that an object has for the pods that are made of it.
func putSetting(o *resource.Object, of graph.Ref, at graph.Origin, key, text string) {
	o.Facts.Values = append(o.Facts.Values, graph.Value{Of: of, Key: key, Text: text, Source: graph.FromFile, Origin: at})
}
