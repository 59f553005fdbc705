package link

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// calls writes the calls of a graph as "from>to", sorted.
func calls(g *graph.Graph) string {
	var list []string
	for e := range graph.Edge(g.Calls()) {
		list = append(list, g.ID(g.From(e))+">"+g.ID(g.To(e)))
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func named(realm, kind, namespace, name string) graph.Ref {
	return graph.Ref{Realm: realm, Kind: kind, Namespace: namespace, Name: name}
}

// at gives every fact of a test a place of its own.
func at(line int) graph.Origin {
	return graph.Source{Reader: "test", File: "test.yaml"}.At(int32(line), 0)
}

func TestCallOfABareNameStaysInItsNamespace(t *testing.T) {
	b := &Builder{}
	f := &graph.Facts{}
	for i, id := range []string{"shop/cart", "shop/db", "bank/db", "mail"} {
		namespace, name, ok := strings.Cut(id, "/")
		if !ok {
			namespace, name = "", id
		}
		f.Entities = append(f.Entities, graph.Entity{Ref: named("native", "", namespace, name), Origin: at(i)})
	}
	for i, to := range []string{"db", "mail"} { // one beside the caller, one in no namespace
		f.Calls = append(f.Calls, graph.CallFact{
			From:     graph.EndpointRef{Ref: named("native", "", "shop", "cart")},
			To:       graph.EndpointRef{Ref: graph.Ref{Name: to}, Namespace: "shop"},
			Evidence: graph.Evidence{Origin: at(10 + i), Strength: graph.Strong},
		})
	}
	b.Add(f)
	if got, want := calls(b.Build()), "shop/cart>mail shop/cart>shop/db"; got != want {
		t.Errorf("calls = %q, want %q", got, want)
	}
}

func TestAPIIsWhoProvidesIt(t *testing.T) {
	component := func(name string) graph.Ref { return named("backstage", "component", "", name) }
	api := named("backstage", "api", "", "orders")
	for _, tt := range []struct {
		name      string
		providers []string
		elsewhere string // a Deployment
		want      string
		services  int
	}{
		{"one provider", []string{"gateway"}, "", "web>gateway", 2},
		{"no provider", nil, "", "web>orders", 2},
		{"two providers are not one service", []string{"gateway", "monolith"}, "", "web>orders", 4},
		{"a workload that is called like the API", []string{"gateway"}, "orders", "web>gateway", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := &Builder{}
			f := &graph.Facts{Entities: []graph.Entity{{Ref: component("web"), Origin: at(1)}}}
			for i, p := range tt.providers {
				f.Entities = append(f.Entities, graph.Entity{Ref: component(p), Origin: at(10 + i)})
				f.Names = append(f.Names, graph.Name{Ref: api, Of: component(p), Origin: at(20 + i)})
			}
			if tt.elsewhere != "" {
				f.Entities = append(f.Entities, graph.Entity{Ref: named(kubernetes, "Deployment", "", tt.elsewhere), Origin: at(30)})
			}
			f.Calls = []graph.CallFact{{From: graph.EndpointRef{Ref: component("web")}, To: graph.EndpointRef{Ref: api}, Evidence: graph.Evidence{Origin: at(40), Strength: graph.Strong}}}
			b.Add(f)
			g := b.Build()
			if got := calls(g); got != tt.want || g.Len() != tt.services {
				t.Errorf("calls = %q among %d services, want %q among %d: %s", got, g.Len(), tt.want, tt.services, fmt.Sprint(g.Services()))
			}
		})
	}
}

// A workload and what another source declares under its name are one service only
// if namespaces and kinds agree, as far as they are known.
func TestOneNameOfTwoSources(t *testing.T) {
	const sure = true
	for _, tt := range []struct {
		what               string
		workload           graph.Kind
		workloadSure       bool
		namespace          string
		declared           graph.Kind
		declaredSure, join bool
	}{
		{"the same namespace", graph.KindService, !sure, "shop", graph.KindUnknown, !sure, true},
		{"no namespace", graph.KindService, !sure, "", graph.KindUnknown, !sure, true},
		{"another namespace", graph.KindService, !sure, "bank", graph.KindUnknown, !sure, false},
		{"the same kind", graph.KindDatabase, sure, "shop", graph.KindDatabase, sure, true},
		{"another kind of the same family", graph.KindDatabase, sure, "shop", graph.KindCache, sure, false},
		{"a likely kind of the same family", graph.KindDatabase, !sure, "shop", graph.KindCache, !sure, true},
		{"a likely kind of another family", graph.KindService, !sure, "shop", graph.KindJob, !sure, false},
		{"a program that may be a gateway", graph.KindService, !sure, "shop", graph.KindGateway, !sure, true},
	} {
		f := &graph.Facts{Entities: []graph.Entity{
			{Ref: named(kubernetes, "Deployment", "shop", "orders"), Origin: at(1), Kind: tt.workload, KindSure: tt.workloadSure},
			{Ref: named("native", "", tt.namespace, "orders"), Origin: at(2), Kind: tt.declared, KindSure: tt.declaredSure},
		}}
		b := &Builder{}
		b.Add(f)
		if g := b.Build(); (g.Len() == 1) != tt.join {
			t.Errorf("%s: %d services, joined should be %v: %s", tt.what, g.Len(), tt.join, fmt.Sprint(g.Services()))
		}
	}
}
