package ingest

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// isTar reports whether a text begins like an archive of tar, by the mark that all
// its dialects since 1988 have in their first header.
func isTar(head []byte) bool { return len(head) > 262 && string(head[257:262]) == "ustar" }

// untar returns the content of the only file in an archive. Several files would lose
// their names, which are the places of their facts.
func untar(text []byte) ([]byte, error) {
	if !isTar(text) {
		return text, nil
	}
	var only []byte
	files := 0
	in := &tarFiles{in: tar.NewReader(bytes.NewReader(text))}
	for in.next() {
		if files++; files > 1 {
			continue
		}
		var err error
		if only, err = io.ReadAll(in.in); err != nil {
			return nil, &openError{fmt.Sprintf("is a damaged archive: %v", err), "pack it again"}
		}
	}
	switch {
	case !errors.Is(in.err, io.EOF):
		return nil, &openError{fmt.Sprintf("is a damaged archive: %v", in.err), "pack it again"}
	case files == 0:
		return nil, &openError{"is an archive without files", "leave it out of the sources"}
	case files > 1:
		return nil, &openError{fmt.Sprintf("is an archive of %d files", files), "unpack the archive, and name the directory"}
	}
	return only, nil
}

// tarFiles reads the files of an archive one after the other, each on lines of its
// own: spans may be spread over files in any way.
type tarFiles struct {
	in   *tar.Reader
	err  error
	open bool
}

// next goes on to the next regular file. It skips sparse files, which may be of any size,
// and the files with attributes that macOS adds.
func (t *tarFiles) next() bool {
	for t.err == nil {
		var h *tar.Header
		if h, t.err = t.in.Next(); t.err != nil || h.Typeflag != tar.TypeReg || strings.HasPrefix(path.Base(h.Name), "._") {
			continue
		}
		if _, sparse := h.PAXRecords["GNU.sparse.major"]; !sparse {
			return true
		}
	}
	return false
}

func (t *tarFiles) Read(p []byte) (int, error) {
	for len(p) > 0 {
		if !t.open && !t.next() {
			return 0, t.err
		}
		t.open = true
		n, err := t.in.Read(p)
		switch {
		case n > 0:
			return n, nil
		case errors.Is(err, io.EOF):
			t.open = false
			p[0] = '\n'
			return 1, nil
		case err != nil:
			t.err = err
			return 0, err
		}
	}
	return 0, nil
}
