package rules

import (
	"fmt"

	"github.com/weirgraph/weir/graph"
)

// connectionStrategies are the load balancing strategies that work per connection.
var connectionStrategies = []string{"pick-first", "passthrough"}

// passive writes "b is called by a and c".
func passive(g *graph.Graph, v graph.Node, callers []graph.Node) string {
	return fmt.Sprintf("%s is called by %s", g.ID(v), someIDs(g, callers))
}
