package analyze

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// The words of findings: who is meant, where it is written, how sure it is.

// joinIDs writes the IDs of nodes with sep between them.
func joinIDs(g *graph.Graph, nodes []graph.Node, sep string) string {
	ids := make([]string, len(nodes))
	for i, v := range nodes {
		ids[i] = g.ID(v)
	}
	return strings.Join(ids, sep)
}

// someIDs writes "a", "a and b", "a, b and c", and of longer lists the ends: "a,
// b and 7 more".
func someIDs(g *graph.Graph, nodes []graph.Node) string {
	return firstIDs(g, nodes, len(nodes))
}

// firstIDs is someIDs of n nodes, of which the first three are enough.
func firstIDs(g *graph.Graph, first []graph.Node, n int) string {
	switch {
	case n == 1:
		return g.ID(first[0])
	case n <= 3:
		return joinIDs(g, first[:n-1], ", ") + " and " + g.ID(first[n-1])
	default:
		return fmt.Sprintf("%s and %d more", joinIDs(g, first[:2], ", "), n-2)
	}
}

func number(key string, n int) KeyValue { return KeyValue{key, strconv.Itoa(n)} }

// callsAlong returns the calls from each service to the next.
func callsAlong(g *graph.Graph, chain ...graph.Node) []graph.Edge {
	var calls []graph.Edge
	for i := 1; i < len(chain); i++ {
		if e, ok := g.Edge(chain[i-1], chain[i]); ok {
			calls = append(calls, e)
		}
	}
	return calls
}

// written returns where calls are said, the strongest evidence of each.
func written(g *graph.Graph, calls []graph.Edge) []graph.Origin {
	var origins []graph.Origin
	for _, e := range calls {
		if evidence := g.Call(e).Evidence; len(evidence) > 0 && !slices.Contains(origins, evidence[0].Origin) {
			origins = append(origins, evidence[0].Origin)
		}
	}
	return origins
}

// confidence is that of a finding which rests on these calls. A call with only
// weak evidence is presumed; so is that somebody waits for the answer, where
// neither a mode nor a protocol is told.
func confidence(g *graph.Graph, calls []graph.Edge) Confidence {
	sure := Certain
	for _, e := range calls {
		c := g.Call(e)
		switch {
		case c.Strength < graph.Strong:
			return Assumed
		case c.Protocol == "" && !slices.ContainsFunc(c.Evidence, func(e graph.Evidence) bool { return e.Mode != graph.ModeUnknown }):
			sure = Default
		}
	}
	return sure
}

// keepsData reports whether a service is infrastructure that other rules look at:
// its callers, replicas and calls to itself follow rules of their own.
func keepsData(s *graph.Service) bool {
	switch s.Kind {
	case graph.KindDatabase, graph.KindCache, graph.KindBroker, graph.KindTopic:
		return true
	}
	return false
}

// ours reports whether a service is a program of the estate that runs for good:
// what is outside cannot be mended here, and jobs and collectors have other needs.
func ours(s *graph.Service) bool {
	return s.Kind == graph.KindService || s.Kind == graph.KindGateway
}

// ecosystem names the format that a fix for s would be written in; "" if it is
// none with words of its own.
func ecosystem(s *graph.Service) string {
	for _, name := range []string{"kubernetes", "compose", "native"} {
		if slices.ContainsFunc(s.Origins, func(o graph.Origin) bool { return o.Reader == name }) {
			return name
		}
	}
	return ""
}

// copies is how many replicas of a service run at least.
type copies struct {
	policy.Setting[int]
	scaled bool // a scaler decides
}

// replicas returns what is known of how many copies of s run, by its scaler or
// else by its own declaration.
func replicas(s *graph.Service) copies {
	if s.Scaling != nil {
		return copies{policy.Declare(s.Scaling.Min, s.Scaling.Origin), true}
	}
	return copies{s.Replicas, false}
}

// confidence in the number.
func (c copies) confidence() Confidence {
	if c.Provenance == policy.PlatformDefault {
		return Default
	}
	return Certain
}

// value writes the number with what supplied it.
func (c copies) value() KeyValue {
	text := strconv.Itoa(c.Value)
	if c.Provenance == policy.PlatformDefault {
		text += " (default)"
	}
	return KeyValue{"replicas", text}
}

// places returns the deciding places that are known, then those where the service
// is declared, each once.
func places(s *graph.Service, deciding ...graph.Origin) []graph.Origin {
	var origins []graph.Origin
	for _, o := range append(deciding, s.Origins...) {
		if o.File != "" && !slices.Contains(origins, o) {
			origins = append(origins, o)
		}
	}
	return origins
}
