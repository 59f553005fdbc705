package rules

import (
	"fmt"

	"github.com/weirgraph/weir/graph"
)

// toOne are the ways of balancing that leave it to connections.
var toOne = []string{"pick-first", "passthrough"}

// passive writes "b is called by a and c".
func passive(g *graph.Graph, v graph.Node, callers []graph.Node) string {
	return fmt.Sprintf("%s is called by %s", g.ID(v), someIDs(g, callers))
}
