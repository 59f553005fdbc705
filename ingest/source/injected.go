package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// injectedAddress is a request to a property that the file gets from an annotation. Which client sends it, and with
// what policies, is declared elsewhere.
var injectedAddress = &Idiom{
	Name:      "address-injected",
	Doc:       `a request to a property: rest.getForObject(url + "/items", Item.class), where @Value("${cart.url}") String url`,
	Languages: javaKotlin,
	Words:     []string{"getForObject", "getForEntity", "headForHeaders", "postForObject", "postForEntity", "postForLocation", "patchForObject", "optionsForAllow", "exchange"},
	find: func(f *file, i int) int {
		if f.byte(i-1) != '.' || f.byte(i+1) != '(' {
			return i
		}
		args := f.args(i + 1)
		if len(args) < 2 {
			return i
		}
		v, _ := f.eval(args[0])
		key, isSetting := strings.CutPrefix(v.text, "${")
		key, _, closed := strings.Cut(key, "}")
		key, _, _ = strings.Cut(key, ":-")
		if !isSetting || !closed || key == "" {
			return i
		}
		f.show(args[0], graph.CodePlace{Kind: graph.CodeAddress, Key: key, Text: v.text, Client: true})
		return i
	},
}
