package ingest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
)

// A directory that files are read in: most files have the same one as the file before: its links are
// resolved once for all of them, and it is opened once.
type parent struct {
	path string // absolute, as it was asked for; "" for one that is used once
	real string // with all links resolved
	root string // that it is in; "" if any place may be read

	mu     sync.Mutex
	dir    *os.Root // nil until a file is opened
	closed bool
}

// What it returns is that of a directory, nil if it is not there, must not be read, or its files may have several spellings.
func (r *roots) parent(path string) *parent {
	last := r.last.Load()
	if last != nil && last.path == path {
		return last
	}
	if runtime.GOOS == "windows" {
		return nil
	}
	real, err := r.directory(path)
	if err != nil || filepath.Dir(real) == real { // some directories of the system's own must not be read
		return nil
	}
	root, ok := r.rootOf(real)
	if !ok {
		return nil
	}
	f := &parent{path: path, real: real, root: root}
	switch {
	case !r.last.CompareAndSwap(last, f):
		return &parent{real: real, root: root}
	case last != nil:
		last.close()
	}
	return f
}

// mostDirectories is of how many directories it is kept where they lead.
const mostDirectories = 10_000

// directory returns where an absolute path to a directory leads. What is known of the directories above is not found
// out again.
func (r *roots) directory(path string) (string, error) {
	r.mu.Lock()
	real, known := r.directories[path]
	r.mu.Unlock()
	if known {
		return real, nil
	}
	above := filepath.Dir(path)
	if above == path {
		return filepath.EvalSymlinks(path)
	}
	in, err := r.directory(above)
	if err != nil {
		return "", err
	}
	real = filepath.Join(in, filepath.Base(path))
	info, err := os.Lstat(real)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if real, err = filepath.EvalSymlinks(real); err == nil {
			info, err = os.Stat(real)
		}
	}
	switch {
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.directories == nil || len(r.directories) == mostDirectories {
		r.directories = map[string]string{}
	}
	r.directories[path] = real
	return real, nil
}

// close gives back what the last one keeps open.
func (r *roots) close() {
	if last := r.last.Swap(nil); last != nil {
		last.close()
	}
}

// open opens a path without links in it.
func (f *parent) open(real string) (fs.File, error) {
	if f.root == "" {
		return os.Open(real)
	}
	if dir := f.opened(); dir != nil {
		if file, err := dir.Open(filepath.Base(real)); !errors.Is(err, os.ErrClosed) { // it was closed for another one
			return file, err
		}
	}
	rel, err := filepath.Rel(f.root, real)
	if err != nil {
		return nil, err
	}
	return os.OpenInRoot(f.root, rel)
}

// opened returns the directory, which the system keeps inside the root; nil if it is used once, is closed, or cannot be opened.
func (f *parent) opened() *os.Root {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dir == nil && !f.closed && f.path != "" {
		f.dir, _ = openDirectory(f.root, f.real)
	}
	return f.dir
}

// openDirectory opens a directory inside a root.
func openDirectory(root, real string) (*os.Root, error) {
	rel, err := filepath.Rel(root, real)
	if err != nil {
		return nil, err
	}
	in, err := os.OpenRoot(root)
	if err != nil || rel == "." {
		return in, err
	}
	defer in.Close()
	return in.OpenRoot(rel)
}

func (f *parent) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	if f.dir != nil {
		_ = f.dir.Close()
		f.dir = nil
	}
}
