package link_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestGroups draws members as "group:member,member"; upper case is a group, "~"
// marks a mirror and "!" a fallback. Every case asks who "in" calls through A.
func TestGroups(t *testing.T) {
	for _, tt := range []struct{ name, groups, want string }{
		{"members", "A:x,y", "x y"},
		{"members of members", "A:x,B B:y,C C:z", "x y z"},
		{"loop", "A:x,B B:y,A", "x y"},
		{"marks are inherited", "A:~B,!y B:x,!z", "x~ y! z~!"},
		{"two ways to one", "A:B,C B:x C:x", "x"},
		{"no member", "A:B", ""},
		{"unknown", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := &link.Builder{}
			b.Add(groupFacts(tt.groups))
			g := b.Build()
			caller, ok := g.Node("in")
			if !ok {
				t.Fatal(`the caller "in" is no service`)
			}
			var got []string
			for e, end := g.Out(caller); e < end; e++ {
				call := g.Call(e)
				word := g.ID(call.To)
				if call.Mirror {
					word += "~"
				}
				if call.Fallback {
					word += "!"
				}
				got = append(got, word)
			}
			slices.Sort(got)
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("%q: in calls %q, want %q", tt.groups, got, tt.want)
			}
			if unresolved := len(b.Coverage.Unresolved); (unresolved > 0) != (tt.want == "") {
				t.Errorf("%q: %d unresolved addresses, want some only where no service is called", tt.groups, unresolved)
			}
		})
	}
}

func groupFacts(groups string) *graph.Facts {
	at := func(line int) graph.Origin { return graph.Source{Reader: "test", File: "f"}.At(int32(line), 0) }
	group := func(name string) graph.Ref { return graph.Ref{Realm: "test", Kind: "group", Name: name} }
	service := func(name string) graph.Ref { return graph.Ref{Realm: "test", Name: name} }
	f := &graph.Facts{
		Entities: []graph.Entity{{Ref: service("in"), Origin: at(1)}},
		Calls: []graph.CallFact{{
			From: graph.EndpointRef{Ref: service("in")}, To: graph.EndpointRef{Group: group("A")},
			Evidence: graph.Evidence{Origin: at(2), Way: "test", Strength: graph.Strong},
		}},
	}
	for line, one := range strings.Fields(groups) {
		of, members, _ := strings.Cut(one, ":")
		for _, name := range strings.Split(members, ",") {
			m := graph.Member{Of: group(of), Origin: at(10 + line)}
			m.Mirror, m.Fallback = strings.HasPrefix(name, "~"), strings.HasPrefix(name, "!")
			name = strings.TrimLeft(name, "~!")
			if strings.ToUpper(name) == name {
				m.Party.Group = group(name)
			} else {
				m.Party.Ref = service(name)
				f.Entities = append(f.Entities, graph.Entity{Ref: service(name), Origin: at(10 + line)})
			}
			f.Members = append(f.Members, m)
		}
	}
	return f
}

// TestGroupsOfOneName has three documents declare one group; a call takes the
// declaration nearest to it, and whoever joined the group from anywhere.
func TestGroupsOfOneName(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"shop/api/calls.yaml", "shop"},
		{"shop/group.yaml", "shop"},
		{"pay/calls.yaml", "pay"},
		{"elsewhere/calls.yaml", "pay root shop"},
	} {
		at := func(file string) graph.Origin { return graph.Source{Reader: "test", File: file}.At(1, 0) }
		service := func(name string) graph.Ref { return graph.Ref{Realm: "test", Name: name} }
		group := graph.Ref{Realm: "test", Kind: "group", Name: "g"}
		f := &graph.Facts{Calls: []graph.CallFact{{
			From: graph.EndpointRef{Ref: service("in")}, To: graph.EndpointRef{Group: group},
			Evidence: graph.Evidence{Origin: at(tt.file), Way: "test", Strength: graph.Strong},
		}}}
		for name, file := range map[string]string{"shop": "shop/group.yaml", "pay": "pay/group.yaml", "root": "base/group.yaml", "joined": "far/away.yaml"} {
			f.Members = append(f.Members, graph.Member{
				Of: group, Party: graph.EndpointRef{Ref: service(name)}, Origin: at(file), Joins: name == "joined",
			})
		}
		b := &link.Builder{}
		b.Add(f)
		g := b.Build()
		caller, _ := g.Node("in")
		var got []string
		for _, v := range g.Callees(caller) {
			got = append(got, g.ID(v))
		}
		if got, want := strings.Join(got, " "), "joined "+tt.want; got != want {
			t.Errorf("a call in %s reaches %q, want %q", tt.file, got, want)
		}
	}
}
