package render

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// jsonFate is what services share, and who fails together when it is gone. The pairs
// that fail together are those of fail and also.
type jsonFate struct {
	Kind      string     `json:"kind"`      // database, cache, broker, topic, external, node, zone, namespace
	Shared    string     `json:"shared"`    // the service's id, or the name of the place
	Redundant bool       `json:"redundant"` // it is declared to run several replicas
	Fail      []string   `json:"fail"`      // who cannot do without it, or is in the place
	Suffer    []string   `json:"suffer"`    // who can, or sends it events
	Also      []string   `json:"also"`      // who fails with those that fail
	Entries   []string   `json:"entrypoints"`
	Critical  []string   `json:"tier1"`
	Lost      []jsonLost `json:"lostFallbacks"`
}

// jsonLost is a call whose callee fails together with services that are asked instead.
type jsonLost struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Instead []string `json:"instead"` // those that fail too
	Left    bool     `json:"left"`    // there is another answer still
}

func fateJSON(g *graph.Graph, f *analyze.Fate) jsonFate {
	return jsonFate{
		Kind: f.Kind, Shared: sharedID(g, f), Redundant: f.Redundant,
		Fail: rawIDs(g, f.Fail), Suffer: rawIDs(g, f.Suffer), Also: rawIDs(g, f.Also),
		Entries: rawIDs(g, f.Entries), Critical: rawIDs(g, f.Critical),
		Lost: convert(f.Lost, func(l analyze.LostFallback) jsonLost {
			return jsonLost{From: g.ID(l.From), To: g.ID(l.To), Instead: rawIDs(g, l.Instead), Left: l.Left}
		}),
	}
}

// sharedID is what is shared.
func sharedID(g *graph.Graph, f *analyze.Fate) string {
	if f.Name != "" {
		return f.Name
	}
	return g.ID(f.Node)
}

// jsonContracts is what a change of a service has to be tested against.
type jsonContracts struct {
	Service string         `json:"service"`
	Callers []jsonContract `json:"callers"`
	Callees []jsonContract `json:"callees"`
	Readers []jsonContract `json:"readers"` // of what it sends to a topic; call is the delivery
	Writers []jsonContract `json:"writers"` // of what it gets from one; call is theirs to the topic
	Mates   []jsonMates    `json:"mates"`
}

type jsonContract struct {
	ID      string   `json:"id"`
	Via     string   `json:"via,omitempty"`
	Methods []string `json:"methods"`
	Routes  []string `json:"routes"`
	Call    jsonCall `json:"call"`
}

// jsonMates use the same, where nothing tells who writes and who reads.
type jsonMates struct {
	Via      string   `json:"via"`
	Database string   `json:"database,omitempty"`
	Services []string `json:"services"`
}

func contractsJSON(g *graph.Graph, c *analyze.Contracts) jsonContracts {
	one := func(k analyze.Contract) jsonContract {
		j := jsonContract{
			ID: g.ID(k.Party), Methods: convert(k.Methods, same), Routes: convert(k.Routes, same), Call: callJSON(g, k.Call),
		}
		if k.Bus() {
			j.Via = g.ID(k.Via)
		}
		return j
	}
	return jsonContracts{
		Service: g.ID(c.Node), Callers: convert(c.Callers, one), Callees: convert(c.Callees, one),
		Readers: convert(c.Readers, one), Writers: convert(c.Writers, one),
		Mates: convert(c.Mates, func(m analyze.Mates) jsonMates {
			return jsonMates{Via: g.ID(m.Via), Database: m.Database, Services: rawIDs(g, m.Services)}
		}),
	}
}

func same(s string) string { return s }
