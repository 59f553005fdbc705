package rules

import (
	"path"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// isMixture reports whether a service is what two systems declare under one name, in directories of
// their own and without a namespace: its images have one name and different owners. Its calls are
// those of two programs.
func isMixture(s *graph.Service) bool {
	if s.Namespace != "" || len(s.Images) < 2 || len(s.Origins) < 2 {
		return false
	}
	several, first := false, path.Dir(s.Origins[0].File())
	for _, o := range s.Origins {
		several = several || path.Dir(o.File()) != first
	}
	owners := map[string]string{} // by name
	for _, image := range s.Images {
		name, owner := graph.ImageName(image), path.Base(path.Dir(strings.ToLower(image)))
		if have, ok := owners[name]; several && ok && have != owner {
			return true
		}
		owners[name] = owner
	}
	return false
}
