package settings

import (
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/yaml"
)

// A TOML file of a product whose configuration may be YAML as well has the same tree in other
// words. parseTOML reads it into that tree.

// parseTOML reads a TOML text. It returns false if the text is not TOML. Dates and numbers
// are the text that they are written as.
func parseTOML(text string) (root YAMLRoot, ok bool) {
	p := &tomlParser{text: text, line: 1}
	top := p.newTable()
	if !p.document(top) {
		return YAMLRoot{}, false
	}
	doc := &document.Document{Facts: &graph.Facts{}}
	return YAMLRoot{Node: document.NewNode(doc, top), doc: doc}, true
}

// A tomlParser reads a text from its position on.
type tomlParser struct {
	text  string
	i     int
	line  int
	start int // offset of the first byte of the line
	count int // nodes
}

func (p *tomlParser) node(kind yaml.Kind) *yaml.Node {
	p.count++
	return &yaml.Node{Kind: kind, Line: p.line, Column: p.i - p.start + 1}
}

func (p *tomlParser) newTable() *yaml.Node {
	n := p.node(yaml.MappingNode)
	n.Tag = "!!map"
	return n
}

func (p *tomlParser) scalar(text, tag string) *yaml.Node {
	n := p.node(yaml.ScalarNode)
	n.Value, n.Tag = text, tag
	return n
}

// document reads tables and pairs until the end of the text.
func (p *tomlParser) document(top *yaml.Node) bool {
	table := top
	for {
		p.blank(true)
		switch {
		case p.i >= len(p.text):
			return true
		case p.count > maxTOMLNodes:
			return false
		case p.text[p.i] == '[':
			list := strings.HasPrefix(p.text[p.i:], "[[")
			p.i++
			if list {
				p.i++
			}
			keys := p.keys()
			closing := "]"
			if list {
				closing = "]]"
			}
			if keys == nil || !strings.HasPrefix(p.text[p.i:], closing) {
				return false
			}
			if table = p.at(top, keys, list); table == nil {
				return false
			}
			p.i += len(closing)
		case !p.pair(table, 0):
			return false
		}
		if p.blank(false); p.i < len(p.text) && p.text[p.i] != '\n' {
			return false
		}
	}
}

// maxTOMLNodes bounds what is made of a hostile file.
const maxTOMLNodes = 100_000

