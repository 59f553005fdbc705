package document

import (
	"strconv"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/yaml"
)

// ReportDuplicates notes every key that a mapping of the parsed document has
// twice: YAML forbids it, most programs let the last one win without a word, and
// so does weir.
func (d *Document) ReportDuplicates() { d.reportDuplicates(d.Root.y) }

func (d *Document) reportDuplicates(y *yaml.Node) {
	if y == nil {
		return
	}
	if y.Kind == yaml.MappingNode {
		for _, key := range duplicates(y.Content) {
			d.Problem(graph.Note, Node{key, d}, "remove one of them; the last one is used", "duplicate key %s", strconv.Quote(shorten(key.Value)))
		}
	}
	for _, child := range y.Content {
		d.reportDuplicates(child)
	}
}

// duplicates returns the later ones of equal keys among keys and values. It
// compares the few keys of most mappings, and looks up those of large ones.
func duplicates(c []*yaml.Node) (again []*yaml.Node) {
	const few = 2 * 16
	if len(c) > few {
		seen := make(map[string]bool, len(c)/2)
		for i := 0; i < len(c); i += 2 {
			if !isName(c[i]) {
				continue
			}
			if seen[c[i].Value] {
				again = append(again, c[i])
			}
			seen[c[i].Value] = true
		}
		return again
	}
	for i := 2; i < len(c); i += 2 {
		for j := 0; j < i && isName(c[i]); j += 2 {
			if c[j].Value == c[i].Value && isName(c[j]) {
				again = append(again, c[i])
				break
			}
		}
	}
	return again
}

// isName reports whether a key is a plain word; several merge keys are an
// old custom.
func isName(key *yaml.Node) bool { return key.Kind == yaml.ScalarNode && !isMerge(key) }
