package ingest

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
)

// seenFiles counts the files that were read, each once, whether they were found as
// sources or a document refers to them.
type seenFiles struct {
	roots *roots

	mu    sync.Mutex
	bytes map[string]int64 // size of the text by real path
}

func newSeenFiles(r *roots) *seenFiles {
	return &seenFiles{roots: r, bytes: map[string]int64{}}
}

func (o *seenFiles) counts() (files int, bytes int64) {
	for _, n := range o.bytes {
		bytes += n
	}
	return len(o.bytes), bytes
}

// files returns the files that were read, and those that were found and could not be.
func (o *seenFiles) files(found []file) []string {
	list := slices.Collect(maps.Keys(o.bytes))
	for i := range found {
		if found[i].path != "" {
			list = append(list, found[i].real)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (o *seenFiles) has(real string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, ok := o.bytes[real]
	return ok
}

// passedOver counts the files found that are not read. What is read because another file refers to it is none of them.
func (o *seenFiles) passedOver(f *finder) (other, unbuilt int) {
	other, unbuilt = f.other, len(f.unbuilt)
	if other+unbuilt == 0 {
		return 0, 0
	}
	found := make(map[string]bool, len(f.files)+len(f.sources))
	for _, list := range [...][]file{f.files, f.sources} {
		for i := range list {
			found[list[i].real] = true
		}
	}
	for i := range f.unbuilt {
		if real := f.unbuilt[i].real; o.has(real) {
			found[real] = true
			unbuilt--
		}
	}
	for real := range o.bytes {
		if !found[real] && f.visited[filepath.Dir(real)] {
			other--
		}
	}
	return max(other, 0), unbuilt
}

func (o *seenFiles) add(real string, n int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes[real] = n
}

// read returns the text of a source that holds documents.
func (o *seenFiles) read(f file, s *Stream) ([]byte, error) {
	size := int64(0)
	if f.path != "" && !s.whole {
		info, err := os.Stat(f.path)
		if err != nil {
			return nil, err
		}
		size = info.Size()
	}
	text, err := s.readText(size)
	if err == nil {
		o.add(f.real, int64(len(text)))
	}
	return text, err
}

// open opens a file that was found. What the user did not name is opened by the path that it
// was found at, inside the roots.
func (o *seenFiles) open(f file) (fs.File, error) {
	if f.named {
		if text, ok := o.roots.edited[f.real]; ok {
			info, err := os.Stat(f.path)
			return newEditedFile(text, info), err
		}
		return os.Open(f.path)
	}
	p, err := o.roots.follow(f.real)
	if err != nil {
		return nil, err
	}
	return p.open()
}

// beside returns a file system relative to the directory of f, nil for standard input.
func (o *seenFiles) beside(f file) fs.FS {
	if f.path == "" {
		return nil
	}
	return &neighbours{o, filepath.Dir(f.path)}
}

// neighbours opens the files that a document may refer to, by paths relative to its
// directory, inside the roots of the sources. Unlike in io/fs, "../" is allowed.
type neighbours struct {
	opened *seenFiles
	dir    string
}

// Open opens a regular file or a directory. The error is document.ErrOutside if it is there,
// but outside the roots.
func (n *neighbours) Open(name string) (fs.File, error) {
	p, err := n.follow(name)
	if err != nil {
		return nil, err
	}
	f, err := p.open()
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && !info.IsDir() {
		n.opened.add(p.real, info.Size())
	}
	return f, nil
}

// ReadFile returns the text of a file, unpacked and as UTF-8.
func (n *neighbours) ReadFile(name string) ([]byte, error) {
	p, err := n.follow(name)
	if err != nil {
		return nil, err
	}
	f, err := p.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	text, err := readText(f, info.Size())
	if err == nil {
		n.opened.add(p.real, int64(len(text)))
	}
	return text, err
}

func (n *neighbours) follow(name string) (place, error) {
	if name == "" || path.IsAbs(name) || filepath.IsAbs(filepath.FromSlash(name)) {
		return place{}, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return n.opened.roots.follow(filepath.Join(n.dir, filepath.FromSlash(name)))
}
