package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// IsOwn reports whether a service is a program of the estate that runs for good:
// what is outside cannot be fixed here, and jobs and collectors have other needs.
func IsOwn(s *graph.Service) bool {
	return s.Kind == graph.KindService || s.Kind == graph.KindGateway
}

// KeepsData reports whether a service is infrastructure that other rules look at:
// its callers, replicas and calls to itself follow rules of their own.
func KeepsData(s *graph.Service) bool {
	switch s.Kind {
	case graph.KindDatabase, graph.KindCache, graph.KindBroker, graph.KindTopic:
		return true
	}
	return false
}

// Ecosystem names the format that a fix for s would be written in; "" if it is
// none with words of its own.
func Ecosystem(s *graph.Service) string {
	for _, name := range []string{"kubernetes", "compose", "native"} {
		if slices.ContainsFunc(s.Origins, func(o graph.Origin) bool { return o.Reader() == name }) {
			return name
		}
	}
	return ""
}
