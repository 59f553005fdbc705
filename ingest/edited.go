package ingest

import (
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// edit has files read with the texts that Options.Edited has for them: where they are sources, and
// where others refer to them.
func (f *finder) edit(texts map[string][]byte) {
	f.roots.edited = make(map[string]string, len(texts))
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		text := texts[name]
		real, err := filepath.EvalSymlinks(f.roots.absolute(name))
		switch {
		case err == nil && text == nil:
			f.files = slices.DeleteFunc(f.files, func(x file) bool { return x.real == real })
		case err == nil:
			f.roots.edited[real] = string(text)
		case text != nil:
			f.files = append(f.files, file{name: name, real: name, named: true, given: &Text{Name: name, Path: name, Text: string(text)}})
		}
	}
}

// An editedFile is a file with another text.
type editedFile struct {
	strings.Reader
	info fs.FileInfo
}

func newEditedFile(text string, info fs.FileInfo) *editedFile {
	f := &editedFile{info: info}
	f.Reset(text)
	return f
}

func (f *editedFile) Stat() (fs.FileInfo, error) { return editedInfo{f.info, f.Reader.Size()}, nil }
func (f *editedFile) Close() error               { return nil }

type editedInfo struct {
	fs.FileInfo
	size int64
}

func (i editedInfo) Size() int64 { return i.size }
