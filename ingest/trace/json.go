package trace

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A cursor walks JSON text once, from left to right, and never goes back. It
// copies nothing: strings are parts of the text, unless they hold escapes.
//
// The first mistake stops it: from then on every question is answered with no,
// so that loops end, and err says what was wrong. What a reader skips is checked
// for its brackets and strings only.
//
// Why not a library: each reader needs to know where in the text a mistake is, to go on
// behind it, and to keep strings as parts of the text, so that a span costs no
// allocation; libraries that decode into structs make some twenty of them, and the
// memory of the spans goes with it. It is not for speed alone: in processor time
// (tools/bench) reading with the cursor and linking takes a fifth less than decoding
// alone takes with goccy/go-json for OpenTelemetry and Zipkin, and a tenth more for
// Jaeger, where the text is also looked through for the borders of traces. The tokens
// of jsontext, from which nothing is made, take two thirds more, a fifth more, and for
// Zipkin a fifth less; encoding/json takes four to eight times as long.
//
// FuzzCursor holds it against encoding/json: what that takes is taken and understood
// alike.
type cursor struct {
	text  []byte
	at    int
	err   *syntaxError
	depth int // of what readers call themselves for

	odd   int // values that are skipped because the format has another type there
	oddAt int // the first of them

	key      []byte // of the member that field found
	unescape []byte // what the strings with escapes of one span became
	scratch  []byte // the last key with escapes
}

// A syntaxError is a mistake in the text, at an offset from its start.
type syntaxError struct {
	at   int
	what string
}

func (e *syntaxError) Error() string { return e.what }

func (c *cursor) fail(what string) {
	if c.err == nil {
		if c.at >= len(c.text) {
			what = "ends in the middle of a value"
		}
		c.err = &syntaxError{min(c.at, len(c.text)), what}
	}
}

// space goes on to the next byte that is not white space, and returns it, or 0 at
// the end of the text.
func (c *cursor) space() byte {
	for ; c.at < len(c.text); c.at++ {
		if b := c.text[c.at]; b > ' ' || b != ' ' && b != '\n' && b != '\t' && b != '\r' {
			return b
		}
	}
	return 0
}

// object enters an object. Anything else is skipped, and counted as odd unless it is null.
func (c *cursor) object() bool { return c.enter('{') }

// array enters an array. Anything else is skipped, and counted as odd unless it is null.
func (c *cursor) array() bool { return c.enter('[') }

func (c *cursor) enter(open byte) bool {
	if c.err != nil {
		return false
	}
	if b := c.space(); b != open {
		if b != 'n' {
			c.countOdd()
		}
		c.skip()
		return false
	}
	c.at++
	return true
}

// countOdd counts the value at the cursor as one of a type that the format does not have there.
func (c *cursor) countOdd() {
	if c.odd++; c.odd == 1 {
		c.oddAt = c.at
	}
}

// maxDepth bounds how deep envelopes and lists of spans may be nested.
const maxDepth = 1000

// deeper reports whether a reader may call itself for a nested value, after which it
// calls higher.
func (c *cursor) deeper() bool {
	if c.depth == maxDepth {
		c.fail(fmt.Sprintf("is nested more than %d deep", maxDepth))
		return false
	}
	c.depth++
	return true
}

func (c *cursor) higher() { c.depth-- }

// item goes on to the next item of the array that was entered. The first item is
// asked for with a first of true, which is then set to false.
func (c *cursor) item(first *bool) bool { return c.more(first, ']') }

// field goes on to the value of the next member of the object that was entered,
// and sets key to its name, which is good until the next call.
func (c *cursor) field(first *bool) bool {
	if !c.more(first, '}') {
		return false
	}
	if c.space() != '"' {
		c.fail("a name in quotes is missing")
		return false
	}
	raw, escaped := c.raw()
	if c.key = raw; escaped {
		c.scratch = appendUnescaped(c.scratch[:0], raw)
		c.key = c.scratch
	}
	if c.err == nil && c.space() != ':' {
		c.fail("a colon is missing")
	}
	c.at++
	return c.err == nil
}

// keepKey returns the name that field found, good until unescape is emptied.
func (c *cursor) keepKey() []byte {
	from := len(c.unescape)
	c.unescape = append(c.unescape, c.key...)
	return c.unescape[from:len(c.unescape):len(c.unescape)]
}

func (c *cursor) more(first *bool, end byte) bool {
	if c.err != nil {
		return false
	}
	b := c.space()
	switch {
	case b == end:
		c.at++
		return false
	case *first:
		*first = false
		return true
	case b != ',':
		c.fail("a comma is missing")
		return false
	}
	c.at++
	return true
}

// raw returns the text between the quotes of a string, and whether it holds
// escapes. The cursor is on the opening quote.
func (c *cursor) raw() (s []byte, escaped bool) {
	c.at++
	start := c.at
	for {
		c.at = stringStop(c.text, c.at)
		switch {
		case c.at >= len(c.text):
			c.at = len(c.text)
			c.fail("")
			return nil, false
		case c.text[c.at] == '"':
			s = c.text[start:c.at]
			c.at++
			return s, escaped
		}
		escaped = true
		c.at += 2
	}
}

