package trace

import (
	"bytes"

	"github.com/weirgraph/weir/graph"
)

// An Outcome is what became of a chunk.
type Outcome struct {
	Values   int // JSON values, or messages, that begin in it
	Spans    int
	Line     int // of the first of them
	Problems []graph.Problem
	Remarks  Remarks
}

// Read turns a chunk into records. What is wrong with one value hides no other.
func (w *Worker) Read(chunk *Chunk) Outcome {
	w.Origin = graph.Source{Reader: chunk.Reader.Name, File: chunk.File}.Whole()
	w.c = cursor{text: chunk.text, unescape: w.c.unescape[:0], scratch: w.c.scratch}
	o := Outcome{Line: chunk.line + 1}
	switch {
	case chunk.Reader.binary != nil:
		if o.Values = 1; !chunk.first {
			o.Values = 0
		}
		if err := chunk.Reader.binary(w); err != nil && !chunk.cut {
			o.Problems = append(o.Problems, chunk.problem(err))
		}
	case chunk.units:
		if chunk.first {
			o.Values = 1
		}
		w.readUnits(chunk, &o)
	default:
		w.readValues(chunk, &o)
	}
	if c := &w.c; c.odd > 0 {
		o.Remarks.Odd = Remark{c.odd, chunk.problem(&syntaxError{c.oddAt, ""}).Origin}
	}
	o.Spans += w.Keep()
	return o
}

// readValues reads a run of whole values. After a mistake it goes on with the next
// line that begins one. A log may say other things between its values.
func (w *Worker) readValues(chunk *Chunk, o *Outcome) {
	c := &w.c
	isLog, other, first := false, 0, 0
	for !c.end() {
		start := c.at
		if c.prefix() {
			isLog = isLog || c.at > start
			chunk.Reader.value(w)
			o.Values++
		} else {
			c.at = nextValue(chunk.text, start)
			if other == 0 {
				first = start
			}
			other += max(1, bytes.Count(chunk.text[start:c.at], newline))
		}
		if c.err != nil {
			w.recoverAt(chunk, o, nextValue(chunk.text, start))
		}
	}
	o.Remarks.Log = isLog
	if other > 0 {
		o.Remarks.Other = Remark{other, chunk.problem(&syntaxError{first, ""}).Origin}
	}
}

// readUnits reads the items of a list. After a mistake it goes on with the next
// item.
func (w *Worker) readUnits(chunk *Chunk, o *Outcome) {
	c := &w.c
	for !c.end() {
		if c.text[c.at] == ',' {
			c.at++
			continue
		}
		start := c.at
		chunk.Reader.unit(w)
		if c.err != nil {
			var n nest
			w.recoverAt(chunk, o, max(start+1, n.skip(chunk.text, start)))
		}
	}
}

// recoverAt reports the syntax error that stopped the cursor and continues at next.
func (w *Worker) recoverAt(chunk *Chunk, o *Outcome, next int) {
	c := &w.c
	if at := c.err.at; !chunk.cut || at < len(c.text) {
		o.Problems = append(o.Problems, chunk.problem(c.err))
	}
	c.err, c.at = nil, next
	w.d.Reset()
}

// problem returns the problem for a syntax error in the text of the chunk.
func (c *Chunk) problem(err *syntaxError) graph.Problem {
	before := c.text[:err.at]
	o := graph.Source{Reader: c.Reader.Name, File: c.File}.At(int32(c.line+1), 0)
	if c.Reader.binary == nil {
		o.Line += int32(bytes.Count(before, newline))
		o.Column = int32(err.at - bytes.LastIndexByte(before, '\n'))
	}
	return graph.Problem{Origin: o, Message: "cannot read spans: " + err.what, Hint: recordHint, Level: graph.Failed}
}

// nextValue returns the place of the next line after at that begins with a value,
// or with what a log writes before one, or the end.
func nextValue(text []byte, at int) int {
	for {
		at = nextLine(text, at)
		if at == len(text) {
			return at
		}
		switch b := text[at]; {
		case b == '{', b == '[':
			return at
		case bytes.IndexByte([]byte(" \t\r\n}],\""), b) >= 0: // within a value of many lines
		default:
			if c := (&cursor{text: text, at: at}); c.prefix() {
				return at
			}
		}
	}
}

func nextLine(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}
