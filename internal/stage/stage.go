// Package stage orders names by the stages of an estate in them: dev, staging, prod.
package stage

import (
	"slices"
	"strings"
)

// words are the names of stages, from the developer's machine to production.
var words = strings.Fields(`local minikube kind dev devel development sandbox ci e2e test testing qa int integration
	uat demo perf stage staging preprod preproduction prd prod production live`)

// Rank returns how near to production the stage is that a name has as a word, "shop-prod" or
// "compose.dev.yml", and -1 if it names none.
func Rank(name string) int {
	rank := -1
	for _, word := range strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return c == '-' || c == '_' || c == '.' }) {
		rank = max(rank, slices.Index(words, word))
	}
	return rank
}
