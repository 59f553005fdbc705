package document

import (
	"encoding/base64"
	"iter"
	"math"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/internal/yaml"
)

// A Node is a value in a document, or the absence of one. The zero Node is
// absent. Aliases are followed and merge keys ("<<") are resolved on the way;
// an own key wins over a merged one, as YAML has it.
type Node struct {
	y *yaml.Node
	d *Document
}

// NewNode wraps a parsed YAML node of d. An alias bomb cannot hurt a walk: when
// the aliases of a document have shown as many values as they may, the rest of them are
// absent, and a Problem says so.
func NewNode(d *Document, y *yaml.Node) Node {
	return Node{y: y, d: d}.follow()
}

// follow steps through aliases and document nodes to a real value.
func (n Node) follow() Node {
	for n.y != nil {
		switch n.y.Kind {
		case yaml.DocumentNode:
			if len(n.y.Content) == 0 {
				return Node{}
			}
			n.y = n.y.Content[0]
		case yaml.AliasNode:
			if n.d != nil && !n.d.expand(n.y) {
				return Node{}
			}
			n.y = n.y.Alias
		default:
			return n
		}
	}
	return n
}

// Exists reports whether the value is there and not null.
func (n Node) Exists() bool { return n.y != nil && !n.IsNull() }

// IsNull reports whether the value is written and null.
func (n Node) IsNull() bool {
	return n.y != nil && n.y.Kind == yaml.ScalarNode && n.y.ShortTag() == "!!null"
}

// IsMap, IsList and IsScalar report the kind of the value.
func (n Node) IsMap() bool    { return n.y != nil && n.y.Kind == yaml.MappingNode }
func (n Node) IsList() bool   { return n.y != nil && n.y.Kind == yaml.SequenceNode }
func (n Node) IsScalar() bool { return n.y != nil && n.y.Kind == yaml.ScalarNode && !n.IsNull() }

// Get returns the value at a path of keys below a mapping.
func (n Node) Get(path ...string) Node {
	for _, key := range path {
		n = n.get(key, 0)
	}
	return n
}

// maxMerge bounds merge keys inside merged mappings.
const maxMerge = 20

func (n Node) get(key string, depth int) Node {
	if !n.IsMap() || depth > maxMerge {
		return Node{}
	}
	c := n.y.Content
	merges := false
	for i := len(c) - 2; i >= 0; i -= 2 { // the last of two equal keys wins, as in most parsers
		if k := keyOf(c[i]); k.Value == key && k.Kind == yaml.ScalarNode {
			return Node{c[i+1], n.d}.follow()
		}
		merges = merges || isMerge(c[i])
	}
	for i := 0; merges && i+1 < len(c); i += 2 {
		if !isMerge(c[i]) {
			continue
		}
		for _, m := range (Node{c[i+1], n.d}).mergeSources() {
			if v := m.get(key, depth+1); v.y != nil {
				return v
			}
		}
	}
	return Node{}
}

// keyOf returns the node of a key, which may be an alias.
func keyOf(k *yaml.Node) *yaml.Node {
	if k.Kind == yaml.AliasNode && k.Alias != nil {
		return k.Alias
	}
	return k
}

func isMerge(k *yaml.Node) bool {
	return k.Kind == yaml.ScalarNode && k.Value == "<<" && k.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0
}

// mergeSources returns the mappings in which one key is looked up through a merge
// key: the one there, or those of a list.
func (n Node) mergeSources() []Node {
	n = n.step()
	if !n.IsList() {
		return []Node{n}
	}
	sources := make([]Node, 0, len(n.y.Content))
	for _, item := range n.y.Content {
		sources = append(sources, Node{item, n.d}.step())
	}
	return sources
}

// step follows an alias for looking one key up.
func (n Node) step() Node {
	if n.y.Kind != yaml.AliasNode {
		return n
	}
	if n.d != nil && !n.d.merge(n.y) {
		return Node{}
	}
	return Node{n.y.Alias, n.d}
}

// merged returns the mappings that the value of a merge key refers to.
func (n Node) merged() []Node {
	if n.IsMap() {
		return []Node{n}
	}
	return n.List()
}

// Key returns the node of the key itself, for its place.
func (n Node) Key(key string) Node {
	if n.IsMap() {
		for i := 0; i+1 < len(n.y.Content); i += 2 {
			if keyOf(n.y.Content[i]).Value == key {
				return Node{n.y.Content[i], n.d}
			}
		}
	}
	return n
}

// Pairs yields the keys and values of a mapping in the order written, merged
// keys after a mapping's own. Keys that are no scalars are passed over.
func (n Node) Pairs() iter.Seq2[Node, Node] {
	return func(yield func(Node, Node) bool) {
		if n.IsMap() {
			n.pairs(yield, nil, 0)
		}
	}
}

