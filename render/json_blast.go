package render

import (
	"math"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
)

// remedyWords are the words for failure.Remedy.
var remedyWords = []string{"timeout", "fallback", "optional", "timeout-and-fallback"}

func impactJSON(g *graph.Graph, in *analyze.Incident) wire.Impact {
	j := wire.Impact{
		Failed: rawIDs(g, in.Failed), Mode: in.Mode, Others: in.Others, Naive: in.Naive, Radius: in.Suffering(),
		Entries: rawIDs(g, in.Entries), Critical: rawIDs(g, in.Critical),
		Starved: convert(in.Starved, func(s failure.Starved) wire.Starved {
			return wire.Starved{ID: g.ID(s.Node), Of: g.ID(s.Of), Via: g.ID(s.Via)}
		}),
		Services: convert(in.Victims, func(v failure.Victim) wire.Affected { return affectedJSON(g, &v) }),
		Loads:    convert(in.Loads, func(l analyze.Load) wire.Load { return loadJSON(g, &l) }),
	}
	if len(in.Shifts) > 0 {
		j.Shifts = convert(in.Shifts, func(s failure.Shift) wire.Shift {
			return wire.Shift{Caller: g.ID(s.Caller), Services: rawIDs(g, s.Services), Factor: math.Round(s.Factor*100) / 100, Overload: analyze.Overloads(s)}
		})
	}
	if t := in.Traffic; t != nil {
		j.Observed = &wire.Traffic{
			Calls: t.Calls, Affected: t.Hit, Share: ratio(t.Hit, t.Calls), EntryCalls: t.Entry, EntryHit: t.EntryHit,
			EntryShare: ratio(t.EntryHit, t.Entry), Entries: rawIDs(g, t.Entries),
		}
	}
	if c := in.Change; c != nil {
		var also []string
		for _, e := range c.Also {
			also = append(also, g.ID(g.To(e)))
		}
		j.Change = &wire.Change{
			From: g.ID(g.From(c.Call)), To: g.ID(g.To(c.Call)), Also: also, Failed: c.Failed, Degraded: c.Degraded,
			Remedies: convert(c.Remedies, func(r failure.Remedy) string { return remedyWords[r] }),
		}
	}
	return j
}

// ratio is part / whole, rounded to a millionth; 0 if whole is 0.
func ratio(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return math.Round(part/whole*1e6) / 1e6
}

func affectedJSON(g *graph.Graph, v *failure.Victim) wire.Affected {
	j := wire.Affected{
		ID: g.ID(v.Node), Onset: v.Onset.String(), Steady: v.Steady.String(), Label: v.Label.String(),
		Distance: v.Distance, Path: rawIDs(g, v.Path()), Decided: []wire.Decision{}, Confidence: analyze.Certain.String(),
	}
	if v.Assumed {
		j.Confidence = analyze.Assumed.String()
	}
	for _, h := range v.Hops() {
		for _, phase := range []struct {
			name  string
			deeds []failure.Action
		}{{"onset", h.Actions}, {"steady", h.Then}} {
			for _, d := range phase.deeds {
				deed := wire.Decision{From: g.ID(g.From(h.Call)), To: g.ID(g.To(h.Call)), Phase: phase.name, Part: d.Part, Policy: d.Policy, Does: d.Does, Assumed: d.Assumed, Default: d.Default}
				if d.Origin.File() != "" {
					deed.Origin = wire.KnownOrigin(d.Origin)
				}
				j.Decided = append(j.Decided, deed)
			}
		}
	}
	return j
}

func loadJSON(g *graph.Graph, l *analyze.Load) wire.Load {
	return wire.Load{ID: g.ID(l.Node), Factor: finite(l.Factor), Path: rawIDs(g, l.Path), Overload: l.Overload, Also: rawIDs(g, l.Also)}
}
