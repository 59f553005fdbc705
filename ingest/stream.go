package ingest

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/weirgraph/weir/ingest/trace"
	"github.com/weirgraph/weir/ingest/unread"
)

// A Stream is an open file, unpacked while it is read. The format is detected by the first bytes
// of its text. Spans are streamed; any other file is read as a whole.
type Stream struct {
	Reader *trace.Reader // of its spans; nil for a file of documents
	text   *bufio.Reader // unpacked
	whole  bool          // all of it is in the buffer of text
	count  counter       // of the bytes of spans that were read
	packed bool
	tar    *tarFiles // the archive that text is read from; nil if it is none
	close  []func()
}

// openStream opens a source and detects its format.
func (w *work) openStream(f file) (*Stream, error) {
	stdin := w.o.Stdin
	var raw io.Reader
	var done []func()
	switch {
	case f.rendered != nil:
		raw = bytes.NewReader(f.rendered.text)
	case f.given != nil:
		raw = strings.NewReader(f.given.Text)
	case f.path != "":
		in, err := w.seen.open(f)
		if err != nil {
			return nil, err
		}
		raw, done = in, []func(){func() { in.Close() }}
	case stdin == nil:
		return nil, errors.New("standard input is not available")
	default:
		raw = stdin
	}
	s, err := OpenStream(&metered{raw, w})
	if err != nil {
		closeAll(done)
		return nil, err
	}
	s.close = append(s.close, done...)
	return s, nil
}

// OpenStream opens a file. Of an error Reason knows what to say of the file.
func OpenStream(raw io.Reader) (*Stream, error) {
	buffer, _ := buffers.Get().(*bufio.Reader)
	if buffer == nil {
		buffer = bufio.NewReaderSize(nil, trace.HeadSize)
	}
	buffer.Reset(raw)
	done := func() {
		buffer.Reset(nil)
		buffers.Put(buffer)
	}
	s, err := unpack(buffer)
	if err != nil {
		done()
		return nil, err
	}
	s.close = append(s.close, done)
	head, err := s.text.Peek(trace.HeadSize) // an error comes again when the file is read
	s.whole = errors.Is(err, io.EOF) && !s.packed && s.tar == nil
	s.Reader = trace.Sniff(head)
	return s, nil
}

// buffers are those of streams that were closed: a repository has thousands of files, most of them smaller than
// the buffer.
var buffers sync.Pool

// Head returns how the text begins, with as much of it as shows the format. It does not read. The result
// is valid until the stream is read on or closed.
func (s *Stream) Head() []byte {
	head, _ := s.text.Peek(trace.HeadSize)
	return head
}

// Packed reports whether the file is compressed or an archive.
func (s *Stream) Packed() bool { return s.packed || s.tar != nil }

// Spans returns the text of a file of spans. If ahead is set, a packed file is unpacked ahead of
// its reader.
func (s *Stream) Spans(ahead bool) io.Reader {
	s.count.in = s.text
	if s.packed && ahead {
		done := s.close
		a := newReadAhead(s.text, func() { closeAll(done) })
		s.count.in, s.close = a, []func(){a.Close}
	}
	return &s.count
}

// Close gives back what the stream needed, but does not close the file. The stream is not to be read any more.
func (s *Stream) Close() {
	closeAll(s.close)
	s.close, s.text = nil, nil
}

func closeAll(all []func()) {
	for _, c := range all {
		c()
	}
}

// Marks of packed files. A file of zstd may begin with frames to be skipped, of any number in
// the last four bits of their first byte.
var (
	gzipMagic     = []byte{0x1f, 0x8b}
	zstdMagic     = []byte{0x28, 0xb5, 0x2f, 0xfd}
	zstdSkippable = uint32(0x184d2a50)
)

func isZstd(head []byte) bool {
	return bytes.HasPrefix(head, zstdMagic) || len(head) >= 4 && binary.LittleEndian.Uint32(head)&^0xf == zstdSkippable
}

// unpack undoes gzip, zstd and tar, which are detected by their first bytes.
func unpack(raw *bufio.Reader) (*Stream, error) {
	s := &Stream{text: raw}
	packed := &counter{in: raw}
	head, _ := raw.Peek(4)
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		z, err := gzip.NewReader(packed)
		if err != nil {
			return nil, &openError{fmt.Sprintf("is damaged gzip: %v", err), "pack it again"}
		}
		s.unpackFrom(z, packed)
	case isZstd(head):
		z, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, &openError{fmt.Sprintf("is damaged zstd: %v", err), "pack it again"}
		}
		s.close = append(s.close, z.Close)
		s.unpackFrom(z, packed)
	}
	if head, _ := s.text.Peek(512); isTar(head) {
		s.tar = &tarFiles{in: tar.NewReader(s.text)}
		s.text = bufio.NewReaderSize(s.tar, trace.HeadSize)
	}
	return s, nil
}

func (s *Stream) unpackFrom(in io.Reader, packed *counter) {
	s.packed = true
	s.text = bufio.NewReaderSize(&unpacking{in: in, packed: packed}, trace.HeadSize)
}

// readText returns the text of a file of documents. The size is a guess.
func (s *Stream) readText(size int64) ([]byte, error) {
	limit := int64(maxFile)
	if s.packed {
		size, limit = 0, maxUnpacked
	}
	var data []byte
	var err error
	if s.whole {
		data, _ = s.text.Peek(s.text.Buffered())
		data = bytes.Clone(data)
	} else {
		data, err = readAll(s.text, size, limit)
	}
	var own *openError
	switch {
	case err == nil:
	case errors.As(err, &own) || !s.packed && s.tar == nil:
		return nil, err
	case s.tar != nil:
		return nil, &openError{fmt.Sprintf("is a damaged archive: %v", err), "pack it again"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &openError{"is packed and ends too early", "pack it again"}
	default:
		return nil, &openError{fmt.Sprintf("is packed and damaged: %v", err), "pack it again"}
	}
	switch {
	case s.tar != nil && s.tar.files == 0:
		return nil, &openError{"is an archive without files", "leave it out of the sources"}
	case s.tar != nil && s.tar.files > 1: // they would lose their names, which are the places of their facts
		return nil, &openError{fmt.Sprintf("is an archive of %d files", s.tar.files), "unpack the archive, and name the directory"}
	}
	if kind := unread.EncryptedFile(data); kind != nil {
		return nil, &encryptedError{kind}
	}
	return decodeText(data)
}

// An unpacking reads what a packed file holds, until it is known for a bomb.
type unpacking struct {
	in     io.Reader
	packed *counter
	n      int64
}

func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.in.Read(p)
	u.n += int64(n)
	if u.n > bombSize && u.n > bombRatio*u.packed.n {
		return 0, &openError{fmt.Sprintf("unpacks to more than %d MB from %d bytes", u.n>>20, u.packed.n), "if the file is trusted, unpack it and name the result"}
	}
	return n, err
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
