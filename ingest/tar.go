package ingest

import (
	"archive/tar"
	"errors"
	"io"
	"path"
	"strings"
)

// isTar reports whether a text begins like an archive of tar, by the mark that all
// its dialects since 1988 have in their first header.
func isTar(head []byte) bool { return len(head) > 262 && string(head[257:262]) == "ustar" }

// tarFiles reads the files of an archive one after the other, each on lines of its
// own: spans may be spread over files in any way.
type tarFiles struct {
	in    *tar.Reader
	err   error
	open  bool
	files int // that were found
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
			t.files++
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
