package render

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
)

func fateJSON(g *graph.Graph, f *analyze.Fate) wire.SharedFate {
	return wire.SharedFate{
		Kind: f.Kind, Shared: sharedID(g, f), Redundant: f.Redundant,
		Fail: rawIDs(g, f.Fail), Suffer: rawIDs(g, f.Suffer), Also: rawIDs(g, f.Also),
		Entries: rawIDs(g, f.Entries), Critical: rawIDs(g, f.Critical),
		Lost: convert(f.Lost, func(l analyze.LostFallback) wire.LostFallback {
			return wire.LostFallback{From: g.ID(l.From), To: g.ID(l.To), Instead: rawIDs(g, l.Instead), Left: l.Left, Pool: l.Pool}
		}),
	}
}

// sharedID is the name of the shared resource.
func sharedID(g *graph.Graph, f *analyze.Fate) string {
	if f.Name != "" {
		return f.Name
	}
	return g.ID(f.Node)
}

func contractsJSON(g *graph.Graph, c *analyze.Contracts) wire.Contracts {
	one := func(k analyze.Contract) wire.Contract {
		j := wire.Contract{
			ID: g.ID(k.Party), Methods: convert(k.Methods, same), Routes: convert(k.Routes, same), Call: wire.FromCall(g, k.Call),
		}
		if k.Bus() {
			j.Via = g.ID(k.Via)
		}
		return j
	}
	return wire.Contracts{
		Service: g.ID(c.Node), Callers: convert(c.Callers, one), Callees: convert(c.Callees, one),
		Readers: convert(c.Readers, one), Writers: convert(c.Writers, one),
		Mates: convert(c.Mates, func(m analyze.Mates) wire.SharedResource {
			return wire.SharedResource{Via: g.ID(m.Via), Database: m.Database, Services: rawIDs(g, m.Services)}
		}),
	}
}
