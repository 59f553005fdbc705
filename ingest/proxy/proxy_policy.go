package proxy

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
)

// Proxies that are configured by a file of their own are programs that call what they
// pass requests on to. A file applies to every one of those calls: what it does not set
// has the default of the proxy.

// A Pass is what a proxy does with the requests for some servers.
type Pass struct {
	At    graph.Origin
	Match string // which requests; empty is all
	To    []graph.Address
	Part  string // the last of To may be the name of addresses in another file: see graph.Value.Part
	Says  policy.Set
	Flaws []graph.Flaw
	In    string // the kind of block that it is in, if it is not the usual one
}

// PassPolicies are the policies of a proxy's passes. Where all passes to the same
// servers say the same, they are one policy for all requests.
func PassPolicies(of *policy.Product, passes []Pass) []graph.Policy {
	var order []string
	same := map[string][]Pass{}
	for _, p := range passes {
		key := fmt.Sprint(p.To)
		if same[key] == nil {
			order = append(order, key)
		}
		same[key] = append(same[key], p)
	}
	seen := map[field.FlawAt]bool{}
	var policies []graph.Policy
	for _, key := range order {
		group := same[key]
		if agree(group) {
			group[0].Match = ""
			for _, p := range group[1:] {
				group[0].Flaws = append(group[0].Flaws, p.Flaws...)
			}
			group = group[:1]
		}
		for _, p := range group {
			c := graph.Policy{
				Origin: p.At, Product: of, Object: cmp.Or(p.In, of.Name) + "/conf", Group: "proxy", Match: p.Match, Says: p.Says,
			}
			c.Says.Product, c.Says.Layer = of, policy.Gateway
			for _, address := range p.To {
				c.To = append(c.To, graph.EndpointRef{Host: address})
			}
			if len(c.To) > 0 {
				c.To[len(c.To)-1].Part = p.Part
			}
			for _, flaw := range p.Flaws {
				if at := (field.FlawAt{Text: flaw.Text, Why: flaw.Why, At: flaw.Origin}); !seen[at] {
					seen[at] = true
					c.Flaws = append(c.Flaws, flaw)
				}
			}
			policies = append(policies, c)
		}
	}
	return policies
}

// agree reports whether passes say the same.
func agree(passes []Pass) bool {
	for _, p := range passes[1:] {
		if !reflect.DeepEqual(p.Says, passes[0].Says) {
			return false
		}
	}
	return true
}

// A confWord is a word of a configuration file as an option of that name.
func confWord(name, text string, at graph.Origin) *settings.Tree {
	return &settings.Tree{Name: name, Text: text, Leaf: true, At: at}
}

// confField splits a word like "max_fails=3".
func confField(word string) (name, value string) {
	name, value, _ = strings.Cut(word, "=")
	return name, value
}
