package render

import (
	"math"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
)

type jsonIncident struct {
	Failed   []string      `json:"failed"`
	Mode     string        `json:"mode"`
	Others   int           `json:"others"` // services besides the failed ones
	Naive    int           `json:"naive"`  // of those, how many wait for a failed one at any distance
	Radius   int           `json:"radius"` // how many suffer
	Entries  []string      `json:"entrypoints"`
	Critical []string      `json:"tier1"`
	Observed *jsonTraffic  `json:"observed,omitempty"` // present if calls were observed
	Services []jsonVictim  `json:"services"`
	Starved  []jsonStarved `json:"starved"` // who gets no new events and is well otherwise
	Loads    []jsonLoad    `json:"loads"`
	Change   *jsonChange   `json:"change,omitempty"`
}

// jsonTraffic is how many of the observed calls are to a service that has failed or
// suffers, of those that wait for an answer. Sampled calls count for as many as they
// stand for, where that is known.
type jsonTraffic struct {
	Calls      float64  `json:"calls"`
	Affected   float64  `json:"affected"`
	Share      float64  `json:"share"`      // of 1
	EntryCalls float64  `json:"entryCalls"` // of calls, those that requests begin with
	EntryHit   float64  `json:"entryAffected"`
	EntryShare float64  `json:"entryShare"`
	Entries    []string `json:"entryFrom"` // who makes these: entry points, else whoever was not seen to be called
}

type jsonStarved struct {
	ID  string `json:"id"`
	Of  string `json:"of"`  // who fails: a service that sends events, or the broker
	Via string `json:"via"` // the broker between the two, or the same
}

type jsonVictim struct {
	ID         string     `json:"id"`
	Onset      string     `json:"onset"` // "failed/slow": how good the answers are, and how fast
	Steady     string     `json:"steady"`
	Label      string     `json:"label"` // FAILED, DEGRADED, SLOW, PROTECTED
	Distance   int        `json:"distance"`
	Path       []string   `json:"path"`
	Decided    []jsonDeed `json:"decided"`
	Confidence string     `json:"confidence"`
}

type jsonDeed struct {
	From    string      `json:"from"`
	To      string      `json:"to"`
	Phase   string      `json:"phase"`          // onset, or steady for what acts since a breaker opened
	Part    string      `json:"part,omitempty"` // the part of the call, as in weir policies
	Policy  string      `json:"policy"`
	Does    string      `json:"does"`
	Assumed bool        `json:"assumed,omitempty"`
	Default string      `json:"default,omitempty"` // the product that has the policy by itself
	Origin  *jsonOrigin `json:"origin,omitempty"`
}

type jsonLoad struct {
	ID       string   `json:"id"`
	Factor   *float64 `json:"amp"` // null without end
	Path     []string `json:"path"`
	Overload bool     `json:"overloadRisk"`
	Also     []string `json:"also"`
}

type jsonChange struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Remedies []string `json:"remedies"` // any one of them
	Failed   int      `json:"failed"`
	Degraded int      `json:"degraded"`
}

// remedyWords are the words for failure.Remedy.
var remedyWords = []string{"timeout", "fallback", "optional", "timeout-and-fallback"}

func incidentJSON(g *graph.Graph, in *analyze.Incident) jsonIncident {
	j := jsonIncident{
		Failed: rawIDs(g, in.Failed), Mode: in.Mode, Others: in.Others, Naive: in.Naive, Radius: in.Suffering(),
		Entries: rawIDs(g, in.Entries), Critical: rawIDs(g, in.Critical),
		Starved: convert(in.Starved, func(s failure.Starved) jsonStarved {
			return jsonStarved{ID: g.ID(s.Node), Of: g.ID(s.Of), Via: g.ID(s.Via)}
		}),
		Services: convert(in.Victims, func(v failure.Victim) jsonVictim { return victimJSON(g, &v) }),
		Loads:    convert(in.Loads, func(l analyze.Load) jsonLoad { return loadJSON(g, &l) }),
	}
	if t := in.Traffic; t != nil {
		j.Observed = &jsonTraffic{
			Calls: t.Calls, Affected: t.Hit, Share: ratio(t.Hit, t.Calls), EntryCalls: t.Entry, EntryHit: t.EntryHit,
			EntryShare: ratio(t.EntryHit, t.Entry), Entries: rawIDs(g, t.Entries),
		}
	}
	if c := in.Change; c != nil {
		j.Change = &jsonChange{
			From: g.ID(g.From(c.Call)), To: g.ID(g.To(c.Call)), Failed: c.Failed, Degraded: c.Degraded,
			Remedies: convert(c.Remedies, func(r failure.Remedy) string { return remedyWords[r] }),
		}
	}
	return j
}

// ratio is a part of a whole, rounded to a millionth; 0 of nothing.
func ratio(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return math.Round(part/whole*1e6) / 1e6
}

func victimJSON(g *graph.Graph, v *failure.Victim) jsonVictim {
	j := jsonVictim{
		ID: g.ID(v.Node), Onset: v.Onset.String(), Steady: v.Steady.String(), Label: v.Label.String(),
		Distance: v.Distance, Path: rawIDs(g, v.Path()), Decided: []jsonDeed{}, Confidence: analyze.Certain.String(),
	}
	if v.Assumed {
		j.Confidence = analyze.Assumed.String()
	}
	for _, h := range v.Hops() {
		for _, phase := range []struct {
			name  string
			deeds []failure.Deed
		}{{"onset", h.Deeds}, {"steady", h.Then}} {
			for _, d := range phase.deeds {
				deed := jsonDeed{From: g.ID(g.From(h.Call)), To: g.ID(g.To(h.Call)), Phase: phase.name, Part: d.Part, Policy: d.Policy, Does: d.Does, Assumed: d.Assumed, Default: d.Default}
				if d.Origin.File != "" {
					o := originJSON(d.Origin)
					deed.Origin = &o
				}
				j.Decided = append(j.Decided, deed)
			}
		}
	}
	return j
}

func loadJSON(g *graph.Graph, l *analyze.Load) jsonLoad {
	j := jsonLoad{ID: g.ID(l.Node), Factor: finite(l.Factor), Path: rawIDs(g, l.Path), Overload: l.Overload, Also: rawIDs(g, l.Also)}
	return j
}
