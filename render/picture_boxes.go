package render

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/pen"
)

// A frame has the services of one namespace. The frame without a name has the
// services without a namespace.
type frame struct {
	name  string
	nodes []graph.Node
}

// framesOf returns the frames by name.
func framesOf(g *graph.Graph) []frame {
	at := map[string]int{}
	var frames []frame
	for i := range g.Services() {
		name := g.Service(graph.Node(i)).Namespace
		k, ok := at[name]
		if !ok {
			k = len(frames)
			at[name] = k
			frames = append(frames, frame{name: name})
		}
		frames[k].nodes = append(frames[k].nodes, graph.Node(i))
	}
	slices.SortFunc(frames, func(a, b frame) int { return strings.Compare(a.name, b.name) })
	return frames
}

// boxName is the label of a box. In a frame it leaves out the namespace.
func (d *drawing) boxName(n graph.Node, frame string) string {
	s := d.Graph.Service(n)
	name := s.ID
	if frame != "" {
		name = s.Name
	}
	return pen.Short(pen.Clean(name))
}
