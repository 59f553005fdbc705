package failure

import "github.com/weirgraph/weir/graph"

// A walk is how a failure came to everybody, by a shortest way.
type walk struct {
	via      []graph.Node
	distance []int32
}

const noService graph.Node = -1

func (w *walk) path(v graph.Node) []graph.Node {
	path := []graph.Node{v}
	for v = w.via[v]; v != noService; v = w.via[v] {
		path = append(path, v)
	}
	return path
}
