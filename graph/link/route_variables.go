package link

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/lazy"
)

// routeVariables match the variables with which a program that is a gateway takes the address of
// a route, in the place of one in its file: those of YARP, Ocelot and Spring Cloud Gateway. The
// first group is what has several hosts of which any will do, if there is one; key is what the
// setting is called without the names in it, which say nothing about the address.
var routeVariables = []struct {
	name *lazy.Regexp
	key  string
}{
	{lazy.NewRegexp(`(?i)^(\w+?__Clusters__.+?)__Destinations__.+?__Address$`), "Clusters.Destinations.Address"},
	{lazy.NewRegexp(`(?i)^((?:Re)?Routes__\d+)__DownstreamHostAndPorts__\d+__Host$`), "Routes.DownstreamHostAndPorts.Host"},
	{lazy.NewRegexp(`(?i)^SPRING_CLOUD_GATEWAY_(?:\w+_)?ROUTES_\d+_URI$`), "spring.cloud.gateway.routes.uri"},
}

// A routes collects the pools behind the routes that the variables of one program declare.
type routes map[string]*graph.GroupFact

// place returns the setting that a variable is, without names, and its place among the routes of
// the program; "" if it declares none.
func (r *routes) place(v *graph.Value) (key string, in *graph.Place) {
	for _, variable := range routeVariables {
		m := variable.name.FindStringSubmatch(v.Key)
		switch {
		case m == nil:
			continue
		case len(m) == 1:
			return variable.key, &graph.Place{}
		case *r == nil:
			*r = routes{}
		}
		if (*r)[m[1]] == nil {
			(*r)[m[1]] = &graph.GroupFact{Kind: graph.Pool, Name: m[1], Need: 1, Multiplexes: true, In: &graph.Place{}, Origin: v.Origin}
		}
		return variable.key, &graph.Place{Group: (*r)[m[1]]}
	}
	return "", nil
}
