package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/internal/english"
)

// Find returns the service that a user means by name: the one with exactly this ID, else
// the only program with this name, else the only service with this name, else the only
// one with this alias. The error
// has a method Hint() string, "" if no name is similar.
func (g *Graph) Find(name string) (Node, error) {
	if v, ok := g.Node(name); ok {
		return v, nil
	}
	for _, goesBy := range []func(*Service) bool{
		func(s *Service) bool { return s.Name == name && FamilyOf(s.Kind) == FamilyProgram },
		func(s *Service) bool { return s.Name == name },
		func(s *Service) bool { return slices.Contains(s.Aliases, name) },
	} {
		var ids []string
		var found Node
		for v := range g.services {
			if goesBy(&g.services[v]) {
				ids = append(ids, g.services[v].ID)
				found = Node(v)
			}
		}
		switch {
		case len(ids) == 1:
			return found, nil
		case len(ids) > 1:
			return 0, &nameError{Name: name, IDs: ids, Ambiguous: true, Services: g.Len(), Files: g.coverage.Files}
		}
	}
	return 0, &nameError{Name: name, IDs: g.similar(name), Services: g.Len(), Files: g.coverage.Files}
}

// similar returns the IDs of services whose ID, name or alias is similar to name.
func (g *Graph) similar(name string) []string {
	var words []string
	id := map[string]string{} // by word; the first in the order of IDs
	for i := range g.services {
		s := &g.services[i]
		for _, word := range append([]string{s.ID, s.Name}, s.Aliases...) {
			if _, ok := id[word]; !ok {
				id[word] = s.ID
				words = append(words, word)
			}
		}
	}
	var ids []string
	for _, word := range didyoumean.Suggest(name, words) {
		if !slices.Contains(ids, id[word]) {
			ids = append(ids, id[word])
		}
	}
	return ids
}

// A nameError reports a name that does not lead to one service.
type nameError struct {
	Name      string
	IDs       []string // the services of this name if it is ambiguous, else those of similar names
	Ambiguous bool
	Services  int // of the graph
	Files     int // that were read
}

func (e *nameError) Error() string {
	if e.Ambiguous {
		return fmt.Sprintf("%d services are called %q", len(e.IDs), e.Name)
	}
	return fmt.Sprintf("no service %q in %s (%s)", e.Name, english.Count(e.Files, "file"), english.Count(e.Services, "service"))
}

// namesInHint is how many names a hint lists; of the rest it gives the number.
const namesInHint = 5

// Hint returns what to write instead, "" if no name is similar.
func (e *nameError) Hint() string {
	if len(e.IDs) == 0 {
		return ""
	}
	var quoted []string
	for _, id := range e.IDs[:min(namesInHint, len(e.IDs))] {
		quoted = append(quoted, fmt.Sprintf("%q", id))
	}
	names := strings.Join(quoted, " or ")
	if more := len(e.IDs) - len(quoted); more > 0 {
		names = fmt.Sprintf("%s, or %d more", strings.Join(quoted, ", "), more)
	}
	if e.Ambiguous {
		return "say which: " + names
	}
	return fmt.Sprintf("did you mean %s?", names)
}
