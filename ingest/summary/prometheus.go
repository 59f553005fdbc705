package summary

import (
	"cmp"
	"math"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/index"
)

// metrics adds samples up to calls. Counters are those of many processes since
// each of them began: their sum is what there is.
type metrics struct {
	peers
	edges   *index.Index[metricEdge] // nil if there are none
	all     []*requests              // as edges numbers them
	graphs  []*requests              // of service graphs, in the order of the samples
	meshes  []*requests              // of meshes
	unnamed *graph.Origin            // the first sample that does not say what it counts
	samples int                      // those that were of use
}

// A metricEdge is an edge as one process counts it. Both proxies of a request in a mesh count
// it: the reporter says which one does; it is empty in service graphs.
type metricEdge struct {
	edgeKey
	mesh     bool
	reporter string
}

// requests is what samples say of one edge.
type requests struct {
	edge        metricEdge
	origin      graph.Origin
	total       float64
	failed      float64 // those of total that a label says failed
	failures    float64 // of a counter of their own
	answered    float64 // as many as the callee was timed for
	waited      float64 // as many as the caller was timed for
	known       bool    // that there are any, though nothing counts them
	byClient    histogram
	byServer    histogram
	byMessenger histogram
}

// add takes a sample that is about calls, and passes over others. What its source
// does not know counts for nothing.
func (m *metrics) add(s *sample, o graph.Origin) {
	if math.IsNaN(s.value) || math.IsInf(s.value, 0) || s.value < 0 {
		s.value = 0
	}
	_, metric, isGraph := strings.Cut(s.name, "traces_service_graph_")
	switch {
	case isGraph:
		m.addGraph(metric, s, o)
	case strings.HasPrefix(s.name, "istio_"):
		m.addMesh(strings.TrimPrefix(s.name, "istio_"), s, o)
	case s.name != "":
	case s.labels["client"] != "" && s.labels["server"] != "":
		m.addGraph("request_total", s, o)
	case s.labels["destination_service_name"]+s.labels["destination_workload"]+s.labels["destination_service"]+s.labels["destination_canonical_service"] != "":
		m.addMesh("requests_total", s, o)
	default:
		return
	}
	if s.name == "" && m.unnamed == nil {
		m.unnamed = &o
	}
}

// addGraph takes a sample of a service graph.
func (m *metrics) addGraph(metric string, s *sample, o graph.Origin) {
	l, ok := m.graphEdge(s.labels)
	if !ok {
		return
	}
	r, first := m.requestsOf(l, false, "", o)
	if first {
		m.graphs = append(m.graphs, r)
	}
	m.samples++
	switch metric {
	case "request_total":
		r.total += s.value
		if s.labels["failed"] == "true" {
			r.failed += s.value
		}
	case "request_failed_total":
		r.failures += s.value
	case "connection_info":
		r.known = true
	case "request_client_seconds_count", "request_client_count", "request_client_milliseconds_count":
		r.waited += s.value
	case "request_server_seconds_count", "request_server_count", "request_server_milliseconds_count":
		r.answered += s.value
	case "request_client_seconds_bucket", "request_client_bucket", "request_client_milliseconds_bucket":
		r.byClient.add(s, metric)
	case "request_server_seconds_bucket", "request_server_bucket", "request_server_milliseconds_bucket":
		r.byServer.add(s, metric)
	case "request_messaging_system_seconds_bucket", "request_messaging_system_bucket":
		r.byMessenger.add(s, metric)
	}
}

// requestsOf returns what is known of an edge, and whether it is new.
func (m *metrics) requestsOf(l edgeKey, mesh bool, reporter string, o graph.Origin) (r *requests, first bool) {
	edge := metricEdge{l, mesh, reporter}
	if m.edges == nil {
		m.edges = index.New(func(n int32) metricEdge { return m.all[n].edge })
	}
	n, known := m.edges.Number(edge)
	if !known {
		m.all = append(m.all, &requests{edge: edge, origin: o})
	}
	return m.all[n], !known
}

// graphEdge returns the edge of a sample of a service graph.
func (m *metrics) graphEdge(labels map[string]string) (edgeKey, bool) {
	l, from, to := edgeKey{mode: graph.Sync}, graphEnd(labels, "client"), graphEnd(labels, "server")
	if from.Name == "" || to.Name == "" {
		return l, false
	}
	switch kind := labels["connection_type"]; kind {
	case "messaging_system":
		l.mode = graph.Async
	case "database":
		to.Kind, to.Inferred, to.Host.Database = graph.KindDatabase, true, to.Name
	case "virtual_node":
		switch virtual := labels["virtual_node"]; {
		case virtual == "client", virtual == "" && from.Name == "user":
			from.Kind, from.Inferred = graph.KindExternal, true
		default:
			to.Inferred = true
		}
	}
	l.from, l.to = m.number(from), m.number(to)
	return l, true
}

func graphEnd(labels map[string]string, side string) graph.TracePeer {
	namespace := labels[side+"_k8s_namespace_name"]
	return graph.TracePeer{Name: labels[side], Namespace: namespace, Group: labels[side+"_service_namespace"]}
}

// addTo adds the calls to the facts.
func (m *metrics) addTo(d *document.Document, f *graph.Facts) {
	t := edgeStats{peers: m.peers.take()}
	m.edges, m.all = nil, nil
	for i, r := range m.graphs {
		m.count(&t, r, "service-graph")
		m.graphs[i] = nil
	}
	m.addMeshes(&t)
	t.addTo(f)
	switch {
	case m.samples == 0:
		problem(d, 1, graph.Skipped, "add traces_service_graph_request_total or istio_requests_total", "has no metric that shows calls between services")
	case m.unnamed != nil:
		f.Problems = append(f.Problems, graph.Problem{
			Origin: *m.unnamed, Level: graph.Note,
			Message: "the answer does not name its metric; the values are taken as numbers of calls",
			Hint:    "query the counter itself, or increase() of it over the time of interest",
		})
	}
}

// count adds requests to an observed call. A counter that never counted is no sign
// of a call.
func (m *metrics) count(t *edgeStats, r *requests, way string) {
	total := cmp.Or(r.total, max(r.answered, r.waited))
	if total == 0 && !r.known {
		return
	}
	o := t.call(r.edge.edgeKey, r.origin, way)
	o.Calls += total
	// Some count failures with a label of the same counter, some with a counter of
	// their own, some both ways.
	o.Errors += math.Max(r.failed, r.failures)
	for _, h := range []*histogram{&r.byClient, &r.byMessenger, &r.byServer} {
		if h.counts != nil {
			h.addTo(&o.Trace().Latency)
			return
		}
	}
}
