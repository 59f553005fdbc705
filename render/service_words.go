package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/render/pen"
)

// runWords describes the deployment of a service: replicas, scaling, disruption, probes.
func runWords(s *graph.Service) []string {
	var words []string
	if s.Replicas.Set() {
		w := english.Count(s.Replicas.Value, "replica")
		if s.Replicas.Provenance != policy.Explicit {
			w += " (" + s.Replicas.Provenance.String() + ")"
		}
		words = append(words, w)
	}
	if s.Scaling != nil {
		words = append(words, fmt.Sprintf("scaled between %d and %d", s.Scaling.Min, s.Scaling.Max))
	}
	if b := s.Disruption; b != nil {
		switch {
		case b.MinAvailable != "":
			words = append(words, "disruption budget: min available "+pen.Clean(b.MinAvailable))
		case b.MaxUnavailable != "":
			words = append(words, "disruption budget: max unavailable "+pen.Clean(b.MaxUnavailable))
		}
	}
	if s.Probes.Known {
		var probes []string
		for _, probe := range []struct {
			has  bool
			name string
		}{{s.Probes.Readiness, "readiness"}, {s.Probes.Liveness, "liveness"}, {s.Probes.Startup, "startup"}} {
			if probe.has {
				probes = append(probes, probe.name)
			}
		}
		if probes == nil {
			words = append(words, "no probes")
		} else {
			words = append(words, "probes: "+english.List(probes))
		}
	}
	return words
}

// roleWords names a role with its verbs, because upstream and downstream are ambiguous.
func roleWords(r graph.Role) string {
	return []string{
		graph.Isolated:   "isolated: no calls, no callers",
		graph.Upstream:   "upstream: has callers, makes no calls",
		graph.Downstream: "downstream: makes calls, has no callers",
		graph.Both:       "both upstream and downstream: makes calls and has callers",
	}[r]
}

// serviceFacts are the properties of a service, a clause each.
func serviceFacts(p *pen.Pen, s *graph.Service) []string {
	var facts, about []string
	if !s.Defined {
		facts = append(facts, "only referenced, not declared")
	}
	if s.Tier.Set() {
		about = append(about, "tier "+strconv.Itoa(s.Tier.Value))
	}
	for _, pair := range [][2]string{
		{"team", s.Team}, {"owner", s.Owner}, {"system", s.System}, {"lifecycle", s.Lifecycle}, {"namespace", s.Namespace},
	} {
		if pair[1] != "" {
			about = append(about, pair[0]+" "+pen.Clean(pair[1]))
		}
	}
	if s.SLO.Set() {
		about = append(about, "objective "+strconv.FormatFloat(s.SLO.Value, 'g', -1, 64)+" %")
	}
	switch entry, seen := s.Entry(); {
	case seen:
		about = append(about, fmt.Sprintf("entry point, observed (%s of %s start here)", amountText(s.Served.Entries), english.Count(int(s.Served.Requests), "request")))
	case entry:
		about = append(about, "entry point")
	}
	facts = appendClause(facts, about)
	facts = appendClause(facts, runWords(s))
	for _, names := range []struct {
		head  string
		names []string
	}{{"versions ", s.Versions}, {"also known as ", s.Aliases}} {
		if len(names.names) > 0 {
			facts = append(facts, names.head+strings.Join(pen.CleanAll(names.names), ", "))
		}
	}
	return facts
}

func appendClause(facts, words []string) []string {
	if words == nil {
		return facts
	}
	return append(facts, strings.Join(words, ", "))
}
