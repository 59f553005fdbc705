package graph

import (
	"strings"
	"testing"
)

// A file's settings belong to whoever uses it, else to its owner.
func TestFileOwner(t *testing.T) {
	at := func(line int32) Origin { return Origin{Reader: "r", File: "f", Line: line, Column: 1} }
	shop := func(name string) Ref { return Ref{Realm: "compose:shop", Kind: "service", Name: name} }
	file := Ref{Realm: "file", Kind: "file", Name: "app.yml"}
	owner := &Thing{Ref: Ref{Realm: "spring", Name: "orders"}, Origin: at(1), Kind: KindService}
	config := Config{Ref: file, Origin: at(1), Owner: owner, Entries: []Entry{{
		Key: "app.yml", Values: []Value{{Key: "ledger.url", Text: "http://ledger:80", Way: WayFile, Origin: at(2)}},
	}}}
	said, mounted := config, config
	said.OwnerSaid = true
	mounted.Owner, mounted.Origin = nil, Origin{Reader: "compose", File: "f", Line: 1, Column: 1}
	use := Use{Of: shop("app"), Config: file, File: true, Origin: at(9)}
	tests := []struct {
		name    string
		configs []Config
		uses    []Use
		want    string // services, then calls
	}{
		{"unused", []Config{config}, nil, "ledger orders; orders>ledger"},
		{"used", []Config{config}, []Use{use}, "app ledger; app>ledger"},
		{"met twice", []Config{config, mounted}, []Use{use}, "app ledger; app>ledger"},
		{"said and used by one", []Config{said}, []Use{use}, "app ledger; app>ledger"},
		{"used by two", []Config{said}, []Use{use, {Of: shop("ledger"), Config: file, File: true, Origin: at(8)}}, "app ledger; app>ledger"},
		{"nobody's", []Config{mounted}, nil, "app ledger; "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := &Builder{}
			f := &Facts{Configs: tt.configs, Uses: tt.uses}
			f.Things = append(f.Things, Thing{Ref: shop("ledger"), Origin: at(20), Kind: KindService})
			if tt.uses != nil || tt.name == "nobody's" {
				f.Things = append(f.Things, Thing{Ref: shop("app"), Origin: at(21), Kind: KindService})
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
	at := Origin{Reader: "compose", File: "compose.yml", Line: 3, Column: 5}
	a, db := Ref{Realm: "compose:x", Name: "a"}, Ref{Realm: "compose:x", Name: "db"}
	facts := func() *Facts {
		return &Facts{
			Things: []Thing{{Ref: a, Origin: at}, {Ref: db, Origin: at}},
			Calls:  []Fact{{From: Party{Ref: a}, To: Party{Ref: db}, Evidence: Evidence{Origin: at, Way: "compose-links", Strength: Strong}}},
			Values: []Value{{Of: a, Key: "DB_HOST", Text: "db:5432", Origin: Origin{Reader: "compose", File: "compose.yml", Line: 4, Column: 9}}},
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
func outline(g *Graph) string {
	services, calls := "", ""
	for n := range g.Len() {
		if n > 0 {
			services += " "
		}
		services += g.Service(Node(n)).ID
	}
	for e := range g.Calls() {
		c := g.Call(Edge(e))
		calls += " " + g.Service(c.From).ID + ">" + g.Service(c.To).ID
	}
	return services + "; " + strings.TrimSpace(calls)
}
