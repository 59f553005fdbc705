package document

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/yaml"
)

// Settle reports what may hide a part of the parsed document from its readers: every key that a
// mapping has twice (YAML forbids it, most programs let the last one win without a word, and so
// does weir), and another file that was appended without a mark between them.
//
// In an object of Kubernetes it also reports a key that a merge key ("<<") sets too, and takes
// the later of the two, as kubectl does.
func (d *Document) Settle() {
	if d.part.joint > 0 {
		d.Facts.Problems = append(d.Facts.Problems, graph.Problem{
			Origin: d.Line(int(d.part.joint), 1), Level: graph.Failed, Hint: `put "---" on a line before it`,
			Message: "a byte order mark within a document: a file was appended to another one without a document mark",
		})
	}
	if bytes.Contains(d.part.Text, []byte("<<")) && d.Root.later("apiVersion").IsScalar() && d.Root.later("kind").IsScalar() {
		d.resolveMerges(d.Root.y)
		headOf(d.Root, &d.Head)
	}
	level := graph.Note
	if d.Head.IsObject() {
		level = graph.Skipped // kubectl says nothing
	}
	d.reportDuplicates(d.Root.y, level)
}

// maxDuplicates bounds the duplicate keys of a document that are reported.
const maxDuplicates = 100

func (d *Document) reportDuplicates(y *yaml.Node, level graph.ProblemLevel) {
	if y == nil || d.duplicates > maxDuplicates {
		return
	}
	if y.Kind == yaml.MappingNode {
		for _, key := range duplicates(y.Content) {
			if d.duplicates++; d.duplicates > maxDuplicates {
				d.Problem(level, Node{key, d}, "", "further duplicate keys from here on")
				return
			}
			d.Problem(level, Node{key, d}, "remove one of them; the last one is used", "duplicate key %s", strconv.Quote(shorten(keyOf(key).Value)))
		}
	}
	for _, child := range y.Content {
		d.reportDuplicates(child, level)
	}
}

// later returns the last value of a key of a mapping, whether it is written or merged.
func (n Node) later(key string) Node {
	if !n.IsMap() {
		return Node{}
	}
	for i := len(n.y.Content) - 2; i >= 0; i -= 2 {
		k, v := keyOf(n.y.Content[i]), Node{n.y.Content[i+1], n.d}
		switch {
		case isMerge(k):
			for _, m := range v.mergeSources() {
				if v := m.Get(key); v.y != nil {
					return v
				}
			}
		case k.Value == key && k.Kind == yaml.ScalarNode:
			return v.follow()
		}
	}
	return Node{}
}

// resolveMerges changes the mappings of an object with merge keys so that the rules of YAML
// give what kubectl takes: what is later wins, whether it is a key or merged.
func (d *Document) resolveMerges(y *yaml.Node) {
	if y == nil {
		return
	}
	for _, child := range y.Content {
		d.resolveMerges(child)
	}
	if y.Kind != yaml.MappingNode || !slices.ContainsFunc(y.Content, isMerge) {
		return
	}
	var own, merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if !isMerge(key) {
			own = append(own, key, value)
			continue
		}
		merged := map[string]bool{}
		for _, m := range (Node{value, d}).mergeSources() {
			for k := range m.Pairs() {
				merged[k.y.Value] = true
			}
		}
		for j := 0; j < len(own); {
			if name := keyOf(own[j]); name.Kind != yaml.ScalarNode || !merged[name.Value] {
				j += 2
				continue
			}
			d.Problem(graph.Skipped, Node{own[j], d}, "remove one of them; kubectl uses the later one",
				"the key %s is set again by the merge key at line %d", strconv.Quote(shorten(keyOf(own[j]).Value)), d.At(Node{key, d}).Line)
			own = slices.Delete(own, j, j+2)
		}
		merges = append([]*yaml.Node{key, value}, merges...) // of two merge keys the first wins
	}
	y.Content = append(own, merges...)
}

// duplicates returns the later ones of equal keys among keys and values. It
// compares the few keys of most mappings, and looks up those of large ones.
func duplicates(c []*yaml.Node) (again []*yaml.Node) {
	const few = 2 * 16
	if len(c) > few {
		seen := make(map[string]bool, len(c)/2)
		for i := 0; i < len(c); i += 2 {
			k := keyOf(c[i])
			if !isName(k) {
				continue
			}
			if seen[k.Value] {
				again = append(again, c[i])
			}
			seen[k.Value] = true
		}
		return again
	}
	for i := 2; i < len(c); i += 2 {
		k := keyOf(c[i])
		for j := 0; j < i && isName(k); j += 2 {
			if earlier := keyOf(c[j]); earlier.Value == k.Value && isName(earlier) {
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
