package summary

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
)

// Hubble reads the flows that Cilium's Hubble prints, one a line. Requests that it
// sees inside count as calls, else connections that are opened.
var Hubble = &document.Reader{
	Name:  "hubble",
	Doc:   "flows of Cilium's Hubble, one a line",
	Reads: []string{"flow with verdict, source and destination"},
	Whole: func(text []byte) bool {
		return shaped(text, `"verdict"`, "flow.verdict", "verdict") && bytes.Contains(head(text), []byte(`"destination"`))
	},
	Read: func(d *document.Document, f *graph.Facts) {
		h := hubble{edges: map[edgeKey]*flows{}}
		values(d, func(raw json.RawMessage, line int) {
			var l struct {
				Flow *flow
				flow // of old versions, which wrap it in nothing
			}
			if !decode(d, raw, line, &l) {
				return
			}
			if l.Flow == nil {
				l.Flow = &l.flow
			}
			h.add(l.Flow, d.Line(line, 1))
		})
		h.addTo(f)
		if h.denied > 0 {
			problem(d, 1, graph.Note, "", "%d flows were dropped on the network and are not counted as calls", h.denied)
		}
	},
}

type flow struct {
	Verdict          string
	IsReply          *bool  `json:"is_reply"`
	Direction        string `json:"traffic_direction"`
	Source           endpoint
	Destination      endpoint
	SourceNames      []string     `json:"source_names"`
	DestinationNames []string     `json:"destination_names"`
	Service          *serviceName `json:"destination_service"`
	IP               struct{ Source, Destination string }
	L4               struct {
		TCP *struct {
			SourcePort      int `json:"source_port"`
			DestinationPort int `json:"destination_port"`
			Flags           struct{ SYN, ACK bool }
		}
		UDP *struct {
			DestinationPort int `json:"destination_port"`
		}
	}
	L7 *struct {
		Type      string
		LatencyNS amount `json:"latency_ns"`
		HTTP      *struct{ Code int }
		DNS       *struct{ RCode int }
		Kafka     *struct {
			ErrorCode int `json:"error_code"`
		}
	}
}

type endpoint struct {
	Namespace string
	Labels    []string
	PodName   string `json:"pod_name"`
	Workloads []struct{ Name, Kind string }
}

type serviceName struct{ Name, Namespace string }

// flows are the counts of one edge, by the side that saw them.
type flows struct {
	origin graph.Origin
	out    side // as they left
	in     side // as they arrived
}

type side struct {
	requests, opened, packets float64
	failed                    float64
	latency                   graph.Latency
}

type hubble struct {
	peers
	edges  map[edgeKey]*flows
	order  []edgeKey
	denied int
}

func (h *hubble) add(f *flow, o graph.Origin) {
	switch f.Verdict {
	case "DROPPED", "ERROR", "POLICY_DENIED":
		h.denied++
		return
	}
	answers := f.L7 != nil && f.L7.Type == "RESPONSE"
	reply := f.IsReply != nil && *f.IsReply
	if reply && !answers {
		return
	}
	from, to := f.Source.seen(f.SourceNames, f.IP.Source, nil), f.Destination.seen(f.DestinationNames, f.IP.Destination, f.Service)
	if answers { // it goes the other way
		from, to = f.Destination.seen(f.DestinationNames, f.IP.Destination, nil), from
	}
	if from.Name == "" || to.Name == "" {
		return
	}
	l := edgeKey{from: h.number(from), to: h.number(to), mode: graph.Sync, protocol: f.protocol()}
	seen := h.edges[l]
	if seen == nil {
		seen = &flows{origin: o}
		h.edges[l] = seen
		h.order = append(h.order, l)
	}
	s := &seen.out
	if (f.Direction == "INGRESS") != answers { // an answer arrives where its request left
		s = &seen.in
	}
	s.add(f, answers)
}

