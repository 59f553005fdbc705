package render

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// drawnGraph is the graph of a picture: of a difference, what either state has.
func drawnGraph(r *analyze.Report) *graph.Graph {
	if r.Diff != nil {
		return r.Diff.Union
	}
	return r.Graph
}
