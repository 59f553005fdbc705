package trace

import (
	"bytes"
	"slices"
)

// HeadSize is how much of a file Sniff likes to see.
const HeadSize = 64 << 10

// A head is what is known of a JSON file by its beginning, which may end
// anywhere: the paths of the members of the first value, such as "data[].spans".
// Of a list only the first item is looked at.
type head struct{ paths []string }

// wrappers are the members that are looked into.
var wrappers = []string{
	"resourceSpans", "resource_spans", "batches", "trace", "result", "data", "traces", "Traces", "spans", "Segments", "annotations",
}

const deepest = 6 // of the paths of a head

func newHead(text []byte) *head {
	h := &head{}
	c := &cursor{text: bytes.TrimPrefix(text, []byte("\uFEFF"))}
	if c.prefix() {
		h.walk(c, "", 0)
	}
	return h
}

// prefix goes to the start of the value in a line. Lines of a container's log
// carry a time and more before it.
func (c *cursor) prefix() bool {
	if c.opens() {
		return true
	}
	line := c.text[c.at:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	start := bytes.Index(line, []byte(`{"`))
	if start < 0 {
		return false
	}
	c.at += start
	return true
}

// opens reports whether a value begins here that spans may be in: an object, or a
// list of something. The "[pod/shop-0/main]" before a line of a log is no list.
func (c *cursor) opens() bool {
	b := c.space()
	if b != '[' {
		return b == '{'
	}
	next := cursor{text: c.text, at: c.at + 1}
	switch next.space() {
	case 0, '{', '[', ']':
		return true
	}
	return bytes.HasPrefix(next.text[next.at:], []byte("null"))
}

func (h *head) walk(c *cursor, path string, depth int) {
	first := true
	switch b := c.space(); {
	case depth > deepest:
		c.skip()
	case b == '[':
		path += "[]"
		h.paths = append(h.paths, path)
		c.array()
		for begin := true; c.item(&first); begin = false {
			if begin {
				h.walk(c, path, depth+1)
			} else {
				c.skip()
			}
		}
	case b == '{':
		if path != "" {
			path += "."
		}
		for c.object(); c.field(&first); {
			name := string(c.key)
			h.paths = append(h.paths, path+name)
			if slices.Contains(wrappers, name) {
				h.walk(c, path+name, depth+1)
			} else {
				c.skip()
			}
		}
	default:
		c.skip()
	}
}

// has reports whether all the paths are there.
func (h *head) has(paths ...string) bool {
	for _, p := range paths {
		if !slices.Contains(h.paths, p) {
			return false
		}
	}
	return true
}

// hasOne reports whether one of the paths is there.
func (h *head) hasOne(paths ...string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return h.has(p) })
}

// Sniff returns the reader of a file that begins with text, which should be
// HeadSize bytes or the whole file, or nil if it holds no spans.
func Sniff(text []byte) *Reader {
	if r := sniffBinary(text); r != nil {
		return r
	}
	h := newHead(text)
	if len(h.paths) == 0 {
		return nil
	}
	for _, r := range forms {
		if r.match != nil && r.match(h) {
			return r
		}
	}
	return nil
}

func sniffBinary(text []byte) *Reader {
	if framingOf(text) == noMessages {
		return nil
	}
	return otlpProto
}
