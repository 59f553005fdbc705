package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf16"

	"github.com/weirgraph/weir/graph"
)

// Bounds of what one file of documents may be, and of any packed file. A packed file is a bomb
// when it is both large and far smaller packed than text ever is: a thousand copies of the same
// manifests pack to a 300th.
const (
	maxFile     = 1 << 30
	bombSize    = 16 << 20
	bombRatio   = 500
	maxUnpacked = 512 << 20
	maxWindow   = 64 << 20 // of zstd, which looks so far back
)

func (e *openError) Error() string { return e.message }

// Hint is how to make the file readable.
func (e *openError) Hint() string { return e.hint }

// readText returns what r holds, unpacked and as UTF-8. The size is a guess.
func readText(r io.Reader, size int64) ([]byte, error) {
	s, err := OpenStream(r)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.readText(size)
}

// encryptedError is why the text of a file is not known.
type encryptedError struct{ kind *graph.UnreadKind }

func (e *encryptedError) Error() string { return e.kind.One }

// decodeText returns text as UTF-8 with line breaks that editors agree on.
func decodeText(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(data, []byte{0, 0, 0xfe, 0xff}):
		return nil, &openError{"is UTF-32", "save it as UTF-8"}
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		data = decodeUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		data = decodeUTF16(data[2:], binary.BigEndian)
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		if i == 1 || i == 0 && len(data) > 1 && data[1] != 0 {
			return nil, &openError{"is UTF-16 without a byte order mark", "save it as UTF-8"}
		}
		return nil, &openError{fmt.Sprintf("is a binary file: byte %d is zero", i+1), "leave it out of the sources"}
	}
	return unifyBreaks(data), nil
}

func decodeUTF16(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// unifyBreaks turns single carriage returns, the line breaks of old systems, into line
// feeds, as YAML understands them. Places stay the same.
func unifyBreaks(data []byte) []byte {
	for i := 0; ; i++ {
		next := bytes.IndexByte(data[i:], '\r')
		if next < 0 {
			return data
		}
		i += next
		if i+1 == len(data) || data[i+1] != '\n' {
			data[i] = '\n'
		}
	}
}

// Reason is an error of opening or reading a file in few words, and its hint.
func Reason(err error) (message, hint string) {
	var own *openError
	var pathErr *fs.PathError
	switch {
	case errors.As(err, &own):
		return own.message, own.hint
	case errors.Is(err, fs.ErrPermission):
		return "cannot be opened: permission denied", "run weir as a user who may read it"
	case errors.As(err, &pathErr):
		return "cannot be opened: " + pathErr.Err.Error(), ""
	}
	return "cannot be read: " + err.Error(), ""
}
