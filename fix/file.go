package fix

import (
	"bytes"
	"errors"
	"slices"
)

// A span is the bytes of a text from start to end.
type span struct{ start, end int }

// A file is a document of an input under edit, or a new file.
type file struct {
	name   string // of the input
	line0  int    // how many lines of the input are before it
	before []byte // nil of a new file
	text   []byte
	made   [][]splice // the edits so far, each of the text after the one before it
	spans  []span     // of text, that edits wrote
}

var errConflict = errors.New("another fix has changed it already")

// now is the byte of text that a byte of before has become, and false if it is gone.
func (f *file) now(at int) (int, bool) {
	for _, list := range f.made {
		moved := at
		for _, s := range list {
			switch {
			case at >= s.end && (at > s.start || s.end == s.start || at > s.end):
				moved += len(s.with) - (s.end - s.start)
			case at > s.start:
				return 0, false
			}
		}
		at = moved
	}
	return at, true
}

// place is the byte of text that was a line and column of the input, both from 1, and false if it is
// gone or there is none.
func (f *file) place(line, column int) (int, bool) {
	line -= f.line0
	starts := lineStarts(f.before)
	if line < 1 || line > len(starts) {
		return 0, false
	}
	at, ok := columnOffset(f.before, starts[line-1], max(column, 1))
	if !ok {
		return 0, false
	}
	return f.now(at)
}

// line is the line of a byte of text, from 1.
func (f *file) line(at int) int { return 1 + bytes.Count(f.text[:at], []byte{'\n'}) }

// apply makes an edit, unless it would replace what another one wrote.
func (f *file) apply(list []splice) error {
	list = slices.DeleteFunc(slices.Clone(list), func(s splice) bool { return string(f.text[s.start:s.end]) == s.with })
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b splice) int { return a.start - b.start })
	for _, s := range list {
		if slices.ContainsFunc(f.spans, func(w span) bool { return s.start < s.end && s.start < w.end && w.start < s.end }) {
			return errConflict
		}
	}
	moved := func(at int) int {
		by := 0
		for _, s := range list {
			if at >= s.end && at > s.start || at > s.start {
				by += len(s.with) - (s.end - s.start)
			}
		}
		return at + by
	}
	spans := make([]span, 0, len(f.spans)+len(list))
	for _, w := range f.spans {
		spans = append(spans, span{moved(w.start), moved(w.end)})
	}
	by := 0
	for _, s := range list {
		spans = append(spans, span{s.start + by, s.start + by + len(s.with)})
		by += len(s.with) - (s.end - s.start)
	}
	f.text, f.spans = splices(f.text, list), spans
	f.made = append(slices.Clip(f.made), list)
	return nil
}

// clone returns a copy that can be edited by itself.
func (f *file) clone() *file {
	c := *f
	c.spans = slices.Clone(f.spans)
	return &c
}
