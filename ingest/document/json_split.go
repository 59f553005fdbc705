package document

import "bytes"

// A jsonCursor steps through JSON by its brackets and strings alone, which is
// enough to find values and the keys of the outermost ones.
type jsonCursor struct {
	text []byte
	i    int
}

// space passes over white space and comments.
func (c *jsonCursor) space() {
	for c.i < len(c.text) {
		switch c.text[c.i] {
		case ' ', '\t', '\r', '\n':
			c.i++
		case '/':
			n := commentLen(c.text[c.i:])
			if n == 0 {
				return
			}
			c.i += n
		default:
			return
		}
	}
}

// commentLen is the length of the comment that text starts with, 0 if there is
// none or it has no end.
func commentLen(text []byte) int {
	switch {
	case bytes.HasPrefix(text, []byte("//")):
		return lineEnd(text, 0)
	case bytes.HasPrefix(text, []byte("/*")):
		return bytes.Index(text[2:], []byte("*/")) + 4
	}
	return 0
}

// peek is the next byte, 0 at the end.
func (c *jsonCursor) peek() byte {
	if c.i < len(c.text) {
		return c.text[c.i]
	}
	return 0
}

func (c *jsonCursor) next(b byte) bool {
	if c.peek() != b || b == 0 {
		return false
	}
	c.i++
	return true
}

// skip passes over the value that starts here. It reports false if that has no
// end.
func (c *jsonCursor) skip() bool {
	for depth := 0; c.i < len(c.text); c.space() {
		switch c.text[c.i] {
		case '{', '[':
			depth++
			c.i++
		case '}', ']':
			depth--
			c.i++
		case '"':
			end := stringEnd(c.text, c.i)
			if end < 0 {
				return false
			}
			c.i = end
		default:
			if depth == 0 {
				c.word()
			} else {
				c.i++
			}
		}
		if depth <= 0 {
			return depth == 0
		}
	}
	return false
}

func (c *jsonCursor) word() {
	for c.i < len(c.text) && isWordByte(c.text[c.i]) {
		c.i++
	}
}

// plain passes over a string and returns its text, if that is printable ASCII and
// has no escape.
func (c *jsonCursor) plain() (text []byte, ok bool) {
	if c.peek() != '"' {
		return nil, false
	}
	for j := c.i + 1; j < len(c.text) && c.text[j] >= ' ' && c.text[j] < 0x7f && c.text[j] != '\\'; j++ {
		if c.text[j] == '"' {
			text, c.i = c.text[c.i+1:j], j+1
			return text, true
		}
	}
	return nil, false
}

// jsonValues cuts text that consists of JSON objects and arrays into these. It
// reports false for everything else.
func jsonValues(p Part) (values []Part, ok bool) {
	c, cut := jsonCursor{text: p.Text}, newCutter(p, formJSON)
	for c.space(); c.i < len(c.text); c.space() {
		start := c.i
		if b := c.peek(); b != '{' && b != '[' || !c.skip() {
			return nil, false
		}
		values = append(values, cut.part(start, c.i))
	}
	return values, true
}

// jsonHead finds the head of an object without parsing it. It reports false when
// it cannot be sure.
func jsonHead(text []byte, names *Names, h *Head) bool {
	_, ok := jsonOutline(text, names, h)
	return ok
}

// Outline returns the head of a JSON object that does not parse, as far as its text can be
// followed. Its Keys are nil if the document is no object.
func (d *Document) Outline() Head {
	h := Head{Base: d.Head.Base}
	jsonHead(d.part.Text, &Names{}, &h)
	return h
}

// jsonOutline fills h and returns where the value of the key items starts, 0 if
// there is none.
func jsonOutline(text []byte, names *Names, h *Head) (items int, ok bool) {
	h.APIVersion, h.Kind, h.Keys, h.Lists = "", "", h.Keys[:0], h.Lists[:0]
	c := jsonCursor{text: text}
	if !c.next('{') {
		return 0, false
	}
	for more := true; more; more = c.next(',') {
		if c.space(); c.peek() == '}' {
			break
		}
		key, ok := c.plain()
		c.space()
		name := names.of(key)
		if !ok || !c.next(':') || h.Has(name) || len(h.Keys) == maxKeys {
			return 0, false
		}
		h.Keys = append(h.Keys, name)
		if c.space(); c.peek() == '[' {
			h.Lists = append(h.Lists, name)
		}
		if name == "items" {
			items = c.i
		}
		if !c.outlineValue(headField(h, key), names) {
			return 0, false
		}
		c.space()
	}
	return items, c.next('}') && c.i == len(text)
}

// outlineValue passes over a value and keeps it if there is a field for it.
func (c *jsonCursor) outlineValue(field *string, names *Names) bool {
	if field == nil {
		start := c.i
		return c.skip() && c.i > start
	}
	text, ok := c.plain()
	*field = names.of(text)
	return ok
}

// splitJSONList yields the items of a List, or v itself if it is none.
func splitJSONList(v Part, yield func(Part)) {
	if !bytes.Contains(v.Text, []byte(`List"`)) {
		yield(v)
		return
	}
	var h Head
	start, ok := jsonOutline(v.Text, &Names{}, &h)
	if !ok || start == 0 || !isList(h.Kind) {
		yield(v)
		return
	}
	items, ok := jsonItems(v, start, &listKind{h.APIVersion, h.Kind})
	if !ok {
		yield(v)
		return
	}
	for _, item := range items {
		yield(item)
	}
}

// jsonItems cuts the array of a List at start into its objects. It reports false if it has
// anything else.
func jsonItems(v Part, start int, list *listKind) (items []Part, ok bool) {
	c, cut := jsonCursor{text: v.Text, i: start}, newCutter(v, formJSON)
	cut.list = list
	if !c.next('[') {
		return nil, false
	}
	for more := true; more; more = c.next(',') {
		if c.space(); c.peek() == ']' {
			break
		}
		from := c.i
		if c.peek() != '{' || !c.skip() {
			return nil, false
		}
		items = append(items, cut.part(from, c.i))
		c.space()
	}
	return items, c.next(']')
}
