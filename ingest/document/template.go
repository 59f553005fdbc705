package document

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/weirgraph/weir/internal/yaml"
)

// HasBraces reports whether the document has anything that looks like a
// placeholder of a template language: Go's "{{", Jinja's "{%", or "${{".
func (d *Document) HasBraces() bool {
	return bytes.Contains(d.part.Text, []byte("{{")) || bytes.Contains(d.part.Text, []byte("{%"))
}

// TemplateLine returns the line of the first placeholder outside of quotes, comments and
// blocks of text, where no YAML could have it; 0 if there is none. It is for documents
// that do not parse.
func (d *Document) TemplateLine() int {
	deeper := -1 // lines deeper than this belong to a block of text
	text := d.part.Text
	for n := int(d.part.line) + 1; len(text) > 0; n++ {
		end := lineEnd(text, 0)
		line := bytes.TrimRight(text[:end], " \t\r\n")
		text = text[end:]
		depth := indentation(line)
		if len(line) == 0 || line[depth] == '#' || deeper >= 0 && depth > deeper {
			continue
		}
		deeper = -1
		line = quoted.ReplaceAll(line, nil)
		if bytes.Contains(line, []byte("{{")) || bytes.Contains(line, []byte("{%")) {
			return n
		}
		if blockStart.Match(line) {
			deeper = depth
		}
	}
	return 0
}

var (
	quoted     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'`)
	blockStart = regexp.MustCompile(`[:\-] +[|>][-+0-9]*(?: +#.*)?$`)
)

// Placeholder returns the first value of a parsed document that is a placeholder
// where no program but a template engine would have one: as a value without
// quotes, which YAML takes for a mapping in a mapping, or as a name or kind.
func (d *Document) Placeholder() Node {
	names := []Node{
		d.Root.Get("apiVersion"), d.Root.Get("kind"), d.Root.Get("name"),
		d.Root.Get("metadata", "name"), d.Root.Get("metadata", "namespace"),
	}
	for _, n := range names {
		if strings.Contains(n.Str(), "{{") || strings.Contains(n.Str(), "{%") {
			return n
		}
	}
	return Node{bracesIn(d.Root.y), d}
}

// bracesIn finds a mapping whose key is a mapping, both in flow style. Aliases are not
// followed: their anchors are in the document too.
func bracesIn(y *yaml.Node) *yaml.Node {
	if y == nil {
		return nil
	}
	if y.Kind == yaml.MappingNode && y.Style&yaml.FlowStyle != 0 && len(y.Content) > 0 && y.Content[0].Kind == yaml.MappingNode {
		return y
	}
	for _, child := range y.Content {
		if found := bracesIn(child); found != nil {
			return found
		}
	}
	return nil
}
