package summary

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// reporters of a request, the one nearest to the caller first: it also sees what
// never arrives.
var reporters = []string{"source", "waypoint", "destination", ""}

// addMesh takes a sample of Istio's standard metrics.
func (m *metrics) addMesh(metric string, s *sample, o graph.Origin) {
	var take func(r *requests)
	switch metric {
	case "requests_total":
		take = func(r *requests) {
			r.total += s.value
			if meshFailed(s.labels) {
				r.failed += s.value
			}
		}
	case "request_duration_milliseconds_count":
		take = func(r *requests) { r.waited += s.value }
	case "request_duration_milliseconds_bucket":
		take = func(r *requests) { r.byClient.add(s, metric) }
	case "tcp_connections_opened_total":
		take = func(r *requests) { r.total += s.value }
	default:
		return
	}
	l := edgeKey{from: m.number(meshEnd(s.labels, "source")), to: m.number(meshEnd(s.labels, "destination")), mode: graph.Sync}
	if l.protocol = strings.ToLower(s.labels["request_protocol"]); strings.HasPrefix(metric, "tcp_") {
		l.protocol = "tcp"
	}
	r, first := m.requestsOf(l, true, s.labels["reporter"], o)
	if first {
		m.meshes = append(m.meshes, r)
	}
	m.samples++
	take(r)
}

// addMeshes counts every edge once, as the best placed of its reporters does.
func (m *metrics) addMeshes(t *edgeStats) {
	best := map[metricEdge]int{} // without the reporter
	rank := func(r *requests) (edge metricEdge, rank int) {
		edge = r.edge
		edge.reporter = ""
		if rank = slices.Index(reporters, r.edge.reporter); rank < 0 {
			rank = len(reporters)
		}
		return edge, rank
	}
	for _, r := range m.meshes {
		edge, n := rank(r)
		if before, ok := best[edge]; !ok || n < before {
			best[edge] = n
		}
	}
	for i, r := range m.meshes {
		if edge, n := rank(r); n == best[edge] {
			m.count(t, r, "istio-metric")
		}
		m.meshes[i] = nil
	}
}

// meshEnd returns one end of a request from its labels.
func meshEnd(labels map[string]string, side string) graph.TracePeer {
	known := func(keys ...string) string {
		for _, key := range keys {
			if v := labels[side+key]; v != "" && v != unknown {
				return v
			}
		}
		return ""
	}
	host, _, _ := strings.Cut(known("_service"), ".")
	s := graph.TracePeer{
		Name:      known("_service_name", "_canonical_service", "_app"),
		Namespace: known("_service_namespace", "_workload_namespace"),
		Workload:  known("_workload"),
	}
	s.Name = cmp.Or(s.Name, host, s.Workload)
	switch {
	case s.Name == "" && side == "source":
		return outside
	case s.Name == "":
		return nowhere
	case strings.Contains(s.Name, "."), s.Name == "PassthroughCluster", s.Name == "BlackHoleCluster":
		return graph.TracePeer{Name: s.Name, Kind: graph.KindExternal, Inferred: true, Host: graph.Address{Host: s.Name}}
	}
	return s
}

// unknown is the word of meshes for what they do not know.
const unknown = "unknown"

// Outside are the callers that no mesh knows, and nowhere is what they all do not
// know of those who are called. They are kept apart: what comes from outside has
// nothing to do with what goes there.
var (
	outside = graph.TracePeer{Name: unknown, Kind: graph.KindExternal, Nameless: true}
	nowhere = graph.TracePeer{Name: unknown + "." + unknown, Kind: graph.KindExternal, Nameless: true}
)

// meshFailed reports whether the labels show a failure: no answer, one with a
// 5xx, or one in gRPC's own words.
func meshFailed(labels map[string]string) bool {
	code, status := labels["response_code"], labels["grpc_response_status"]
	return code == "0" || len(code) == 3 && code[0] == '5' || status != "" && status != "0" && strings.EqualFold(labels["request_protocol"], "grpc")
}
