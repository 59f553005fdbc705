package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/weirgraph/weir/graph"
)

// A Chunk is a piece of a file that can be read on its own: whole values, or whole
// items of the list in a large one.
type Chunk struct {
	Reader *Reader
	File   string
	text   []byte
	line   int  // lines of the file before text
	units  bool // text is items of a list, with the commas between them
	cut    bool // the file ends too early, and text with it
	first  bool // it begins a value; others continue one
}

// Size is the length of the chunk in bytes.
func (c *Chunk) Size() int { return len(c.text) }

// chunkSize is how much text a chunk has about: enough to be worth handing over,
// little enough that a few of them need not be noticed.
const chunkSize = 256 << 10

// maxValue bounds the largest value that cannot be cut: a trace, the spans of a
// resource. Half a million spans fit into it, and a machine that checks manifests
// can hold it.
var maxValue = 256 << 20

// buffers are of chunkSize at least.
var buffers = sync.Pool{New: func() any {
	b := make([]byte, 0, chunkSize)
	return &b
}}

func newBuffer() []byte { return (*buffers.Get().(*[]byte))[:0] }

func release(b []byte) {
	if cap(b) <= maxPooled {
		buffers.Put(&b)
	}
}

// maxPooled bounds the buffers that are used again: one large value must not hold
// its memory for the rest of the run.
const maxPooled = 16 * chunkSize

// Release gives the memory of the chunk back. Nothing of it may be used after.
func (c *Chunk) Release() {
	if c.text != nil {
		release(c.text)
		c.text = nil
	}
}

// Split splits what r holds into chunks, in order. A Problem is where the stream could
// not be parsed any further; the chunks before are emitted.
func (r *Reader) Split(file string, in io.Reader, yield func(*Chunk)) *graph.Problem {
	s := &splitter{reader: r, file: file, in: in, yield: yield}
	if r.refuse != "" {
		return s.problem(0, r.refuse, r.hint)
	}
	if r.split != nil {
		return r.split(s)
	}
	return s.splitValues()
}

// A splitter cuts one stream of JSON values. Its buffer starts where a value of
// the file does, or an item of the list that is being cut.
type splitter struct {
	reader *Reader
	file   string
	in     io.Reader
	yield  func(*Chunk)

	buf   []byte
	line  int   // lines of the file before buf
	err   error // of in; io.EOF at its end
	large bool  // buf begins with an item that is larger than maxValue
}

func (s *splitter) tooLarge() *graph.Problem {
	return s.problem(s.line+1, fmt.Sprintf("holds a value of more than %d MB that cannot be split; the spans before it are read", maxValue>>20), "write one trace per line")
}

func (s *splitter) problem(line int, message, hint string) *graph.Problem {
	o := graph.Source{Reader: s.reader.Name, File: s.file}.At(int32(line), 0)
	return &graph.Problem{Origin: o, Message: message, Hint: hint, Level: graph.Failed}
}

// fill reads until the buffer holds size bytes, or the stream ends.
func (s *splitter) fill(size int) {
	if cap(s.buf) < size {
		bigger := newBuffer()
		if cap(bigger) < size {
			release(bigger)
			bigger = make([]byte, 0, size)
		}
		bigger = append(bigger, s.buf...)
		if s.buf != nil {
			release(s.buf)
		}
		s.buf = bigger
	}
	for len(s.buf) < size && s.err == nil {
		var n int
		n, s.err = s.in.Read(s.buf[len(s.buf):size])
		s.buf = s.buf[:len(s.buf)+n]
	}
}

// hand gives away the first n bytes of the buffer as a chunk.
func (s *splitter) hand(n int, units, first bool) {
	if n == 0 {
		return
	}
	rest := s.buf[n:]
	c := &Chunk{Reader: s.reader, File: s.file, text: s.buf[:n], line: s.line, units: units, first: first}
	c.cut = s.err != nil && s.err != io.EOF && len(rest) == 0
	s.buf = append(newBuffer(), rest...)
	s.line += bytes.Count(c.text, newline)
	s.yield(c)
}

var newline = []byte("\n")

// splitValues cuts between values, where it can, and in large ones between the
// items of their list.
func (s *splitter) splitValues() *graph.Problem {
	s.fill(chunkSize)
	for s.err == nil {
		s.drop(len(s.buf) - len(bytes.TrimLeft(s.buf, " \t\r\n")))
		n := lastBorder(s.buf)
		if n == 0 {
			n = wholeValues(s.buf)
		}
		switch {
		case n > 0:
			s.hand(n, false, true)
		case s.splitUnits():
			if s.large {
				return s.tooLarge()
			}
		case len(s.buf) >= maxValue:
			return s.tooLarge()
		default:
			s.fill(max(chunkSize, 2*len(s.buf)))
			continue
		}
		s.fill(max(chunkSize, len(s.buf)))
	}
	s.hand(len(s.buf), false, true)
	return s.end()
}

// end is the problem that ended the stream, if one did.
func (s *splitter) end() *graph.Problem {
	if s.err == nil || errors.Is(s.err, io.EOF) && !errors.Is(s.err, io.ErrUnexpectedEOF) {
		return nil
	}
	if errors.Is(s.err, io.ErrUnexpectedEOF) {
		return s.problem(s.line+1, "is compressed and truncated; the spans before the end are read", "compress it again")
	}
	return s.problem(s.line+1, fmt.Sprintf("cannot be read to its end: %v; the spans before are read", s.err), "")
}

// withinValue are the bytes with which a line begins that does not begin a value.
var withinValue = []byte(" \t\r\n}],")

// lastBorder returns the place after the last line of text that ends a value, and
// 0 if there is none. Within a value no line that begins at the margin can follow
// a brace but one that begins with a bracket, a brace or a comma.
func lastBorder(text []byte) int {
	for end := len(text); ; {
		i := bytes.LastIndexByte(text[:end], '\n')
		if i <= 0 {
			return 0
		}
		end = i
		if i+1 == len(text) || bytes.IndexByte(withinValue, text[i+1]) >= 0 {
			continue
		}
		if text[i-1] == '}' || text[i-1] == '\r' && i > 1 && text[i-2] == '}' {
			return i + 1
		}
	}
}

// wholeValues returns the length of the values that text begins with and holds
// completely.
func wholeValues(text []byte) int {
	whole := 0
	for {
		c := cursor{text: text, at: whole}
		if !c.opens() {
			return whole
		}
		var n nest
		if end := n.skip(text, c.at); n.depth > 0 {
			return whole
		} else {
			whole = end
		}
	}
}
