package document

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/hcl/ast"
	"github.com/hashicorp/hcl/hcl/parser"
	"github.com/hashicorp/hcl/hcl/token"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/internal/yaml"
)

// HCL is read in its first version, which is Consul's, into the same nodes as
// YAML and JSON. A block is a mapping under its name, blocks of one name are a
// list of mappings, and labels of a block are the keys of mappings around it, as
// HCL's own decoder has it. The versions of Terraform and Nomad have expressions,
// which it does not know.

// ParseHCL parses the Text of a document as HCL and fills Root and Head. The
// error is a *SyntaxError.
func (d *Document) ParseHCL() (err error) {
	if err := tooDeep(d.Text); err != nil {
		return err
	}
	defer func() {
		if v := recover(); v != nil {
			err = &SyntaxError{Line: 1, Message: fmt.Sprintf("the HCL parser failed: %v", v)}
		}
	}()
	file, err := parser.Parse(d.Text)
	if err != nil {
		return hclError(d.Text, err)
	}
	items, _ := file.Node.(*ast.ObjectList)
	d.Root = NewNode(d, hclMapping(items, token.Pos{Line: 1, Column: 1}))
	d.Head.Text = false
	headOf(d.Root, &d.Head)
	return nil
}

// maxBrackets bounds the blocks and lists of a text, and with them how deep they are
// nested: the parser calls itself for each. The configuration of one agent has some
// hundred.
const maxBrackets = 20_000

func tooDeep(text []byte) error {
	if n := bytes.Count(text, []byte("{")) + bytes.Count(text, []byte("[")); n > maxBrackets || len(text) > maxDocument {
		return &SyntaxError{
			Line: 1, Message: fmt.Sprintf("HCL with %d blocks and lists in %d MB", n, len(text)>>20),
			Hint: fmt.Sprintf("split the file, or convert it to JSON; weir parses HCL with up to %d blocks and lists", maxBrackets),
		}
	}
	return nil
}

// hclMapping is a mapping of items, which begins at a place.
func hclMapping(items *ast.ObjectList, at token.Pos) *yaml.Node {
	m := hclNode(yaml.MappingNode, "!!map", at)
	if items == nil {
		return m
	}
	index := map[string]int{} // of values in m.Content
	for _, item := range items.Items {
		if len(item.Keys) == 0 {
			continue
		}
		key := hclText(item.Keys[0].Token)
		value := hclItem(item, item.Keys)
		if i, again := index[key.Value]; again {
			m.Content[i] = hclAgain(m.Content[i], value)
			continue
		}
		index[key.Value] = len(m.Content) + 1
		m.Content = append(m.Content, key, value)
	}
	return m
}

// hclItem is the value of an item under the first of its keys; the others are
// labels.
func hclItem(item *ast.ObjectItem, keys []*ast.ObjectKey) *yaml.Node {
	if len(keys) > 1 {
		m := hclNode(yaml.MappingNode, "!!map", keys[0].Pos())
		m.Content = []*yaml.Node{hclText(keys[1].Token), hclItem(item, keys[1:])}
		return m
	}
	if block, ok := item.Val.(*ast.ObjectType); ok && !item.Assign.IsValid() {
		return hclMapping(block.List, keys[0].Pos())
	}
	return hclValue(item.Val)
}

// hclAgain is the value of a key that is written twice: blocks are a list, of
// anything else the last counts.
func hclAgain(old, value *yaml.Node) *yaml.Node {
	const repeated = yaml.TaggedStyle // marks the lists that are made here
	switch {
	case value.Kind != yaml.MappingNode:
		return value
	case old.Kind == yaml.SequenceNode && old.Style == repeated:
		old.Content = append(old.Content, value)
		return old
	case old.Kind != yaml.MappingNode:
		return value
	}
	return &yaml.Node{
		Kind: yaml.SequenceNode, Tag: "!!seq", Style: repeated, Line: old.Line, Column: old.Column, Content: []*yaml.Node{old, value},
	}
}

func hclValue(n ast.Node) *yaml.Node {
	switch n := n.(type) {
	case *ast.ObjectType:
		return hclMapping(n.List, n.Lbrace)
	case *ast.ListType:
		list := hclNode(yaml.SequenceNode, "!!seq", n.Lbrack)
		for _, item := range n.List {
			list.Content = append(list.Content, hclValue(item))
		}
		return list
	case *ast.LiteralType:
		return hclText(n.Token)
	}
	return hclNode(yaml.ScalarNode, "!!null", n.Pos())
}

// hclText is a key or a single value.
func hclText(t token.Token) *yaml.Node {
	n := hclNode(yaml.ScalarNode, "!!str", t.Pos)
	n.Value = t.Text
	switch t.Type {
	case token.NUMBER:
		n.Tag = "!!int"
	case token.FLOAT:
		n.Tag = "!!float"
	case token.BOOL:
		n.Tag = "!!bool"
	case token.STRING:
		n.Value, n.Style = t.Value().(string), yaml.DoubleQuotedStyle
	case token.HEREDOC:
		n.Value, n.Style = Clean(t.Value().(string)), yaml.LiteralStyle
	}
	return n
}

func hclNode(kind yaml.Kind, tag string, at token.Pos) *yaml.Node {
	return &yaml.Node{Kind: kind, Tag: tag, Line: at.Line, Column: at.Column}
}

// hclProblems are the messages of the parser, those of weir for the same, and a hint.
var hclProblems = []struct{ says, message, hint string }{
	{"expected start of object", "a key without a value", `write "key = value", or "key { ... }" for a block`},
	{"no object keys found", `a "=" without a key`, `write "key = value"`},
	{"nested object expected", `a "=" after two words`, `write "key = value", or "key { ... }" for a block`},
	{"closing RBRACE", "a block without end", `close it with "}"`},
	{"expected comma or list end", "a list without a comma between its items", `put "," between them, and "]" after the last`},
	{"parsing list", "a list without end", `close it with "]"`},
	{"literal not terminated", "a string without a closing quote", "close the quote on the same line"},
	{"heredoc", "a heredoc without end", "repeat the delimiter on a line of its own"},
	{"comment not terminated", "a comment without end", `close it with "*/"`},
	{"Unknown token", "a missing value", "write strings in double quotes; expressions need a later version of HCL"},
	{"expected: IDENT", "a missing key", `write "key = value", or close the block above`},
	{"illegal character", "an unexpected character", "put strings into double quotes"},
	{"illegal UTF-8", "a byte that is not UTF-8", "save the file as UTF-8"},
}

// hclPlace is where the parser says that an error within a list is.
var hclPlace = lazy.NewRegexp(`At (\d+):(\d+): `)

// hclError translates an error of the HCL parser.
func hclError(text []byte, err error) *SyntaxError {
	e := &SyntaxError{Message: err.Error()}
	if at := (*parser.PosError)(nil); errors.As(err, &at) {
		e.Line, e.Column, e.Message = at.Pos.Line, at.Pos.Column, at.Err.Error()
	}
	if m := hclPlace.FindAllStringSubmatchIndex(e.Message, -1); m != nil {
		last := m[len(m)-1]
		e.Line, _ = strconv.Atoi(e.Message[last[2]:last[3]])
		e.Column, _ = strconv.Atoi(e.Message[last[4]:last[5]])
		e.Message = e.Message[last[1]:]
	}
	for _, known := range hclProblems {
		if strings.Contains(e.Message, known.says) {
			e.Message, e.Hint = known.message, known.hint
			break
		}
	}
	e.Message += inKey(nthLine(text, max(e.Line, 1)))
	return e
}
