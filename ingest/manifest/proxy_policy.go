package manifest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// Proxies that are configured by a file of their own are programs that call what
// they pass requests on to. A file says something about every one of those calls,
// and be it by silence: then the proxy does what it does unasked.

// A proxy is a product whose configuration file holds policies for the calls that
// the file reveals.
type proxy struct {
	match func(base, text string) bool
	read  func(text string, place func(line, column int) graph.Origin) []graph.Policy
}

var proxies = []proxy{
	{looksLikeNginx, nginxPolicies},
	{looksLikeHAProxy, haproxyPolicies},
}

// A pass is what a proxy does with the requests for some servers.
type pass struct {
	at    graph.Origin
	match string // which requests; empty is all
	to    []graph.Address
	says  policy.Set
	flaws []graph.Flaw
}

// passPolicies are the policies of a proxy's passes. Where all passes to the same
// servers say the same, they are one policy for all requests.
func passPolicies(of *policy.Product, passes []pass) []graph.Policy {
	var order []string
	same := map[string][]pass{}
	for _, p := range passes {
		key := fmt.Sprint(p.to)
		if same[key] == nil {
			order = append(order, key)
		}
		same[key] = append(same[key], p)
	}
	told := map[flawAt]bool{}
	var policies []graph.Policy
	for _, key := range order {
		group := same[key]
		if agree(group) {
			group[0].match = ""
			for _, p := range group[1:] {
				group[0].flaws = append(group[0].flaws, p.flaws...)
			}
			group = group[:1]
		}
		for _, p := range group {
			c := graph.Policy{
				Origin: p.at, Product: of, Object: of.Name + "/conf", Group: "proxy", Match: p.match, Says: p.says,
			}
			c.Says.Product, c.Says.Layer = of, policy.Gateway
			for _, address := range p.to {
				c.To = append(c.To, graph.EndpointRef{Host: address})
			}
			for _, flaw := range p.flaws {
				if at := (flawAt{flaw.Text, flaw.Why, flaw.Origin}); !told[at] {
					told[at] = true
					c.Flaws = append(c.Flaws, flaw)
				}
			}
			policies = append(policies, c)
		}
	}
	return policies
}

// agree reports whether passes say the same.
func agree(passes []pass) bool {
	for _, p := range passes[1:] {
		if !reflect.DeepEqual(p.says, passes[0].says) {
			return false
		}
	}
	return true
}

// A confWord is a word of a configuration file as an option of that name.
func confWord(name, text string, at graph.Origin) *option {
	return &option{name: name, text: text, leaf: true, at: at}
}

// confField splits a word like "max_fails=3".
func confField(word string) (name, value string) {
	name, value, _ = strings.Cut(word, "=")
	return name, value
}
