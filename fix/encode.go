package fix

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/yaml"
)

// parseValue reads the value of an edit: one value of YAML in flow style.
func parseValue(text string) *yaml.Node {
	var doc yaml.Node
	if err := unmarshal([]byte(text), &doc); err != nil || len(doc.Content) != 1 {
		return stringNode(text)
	}
	return doc.Content[0]
}

// fieldValue reads the value of an edit of a field. In the metadata of an object names, labels and
// annotations are text, whatever they look like.
func fieldValue(path, text string) *yaml.Node {
	v := parseValue(text)
	for _, ofText := range []string{"metadata.name", "metadata.labels", "metadata.annotations"} { // also metadata.namespace
		if strings.HasPrefix(path, ofText) {
			return stringNode(scalarText(v, text))
		}
	}
	return v
}

func stringNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

func mapping(pairs ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: pairs}
}

func sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

// nest puts a value below a path that does not exist yet.
func nest(steps []step, value *yaml.Node) *yaml.Node {
	for _, s := range slices.Backward(steps) {
		if s.each || s.add {
			value = sequence(value)
		} else {
			value = mapping(stringNode(s.key), value)
		}
	}
	return value
}

// plainText is text that YAML reads as a string without quotes, in blocks and in brackets.
var plainText = lazy.NewRegexp(`^[A-Za-z0-9_./*][A-Za-z0-9_./*+@%=-]*$`)

// scalar writes a scalar, as JSON or as YAML.
func scalar(n *yaml.Node, asJSON bool) string {
	switch tag := n.ShortTag(); {
	case tag == "!!bool" || tag == "!!null" || tag == "!!int" || tag == "!!float":
		return n.Value
	case asJSON || n.Style&yaml.DoubleQuotedStyle != 0:
		return quote(n.Value)
	case isString(n.Value):
		return n.Value
	}
	return quote(n.Value)
}

// isString reports whether plain text is a string to every parser of YAML.
func isString(text string) bool {
	if !plainText.MatchString(text) || text[0] == '*' {
		return false
	}
	n := parseValue(text)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		return false
	}
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off": // truth values of YAML 1.1
		return false
	}
	return true
}

// quote writes text in double quotes, as JSON and YAML read it.
func quote(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // of a string, which has no error
	return strings.TrimSuffix(b.String(), "\n")
}

// flow writes a value on one line.
func flow(n *yaml.Node, asJSON bool) string {
	var parts []string
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			parts = append(parts, keyText(n.Content[i], asJSON)+": "+flow(n.Content[i+1], asJSON))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		for _, item := range n.Content {
			parts = append(parts, flow(item, asJSON))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return scalar(n, asJSON)
}

// block writes an entry of a mapping as lines without indentation.
func block(key string, value *yaml.Node) []string {
	head := keyText(stringNode(key), false) + ":"
	if value.Kind == yaml.ScalarNode || len(value.Content) == 0 || isShortList(value) {
		return []string{head + " " + flow(value, false)}
	}
	lines := blockLines(value)
	if value.Kind == yaml.MappingNode {
		for i := range lines {
			lines[i] = "  " + lines[i]
		}
	}
	return append([]string{head}, lines...)
}

// keyText writes a key. Unlike a value it may be a word that is a truth value to old parsers, such
// as "on".
func keyText(n *yaml.Node, asJSON bool) string {
	if !asJSON && n.Style == 0 && plainText.MatchString(n.Value) && n.Value[0] != '*' {
		return n.Value
	}
	return scalar(n, asJSON)
}

// isShortList reports whether a list is written on one line: one of scalars.
func isShortList(n *yaml.Node) bool {
	return n.Kind == yaml.SequenceNode && !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return c.Kind != yaml.ScalarNode })
}

// blockLines writes the entries of a mapping or a list as lines without indentation.
func blockLines(n *yaml.Node) []string {
	var lines []string
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			lines = append(lines, block(n.Content[i].Value, n.Content[i+1])...)
		}
		return lines
	}
	for _, item := range n.Content {
		lines = append(lines, itemLines(item)...)
	}
	return lines
}

// itemLines writes an entry of a list as lines without indentation.
func itemLines(item *yaml.Node) []string {
	if item.Kind != yaml.MappingNode || len(item.Content) == 0 {
		return []string{"- " + flow(item, false)}
	}
	lines := blockLines(item)
	for i := range lines {
		lines[i] = map[bool]string{true: "- ", false: "  "}[i == 0] + lines[i]
	}
	return lines
}
