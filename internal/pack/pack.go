// Package pack writes values as bytes and reads them again: for what processes of one version
// send each other, not for files.
package pack

import "encoding/binary"

// AppendText appends a text behind its length.
func AppendText[T ~string | ~[]byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// AppendBool appends one byte.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// A Reader reads what was appended. After a mistake it returns zeros, and Whole reports it.
type Reader struct {
	rest   []byte
	failed bool
}

// NewReader returns a reader of b, which must not change.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Whole reports whether everything was read, and without a mistake.
func (r *Reader) Whole() bool { return !r.failed && len(r.rest) == 0 }

// More reports whether something is left to be read.
func (r *Reader) More() bool { return len(r.rest) > 0 }

// Fail has the reader fail: what it read means nothing.
func (r *Reader) Fail() { r.failed, r.rest = true, nil }

// Take reads n bytes, which are a part of what the reader reads.
func (r *Reader) Take(n uint64) []byte {
	if uint64(len(r.rest)) < n {
		r.Fail()
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// Text reads what AppendText wrote.
func (r *Reader) Text() []byte { return r.Take(r.Uint()) }

// Bool reads what AppendBool wrote.
func (r *Reader) Bool() bool {
	b := r.Take(1)
	return b != nil && b[0] == 1
}

// Uint reads a number of variable length.
func (r *Reader) Uint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// Int reads a number of variable length that may be negative.
func (r *Reader) Int() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// Uint32 reads four bytes.
func (r *Reader) Uint32() uint32 {
	if b := r.Take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// Uint64 reads eight bytes.
func (r *Reader) Uint64() uint64 {
	if b := r.Take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// Count reads the length of a list whose items take at least so many bytes each.
func (r *Reader) Count(size int) int {
	n := r.Uint()
	if n > uint64(len(r.rest)/size) {
		r.Fail()
		return 0
	}
	return int(n)
}
