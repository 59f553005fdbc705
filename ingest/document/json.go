package document

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/weirgraph/weir/internal/yaml"
)

// JSON is read by a parser of its own, into the same nodes as YAML: the YAML parser is
// ten times slower and refuses tabs, surrogate pairs and long keys. Like the editors
// whose files are next to manifests, it accepts comments and commas after the last value.

// maxDepth is the bound that the YAML parser has too.
const maxDepth = 10_000

// maxString bounds one string: no field of an object that the readers know holds more.
const maxString = 4 << 20

type jsonParser struct {
	text  []byte
	i     int
	line  int // of i, from 0
	count int // nodes made

	counted int // the byte up to which column counts
	column  int // characters before counted on its line

	slab  []yaml.Node
	stack []*yaml.Node
	names Names
}

// parseJSON parses one value, which must be all there is.
func parseJSON(p Part) (y *yaml.Node, err error) {
	s := &jsonParser{text: p.Text, line: int(p.line), column: int(p.column)}
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *SyntaxError:
			err = v
		default:
			panic(v)
		}
	}()
	s.space()
	y = s.value(0)
	if s.space(); s.i < len(s.text) {
		s.fail("remove it, or move it to a document of its own", "%s after the end of the value", s.found())
	}
	return y, nil
}

// fail leaves the parser; parseJSON returns the error.
func (s *jsonParser) fail(hint, format string, args ...any) {
	line, column := s.place()
	panic(&SyntaxError{Line: line, Column: column, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// found says what is at the place of the parser. It quotes no word: that may be a password.
func (s *jsonParser) found() string {
	if s.i >= len(s.text) {
		return "the end of the file"
	}
	switch r, _ := utf8.DecodeRune(s.text[s.i:]); {
	case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == utf8.RuneError:
		return "a word"
	case r == '"':
		return "a string"
	default:
		return strconv.Quote(shorten(string(r)))
	}
}

// place is the line and column of i, from 1.
func (s *jsonParser) place() (line, column int) {
	s.column += utf8.RuneCount(s.text[s.counted:s.i])
	s.counted = s.i
	return s.line + 1, s.column + 1
}

// space passes over white space and comments.
func (s *jsonParser) space() {
	for s.i < len(s.text) {
		switch s.text[s.i] {
		case ' ', '\t', '\r':
			s.i++
		case '\n':
			s.i++
			s.newLine()
		case '/':
			if !s.comment() {
				return
			}
		default:
			return
		}
	}
}

func (s *jsonParser) newLine() {
	s.line++
	s.counted, s.column = s.i, 0
}

// comment passes over a comment up to the end of its last line, if there is one.
func (s *jsonParser) comment() bool {
	rest := s.text[s.i:]
	switch {
	case bytes.HasPrefix(rest, []byte("//")):
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			s.i += n
		} else {
			s.i = len(s.text)
		}
	case bytes.HasPrefix(rest, []byte("/*")):
		n := bytes.Index(rest[2:], []byte("*/"))
		if n < 0 {
			s.fail(`close it with "*/"`, "a comment has no end")
		}
		for end := s.i + n + 4; s.i < end; {
			s.i++
			if s.text[s.i-1] == '\n' {
				s.newLine()
			}
		}
	default:
		return false
	}
	return true
}

func (s *jsonParser) node(kind yaml.Kind, tag string) *yaml.Node {
	if s.count++; s.count > maxNodes {
		s.fail("split it", "the document has more than %d values", maxNodes)
	}
	if len(s.slab) == 0 {
		s.slab = make([]yaml.Node, min(max(8, s.count), 256))
	}
	n := &s.slab[0]
	s.slab = s.slab[1:]
	n.Kind, n.Tag = kind, tag
	n.Line, n.Column = s.place()
	return n
}

func (s *jsonParser) value(depth int) *yaml.Node {
	if s.i == len(s.text) {
		s.fail("check that the file is complete", "the file ends where a value should be")
	}
	switch c := s.text[s.i]; c {
	case '{', '[':
		if depth == maxDepth {
			s.fail("", "values are nested more than %d deep", maxDepth)
		}
		return s.container(c, depth)
	case '"':
		return s.stringNode()
	}
	return s.word()
}

func (s *jsonParser) container(open byte, depth int) *yaml.Node {
	n, end := s.node(yaml.SequenceNode, "!!seq"), byte(']')
	if open == '{' {
		n.Kind, n.Tag, end = yaml.MappingNode, "!!map", '}'
	}
	n.Style = yaml.FlowStyle
	base := len(s.stack)
	s.i++
	for s.space(); !s.next(end); s.space() {
		if open == '{' {
			s.key()
		}
		child := s.value(depth + 1)
		s.stack = append(s.stack, child)
		if s.space(); !s.next(',') && (s.i == len(s.text) || s.text[s.i] != end) {
			s.fail(`put "," between values and close every bracket`, `%s where "," or "%c" should be`, s.found(), end)
		}
	}
	n.Content = append([]*yaml.Node(nil), s.stack[base:]...)
	s.stack = s.stack[:base]
	return n
}

// next passes over c if it is the next byte.
func (s *jsonParser) next(c byte) bool {
	if s.i < len(s.text) && s.text[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *jsonParser) key() {
	if s.i == len(s.text) || s.text[s.i] != '"' {
		s.fail("write keys in double quotes", `%s where a key or "}" should be`, s.found())
	}
	s.stack = append(s.stack, s.stringNode())
	if s.space(); !s.next(':') {
		s.fail(`put ":" between a key and its value`, `%s where ":" should be`, s.found())
	}
	s.space()
}

func (s *jsonParser) stringNode() *yaml.Node {
	n := s.node(yaml.ScalarNode, "!!str")
	n.Style = yaml.DoubleQuotedStyle
	end := stringEnd(s.text, s.i)
	if end < 0 {
		s.fail(`close it with a double quote on the same line`, "a string has no closing quote")
	}
	raw := s.text[s.i+1 : end-1]
	if len(raw) > maxString {
		s.fail("leave it out; weir reads strings of up to "+strconv.Itoa(maxString>>20)+" MB", "a string of %d MB", len(raw)>>20)
	}
	if len(raw) < 40 && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		n.Value = s.names.of(raw)
	} else {
		n.Value = s.unescape(raw)
	}
	s.i = end
	return n
}

// stringEnd returns the byte after the quote that ends the string at from, or -1.
func stringEnd(text []byte, from int) int {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		case '\n':
			return -1
		}
	}
	return -1
}

var jsonEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (s *jsonParser) unescape(raw []byte) string {
	var b strings.Builder
	b.Grow(len(raw))
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			b.Write(raw)
			return strings.ToValidUTF8(b.String(), "\uFFFD")
		}
		b.Write(raw[:i])
		c := raw[i+1]
		raw = raw[i+2:]
		if c == 'u' {
			var r rune
			r, raw = s.codePoint(raw)
			b.WriteRune(r)
			continue
		}
		plain, ok := jsonEscapes[c]
		if !ok {
			s.fail(`write a backslash as "\\"`, `"\%c" is not an escape`, c)
		}
		b.WriteByte(plain)
	}
}

// codePoint reads what follows "\u", and the other half of a surrogate pair.
func (s *jsonParser) codePoint(raw []byte) (rune, []byte) {
	high := s.hex(raw)
	raw = raw[4:]
	if utf16.IsSurrogate(high) && len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
		if r := utf16.DecodeRune(high, s.hex(raw[2:])); r != utf8.RuneError {
			return r, raw[6:]
		}
	}
	return high, raw
}

func (s *jsonParser) hex(raw []byte) rune {
	v, err := strconv.ParseUint(string(raw[:min(4, len(raw))]), 16, 16)
	if err != nil || len(raw) < 4 {
		s.fail(`write four hexadecimal digits after "\u"`, `"\u%s" is not an escape`, raw[:min(4, len(raw))])
	}
	return rune(v)
}

// word reads a number, true, false or null.
func (s *jsonParser) word() *yaml.Node {
	end := s.i
	for end < len(s.text) && (isWordByte(s.text[end]) || s.text[end] == '+') && s.text[end] != '/' {
		end++
	}
	n := s.node(yaml.ScalarNode, "")
	word := s.text[s.i:end]
	switch string(word) {
	case "true", "false":
		n.Tag = "!!bool"
	case "null":
		n.Tag = "!!null"
	default:
		if _, err := strconv.ParseFloat(string(word), 64); err != nil && !isRange(err) {
			s.fail("write strings in double quotes", "%s where a value should be", s.found())
		}
		n.Tag = "!!float"
		if _, err := strconv.Atoi(string(word)); err == nil {
			n.Tag = "!!int"
		}
	}
	n.Value = s.names.of(word)
	s.i = end
	return n
}

// isRange reports whether a number is merely too large for a float.
func isRange(err error) bool { return strings.HasSuffix(err.Error(), strconv.ErrRange.Error()) }
