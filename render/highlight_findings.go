package render

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// allFindings highlights what findings are about: one service, one call, the calls of a chain or
// of a loop. The other services of a finding, those that suffer or are compared, are not. Findings
// reported together are about each of their subjects.
func (h *highlighting) allFindings(list []analyze.Finding) {
	for i := range list {
		f := &list[i]
		if f.Each == nil {
			h.finding(f)
		}
		for k := range f.Each {
			h.finding(&f.Each[k])
		}
	}
}

func (h *highlighting) finding(f *analyze.Finding) {
	as := []highlight{analyze.Info: noHighlight, analyze.Warning: warned, analyze.Error: faulty}[f.Severity]
	if as == noHighlight {
		h.infos++
		return
	}
	drawn := false
	switch nodes := f.Services; {
	case len(nodes) == 0:
	case h.isChain(f.Subject, nodes, ","):
		h.ring(nodes)
		drawn = slices.ContainsFunc(nodes, func(v graph.Node) bool { _, ok := h.drawing.Box(v); return ok })
	case len(nodes) == 2 && f.Subject == h.callID(nodes[0], nodes[1]), h.isChain(f.Subject, nodes, ">"):
		for i := range len(nodes) - 1 {
			drawn = h.callFinding(nodes[i], nodes[i+1], as) || drawn
		}
	case f.Subject == h.g.ID(nodes[0]) && len(f.Covers) > 0:
		for _, v := range nodes[1:] {
			if slices.Contains(f.Covers, h.callID(nodes[0], v)) {
				drawn = h.callFinding(nodes[0], v, as) || drawn
			}
		}
		if !drawn {
			drawn = h.count(nodes[0], as)
		}
	default: // a service, or an object that acts on the first of them
		drawn = h.count(nodes[0], as)
	}
	if !drawn {
		h.outside++
	}
}

// callID is how findings name a call.
func (h *highlighting) callID(u, v graph.Node) string { return h.g.ID(u) + "->" + h.g.ID(v) }

// isChain reports whether a subject is the IDs of several services.
func (h *highlighting) isChain(subject string, nodes []graph.Node, separator string) bool {
	if len(nodes) < 2 {
		return false
	}
	names := make([]string, len(nodes))
	for i, v := range nodes {
		names[i] = h.g.ID(v)
	}
	return subject == strings.Join(names, separator)
}

// callFinding highlights the arrow of one call. An arrow of several calls is not: the finding is
// counted for the box that calls.
func (h *highlighting) callFinding(u, v graph.Node, as highlight) (drawn bool) {
	if e, ok := h.drawing.Arrow(u, v); ok && h.drawing.Weight(e) == 1 {
		h.arrow[e] = max(h.arrow[e], as)
		return true
	}
	return h.count(u, as)
}

// count counts a finding for the box of a service.
func (h *highlighting) count(v graph.Node, as highlight) (drawn bool) {
	b, ok := h.drawing.Box(v)
	if !ok {
		return false
	}
	n := h.findings[b]
	if n == nil {
		n = &findingCount{}
		h.findings[b] = n
	}
	if as == faulty {
		n.errors++
	} else {
		n.warnings++
	}
	return true
}