func (s *side) add(f *flow, answers bool) {
	switch {
	case answers:
		if f.failed() {
			s.failed++
		}
		if f.L7.LatencyNS > 0 {
			s.latency.Add(float64(f.L7.LatencyNS))
		}
	case f.L7 != nil:
		s.requests++
	case f.L4.TCP != nil && f.L4.TCP.Flags.SYN && !f.L4.TCP.Flags.ACK:
		s.opened++
	default:
		s.packets++
	}
}

// count is how many calls a side saw: requests, else connections, else at least
// one that was open already.
func (s *side) count() float64 {
	switch {
	case s.requests > 0:
		return s.requests
	case s.opened > 0:
		return s.opened
	case s.packets > 0:
		return 1
	}
	return 0
}

func (h *hubble) addTo(f *graph.Facts) {
	t := edgeStats{peers: h.peers.take()}
	for _, l := range h.order {
		seen := h.edges[l]
		best := &seen.out
		if best.count() < seen.in.count() {
			best = &seen.in
		}
		if best.count() == 0 {
			continue // answers alone
		}
		o := t.call(l, seen.origin, "flow")
		o.Calls += best.count()
		o.Errors += max(seen.out.failed, seen.in.failed)
		latency := &seen.out.latency
		if latency.Count() < seen.in.latency.Count() {
			latency = &seen.in.latency
		}
		if latency.Count() > 0 {
			o.Trace().Latency.Merge(latency)
		}
	}
	t.addTo(f)
}

func (f *flow) failed() bool {
	l7 := f.L7
	return l7.HTTP != nil && l7.HTTP.Code >= 500 || l7.DNS != nil && l7.DNS.RCode > 0 && l7.DNS.RCode != nameError ||
		l7.Kafka != nil && l7.Kafka.ErrorCode != 0
}

// nameError is how DNS says that there is no such name, which is no failure: every
// short name is first looked up under names that do not exist.
const nameError = 3

func (f *flow) protocol() string {
	switch {
	case f.L7 != nil && f.L7.HTTP != nil:
		return "http"
	case f.L7 != nil && f.L7.Kafka != nil:
		return "kafka"
	case f.L7 != nil && f.L7.DNS != nil, f.L4.UDP != nil && f.L4.UDP.DestinationPort == 53, f.L4.TCP != nil && f.L4.TCP.DestinationPort == 53:
		return "dns"
	case f.L4.UDP != nil:
		return "udp"
	}
	return "tcp"
}

// seen is one end of a flow in the words of the graph. Of what is outside the
// cluster a name that it was looked up by is known, or the address.
func (e *endpoint) seen(names []string, ip string, service *serviceName) graph.TracePeer {
	s := graph.TracePeer{Namespace: document.Clean(e.Namespace)}
	if len(e.Workloads) > 0 {
		s.Workload = e.Workloads[0].Name
	}
	s.Name = cmp.Or(s.Workload, e.label("app.kubernetes.io/name"), e.label("app"), e.label("k8s-app"), e.label("name"), address.PodOwner(e.PodName))
	if s.Name == "" && service != nil && service.Name != "" {
		s.Name, s.Namespace = service.Name, service.Namespace
	}
	if s.Name != "" {
		s.Name, s.Workload = document.Clean(s.Name), document.Clean(s.Workload)
		return s
	}
	name := ip
	for _, reserved := range e.Labels {
		switch who := strings.TrimPrefix(reserved, "reserved:"); {
		case who == reserved, who == "world", strings.HasPrefix(who, "world-"):
		case who == "health":
			return graph.TracePeer{}
		default:
			name = who
		}
	}
	if len(names) > 0 {
		name = names[0]
	}
	name = document.Clean(strings.TrimSuffix(name, "."))
	return graph.TracePeer{Name: name, Host: graph.Address{Host: name}, Kind: graph.KindExternal, Inferred: true}
}

func (e *endpoint) label(key string) string {
	for _, l := range e.Labels {
		if k, v, _ := strings.Cut(strings.TrimPrefix(l, "k8s:"), "="); k == key {
			return v
		}
	}
	return ""
}