// stringStop returns the place of the next quote or backslash, or the end of the
// text. Most strings are shorter than what it takes to call for a search of one of
// them, so it looks at eight bytes at a time for both.
func stringStop(text []byte, at int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for at+8 <= len(text) {
		x := binary.LittleEndian.Uint64(text[at:])
		q, b := x^(ones*'"'), x^(ones*'\\')
		if found := ((q-ones)&^q | (b-ones)&^b) & high; found != 0 {
			return at + bits.TrailingZeros64(found)/8
		}
		at += 8
	}
	for at < len(text) && text[at] != '"' && text[at] != '\\' {
		at++
	}
	return at
}

// backslashes counts those at the end of s.
func backslashes(s []byte) int {
	n := 0
	for n < len(s) && s[len(s)-1-n] == '\\' {
		n++
	}
	return n
}

// string returns the string that follows. Of a number, true or false it returns
// the text. Anything else is skipped and gives nil; an object or an array is counted as odd. What it
// returns is good until unescape is emptied.
func (c *cursor) string() []byte {
	if c.err != nil {
		return nil
	}
	if b := c.space(); b == '{' || b == '[' {
		c.countOdd()
	}
	return c.value()
}

// value is string where the format has objects and arrays too, which no reader wants.
func (c *cursor) value() []byte {
	if c.err != nil {
		return nil
	}
	switch b := c.space(); {
	case b == '"':
		s, escaped := c.raw()
		if escaped {
			from := len(c.unescape)
			c.unescape = appendUnescaped(c.unescape, s)
			return c.unescape[from:len(c.unescape):len(c.unescape)]
		}
		return s
	case b == '{' || b == '[' || b == 'n':
		c.skip()
		return nil
	}
	return c.word()
}

// word returns the text of a number, true, false or null.
func (c *cursor) word() []byte {
	start := c.at
	for c.at < len(c.text) && isWord(c.text[c.at]) {
		c.at++
	}
	if c.at == start {
		c.fail(fmt.Sprintf("found %q where a value is expected", c.found()))
	}
	return c.text[start:c.at]
}

func (c *cursor) found() []byte {
	_, n := utf8.DecodeRune(c.text[min(c.at, len(c.text)):])
	return c.text[c.at : c.at+n]
}

func isWord(b byte) bool {
	return b-'0' < 10 || b|0x20-'a' < 26 || b == '-' || b == '+' || b == '.'
}

// number returns the whole number that follows, as a number or a string; 0 if it
// is none, which is counted as odd. Fractions are cut off.
func (c *cursor) number() int64 {
	at := c.at
	text := c.string()
	n, ok := spans.ParseInt(text)
	if !ok && len(text) > 0 {
		if c.odd++; c.odd == 1 {
			c.oddAt = at
		}
	}
	return n
}

// skip goes past the value that follows.
func (c *cursor) skip() {
	if c.err != nil {
		return
	}
	switch c.space() {
	case '"':
		c.raw()
	case '{', '[':
		var n nest
		c.at = n.skip(c.text, c.at)
		if n.depth > 0 {
			c.fail("")
		}
	default:
		c.word()
	}
}

// end reports whether nothing but white space follows.
func (c *cursor) end() bool { return c.space() == 0 && c.at >= len(c.text) }

// A nest skips over arrays and objects, in pieces where need be.
type nest struct {
	depth    int
	inString bool
}

// skip goes on from text[at:] until the value is closed that was the outermost
// when depth was 0, and returns where that is, or the end of the text.
func (n *nest) skip(text []byte, at int) int {
	for {
		if n.inString {
			end := stringEnd(text, at)
			if end < 0 {
				return len(text) - backslashes(text[at:]) // whoever goes on must see them
			}
			at, n.inString = end, false
		}
		for {
			if at >= len(text) {
				return at
			}
			b := text[at]
			at++
			switch bracket[b] {
			case 0:
				continue
			case open:
				n.depth++
				continue
			case shut:
				n.depth--
				if n.depth <= 0 {
					return at
				}
				continue
			}
			n.inString = true
			break
		}
	}
}

const (
	open = 1 + iota
	shut
	quote
)

// bracket classifies the bytes that matter for nesting.
var bracket = [256]uint8{'{': open, '[': open, '}': shut, ']': shut, '"': quote}

// stringEnd returns the place after the quote that ends the string that text[at:]
// is in, or -1.
func stringEnd(text []byte, at int) int {
	for {
		at = stringStop(text, at)
		switch {
		case at >= len(text):
			return -1
		case text[at] == '"':
			return at + 1
		}
		at += 2
	}
}

// appendUnescaped appends a raw string without its escapes. Invalid escapes stay as they
// are.
func appendUnescaped(to, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 || i+1 >= len(raw) {
			return append(to, raw...)
		}
		to = append(to, raw[:i]...)
		b := raw[i+1]
		if b != 'u' {
			if j := bytes.IndexByte([]byte(`"\/bfnrt`), b); j >= 0 {
				b = "\"\\/\b\f\n\r\t"[j]
			} else {
				to = append(to, '\\')
			}
			to, raw = append(to, b), raw[i+2:]
			continue
		}
		r, n := unicodeEscape(raw[i:])
		to, raw = utf8.AppendRune(to, r), raw[i+n:]
	}
}

// unicodeEscape returns the rune that s starts with, \u0041 or a pair of
// surrogates, and the length of its escape.
func unicodeEscape(s []byte) (r rune, n int) {
	r, ok := hex4(s)
	if !ok {
		return utf8.RuneError, 2
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if low, ok := hex4(s[6:]); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, b := range s[2:6] {
		d := spans.HexDigit[b]
		if d > 15 {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}
