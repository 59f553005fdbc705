package graph_test

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

func TestFind(t *testing.T) {
	g := graphtest.Parse("shop/cart shop/pricing bank/cart pay web:pay bank/a bank/b bank/c shop/web edge/site bank/site")
	if v, ok := g.Node("edge/site"); ok {
		g.Service(v).Kind = graph.KindGateway
	}
	for _, a := range []struct {
		id    string
		names []string
	}{{"shop/pricing", []string{"prices", "pay"}}, {"bank/a", []string{"ledger"}}, {"bank/b", []string{"ledger"}}} {
		v, _ := g.Node(a.id)
		g.Service(v).Aliases = a.names
	}
	tests := []struct {
		doc, name       string
		want            string // the ID found, or
		wantErr, wantHi string // what is said instead
	}{
		{doc: "exact id", name: "shop/cart", want: "shop/cart"},
		{doc: "unique name", name: "pricing", want: "shop/pricing"},
		{doc: "unique alias", name: "prices", want: "shop/pricing"},
		{doc: "an id goes before another's alias", name: "pay", want: "pay"},
		{doc: "two of one name", name: "cart", wantErr: `2 services are called "cart"`, wantHi: `say which: "bank/cart" or "shop/cart"`},
		{doc: "a program goes before a gateway of its name", name: "site", want: "bank/site"},
		{doc: "two of one alias", name: "ledger", wantErr: `2 services are called "ledger"`, wantHi: `say which: "bank/a" or "bank/b"`},
		{doc: "misspelt", name: "pricng", wantErr: `no service "pricng" in 0 files (11 services)`, wantHi: `did you mean "shop/pricing"?`},
		{doc: "in the wrong namespace", name: "bank/pricing", wantErr: `no service "bank/pricing" in 0 files (11 services)`, wantHi: `did you mean "shop/pricing"?`},
		{doc: "like nothing", name: "zebra", wantErr: `no service "zebra" in 0 files (11 services)`},
		{doc: "empty", name: "", wantErr: `no service "" in 0 files (11 services)`},
	}
	for _, tt := range tests {
		t.Run(tt.doc, func(t *testing.T) {
			v, err := g.Find(tt.name)
			if tt.want != "" {
				if err != nil || g.ID(v) != tt.want {
					t.Fatalf("Find(%q) = %q, %v, want %q", tt.name, g.ID(v), err, tt.want)
				}
				return
			}
			unknown, ok := err.(interface {
				error
				Hint() string
			})
			if !ok {
				t.Fatalf("Find(%q) = %q, %v, want an error with a hint", tt.name, g.ID(v), err)
			}
			if err.Error() != tt.wantErr {
				t.Errorf("Find(%q) says %s, want %s", tt.name, err, tt.wantErr)
			}
			if unknown.Hint() != tt.wantHi {
				t.Errorf("Find(%q) hints %s, want %s", tt.name, unknown.Hint(), tt.wantHi)
			}
		})
	}
}
