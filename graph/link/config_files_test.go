package link

import (
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// A file's settings belong to whoever uses it, else to its owner.
func TestFileOwner(t *testing.T) {
	at := func(line int32) graph.Origin { return graph.Source{Reader: "r", File: "f"}.At(line, 1) }
	shop := func(name string) graph.Ref { return graph.Ref{Realm: "compose:shop", Kind: "service", Name: name} }
	file := graph.Ref{Realm: "file", Kind: "file", Name: "app.yml"}
	owner := &graph.Entity{Ref: graph.Ref{Realm: "spring", Name: "orders"}, Origin: at(1), Kind: graph.KindService}
	config := graph.Config{Ref: file, Origin: at(1), Owner: owner, Entries: []graph.Entry{{
		Key: "app.yml", Values: []graph.Value{{Key: "ledger.url", Text: "http://ledger:80", Source: graph.FromFile, Origin: at(2)}},
	}}}
	said, mounted := config, config
	said.OwnerSaid = true
	mounted.Owner, mounted.Origin = nil, graph.Source{Reader: "compose", File: "f"}.At(1, 1)
	use := graph.Use{Of: shop("app"), Config: file, File: true, Origin: at(9)}
	tests := []struct {
		name    string
		configs []graph.Config
		uses    []graph.Use
		want    string // services, then calls
	}{
		{"unused", []graph.Config{config}, nil, "ledger orders; orders>ledger"},
		{"used", []graph.Config{config}, []graph.Use{use}, "app ledger; app>ledger"},
		{"met twice", []graph.Config{config, mounted}, []graph.Use{use}, "app ledger; app>ledger"},
		{"said and used by one", []graph.Config{said}, []graph.Use{use}, "app ledger; app>ledger"},
		{"used by two", []graph.Config{said}, []graph.Use{use, {Of: shop("ledger"), Config: file, File: true, Origin: at(8)}}, "app ledger; app>ledger"},
		{"without a user", []graph.Config{mounted}, nil, "app ledger; "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := &Builder{}
			f := &graph.Facts{Configs: tt.configs, Uses: tt.uses}
			f.Entities = append(f.Entities, graph.Entity{Ref: shop("ledger"), Origin: at(20), Kind: graph.KindService})
			if tt.uses != nil || tt.name == "without a user" {
				f.Entities = append(f.Entities, graph.Entity{Ref: shop("app"), Origin: at(21), Kind: graph.KindService})
			}
			b.Add(f)
			if got := outline(b.Build()); got != tt.want {
				t.Errorf("graph is %q, want %q", got, tt.want)
			}
		})
	}
}

// An override file and its base say the same of one place: it counts once.
func TestTwins(t *testing.T) {
	at := graph.Source{Reader: "compose", File: "compose.yml"}.At(3, 5)
	a, db := graph.Ref{Realm: "compose:x", Name: "a"}, graph.Ref{Realm: "compose:x", Name: "db"}
	facts := func() *graph.Facts {
		return &graph.Facts{
			Entities: []graph.Entity{{Ref: a, Origin: at}, {Ref: db, Origin: at}},
			Calls:    []graph.CallFact{{From: graph.EndpointRef{Ref: a}, To: graph.EndpointRef{Ref: db}, Evidence: graph.Evidence{Origin: at, Way: "compose-links", Strength: graph.Strong}}},
			Values:   []graph.Value{{Of: a, Key: "DB_HOST", Text: "db:5432", Origin: graph.Source{Reader: "compose", File: "compose.yml"}.At(4, 9)}},
		}
	}
	b := &Builder{}
	b.Add(facts())
	b.Add(facts())
	g := b.Build()
	if got := outline(g); got != "a db; a>db" {
		t.Fatalf("graph is %q, want one call from a to db", got)
	}
	if c := g.Call(0); len(c.Evidence) != 2 {
		t.Errorf("evidence of the call = %d entries, want the link and the setting once each: %+v", len(c.Evidence), c.Evidence)
	}
}

// outline writes the services and the calls of a graph.
func outline(g *graph.Graph) string {
	services, calls := "", ""
	for n := range g.Len() {
		if n > 0 {
			services += " "
		}
		services += g.Service(graph.Node(n)).ID
	}
	for e := range g.Calls() {
		c := g.Call(graph.Edge(e))
		calls += " " + g.Service(c.From).ID + ">" + g.Service(c.To).ID
	}
	return services + "; " + strings.TrimSpace(calls)
}
