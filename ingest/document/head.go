package document

import "bytes"

// Names keeps one copy of the keys and kinds that every document repeats. It is
// not safe for concurrent use. The zero Names is ready.
type Names struct {
	known map[string]string
}

// maxNames bounds what Names keeps of inputs that never repeat themselves.
const maxNames = 10_000

// maxKeys bounds the keys of a head that is found without parsing. No document that
// a reader has a use for comes near it.
const maxKeys = 100

func (n *Names) of(text []byte) string {
	if s, ok := n.known[string(text)]; ok { // no allocation
		return s
	}
	s := string(text)
	if len(n.known) < maxNames {
		if n.known == nil {
			n.known = map[string]string{}
		}
		n.known[s] = s
	}
	return s
}

// blockHead finds the head of a block mapping in the lines that start in the
// column of its first key, without parsing. It reports false when it cannot be
// sure of the API version or the kind, or that the document is a mapping.
//
// A string or flow collection over several lines may have lines in that column that only
// look like keys. Keys may hold those in addition to the true ones; the API version and
// the kind are sure because nothing that could run on is before them.
func blockHead(text []byte, column int, names *Names, h *Head) bool {
	h.APIVersion, h.Kind, h.Keys, h.Lists, h.settled = "", "", h.Keys[:0], h.Lists[:0], false
	whole := text
	opening := column > 0 // the line of the item's dash
	settled := true       // every value so far ends on its line
	first := true
	for len(text) > 0 {
		end := lineEnd(text, 0)
		line := text[:end]
		text = text[end:]
		indent := indentation(line)
		if opening {
			indent, opening = min(column, len(line)), false
		}
		line = bytes.TrimRight(line[indent:], " \t\r\n")
		switch {
		case len(line) == 0 || line[0] == '#' || indent > column && !first:
			continue
		case indent > column:
			return false
		case indent == 0 && (line[0] == '%' || marks(line, "---")) && first:
			if line[0] != '%' && len(line) > 3 {
				return false
			}
			continue
		case indent < column:
			return false
		case line[0] == '-' && (len(line) == 1 || line[1] == ' ') && !first:
			settled = false
			continue
		}
		first = false
		key, value, ok := blockKey(line)
		if !ok {
			return false
		}
		field := headField(h, key)
		if field != nil {
			word, ok := plainWord(value)
			if !ok || !settled || *field != "" || continues(text, column) {
				return false
			}
			*field = names.of(word)
		} else if _, ok := plainWord(value); !ok || continues(text, column) {
			settled = false
		}
		name := names.of(key)
		if h.Has(name) || len(h.Keys) == maxKeys {
			return false
		}
		h.Keys = append(h.Keys, name)
		switch kind := valueKind(value, text); kind {
		case '[', '-':
			h.Lists = append(h.Lists, name)
		case '&', '!', '*':
			return false
		}
	}
	h.settled = settled
	return !first && !hasOddBreaks(whole)
}

// valueKind returns the first byte of a value that starts on the line of its key
// or, if there is nothing, on the lines that follow.
func valueKind(value, text []byte) byte {
	for {
		value = bytes.TrimLeft(value, " \t\r\n")
		if len(value) > 0 && value[0] != '#' {
			if value[0] == '-' && !isDash(value) {
				return 0
			}
			return value[0]
		}
		if len(text) == 0 {
			return 0
		}
		end := lineEnd(text, 0)
		value, text = text[:end], text[end:]
	}
}

// hasOddBreaks reports whether text has a line break that YAML knows and editors
// do not: a carriage return by itself or one of Unicode.
func hasOddBreaks(text []byte) bool {
	for rest := text; ; {
		i := bytes.IndexByte(rest, '\r')
		if i < 0 {
			break
		}
		if rest = rest[i+1:]; len(rest) == 0 || rest[0] != '\n' {
			return true
		}
	}
	return bytes.Contains(text, []byte("\u0085")) || bytes.Contains(text, []byte("\u2028")) || bytes.Contains(text, []byte("\u2029"))
}

// indentation counts the spaces that a line starts with.
func indentation(line []byte) int {
	n := 0
	for n < len(line) && line[n] == ' ' {
		n++
	}
	return n
}

// headField returns the field of h that key fills, or nil.
func headField(h *Head, key []byte) *string {
	switch string(key) {
	case "apiVersion":
		return &h.APIVersion
	case "kind":
		return &h.Kind
	}
	return nil
}

// blockKey splits a line into a plain key and the text of its value.
func blockKey(line []byte) (key, value []byte, ok bool) {
	i := 0
	for i < len(line) && isWordByte(line[i]) {
		i++
	}
	if i == 0 || line[0] == '-' || i == len(line) || line[i] != ':' {
		return nil, nil, false
	}
	key, value = line[:i], line[i+1:]
	if len(value) > 0 && value[0] != ' ' && value[0] != '\t' {
		return nil, nil, false
	}
	return key, bytes.TrimLeft(value, " \t"), true
}

// plainWord returns a value that is one plain or quoted word, whose text is the
// same whatever its type.
func plainWord(value []byte) ([]byte, bool) {
	if i := bytes.Index(value, []byte(" #")); i >= 0 {
		value = bytes.TrimRight(value[:i], " \t")
	}
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	} else if n > 0 && value[0] == '-' || bytes.EqualFold(value, []byte("null")) {
		return nil, false
	}
	for _, c := range value {
		if !isWordByte(c) {
			return nil, false
		}
	}
	return value, len(value) > 0
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '_' || c == '-' || c == '.' || c == '/'
}

// continues reports whether the next line with content is deeper than column,
// and so part of the value before it.
func continues(text []byte, column int) bool {
	for len(text) > 0 {
		end := lineEnd(text, 0)
		indent := 0
		for indent < end && (text[indent] == ' ' || text[indent] == '\t') {
			indent++
		}
		if rest := bytes.TrimSpace(text[indent:end]); len(rest) > 0 && rest[0] != '#' {
			return indent > column
		}
		text = text[end:]
	}
	return false
}

// headOf is the head of a parsed document.
func headOf(root Node, h *Head) {
	h.APIVersion, h.Kind, h.Keys, h.Lists = "", "", nil, nil
	if !root.IsMap() {
		return
	}
	h.APIVersion, h.Kind = root.Get("apiVersion").Str(), root.Get("kind").Str()
	h.Keys = make([]string, 0, 8)
	for k, v := range root.Pairs() {
		key := Clean(k.y.Value)
		h.Keys = append(h.Keys, key)
		if v.IsList() {
			h.Lists = append(h.Lists, key)
		}
	}
}
