package summary

import (
	"cmp"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// A meshEdge is what one kind of proxy says of one edge. Both proxies of a request
// count it.
type meshEdge struct {
	edgeKey
	reporter string
}

// reporters of a request, the one nearest to the caller first: it also sees what
// never arrives.
var reporters = []string{"source", "waypoint", "destination", ""}

// addMesh takes a sample of Istio's standard metrics.
func (m *metrics) addMesh(metric string, s *sample, o graph.Origin) {
	var requestsOf func(r *requests)
	switch metric {
	case "requests_total":
		requestsOf = func(r *requests) {
			r.total += s.value
			if meshFailed(s.labels) {
				r.failed += s.value
			}
		}
	case "request_duration_milliseconds_count":
		requestsOf = func(r *requests) { r.waited += s.value }
	case "request_duration_milliseconds_bucket":
		requestsOf = func(r *requests) { r.byClient.add(s, metric) }
	case "tcp_connections_opened_total":
		requestsOf = func(r *requests) { r.total += s.value }
	default:
		return
	}
	l := meshEdge{edgeKey{from: meshEnd(s.labels, "source"), to: meshEnd(s.labels, "destination"), mode: graph.Sync}, s.labels["reporter"]}
	if l.protocol = strings.ToLower(s.labels["request_protocol"]); strings.HasPrefix(metric, "tcp_") {
		l.protocol = "tcp"
	}
	r := m.meshes[l]
	if r == nil {
		if m.meshes == nil {
			m.meshes = map[meshEdge]*requests{}
		}
		r = &requests{origin: o}
		m.meshes[l] = r
		m.meshed = append(m.meshed, l)
	}
	m.samples++
	requestsOf(r)
}

// addMeshes counts every edge once, as the best placed of its reporters does.
func (m *metrics) addMeshes(t *edgeStats) {
	best := map[edgeKey]int{}
	rank := func(l meshEdge) int {
		for i, r := range reporters {
			if r == l.reporter {
				return i
			}
		}
		return len(reporters)
	}
	for _, l := range m.meshed {
		if before, ok := best[l.edgeKey]; !ok || rank(l) < before {
			best[l.edgeKey] = rank(l)
		}
	}
	for _, l := range m.meshed {
		if rank(l) == best[l.edgeKey] {
			m.meshes[l].count(t, l.edgeKey, "istio-metric")
		}
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
