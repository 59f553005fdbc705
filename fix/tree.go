package fix

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weirgraph/weir/internal/yaml"
)

// A tree is one document of a file of YAML or JSON, with the text that it was parsed from.
type tree struct {
	text  []byte // of the file
	root  *yaml.Node
	lines []int // the byte where each line of the document begins
	line  int   // of the file, from 1, at which the document begins
	json  bool
}

// Errors of text that the editor does not parse as the readers do.
var (
	errUnreadable = errors.New("is not plain YAML or JSON")
	errTemplate   = errors.New("is a template")
	errBreaks     = errors.New("has line breaks other than those of Unix and Windows")
)

// parseTree parses the document of text that has a line, from 1.
func parseTree(text []byte, line int) (*tree, error) {
	if err := uneditable(text); err != nil {
		return nil, err
	}
	t := &tree{text: text}
	starts := lineStarts(text)
	first, end := documentAround(text, starts, line)
	t.lines, t.line = starts[first:end], first+1
	stop := len(text)
	if end < len(starts) {
		stop = starts[end]
	}
	part := bytes.Clone(text[starts[first]:stop])
	if trimmed := bytes.TrimLeft(part, " \t\r\n"); len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		part = bytes.ReplaceAll(part, []byte{'\t'}, []byte{' '})
	}
	var doc yaml.Node
	if err := unmarshal(part, &doc); err != nil || len(doc.Content) != 1 {
		return nil, errUnreadable
	}
	t.root = doc.Content[0]
	t.json = isJSON(t.root)
	return t, nil
}

// uneditable returns why a file is not parsed, nil if it may be.
func uneditable(text []byte) error {
	switch {
	case bytes.Contains(text, []byte("{{")):
		return errTemplate
	case hasOddBreaks(text):
		return errBreaks
	}
	return nil
}

// unmarshal is yaml.Unmarshal for texts that its parser panics on.
func unmarshal(text []byte, into *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errUnreadable
		}
	}()
	return yaml.Unmarshal(text, into)
}

// hasOddBreaks reports whether text has line breaks that the parser of YAML counts and others do not.
func hasOddBreaks(text []byte) bool {
	if bytes.ContainsAny(text, "\u0085\u2028\u2029") {
		return true
	}
	return bytes.Count(text, []byte{'\r'}) != bytes.Count(text, []byte("\r\n"))
}

// lineStarts returns the bytes where the lines of text begin.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' && i+1 < len(text) {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// documentAround returns the lines, from 0, of the document that has a line: from its mark "---",
// if it has one, to the next mark.
func documentAround(text []byte, starts []int, line int) (first, end int) {
	mark := func(i int) bool { return isMark(text[starts[i]:]) }
	first = max(min(line-1, len(starts)-1), 0)
	end = first + 1
	for first > 0 && !mark(first) {
		first--
	}
	for end < len(starts) && !mark(end) {
		end++
	}
	return first, end
}

// isMark reports whether a text begins with a line that begins or ends a document.
func isMark(text []byte) bool {
	for _, m := range []string{"---", "..."} {
		if after, ok := bytes.CutPrefix(text, []byte(m)); ok && (len(after) == 0 || strings.IndexByte(" \t\r\n", after[0]) >= 0) {
			return true
		}
	}
	return false
}

// kindAndName are those that a document of Kubernetes, or an entry of Consul, gives its object.
func kindAndName(root *yaml.Node) (kind, name string) {
	if kind, name = valueIn(root, "kind"), valueIn(root, "metadata", "name"); kind == "" {
		kind = valueIn(root, "Kind")
	}
	if name == "" {
		name = valueIn(root, "Name")
	}
	return kind, name
}

// valueIn is the text at keys below a node, "" if there is none.
func valueIn(n *yaml.Node, keys ...string) string {
	for _, key := range keys {
		i := -1
		if n.Kind == yaml.MappingNode {
			i = child(n, key)
		}
		if i < 0 {
			return ""
		}
		n = n.Content[i]
	}
	return n.Value
}

// isJSON reports whether a document is written as JSON: in brackets, with its keys in quotes.
func isJSON(root *yaml.Node) bool {
	switch {
	case root.Style&yaml.FlowStyle == 0:
		return false
	case root.Kind == yaml.MappingNode && len(root.Content) > 0:
		return root.Content[0].Style&yaml.DoubleQuotedStyle != 0
	case root.Kind == yaml.SequenceNode && len(root.Content) > 0:
		return isJSON(root.Content[0])
	}
	return true
}

// offset is the byte of a line and column of the document, both from 1, and false if there is none.
func (t *tree) offset(line, column int) (int, bool) {
	if line < 1 || line > len(t.lines) {
		return 0, false
	}
	return columnOffset(t.text, t.lines[line-1], column)
}

