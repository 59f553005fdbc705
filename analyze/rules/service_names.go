package rules

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/didyoumean"
)

// serviceNames are the names of the services that the inputs declare.
type serviceNames struct {
	defined map[string][]graph.Node // by name, in the order of the graph
	list    []string                // those that a misspelled name may be meant for, each once
	near    map[string]string       // what is known of misspelled names
	work    int                     // comparisons that are left
}

// nameComparisons is how many pairs of names are compared for suggestions: a second of work.
// Of more misspelled names than that no reader needs all suggestions.
const nameComparisons = 3_000_000

// shortestMisspelled is the least number of letters: of three letters any other one is near.
const shortestMisspelled = 4

var serviceNamesOf = analyze.NewMemo[analyze.Once, *serviceNames]("the names of services")

func (p *Pass) serviceNames() *serviceNames {
	return serviceNamesOf.Of(p.Analysis, analyze.Once{}, func() *serviceNames {
		n := &serviceNames{defined: map[string][]graph.Node{}, near: map[string]string{}, work: nameComparisons}
		services := p.Graph.Services()
		for v := range services {
			s := &services[v]
			if !s.Defined {
				continue
			}
			if n.defined[s.Name] == nil && len(s.Name) >= shortestMisspelled {
				n.list = append(n.list, s.Name)
			}
			n.defined[s.Name] = append(n.defined[s.Name], graph.Node(v))
		}
		return n
	})
}

// nearest returns the name that name may be a misspelling of, "" if there is none.
func (n *serviceNames) nearest(name string) string {
	near, known := n.near[name]
	if known || n.work <= 0 || len(name) < shortestMisspelled {
		return near
	}
	n.work -= len(n.list)
	var others []string
	for _, s := range n.list {
		if !strings.Contains(s, name) && !strings.Contains(name, s) && nearWords(name, s) {
			others = append(others, s)
		}
	}
	if suggested := didyoumean.Suggest(name, others); suggested != nil {
		near = suggested[0]
	}
	n.near[name] = near
	return near
}

// nearWords reports whether two names may be one where they differ, whatever words they have in
// common before and after that: "shop-ruler" is no slip of the hand for "shop-querier", nor
// "external" for "internal".
func nearWords(a, b string) bool {
	x, y := strings.Split(a, "-"), strings.Split(b, "-")
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	a, b = strings.Join(x, "-"), strings.Join(y, "-")
	if strings.Trim(a, digits) == strings.Trim(b, digits) { // "v1" and "v2" are two on purpose
		return false
	}
	return a != "" && b != "" && a[0] == b[0] && didyoumean.Suggest(a, []string{b}) != nil
}

const digits = "0123456789"

// isNamed reports whether the name of a service or of an image of it has one of the words.
func isNamed(s *graph.Service, words map[string]bool) bool {
	names := append([]string{s.Name}, s.Images...)
	return slices.ContainsFunc(names, func(name string) bool {
		name = name[strings.LastIndexByte(name, '/')+1:]
		name, _, _ = strings.Cut(name, ":")
		return slices.ContainsFunc(wordsOf(name), func(word string) bool { return words[word] })
	})
}
