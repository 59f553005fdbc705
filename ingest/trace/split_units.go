package trace

import "bytes"

// splitUnits cuts the value that the buffer begins with between the items of its
// list, until the value ends. It reports false, and has done nothing, if the
// value has no list that could be cut, as far as the buffer shows.
func (s *splitter) splitUnits() bool {
	at, depth := 0, 0
	if s.reader.unit != nil {
		at, depth = enterUnits(s.buf)
	}
	if at == 0 {
		return false
	}
	s.drop(at)
	first := true
	for {
		n, closed := s.units()
		if n > 0 {
			s.hand(n, true, first)
			first = false
		}
		if closed || s.err != nil && n == 0 {
			break
		}
	}
	if s.large {
		return true
	}
	if first {
		s.yield(&Chunk{Reader: s.reader, File: s.file, line: s.line, units: true, first: true})
	}
	s.leave(depth)
	return true
}

// drop forgets the first n bytes of the buffer.
func (s *splitter) drop(n int) {
	s.line += bytes.Count(s.buf[:n], newline)
	s.buf = append(s.buf[:0], s.buf[n:]...)
}

// units returns the length of the items that the buffer begins with, at least
// one if there is any, and whether the list ends after them. At the end of the
// stream the last one may be incomplete.
func (s *splitter) units() (whole int, closed bool) {
	var n nest
	at := 0
	for {
		for ; at < len(s.buf); at++ {
			if n.depth == 0 && !n.inString {
				switch s.buf[at] {
				case ' ', '\t', '\r', '\n', ',':
					continue
				case ']', '}':
					return whole, true
				}
			}
			if at = n.skip(s.buf, at); n.depth > 0 || n.inString {
				break
			}
			if n.depth < 0 { // an item without brackets, and the end of the list
				return at - 1, true
			}
			whole = at
			at--
		}
		switch {
		case whole > 0 && len(s.buf) >= chunkSize:
			return whole, false
		case s.err != nil:
			return len(s.buf), true
		case len(s.buf) >= maxValue:
			s.large = true
			return 0, true
		}
		s.fill(max(chunkSize, 2*len(s.buf)))
	}
}

// leave goes past what follows the list in its value, whose brackets are depth
// deep there.
func (s *splitter) leave(depth int) {
	n := nest{depth: depth}
	for {
		at := n.skip(s.buf, 0)
		s.drop(at)
		if n.depth <= 0 || s.err != nil {
			return
		}
		s.fill(chunkSize)
	}
}

// enterUnits returns the place after the bracket of the list with the units of a value,
// and how many brackets are open there, or 0. The list is the value itself, or in one of
// its wrappers. Text may end anywhere.
func enterUnits(text []byte) (at, depth int) {
	c := &cursor{text: text}
	for {
		depth++
		switch {
		case !c.opens():
			return 0, 0
		case text[c.at] == '[':
			return c.at + 1, depth
		}
		if c.object(); !c.wrapper() {
			return 0, 0
		}
	}
}

// wrapper goes on to the first member of the object that was entered that may contain
// units. Members of a trace show that the object is itself a unit.
func (c *cursor) wrapper() bool {
	for first := true; c.field(&first); {
		switch string(c.key) {
		case "resourceSpans", "resource_spans", "batches", "trace", "result", "data", "Traces":
			if b := c.space(); b == '[' || b == '{' {
				return true
			}
		case "traceID", "spans", "processes":
			return false
		}
		c.skip()
	}
	return false
}
