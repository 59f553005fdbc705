package document

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/yaml"
)

// leastExpanded is how many values a document's aliases may show, with one more for each byte of it;
// each alias counts with all that is below its anchor. A file of a kilobyte can otherwise
// grow past any memory. The largest real compose files come to some thousands.
const leastExpanded = 50_000

// mostLookups is how many keys of a document may be looked up through merge keys, which takes
// time and shows little.
const mostLookups = 2_000_000

// aliases is the account of the aliases of a document that were followed.
type aliases struct {
	expanded int
	lookups  int
	weights  map[*yaml.Node]int // of the anchors met so far
	reported bool
}

// expand takes an alias into account that is about to be followed. It reports
// false when the document has shown too much already.
func (d *Document) expand(alias *yaml.Node) bool {
	d.aliases.expanded += d.weight(alias.Alias)
	return d.within(alias, d.aliases.expanded, leastExpanded+len(d.Text))
}

// merge takes a merge key into account through which one key is looked up: that
// shows at most one value, but takes time with the keys there are.
func (d *Document) merge(alias *yaml.Node) bool {
	d.aliases.lookups += 1 + len(alias.Alias.Content)/64
	return d.within(alias, d.aliases.lookups, mostLookups)
}

// within reports whether n is not more than most, and reports a problem the first time that it is.
func (d *Document) within(alias *yaml.Node, n, most int) bool {
	a := &d.aliases
	if n <= most {
		return true
	}
	if !a.reported && d.Facts != nil {
		a.reported = true
		d.Problem(graph.Failed, Node{y: alias, d: d}, "write the values out, or split the document",
			"aliases expand to more than %d values; the rest of the document is skipped", most)
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
