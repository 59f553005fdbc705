package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/policy"
)

// TestPartsOfPolicies draws the policies that a call meets, in any order, as
// "object:match@rank=seconds", where "*" is a match of everything, "+" after the
// seconds lays the policy over those below, and a number after the object is its
// document. Routes are "match=seconds",
// hidden policies are listed after the bar.
func TestPartsOfPolicies(t *testing.T) {
	for _, tt := range []struct{ name, policies, want string }{
		{"one", "a:*@0=1", "*=1"},
		{"first match", "a:/x@2=1 a:*@1=2", "*=2 /x=1"},
		{"same part twice", "a:*@1=1 a:*@2=2", "*=2 | a:*@1"},
		{"nothing is left for a later rule", "a:*@2=1 a:/x@1=2", "*=1 | a:/x@1"},
		{"another object", "a:*@1=1 b:/x@2=2", "/x=2 | a:*@1"},
		{"no rule for the rest", "a:/x@1=1 a:/y@2=2", "/x=1 /y=2"},
		{"of equals the last", "a:*@0=1 b:*@0=2", "*=2 | a:*@0"},
		{"parts of equal rank", "a:*@0=1 a:/x@0=2", "*=1 /x=2"},
		{"two documents of one name", "a1:*@0=1 a1:/x@-1=3 a2:*@0=2 a2:/y@-1=4", "*=2 | a1:*@0 a1:/x@-1 a2:/y@-1"},
		{"merged", "a:*@1=1+ b:*@2=2+", "*=2 | a:*@1"},
		{"merged part", "a:*@1=1+ b:/x@2=2+", "*=1 /x=2"},
		{"merged below", "a:/x@1=1+ b:*@2=2+", "*=2 /x=2 | a:/x@1"},
		{"on top of what is merged", "a:*@1=1+ b:*@2=2", "*=2 | a:*@1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			words := strings.Fields(tt.policies)
			for range words {
				if got := drawRoutes(t, words); got != tt.want {
					t.Errorf("%v: got %q, want %q", words, got, tt.want)
				}
				words = append(words[1:], words[0])
			}
		})
	}
}

var testProduct = &policy.Product{Name: "test"}

func drawRoutes(t *testing.T, words []string) string {
	t.Helper()
	service := func(name string) graph.Ref { return graph.Ref{Realm: "test", Name: name} }
	f := &graph.Facts{
		Entities: []graph.Entity{{Ref: service("in"), Origin: testOrigin(1)}, {Ref: service("out"), Origin: testOrigin(2)}},
		Calls: []graph.CallFact{{
			From: graph.EndpointRef{Ref: service("in")}, To: graph.EndpointRef{Ref: service("out")},
			Evidence: graph.Evidence{Origin: testOrigin(3), Way: "test", Strength: graph.Strong},
		}},
	}
	for _, word := range words {
		p := graph.Policy{Product: testProduct, Says: policy.Set{Product: testProduct}}
		var seconds time.Duration
		word, p.Merge = strings.CutSuffix(word, "+")
		object, rest, _ := strings.Cut(word, ":")
		match, rest, _ := strings.Cut(rest, "@")
		fmt.Sscanf(rest, "%d=%d", &p.Rank, &seconds)
		p.Object, p.Match = object[:1], strings.Trim(match, "*")
		p.Origin = testOrigin(10 + int(object[0])) // objects are declared in the order of their names
		if len(object) > 1 {
			p.Origin = testOrigin(int(object[1]))
			p.Document = p.Origin
		}
		p.Says.Timeout = &policy.Timeout{Total: policy.Declare(seconds, p.Origin)}
		f.Policies = append(f.Policies, p)
	}
	b := &link.Builder{}
	b.Add(f)
	g := b.Build()
	in, _ := g.Node("in")
	e, _ := g.Out(in)
	var routes, hidden []string
	for _, r := range g.Routes(e) {
		routes = append(routes, fmt.Sprintf("%s=%d", anyMatch(r.Match), r.Layers[0].Timeout.Total.Value))
	}
	for _, p := range g.Policies() {
		if len(p.Shadows) > 0 {
			object := p.Object
			if p.Document.Line > 0 {
				object += string(rune(p.Document.Line))
			}
			hidden = append(hidden, fmt.Sprintf("%s:%s@%d", object, anyMatch(p.Match), p.Rank))
		}
	}
	slices.Sort(hidden)
	if hidden != nil {
		hidden = append([]string{"|"}, hidden...)
	}
	return strings.Join(append(routes, hidden...), " ")
}

// Evidence of one match adds up to the methods of one route.
func TestRouteUnitesMethods(t *testing.T) {
	service := func(name string) graph.EndpointRef {
		return graph.EndpointRef{Ref: graph.Ref{Realm: "test", Name: name}}
	}
	f := &graph.Facts{Entities: []graph.Entity{{Ref: service("in").Ref, Origin: testOrigin(1)}, {Ref: service("out").Ref, Origin: testOrigin(2)}}}
	for i, methods := range [][]string{{"GET", "PUT"}, {"GET", "POST"}, nil} {
		f.Calls = append(f.Calls, graph.CallFact{From: service("in"), To: service("out"), Evidence: graph.Evidence{
			Origin: testOrigin(10 + i), Way: "test", Strength: graph.Strong, Match: "/orders", Methods: methods,
		}})
	}
	b := &link.Builder{}
	b.Add(f)
	g := b.Build()
	in, _ := g.Node("in")
	e, _ := g.Out(in)
	routes := g.Routes(e)
	if len(routes) != 1 || routes[0].Match != "/orders" || !slices.Equal(routes[0].Methods, []string{"GET", "POST", "PUT"}) {
		t.Errorf("routes = %+v, want one of /orders with GET, POST and PUT", routes)
	}
}

func anyMatch(match string) string {
	if match == "" {
		return "*"
	}
	return match
}

func testOrigin(line int) graph.Origin {
	return graph.Source{Reader: "test", File: "f"}.At(int32(line), 0)
}
