package boundary_test

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/boundary"
	_ "github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/policy"
)

func TestSelects(t *testing.T) {
	tier := func(n int) policy.Setting[int] { return policy.Setting[int]{Value: n} }
	web := &graph.Service{ID: "shop/web", Name: "web", Namespace: "shop", Kind: graph.KindService, Defined: true, Traits: &graph.Traits{Team: "front", Tier: tier(1), Labels: graph.Labels{"app": "web"}}, Aliases: []string{"www.example"}}
	db := &graph.Service{ID: "db", Name: "db", Kind: graph.KindDatabase, Defined: true, Traits: &graph.Traits{}}
	bank := &graph.Service{ID: "bank.example", Name: "bank.example", Kind: graph.KindExternal, Outside: true, Traits: &graph.Traits{}}
	ghost := &graph.Service{ID: "ghost", Name: "ghost", Kind: graph.KindExternal, Traits: &graph.Traits{}}
	field := func(name string, patterns ...string) boundary.Term {
		return boundary.Term{Fields: []boundary.Field{{Name: name, Patterns: patterns}}}
	}
	name := func(patterns ...string) boundary.Term { return boundary.Term{Names: patterns} }
	not := func(terms ...boundary.Term) boundary.Term {
		return boundary.Term{Not: &boundary.Selector{Terms: terms}}
	}
	label := boundary.Term{Labels: []boundary.Label{{Key: "app", Patterns: []string{"w*"}}}}
	const no, unknown, yes = boundary.No, boundary.Unknown, boundary.Yes
	for _, tt := range []struct {
		what   string
		terms  []boundary.Term
		v      *graph.Service
		caller *graph.Service
		want   boundary.Truth
	}{
		{"no terms", nil, web, nil, yes},
		{"id", []boundary.Term{name("shop/web")}, web, nil, yes},
		{"name", []boundary.Term{name("web")}, web, nil, yes},
		{"alias", []boundary.Term{name("www.example")}, web, nil, yes},
		{"id of another namespace", []boundary.Term{name("bank/web")}, web, nil, no},
		{"pattern", []boundary.Term{name("shop/*")}, web, nil, yes},
		{"all", []boundary.Term{name("*")}, db, nil, yes},
		{"one of two terms", []boundary.Term{name("x"), name("db")}, db, nil, yes},
		{"team", []boundary.Term{field("team", "f*")}, web, nil, yes},
		{"team that is not declared", []boundary.Term{field("team", "front")}, db, nil, unknown},
		{"any team that is not declared", []boundary.Term{field("team", "*")}, db, nil, unknown},
		{"team of a service outside", []boundary.Term{field("team", "*")}, bank, nil, no},
		{"not a team that is not declared", []boundary.Term{not(field("team", "front"))}, db, nil, unknown},
		{"not a team, outside", []boundary.Term{not(field("team", "front"))}, bank, nil, yes},
		{"tier", []boundary.Term{field("tier", "1", "2")}, web, nil, yes},
		{"namespace of a service without one", []boundary.Term{field("namespace", "shop")}, db, nil, no},
		{"namespace of what no input declares", []boundary.Term{field("namespace", "shop")}, ghost, nil, unknown},
		{"kind", []boundary.Term{{Kinds: []graph.Kind{graph.KindJob, graph.KindDatabase}}}, db, nil, yes},
		{"unknown and false is false", []boundary.Term{{Kinds: []graph.Kind{graph.KindJob}, Fields: []boundary.Field{{Name: "team", Patterns: []string{"a"}}}}}, db, nil, no},
		{"unknown or true is true", []boundary.Term{field("team", "a"), name("db")}, db, nil, yes},
		{"label", []boundary.Term{label}, web, nil, yes},
		{"no label", []boundary.Term{label}, db, nil, no},
		{"label of what no input declares", []boundary.Term{label}, ghost, nil, unknown},
		{"same", []boundary.Term{{Same: []string{"namespace"}}}, web, web, yes},
		{"same team, not declared", []boundary.Term{{Same: []string{"team"}}}, db, web, unknown},
		{"other namespace", []boundary.Term{{Other: []string{"namespace"}}}, db, web, yes},
		{"not the same", []boundary.Term{not(boundary.Term{Same: []string{"team"}})}, web, web, no},
	} {
		s := boundary.Selector{Terms: tt.terms}
		if got := s.Selects(tt.v, tt.caller); got != tt.want {
			t.Errorf("%s: %s is %d, want %d", tt.what, tt.v.ID, got, tt.want)
		}
	}
}

func TestIsID(t *testing.T) {
	for id, want := range map[string]bool{
		"allow": true, "forbid/a": true, "require/a.b": true, "forbid/": false, "forbid": false, "sync-cycle": false, "deny/a": false, "": false,
	} {
		if got := boundary.IsID(id); got != want {
			t.Errorf("IsID(%q) = %v, want %v", id, got, want)
		}
	}
}