func (n Node) pairs(yield func(Node, Node) bool, seen map[string]bool, depth int) (map[string]bool, bool) {
	var merges []Node
	c := n.y.Content
	for i := 0; i+1 < len(c); i += 2 {
		k := Node{c[i], n.d}.follow()
		switch {
		case k.y == nil || k.y.Kind != yaml.ScalarNode:
		case isMerge(k.y):
			merges = append(merges, Node{c[i+1], n.d}.follow().merged()...)
		case seen[k.y.Value]:
		default:
			if !yield(k, Node{c[i+1], n.d}.follow()) {
				return seen, false
			}
		}
	}
	if len(merges) == 0 || depth > maxMerge {
		return seen, true
	}
	if seen == nil {
		seen = map[string]bool{}
	}
	for i := 0; i+1 < len(c); i += 2 {
		seen[keyOf(c[i]).Value] = true
	}
	for _, m := range merges {
		if !m.IsMap() {
			continue
		}
		more := true
		if seen, more = m.pairs(yield, seen, depth+1); !more {
			return seen, false
		}
		for i := 0; i+1 < len(m.y.Content); i += 2 {
			seen[keyOf(m.y.Content[i]).Value] = true
		}
	}
	return seen, true
}

// List returns the items of a list, nil for anything else.
func (n Node) List() []Node {
	if !n.IsList() {
		return nil
	}
	items := make([]Node, 0, len(n.y.Content))
	for _, y := range n.y.Content {
		items = append(items, Node{y, n.d}.follow())
	}
	return items
}

// Items returns the items of a list, or the value itself as the only one if it
// is neither a list nor absent: many formats allow both.
func (n Node) Items() []Node {
	if n.IsList() || !n.Exists() {
		return n.List()
	}
	return []Node{n}
}

// Str returns a scalar's text, whatever its type, without terminal escapes and
// control characters; "" for anything else. Line breaks and tabs remain.
func (n Node) Str() string {
	if !n.IsScalar() {
		return ""
	}
	if n.y.Style&yaml.TaggedStyle != 0 && n.y.ShortTag() == "!!binary" {
		if text, err := base64.StdEncoding.DecodeString(n.y.Value); err == nil {
			return Clean(strings.ToValidUTF8(string(text), "\uFFFD"))
		}
	}
	if n.y.Style&yaml.DoubleQuotedStyle != 0 { // nothing else can have them
		return Clean(n.y.Value)
	}
	return n.y.Value
}

// Strs returns the texts of a list of scalars, or of a single one.
func (n Node) Strs() []string {
	var texts []string
	for _, item := range n.Items() {
		if item.IsScalar() {
			texts = append(texts, item.Str())
		}
	}
	return texts
}

const inQuotes = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// Int returns a whole number, also when it is written as a string. A plain one may be written in
// another base or with an exponent, as YAML has it: 0x1f, 0b11, 010, 1e3.
func (n Node) Int() (int, bool) {
	if !n.IsScalar() {
		return 0, false
	}
	text := strings.ReplaceAll(n.y.Value, "_", "")
	if n.y.Style&inQuotes == 0 {
		if v, err := strconv.ParseInt(text, 0, strconv.IntSize); err == nil {
			return int(v), true
		}
		if v, err := strconv.ParseFloat(text, 64); err == nil && v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int(v), true
		}
	}
	v, err := strconv.Atoi(text)
	return v, err == nil
}

// Float returns a number, also when it is written as a string.
func (n Node) Float() (float64, bool) {
	if !n.IsScalar() {
		return 0, false
	}
	if v, ok := n.Int(); ok {
		return float64(v), true
	}
	v, err := strconv.ParseFloat(n.y.Value, 64)
	return v, err == nil
}

// Bool returns a truth value: true, yes, y, on and false, no, n, off in any case.
func (n Node) Bool() (value, ok bool) {
	if !n.IsScalar() {
		return false, false
	}
	switch strings.ToLower(n.y.Value) {
	case "true", "yes", "y", "on":
		return true, true
	case "false", "no", "n", "off":
		return false, true
	}
	return false, false
}

// IsString reports whether a scalar is a string, quoted or plain, and not a
// number, a truth value or a date.
func (n Node) IsString() bool { return n.IsScalar() && n.y.ShortTag() == "!!str" }

// IsText reports whether a scalar is a string to every parser of YAML: quoted, or a plain
// word that is neither a number nor one of the truth values of YAML 1.1, which Kubernetes
// reads.
func (n Node) IsText() bool {
	if !n.IsString() {
		return false
	}
	_, truth := n.Bool()
	return !truth || n.y.Style&inQuotes != 0
}

// Tag returns the tag of a value, "!reset" or "!!str"; "" for an absent one.
func (n Node) Tag() string {
	if n.y == nil {
		return ""
	}
	return n.y.ShortTag()
}

// Multiline returns the text of a block scalar ("|", ">") and the line of the file on
// which its text begins, for places inside it.
func (n Node) Multiline() (text string, firstLine int) {
	if !n.IsScalar() {
		return "", 0
	}
	line := n.y.Line
	if n.d != nil {
		line += n.d.line
	}
	if n.y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		line++
	}
	return n.Str(), line
}
