package document

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/yaml"
)

// maxExpanded bounds how many values a document's aliases may show, each alias
// counted with all that is below its anchor. A file of a kilobyte can otherwise
// grow past any memory. The largest real compose files come to some thousands.
const maxExpanded = 2_000_000

// aliases is the account of the aliases of a document that were followed.
type aliases struct {
	expanded int
	weights  map[*yaml.Node]int // of the anchors met so far
	reported bool
}

// expand takes an alias into account that is about to be followed. It reports
// false when the document has shown too much already.
func (d *Document) expand(alias *yaml.Node) bool {
	return d.spend(alias, d.weight(alias.Alias))
}

// merge takes a merge key into account through which one key is looked up: that
// shows at most one value, but takes time with the keys there are.
func (d *Document) merge(alias *yaml.Node) bool {
	return d.spend(alias, 1+len(alias.Alias.Content)/64)
}

func (d *Document) spend(alias *yaml.Node, weight int) bool {
	a := &d.aliases
	a.expanded += weight
	if a.expanded <= maxExpanded {
		return true
	}
	if !a.reported && d.Facts != nil {
		a.reported = true
		d.Problem(graph.Failed, Node{y: alias, d: d}, "write the values out, or split the document",
			"aliases expand to more than %d values; the rest of the document is skipped", maxExpanded)
	}
	return false
}

// weight counts the values below an anchor, nested aliases as one each: they are
// counted when they are followed themselves.
func (d *Document) weight(anchor *yaml.Node) int {
	if len(anchor.Content) == 0 {
		return 1
	}
	if w, ok := d.aliases.weights[anchor]; ok {
		return w
	}
	w := countNodes(anchor)
	if d.aliases.weights == nil {
		d.aliases.weights = map[*yaml.Node]int{}
	}
	d.aliases.weights[anchor] = w
	return w
}

func countNodes(y *yaml.Node) int {
	n := 1
	for _, child := range y.Content {
		n += countNodes(child)
	}
	return n
}
