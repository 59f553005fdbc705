package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
)

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

// callID is the subject of findings about a call.
func callID(g *graph.Graph, e graph.Edge) string { return g.ID(g.From(e)) + "->" + g.ID(g.To(e)) }

// places returns the deciding places that are known, then those where the service
// is declared, each once.
func places(s *graph.Service, deciding ...graph.Origin) []graph.Origin {
	var origins distinct.List[graph.Origin]
	for _, o := range append(deciding, s.Origins...) {
		if o.File() != "" {
			origins.Add(o)
		}
	}
	return origins.All()
}

// placesOf is places with those of one reader first: a service may be declared for several
// platforms, and a hint is about one of them.
func placesOf(s *graph.Service, reader string) []graph.Origin {
	origins := places(s)
	slices.SortStableFunc(origins, func(a, b graph.Origin) int {
		switch {
		case (a.Reader() == reader) == (b.Reader() == reader):
			return 0
		case a.Reader() == reader:
			return -1
		}
		return 1
	})
	return origins
}

// confidence is that of a finding which rests on these calls. A call with only weak evidence, and
// one that source code alone shows, is presumed; so is that the caller waits for the response, where
// neither a mode nor a protocol is declared.
func confidence(g *graph.Graph, calls []graph.Edge) analyze.Confidence {
	sure := analyze.Certain
	var one [1]graph.Evidence
	for _, e := range calls {
		switch {
		case g.Strength(e) < graph.Strong, g.OnlyInCode(e):
			return analyze.Assumed
		case g.Protocol(e) == "" && !slices.ContainsFunc(g.EvidenceIn(e, &one), func(e graph.Evidence) bool { return e.Mode != graph.ModeUnknown }):
			sure = analyze.Default
		}
	}
	return sure
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

// verb is the form of a verb after a count.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func keyValue(key, value string) analyze.KeyValue { return analyze.KeyValue{Key: key, Value: value} }

func number(key string, n int) analyze.KeyValue { return keyValue(key, strconv.Itoa(n)) }

// written returns where calls are said, the strongest evidence of each.
func written(g *graph.Graph, calls []graph.Edge) []graph.Origin {
	var all distinct.List[graph.Origin]
	var one [1]graph.Evidence
	for _, e := range calls {
		if evidence := g.EvidenceIn(e, &one); len(evidence) > 0 {
			all.Add(evidence[0].Origin)
		}
	}
	return all.All()
}

// aboutCall begins a finding about the call e, with a confidence of at most sure. The
// deciding places go before those where the call is said.
func aboutCall(p *Pass, e graph.Edge, sure analyze.Confidence, deciding ...graph.Origin) analyze.Finding {
	g := p.Core
	f := analyze.Finding{
		Confidence: min(sure, confidence(g, []graph.Edge{e})),
		Subject:    callID(g, e),
		Services:   []graph.Node{g.From(e), g.To(e)},
		Owners:     []graph.Node{g.From(e)},
	}
	for _, o := range append(deciding, written(g, []graph.Edge{e})...) {
		if o.File() != "" && !slices.Contains(f.Origins, o) {
			f.Origins = append(f.Origins, o)
		}
	}
	return f
}

// callText writes "a calls b".
func callText(p *Pass, e graph.Edge) string {
	return p.Core.ID(p.Core.From(e)) + " calls " + p.Core.ID(p.Core.To(e))
}

// callIDs writes the calls "a->b", of long lists the first ones.
func callIDs(g *graph.Graph, calls []graph.Edge) string {
	const shown = 3
	text := ""
	for i, e := range calls {
		if i == shown && len(calls) > shown+1 {
			return text + fmt.Sprintf(" and %d more", len(calls)-shown)
		}
		if i > 0 {
			text += ", "
		}
		text += callID(g, e)
	}
	return text
}
