package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// readAll reads up to limit bytes into a buffer of about the right size.
func readAll(r io.Reader, size, limit int64) ([]byte, error) {
	text := make([]byte, 0, min(max(size, 0), limit)+bytes.MinRead)
	for {
		n, err := r.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		switch {
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return text, nil
		case err != nil:
			return nil, err
		case int64(len(text)) > limit:
			return nil, &openError{fmt.Sprintf("is larger than %d MB", limit>>20), "split the file, or remove the parts that weir does not need"}
		case len(text) == cap(text):
			text = slices.Grow(text, max(len(text)/2, bytes.MinRead))
		}
	}
}

// openError is why a file cannot be read, and a hint.
type openError struct{ message, hint string }
