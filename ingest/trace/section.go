package trace

import (
	"bufio"
	"bytes"
	"io"
)

// Lines reports whether a file that begins with head, which is HeadSize bytes or the whole file, may be
// read in parts: its values are lines, or at least end with one.
func (r *Reader) Lines(head []byte) bool {
	return r.value != nil && r.refuse == "" && lastBorder(head) > 0
}

// A Section reads values of a file of Lines. All parts of a file together have each value once, if
// each part is the values that begin in its bytes.
type Section struct {
	in   *bufio.Reader
	at   int64   // of the next byte
	last [3]byte // before it
}

// NewSection returns the section of the values that begin at byte from or after it. open returns the
// file from a place on.
func NewSection(from int64, open func(at int64) (io.Reader, error)) (*Section, error) {
	at := max(0, from-int64(len(Section{}.last)))
	in, err := open(at)
	if err != nil {
		return nil, err
	}
	s := &Section{in: bufio.NewReaderSize(in, chunkSize), at: at}
	if from > 0 {
		_, err = io.Copy(io.Discard, s.Until(from))
	}
	return s, err
}

// At is the place of the next value.
func (s *Section) At() int64 { return s.at }

// Until returns the text of the values that begin before byte end. It is to be read to its end.
func (s *Section) Until(end int64) io.Reader { return &sectionReader{s, end} }

type sectionReader struct {
	*Section
	end int64
}

func (s *sectionReader) Read(p []byte) (int, error) {
	if _, err := s.in.Peek(1); err != nil {
		return 0, err
	}
	text, _ := s.in.Peek(min(s.in.Buffered(), len(p)))
	n := s.before(text)
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	copy(p, text[:n])
	for _, b := range text[max(0, n-len(s.last)):n] {
		s.last = [...]byte{s.last[1], s.last[2], b}
	}
	s.at += int64(n)
	_, err := s.in.Discard(n)
	return n, err
}

// before returns how much of the text that follows is before the first border that is not before the end.
func (s *sectionReader) before(text []byte) int {
	for i := int(min(max(0, s.end-s.at), int64(len(text)))); i < len(text); i++ {
		if bytes.IndexByte(withinValue, text[i]) < 0 && s.byteAt(text, i-1) == '\n' &&
			(s.byteAt(text, i-2) == '}' || s.byteAt(text, i-2) == '\r' && s.byteAt(text, i-3) == '}') {
			return i
		}
	}
	return len(text)
}

// byteAt returns a byte of the text, or of the last ones before it.
func (s *Section) byteAt(text []byte, i int) byte {
	if i >= 0 {
		return text[i]
	}
	return s.last[len(s.last)+i]
}