// at returns the table at keys, and makes those that are missing; in a list of tables it is
// the last one, a new one if it is the list that is named.
func (p *tomlParser) at(top *yaml.Node, keys []*yaml.Node, list bool) *yaml.Node {
	table := top
	for i, key := range keys {
		next := entry(table, key.Value)
		last := i == len(keys)-1
		if next == nil {
			if next = p.newTable(); last && list {
				next = p.node(yaml.SequenceNode)
			}
			table.Content = append(table.Content, key, next)
		}
		switch {
		case next.Kind == yaml.SequenceNode && last && list:
			table = p.newTable()
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

// entry returns the value of a key, nil if there is none.
func entry(table *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(table.Content); i += 2 {
		if table.Content[i].Value == key {
			return table.Content[i+1]
		}
	}
	return nil
}

// pair reads "a.b = value" into a table.
func (p *tomlParser) pair(table *yaml.Node, depth int) bool {
	keys := p.keys()
	if keys == nil || p.i >= len(p.text) || p.text[p.i] != '=' {
		return false
	}
	p.i++
	p.blank(false)
	value := p.value(depth)
	if value == nil {
		return false
	}
	last := len(keys) - 1
	if last > 0 {
		table = p.at(table, keys[:last], false)
	}
	if table == nil || entry(table, keys[last].Value) != nil {
		return false
	}
	table.Content = append(table.Content, keys[last], value)
	return true
}

// keys reads a key of names with dots between them, and the space around it.
func (p *tomlParser) keys() []*yaml.Node {
	var keys []*yaml.Node
	for {
		p.blank(false)
		if p.i >= len(p.text) {
			return nil
		}
		key := p.scalar("", "!!str")
		if c := p.text[p.i]; c == '"' || c == '\'' {
			text, ok := p.quoted()
			if !ok {
				return nil
			}
			key.Value = text
		} else {
			end := p.i
			for end < len(p.text) && isBareKey(p.text[end]) {
				end++
			}
			if key.Value = p.text[p.i:end]; end == p.i {
				return nil
			}
			p.i = end
		}
		keys = append(keys, key)
		if p.blank(false); p.i >= len(p.text) || p.text[p.i] != '.' {
			return keys
		}
		p.i++
	}
}

func isBareKey(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// value reads a value, nil if there is none.
func (p *tomlParser) value(depth int) *yaml.Node {
	if p.i >= len(p.text) || depth > MaxYAMLDepth {
		return nil
	}
	switch c := p.text[p.i]; c {
	case '"', '\'':
		n := p.scalar("", "!!str")
		text, ok := p.quoted()
		if n.Value = text; !ok {
			return nil
		}
		return n
	case '[':
		return p.list(depth)
	case '{':
		return p.inline(depth)
	}
	n := p.scalar("", "!!str")
	end := p.i
	for end < len(p.text) && !strings.ContainsRune(",]}#\r\n", rune(p.text[end])) {
		end++
	}
	n.Value = strings.TrimSpace(p.text[p.i:end])
	p.i = end
	switch number := strings.ReplaceAll(n.Value, "_", ""); {
	case n.Value == "":
		return nil
	case n.Value == "true" || n.Value == "false":
		n.Tag = "!!bool"
	default:
		if _, err := strconv.ParseInt(number, 10, 64); err == nil {
			n.Value, n.Tag = number, "!!int"
		} else if _, err := strconv.ParseFloat(number, 64); err == nil {
			n.Value, n.Tag = number, "!!float"
		}
	}
	return n
}

// list reads "[a, b]", which may go over several lines.
func (p *tomlParser) list(depth int) *yaml.Node {
	n := p.node(yaml.SequenceNode)
	n.Tag = "!!seq"
	p.i++
	for {
		p.blank(true)
		if p.i < len(p.text) && p.text[p.i] == ']' {
			p.i++
			return n
		}
		item := p.value(depth + 1)
		if item == nil {
			return nil
		}
		n.Content = append(n.Content, item)
		if p.blank(true); p.i >= len(p.text) {
			return nil
		}
		switch p.text[p.i] {
		case ',':
			p.i++
		case ']':
		default:
			return nil
		}
	}
}

// inline reads "{a = 1, b = 2}".
func (p *tomlParser) inline(depth int) *yaml.Node {
	n := p.newTable()
	p.i++
	for {
		p.blank(true)
		if p.i < len(p.text) && p.text[p.i] == '}' {
			p.i++
			return n
		}
		if !p.pair(n, depth+1) {
			return nil
		}
		if p.blank(true); p.i >= len(p.text) {
			return nil
		}
		switch p.text[p.i] {
		case ',':
			p.i++
		case '}':
		default:
			return nil
		}
	}
}

// quoted reads a string in quotes, of one line or between three quotes.
func (p *tomlParser) quoted() (string, bool) {
	mark := p.text[p.i : p.i+1]
	if long := strings.Repeat(mark, 3); strings.HasPrefix(p.text[p.i:], long) {
		mark = long
	}
	p.i += len(mark)
	var b strings.Builder
	for p.i < len(p.text) {
		switch c := p.text[p.i]; {
		case strings.HasPrefix(p.text[p.i:], mark) && (len(mark) == 1 || !strings.HasPrefix(p.text[p.i+1:], mark)):
			p.i += len(mark)
			return b.String(), true
		case c == '\\' && mark[0] == '"' && p.i+1 < len(p.text):
			b.WriteString(unescape(p.text[p.i+1]))
			p.i++
			p.step()
		case c == '\n' && len(mark) == 1:
			return "", false
		default:
			b.WriteByte(c)
			p.step()
		}
	}
	return "", false
}

// unescape is the text of a backslash and a byte; code points are not of interest.
func unescape(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case '"', '\\':
		return string(c)
	}
	return `\` + string(c)
}

// step goes over one byte.
func (p *tomlParser) step() {
	if p.text[p.i] == '\n' {
		p.line, p.start = p.line+1, p.i+1
	}
	p.i++
}

// blank goes over space and comments, and over lines too if they may follow.
func (p *tomlParser) blank(lines bool) {
	for p.i < len(p.text) {
		switch c := p.text[p.i]; {
		case c == ' ' || c == '\t' || c == '\r', c == '\n' && lines:
			p.step()
		case c == '#':
			for p.i < len(p.text) && p.text[p.i] != '\n' {
				p.i++
			}
		default:
			return
		}
	}
}
