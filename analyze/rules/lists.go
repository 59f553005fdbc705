package rules

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// wordsOf returns the words of a name, in lower case.
func wordsOf(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
}

// without returns a list of services without v, the list itself if v is not on it.
func without(list []graph.Node, v graph.Node) []graph.Node {
	for i, w := range list {
		if w == v {
			return append(append([]graph.Node(nil), list[:i]...), list[i+1:]...)
		}
	}
	return list
}
