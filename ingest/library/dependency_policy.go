package library

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/settings"
)

// Where a library leaves it to the program how its options are laid out, the dependency
// that they are for is identified by an address next to them, or by the nearest name
// above them that is more than a word for options.

// plainWords are names of sections that say nothing about a dependency.
var plainWords = settings.OptionNames(`resilience resilience-options resilience-handler standard standard-resilience http-standard-resilience
	resilience-pipeline pipeline pipelines polly options policies policy http http-client http-clients clients client services dependencies
	downstream upstream opossum circuit-breaker circuit-breakers breaker breakers default defaults settings config configuration app
	http-resilience http-retry common global standard-resilience-handler http-standard-resilience-options resilience-settings integrations
	external-services apis endpoints`)

// addressWords are names of options that hold the address of a dependency.
var addressWords = []string{"base-address", "base-url", "base-uri", "url", "uri", "address", "endpoint", "host"}

// forDependency says whom a policy is for: the callee that the options at o or
// above it name, else every service that is called over HTTP.
func forDependency(p *settings.LibraryConfig, c *graph.Policy, o *settings.Tree, kind string) {
	c.Object, c.Protocols = kind+"/default", feignCalls
	for ; o != nil && o.Over != nil; o = o.Over {
		for _, word := range addressWords {
			if host, ok := springTarget(o.Get(word).Word()); ok && host.Scheme != "" {
				c.Object, c.Protocols, c.Rank = kind+"/"+o.Name, nil, settings.RankSpecific
				c.To = []graph.EndpointRef{{Host: host}}
				return
			}
		}
		name := o.Name
		if strings.Trim(name, "0123456789") == "" { // an item of a list
			name = o.Get("name").Word()
		}
		if name != "" && plainWords[settings.Relaxed(name)] == "" {
			c.Object, c.Protocols, c.Rank = kind+"/"+name, nil, settings.RankSpecific
			c.CalleeAlias = dependencyName(name)
			return
		}
	}
	if name := guardedBy(p.File); name != "" {
		c.Object, c.Protocols, c.Rank, c.CalleeAlias = kind+"/"+name, nil, settings.RankSpecific, name
	}
}

// guardWords are words of files and variables that hold the options of a breaker;
// fillWords are next to them.
var (
	guardWords = settings.OptionNames("opossum breaker breakers circuit circuitbreaker")
	fillWords  = settings.OptionNames("opossum breaker breakers circuit circuitbreaker options opts config json yaml yml settings default")
)

// guardedBy is the dependency in the name of such a file or variable:
// "inventory-breaker.json", "STOCK_BREAKER_OPTIONS".
func guardedBy(file string) string {
	var rest []string
	guards := false
	for _, word := range strings.FieldsFunc(file, func(r rune) bool { return strings.ContainsRune("-_.", r) }) {
		guards = guards || guardWords[word] != ""
		if fillWords[word] == "" {
			rest = append(rest, word)
		}
	}
	if !guards {
		return ""
	}
	return strings.Join(rest, "-")
}