// columnOffset is the byte of a column, from 1 and in characters, of the line that begins at start.
func columnOffset(text []byte, start, column int) (int, bool) {
	at := start
	if start == 0 && bytes.HasPrefix(text, []byte(byteOrderMark)) {
		at = len(byteOrderMark)
	}
	for range column - 1 {
		if at >= len(text) || text[at] == '\n' {
			return 0, false
		}
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return at, true
}

const byteOrderMark = "\ufeff"

// start is the byte where a node begins, with its tag and anchor.
func (t *tree) start(n *yaml.Node) (int, bool) { return t.offset(n.Line, n.Column) }

// body is the byte where a node begins, after its tag and anchor.
func (t *tree) body(n *yaml.Node) (int, bool) {
	at, ok := t.start(n)
	for ok && at < len(t.text) && n.Kind != yaml.AliasNode && (t.text[at] == '&' || t.text[at] == '!') {
		for at < len(t.text) && !isSpace(t.text[at]) {
			at++
		}
		for at < len(t.text) && isSpace(t.text[at]) {
			at++
		}
	}
	return at, ok
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// isEmpty reports whether a value is not written at all: "key:".
func isEmpty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// end is the byte after a node, whose block begins in a column. It is false for nodes whose end is
// not found without parsing: plain text over several lines.
func (t *tree) end(n *yaml.Node, column int) (int, bool) {
	at, ok := t.body(n)
	if !ok || at >= len(t.text) {
		return 0, false
	}
	switch n.Kind {
	case yaml.AliasNode:
		end := at + 1 + len(n.Value)
		return end, bytes.HasPrefix(t.text[at:], []byte("*"+n.Value))
	case yaml.ScalarNode:
		return t.scalarEnd(n, at, column)
	}
	if n.Style&yaml.FlowStyle != 0 {
		return closing(t.text, at)
	}
	if len(n.Content) == 0 {
		return 0, false
	}
	last := n.Content[len(n.Content)-1]
	if n.Kind == yaml.MappingNode {
		return t.valueEnd(n.Content[len(n.Content)-2], last)
	}
	if isEmpty(last) {
		return 0, false
	}
	return t.end(last, n.Column)
}

// valueEnd is the byte after the value of a key.
func (t *tree) valueEnd(key, value *yaml.Node) (int, bool) {
	if !isEmpty(value) {
		return t.end(value, key.Column)
	}
	if value.Anchor != "" || value.Style&yaml.TaggedStyle != 0 {
		return 0, false
	}
	at, ok := t.end(key, key.Column)
	for ok && at < len(t.text) && (t.text[at] == ' ' || t.text[at] == '\t') {
		at++
	}
	if !ok || at >= len(t.text) || t.text[at] != ':' {
		return at, ok && at > 0
	}
	return at + 1, true
}

func (t *tree) scalarEnd(n *yaml.Node, at, column int) (int, bool) {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return quoteEnd(t.text, at)
	case n.Style&yaml.SingleQuotedStyle != 0:
		return quoteEnd(t.text, at)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return blockEnd(t.text, at, column), true
	}
	end := at + len(n.Value)
	if !bytes.HasPrefix(t.text[at:], []byte(n.Value)) || strings.Contains(n.Value, "\n") {
		return 0, false
	}
	return end, true
}

// quoteEnd is the byte after the quoted text that begins at a byte.
func quoteEnd(text []byte, at int) (int, bool) {
	quote := text[at]
	for i := at + 1; i < len(text); i++ {
		switch {
		case quote == '"' && text[i] == '\\':
			i++
		case text[i] != quote:
		case quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		default:
			return i + 1, true
		}
	}
	return 0, false
}

// blockEnd is the byte after the last line with text of a block scalar, which is indented more than
// the block that it is in, or, at the margin, as much.
func blockEnd(text []byte, at, column int) int {
	end := lineEnd(text, at)
	for last := end; last < len(text); {
		start := last + 1
		if text[last] == '\r' {
			start++
		}
		if start >= len(text) {
			break
		}
		last = lineEnd(text, start)
		line := text[start:last]
		spaces := len(line) - len(bytes.TrimLeft(line, " "))
		if spaces == len(line) {
			continue
		}
		if spaces < column {
			break
		}
		end = last
	}
	return end
}

// lineEnd is the byte of the line break that ends the line of a byte, or the end of the text.
func lineEnd(text []byte, at int) int {
	i := bytes.IndexByte(text[at:], '\n')
	switch {
	case i < 0:
		return len(text)
	case i > 0 && text[at+i-1] == '\r':
		return at + i - 1
	}
	return at + i
}

// lineStart is the byte where the line of a byte begins.
func lineStart(text []byte, at int) int { return bytes.LastIndexByte(text[:at], '\n') + 1 }

// nextLine is the byte where the line after that of a byte begins, or the end of the text.
func nextLine(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// closing is the byte after the bracket that closes the one at a byte.
func closing(text []byte, at int) (int, bool) {
	depth := 0
	for i := at; i < len(text); i++ {
		switch c := text[i]; {
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		case (c == '"' || c == '\'') && strings.ContainsRune(" \t\r\n,:[{", rune(text[i-1])):
			end, ok := quoteEnd(text, i)
			if !ok {
				return 0, false
			}
			i = end - 1
		case c == '#' && isSpace(text[i-1]):
			i = lineEnd(text, i)
		}
	}
	return 0, false
}

// newline is the line break of the text.
func newline(text []byte) string {
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// reach is the greatest byte where a node inside n begins.
func (t *tree) reach(n *yaml.Node) int {
	at, _ := t.start(n)
	for _, c := range n.Content {
		at = max(at, t.reach(c))
	}
	return at
}

// child returns the index of the value of a key of a mapping, -1 if it has none.
func child(n *yaml.Node, key string) int {
	for i := len(n.Content) - 2; i >= 0; i -= 2 { // the last of two equal keys wins
		if n.Content[i].Kind == yaml.ScalarNode && n.Content[i].Value == key {
			return i + 1
		}
	}
	return -1
}

// merges reports whether a mapping takes keys from others.
func merges(n *yaml.Node) bool {
	return slices.ContainsFunc(n.Content, func(k *yaml.Node) bool { return k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge" })
}
