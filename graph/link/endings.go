package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// endings finds services by how their full names end, as hosts with a wildcard name them. A
// search costs what it finds; one that is repeated costs nothing.
type endings struct {
	services []graph.Service
	node     map[int]graph.Node

	indexed        bool  // what follows is there: few inputs have wildcards
	all, inCluster []int // roots
	names          []reversedName
	found          map[string][]int
}

// A reversedName is a full name or an alias of a service, last letter first: names with one
// ending are next to each other in a sorted list.
type reversedName struct {
	text string
	root int
}

// newEndings returns the endings of the names that services have when they are asked for first.
func newEndings(services []graph.Service, node map[int]graph.Node) *endings {
	return &endings{services: services, node: node}
}

func (e *endings) index() {
	e.indexed, e.found = true, map[string][]int{}
	for root, n := range e.node {
		s := &e.services[n]
		e.all = append(e.all, root)
		if s.Namespace != "" {
			e.inCluster = append(e.inCluster, root)
		}
		e.names = append(e.names, reversedName{reversed(s.Name + "." + s.Namespace), root})
		for _, a := range s.Aliases {
			e.names = append(e.names, reversedName{reversed(a), root})
		}
	}
	slices.Sort(e.all)
	slices.Sort(e.inCluster)
	slices.SortFunc(e.names, func(a, b reversedName) int { return strings.Compare(a.text, b.text) })
}

// of returns the roots of every service whose full name ends in suffix, sorted: "" are all services,
// ".local" those of the cluster, ".shop" those of a namespace. The result must not be changed.
func (e *endings) of(suffix string) []int {
	if !e.indexed {
		e.index()
	}
	if roots, known := e.found[suffix]; known {
		return roots
	}
	roots := e.all
	if short := canonical(suffix); short != "" {
		roots = e.search(reversed(short))
		if strings.HasSuffix(".svc.cluster.local", strings.ToLower(suffix)) {
			roots = append(roots, e.inCluster...)
		}
		slices.Sort(roots)
		roots = slices.Compact(roots)
	}
	e.found[suffix] = roots
	return roots
}

// search returns the roots of the names whose reversed text begins with prefix.
func (e *endings) search(prefix string) []int {
	var roots []int
	first, _ := slices.BinarySearchFunc(e.names, prefix, func(n reversedName, prefix string) int { return strings.Compare(n.text, prefix) })
	for _, n := range e.names[first:] {
		if !strings.HasPrefix(n.text, prefix) {
			break
		}
		roots = append(roots, n.root)
	}
	return roots
}

func reversed(text string) string {
	letters := []byte(text)
	slices.Reverse(letters)
	return string(letters)
}
