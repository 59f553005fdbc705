package ingest

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/weirgraph/weir/ingest/trace"
)

// A stream is an open file whose format is detected by its first bytes. Spans are
// streamed; any other file is read as a whole.
type stream struct {
	reader *trace.Reader // nil for a file of documents
	raw    *bufio.Reader // the file from its start, packed as it is
	text   io.Reader     // the same unpacked
	count  counter       // of the bytes of text that were read
	close  []func()
}

// openStream opens a source and detects its format by its first bytes.
func (w *work) openStream(f file) (*stream, error) {
	s := &stream{}
	stdin := w.o.Stdin
	switch {
	case f.rendered != nil:
		s.raw = w.buffer(bytes.NewReader(f.rendered.text))
	case f.path != "":
		in, err := w.seen.open(f)
		if err != nil {
			return nil, err
		}
		s.close = append(s.close, func() { in.Close() })
		s.raw = w.buffer(in)
	case stdin == nil:
		return nil, errors.New("standard input is not available")
	default:
		s.raw = w.buffer(stdin)
	}
	head, _ := s.raw.Peek(trace.HeadSize) // an error comes again when the file is read
	if s.reader = trace.Sniff(unpackHead(head)); s.reader != nil {
		s.unpack(head, w.o.Workers > 1)
	}
	return s, nil
}

// buffer lets the beginning of a file be read twice. Reading ends when the work does.
func (w *work) buffer(in io.Reader) *bufio.Reader {
	return bufio.NewReaderSize(&metered{in, w}, trace.HeadSize)
}

func (s *stream) Close() {
	for _, c := range s.close {
		c()
	}
}

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// unpackHead returns the beginning of the text of a file of which head is the
// beginning.
func unpackHead(head []byte) []byte {
	in := io.Reader(bytes.NewReader(head))
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil
		}
		in = z
	case bytes.HasPrefix(head, zstdMagic):
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
		if err != nil {
			return nil
		}
		defer z.Close()
		in = z
	case !isTar(head):
		return head
	}
	text := firstBytes(in)
	if isTar(text) {
		text = firstBytes(&tarFiles{in: tar.NewReader(bytes.NewReader(text))})
	}
	return text
}

// firstBytes reads as much as a head has. The head ends anywhere, and so does what
// is packed in it.
func firstBytes(in io.Reader) []byte {
	var text bytes.Buffer
	_, _ = io.CopyN(&text, in, trace.HeadSize)
	return text.Bytes()
}

// unpack sets text to what the file holds. If ahead is set, a packed file is unpacked
// ahead of its reader.
func (s *stream) unpack(head []byte, ahead bool) {
	var in io.Reader
	done := func() {}
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		if z, err := gzip.NewReader(s.raw); err == nil {
			in = z
		}
	case bytes.HasPrefix(head, zstdMagic):
		if z, err := zstd.NewReader(s.raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked)); err == nil {
			in, done = z, z.Close
		}
	}
	switch {
	case in == nil:
		in = s.raw
	case ahead:
		a := newReadAhead(in, done)
		in, done = a, a.Close
		fallthrough
	default:
		s.close = append(s.close, done)
	}
	s.count.in = in
	text := bufio.NewReader(&s.count)
	s.text = text
	if head, _ := text.Peek(512); isTar(head) {
		s.text = &tarFiles{in: tar.NewReader(text)}
	}
}

// A counter counts what is read through it.
type counter struct {
	in io.Reader
	n  int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}
