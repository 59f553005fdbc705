package trace

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/weirgraph/weir/graph"
)

// A framing is how messages follow each other in a file.
type framing uint8

const (
	noMessages framing = iota
	bare               // nothing between them
	framed             // each behind its length as four bytes, big end first
	delimited          // each behind its length as a varint
)

// framingOf detects the framing by the first bytes of a file.
func framingOf(head []byte) framing {
	if len(head) > 4 {
		rest, size := head[4:], uint64(binary.BigEndian.Uint32(head))
		if size > 0 && size <= uint64(maxValue) && (isTraces(rest, size) || isPacked(rest) || bytes.HasPrefix(rest, []byte(`{"`)) && head[0] == 0) {
			return framed
		}
	}
	if isTraces(head, 1<<62) {
		return bare
	}
	if size, n := protowire.ConsumeVarint(head); n > 0 && size > 0 && isTraces(head[n:], size) {
		return delimited
	}
	return noMessages
}

func isPacked(b []byte) bool { return bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd}) }

// isTraces reports whether b looks like the beginning of a TracesData of at most
// this many bytes: a list of resources, of which the first begins with what
// resources have, and that with a name in letters.
func isTraces(b []byte, size uint64) bool {
	b, size, ok := enterField(b, size, 1)
	if !ok || len(b) == 0 {
		return false
	}
	if inner, _, ok := enterField(b, size, 2); ok { // the spans are before their resource
		return len(inner) > 0 && (inner[0] == 0x0a || inner[0] == 0x12)
	}
	b, size, ok = enterField(b, size, 1)
	if !ok || size == 0 {
		return ok
	}
	b, size, ok = enterField(b, size, 1)
	if !ok {
		return false
	}
	key, size, ok := enterField(b, size, 1)
	return ok && size > 0 && len(key) > 0 && key[0] > ' ' && key[0] < 0x7f
}

// enterField returns the bytes of the field that b begins with, and how many there
// should be, if the field has this number and fits into size bytes.
func enterField(b []byte, size uint64, field byte) ([]byte, uint64, bool) {
	if len(b) == 0 || b[0] != field<<3|byte(protowire.BytesType) {
		return nil, 0, false
	}
	inner, n := protowire.ConsumeVarint(b[1:])
	if n < 0 || inner+uint64(n)+1 > size {
		return nil, 0, false
	}
	return b[1+n:], inner, true
}

// splitMessages cuts between messages, or between the resources of one.
func (s *splitter) splitMessages() *graph.Problem {
	s.fill(chunkSize)
	form := framingOf(s.buf)
	first := true
	for {
		kept, used, err := s.gather(form)
		if kept > 0 {
			c := &Chunk{Reader: s.reader, File: s.file, text: s.buf[:kept], first: first}
			c.turn()
			s.buf, first = append(newBuffer(), s.buf[used:]...), false
			s.yield(c)
		} else {
			s.buf = append(s.buf[:0], s.buf[used:]...)
		}
		switch {
		case err != nil:
			return s.problem(0, err.Error(), "what came before is read")
		case s.err != nil && len(s.buf) == 0:
			return s.end()
		case s.err != nil && used == 0:
			if p := s.end(); p != nil {
				return p
			}
			return s.problem(0, "ends in the middle of a message", "what came before is read")
		case used == 0:
			s.fill(max(chunkSize, 2*len(s.buf)))
		default:
			s.fill(max(chunkSize, len(s.buf)))
		}
	}
}

// turn gives a chunk of messages that turn out to be JSON to the reader of JSON.
func (c *Chunk) turn() {
	if len(c.text) > 0 && c.text[0] == '{' {
		c.Reader = otlpJSON
	}
}

// gather moves the messages of the buffer together. It returns the length of what
// they are then, and of what they were.
func (s *splitter) gather(form framing) (kept, used int, err error) {
	for {
		skip, size, ok := s.frame(form, used)
		switch {
		case !ok:
			return kept, used, nil
		case size > uint64(maxValue):
			return kept, used, fmt.Errorf("holds a message of %d MB", size>>20)
		case uint64(len(s.buf)-used-skip) < size:
			return kept, used, nil
		}
		text := s.buf[used+skip : used+skip+int(size)]
		if form == bare {
			text = s.buf[used : used+skip+int(size)]
		}
		if form == framed && isPacked(text) {
			if kept > 0 {
				return kept, used, nil
			}
			return s.unpackFrame(text, used+skip+int(size))
		}
		isJSON := form == framed && len(text) > 0 && text[0] == '{'
		kept += copy(s.buf[kept:], text)
		used += skip + int(size)
		if isJSON {
			s.buf[kept] = '\n' // there is room: the length took four bytes
			kept++
		}
	}
}

// unpackFrame puts the text of a packed frame in front of what follows it.
func (s *splitter) unpackFrame(packed []byte, used int) (int, int, error) {
	z, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(maxValue)))
	if err != nil {
		return 0, used, fmt.Errorf("is damaged zstd: %w", err)
	}
	defer z.Close()
	var text bytes.Buffer
	if _, err := io.Copy(&text, io.LimitReader(z, int64(maxValue))); err != nil {
		return 0, used, fmt.Errorf("is damaged zstd: %w", err)
	}
	text.WriteByte('\n')
	n := text.Len()
	if b := text.Bytes(); b[0] != '{' {
		n--
	}
	s.buf = append(text.Bytes()[:n:n], s.buf[used:]...)
	return n, n, nil
}

// frame returns the length of the header of the message at a place of the buffer, and of
// the message. It reports false if the buffer ends before.
func (s *splitter) frame(form framing, at int) (skip int, size uint64, ok bool) {
	b := s.buf[at:]
	switch form {
	case framed:
		if len(b) < 4 {
			return 0, 0, false
		}
		return 4, uint64(binary.BigEndian.Uint32(b)), true
	case delimited:
		size, n := protowire.ConsumeVarint(b)
		return n, size, n > 0
	}
	_, kind, n := protowire.ConsumeTag(b)
	if n < 0 {
		return 0, 0, false
	}
	if kind != protowire.BytesType {
		m := protowire.ConsumeFieldValue(1, kind, b[n:])
		return n + m, 0, m > 0
	}
	size, m := protowire.ConsumeVarint(b[n:])
	return n + m, size, m > 0
}
