package ingest

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
)

// seenFiles counts the files that were read, each once, whether they were found as
// sources or a document refers to them.
type seenFiles struct {
	mu    sync.Mutex
	bytes map[string]int64 // size of the text by real path
}

func newSeenFiles(files []file) *seenFiles {
	return &seenFiles{bytes: make(map[string]int64, len(files))}
}

func (o *seenFiles) counts() (files int, bytes int64) {
	for _, n := range o.bytes {
		bytes += n
	}
	return len(o.bytes), bytes
}

func (o *seenFiles) add(real string, n int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes[real] = n
}

// read returns the text of a source that holds documents.
func (o *seenFiles) read(f file, s *stream) ([]byte, error) {
	size := int64(0)
	if f.path != "" {
		info, err := os.Stat(f.path)
		if err != nil {
			return nil, err
		}
		size = info.Size()
	}
	text, err := readText(s.raw, size)
	if err == nil {
		o.add(f.real, int64(len(text)))
	}
	return text, err
}

// beside returns a file system relative to the directory of f, nil for standard input.
func (o *seenFiles) beside(f file) fs.FS {
	if f.path == "" {
		return nil
	}
	return &neighbours{o, filepath.Dir(f.path)}
}

// neighbours opens the files that a document may refer to, by paths relative to its
// directory. Unlike in io/fs, "../" is allowed.
type neighbours struct {
	opened *seenFiles
	dir    string
}

// Open opens a regular file or a directory.
func (n *neighbours) Open(name string) (fs.File, error) {
	p, err := n.path("open", name)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	f, err := os.Open(p)
	if err == nil && !info.IsDir() {
		n.count(p, info.Size())
	}
	return f, err
}

// ReadFile returns the text of a file, unpacked and as UTF-8.
func (n *neighbours) ReadFile(name string) ([]byte, error) {
	p, err := n.path("open", name)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(p)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	text, err := readFile(p)
	if err == nil {
		n.count(p, int64(len(text)))
	}
	return text, err
}

func (n *neighbours) path(op, name string) (string, error) {
	if name == "" || path.IsAbs(name) || filepath.IsAbs(filepath.FromSlash(name)) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return filepath.Join(n.dir, filepath.FromSlash(name)), nil
}

func (n *neighbours) count(p string, size int64) {
	real, err := filepath.EvalSymlinks(p)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err == nil {
		n.opened.add(real, size)
	}
}
