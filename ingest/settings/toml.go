package settings

import (
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/yaml"
)

// A TOML file of a product whose configuration may be YAML as well has the same tree in other
// words. parseTOML reads it into that tree. Of go-toml it takes the parser, whose nodes have
// places, which the decoder does not give; the package is called unstable for its API.

// parseTOML reads a TOML text. It returns false if the text is not TOML. Dates and numbers
// are the text that they are written as.
func parseTOML(text string) (root YAMLRoot, ok bool) {
	t := newTOMLTree(text)
	top := t.newTable(0)
	table := top
	var p unstable.Parser
	p.Reset([]byte(text))
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = t.at(top, t.keys(e.Key()), e.Kind == unstable.ArrayTable)
		case unstable.KeyValue:
			if !t.pair(table, e, 0) {
				return YAMLRoot{}, false
			}
		}
		if table == nil || t.count > maxTOMLNodes {
			return YAMLRoot{}, false
		}
	}
	if p.Error() != nil {
		return YAMLRoot{}, false
	}
	doc := &document.Document{Facts: &graph.Facts{}}
	return YAMLRoot{Node: document.NewNode(doc, top), doc: doc}, true
}

// maxTOMLNodes bounds what is made of a hostile file.
const maxTOMLNodes = 100_000

// A tomlTree makes the nodes of a text.
type tomlTree struct {
	lines   []int // offsets of the first bytes of lines
	entries map[*yaml.Node]map[string]*yaml.Node
	count   int // nodes
}

func newTOMLTree(text string) *tomlTree {
	t := &tomlTree{lines: []int{0}, entries: map[*yaml.Node]map[string]*yaml.Node{}}
	for i := range len(text) {
		if text[i] == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

func (t *tomlTree) node(kind yaml.Kind, tag, value string, offset int) *yaml.Node {
	t.count++
	line := sort.SearchInts(t.lines, offset+1)
	return &yaml.Node{Kind: kind, Tag: tag, Value: value, Line: line, Column: offset - t.lines[line-1] + 1}
}

func (t *tomlTree) newTable(offset int) *yaml.Node {
	n := t.node(yaml.MappingNode, "!!map", "", offset)
	t.entries[n] = map[string]*yaml.Node{}
	return n
}

// set adds an entry to a table that has none of this key.
func (t *tomlTree) set(table, key, value *yaml.Node) {
	table.Content = append(table.Content, key, value)
	t.entries[table][key.Value] = value
}

// keys returns the names of a key with dots.
func (t *tomlTree) keys(names unstable.Iterator) []*yaml.Node {
	var keys []*yaml.Node
	for names.Next() {
		name := names.Node()
		keys = append(keys, t.node(yaml.ScalarNode, "!!str", string(name.Data), int(name.Raw.Offset)))
	}
	return keys
}

// at returns the table at keys, and makes those that are missing; in a list of tables it is
// the last one, a new one if it is the list that is named. It is nil if there is another value.
func (t *tomlTree) at(top *yaml.Node, keys []*yaml.Node, list bool) *yaml.Node {
	table := top
	for i, key := range keys {
		next := t.entries[table][key.Value]
		last := i == len(keys)-1
		if next == nil {
			if next = t.newTable(0); last && list {
				next = t.node(yaml.SequenceNode, "!!seq", "", 0)
			}
			next.Line, next.Column = key.Line, key.Column
			t.set(table, key, next)
		}
		switch {
		case next.Kind == yaml.SequenceNode && last && list:
			table = t.newTable(0)
			table.Line, table.Column = key.Line, key.Column
			next.Content = append(next.Content, table)
		case next.Kind == yaml.SequenceNode && len(next.Content) > 0 && !last:
			table = next.Content[len(next.Content)-1]
		default:
			table = next
		}
		if table.Kind != yaml.MappingNode {
			return nil
		}
	}
	return table
}

// pair adds "a.b = value" to a table. It returns false if the table has it, or the value is nested
// too deep.
func (t *tomlTree) pair(table *yaml.Node, e *unstable.Node, depth int) bool {
	keys := t.keys(e.Key())
	last := len(keys) - 1
	value := t.value(e.Value(), int(e.Raw.Offset), depth)
	if table = t.at(table, keys[:last], false); table == nil || value == nil || t.entries[table][keys[last].Value] != nil {
		return false
	}
	t.set(table, keys[last], value)
	return true
}

// value returns a value, nil if it is nested too deep. A list is placed where its pair is.
func (t *tomlTree) value(v *unstable.Node, pair, depth int) *yaml.Node {
	if depth > MaxYAMLDepth {
		return nil
	}
	at := int(v.Raw.Offset)
	switch text := string(v.Data); v.Kind {
	case unstable.Array:
		n := t.node(yaml.SequenceNode, "!!seq", "", pair)
		for items := v.Children(); items.Next(); {
			item := t.value(items.Node(), pair, depth+1)
			if item == nil {
				return nil
			}
			n.Content = append(n.Content, item)
		}
		return n
	case unstable.InlineTable:
		n := t.newTable(at)
		for pairs := v.Children(); pairs.Next(); {
			if !t.pair(n, pairs.Node(), depth+1) {
				return nil
			}
		}
		return n
	case unstable.Bool:
		return t.node(yaml.ScalarNode, "!!bool", text, at)
	case unstable.Integer, unstable.Float:
		return t.number(strings.ReplaceAll(text, "_", ""), at)
	default:
		return t.node(yaml.ScalarNode, "!!str", text, at)
	}
}

// number returns a number as YAML has it: hexadecimal and octal ones are text.
func (t *tomlTree) number(text string, at int) *yaml.Node {
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		return t.node(yaml.ScalarNode, "!!int", text, at)
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return t.node(yaml.ScalarNode, "!!float", text, at)
	}
	return t.node(yaml.ScalarNode, "!!str", text, at)
}
