package fix

import (
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/yaml"
	"github.com/weirgraph/weir/policy"
)

// renamedTo is a name whose first part is another one, "" if a text does not begin with that. A new
// name with dots is a full one, which has no rest.
func renamedTo(text, was, now string) string {
	rest, ok := strings.CutPrefix(text, was)
	switch {
	case !ok || rest != "" && rest[0] != '.' && rest[0] != '_':
		return ""
	case strings.Contains(now, "."):
		return now
	}
	return now + rest
}

// nameText writes a name in the quotes that another one has.
func nameText(t *tree, n *yaml.Node, name string) string {
	v := stringNode(name)
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0:
		return "'" + strings.ReplaceAll(name, "'", "''") + "'"
	case n.Style&yaml.DoubleQuotedStyle != 0:
		v.Style = yaml.DoubleQuotedStyle
	}
	return scalar(v, t.json)
}

// named returns the scalars at steps below a node that have a text, or begin with it. The step {} is the names of the
// fields of a mapping.
func named(n *yaml.Node, steps []step, text string) []*yaml.Node {
	if len(steps) == 0 {
		if n.Kind == yaml.ScalarNode && renamedTo(n.Value, text, text) != "" {
			return []*yaml.Node{n}
		}
		return nil
	}
	s, rest := steps[0], steps[1:]
	var found []*yaml.Node
	switch {
	case s.each && n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			found = append(found, named(item, rest, text)...)
		}
	case n.Kind != yaml.MappingNode:
	case s.key == policy.AnyName:
		for i := 0; i < len(n.Content); i += 2 {
			found = append(found, named(n.Content[i], rest, text)...)
		}
	default:
		if i := child(n, s.key); i >= 0 {
			return named(n.Content[i], rest, text)
		}
	}
	return found
}

// assigned is a line of a file of settings that gives a text to a name.
var assigned = lazy.NewRegexp(`(?m)^[ \t]*"?([A-Za-z_]+)"?[ \t]*[=:][ \t]*"([^"\n]*)"`)

// nameLines are the splices of the lines of a file that give one of the last names of paths its text.
func nameLines(text []byte, edits []analyze.FieldEdit) []splice {
	var list []splice
	for _, m := range assigned.FindAllSubmatchIndex(text, -1) {
		for i := range edits {
			e := &edits[i]
			name := renamedTo(string(text[m[4]:m[5]]), was(e), e.Value)
			if name != "" && string(text[m[2]:m[3]]) == lastKey(e.Path) {
				inQuotes := quote(name)
				list = append(list, splice{m[4], m[5], inQuotes[1 : len(inQuotes)-1]})
				break
			}
		}
	}
	return list
}

// was is the text that a value has to have to be replaced by its path.
func was(e *analyze.FieldEdit) string {
	text, _ := e.Was.(string)
	return text
}

// replaceNames gives fields of an object other values where they have certain ones.
func (m *maker) replaceNames(c *analyze.ObjectEdit) error {
	f, at, err := m.object(c)
	if err != nil {
		return err
	}
	var list []splice
	isDone := false
	if syntaxOf(f.name) != nil {
		list = nameLines(f.text, c.Edits)
	} else {
		t, err := parseTree(f.text, f.line(at))
		if err != nil {
			return failure(c, f, err)
		}
		for i := range c.Edits {
			e := &c.Edits[i]
			isDone = isDone || len(named(t.root, parsePath(e.Path), e.Value)) > 0
			for _, n := range named(t.root, parsePath(e.Path), was(e)) {
				start, ok := t.start(n)
				if end, known := t.end(n, 0); ok && known && n.Anchor == "" {
					list = append(list, splice{start, end, nameText(t, n, renamedTo(n.Value, was(e), e.Value))})
				}
			}
		}
		if _, err := parseTree(splices(f.text, list), f.line(at)); err != nil {
			return failure(c, f, errNoPlace)
		}
	}
	if len(list) == 0 && isDone {
		return nil
	}
	if len(list) == 0 {
		return failure(c, f, errOtherValue)
	}
	return f.apply(list)
}
