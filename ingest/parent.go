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

// A parent is a directory inside the roots in which files are opened. Most files have the same one as the file before:
// it is kept open for all of them.
type parent struct {
	real string // with all links resolved
	root string // that it is in; "" if any place may be read
	kept bool   // for the next files; else it is for one alone

	mu     sync.Mutex
	dir    *os.Root // nil until a file is opened
	closed bool
}

// parent returns the parent of a path with all links resolved, nil if the path has to be looked at by itself: the directory
// is not inside the roots, or is that of the system's own directories, some of which must not be read.
func (r *roots) parent(real string) *parent {
	dir := filepath.Dir(real)
	last := r.last.Load()
	if last != nil && last.real == dir {
		return last
	}
	root, ok := r.rootOf(dir)
	if !ok || filepath.Dir(dir) == dir {
		return nil
	}
	p := &parent{real: dir, root: root, kept: true}
	switch {
	case runtime.GOOS == "windows" || !r.last.CompareAndSwap(last, p): // Windows removes no directory that is open
		p.kept = false
	case last != nil:
		last.close()
	}
	return p
}

// close gives back what the last parent keeps open.
func (r *roots) close() {
	if last := r.last.Swap(nil); last != nil {
		last.close()
	}
}

// open opens a path without links in the directory.
func (p *parent) open(real string) (fs.File, error) {
	if p.root == "" {
		return os.Open(real)
	}
	if dir := p.opened(); dir != nil {
		if file, err := dir.Open(filepath.Base(real)); !errors.Is(err, os.ErrClosed) { // it was closed for another one
			return file, err
		}
	}
	rel, err := filepath.Rel(p.root, real)
	if err != nil {
		return nil, err
	}
	return os.OpenInRoot(p.root, rel)
}

// opened returns the directory, which the system keeps inside the root; nil if it is not kept, is closed, or cannot be opened.
func (p *parent) opened() *os.Root {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dir == nil && !p.closed && p.kept {
		p.dir, _ = openDirectory(p.root, p.real)
	}
	return p.dir
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

func (p *parent) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.dir != nil {
		_ = p.dir.Close()
		p.dir = nil
	}
}

// real returns where a path leads, with all links resolved, and what is there; nil for what is behind a link.
func (r *roots) real(p string) (string, fs.FileInfo, error) {
	full := r.absolute(p)
	if runtime.GOOS != "windows" { // where names have several spellings, which are resolved, too
		in, err := r.directory(filepath.Dir(full))
		if err != nil {
			return "", nil, err
		}
		real := filepath.Join(in, filepath.Base(full))
		info, err := os.Lstat(real)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return real, info, err
		}
		full = real
	}
	real, err := filepath.EvalSymlinks(full)
	return real, nil, err
}

// mostKnown is the number of directories of which it is known where they lead.
const mostKnown = 10_000

// directory returns where an absolute path to a directory leads. What is known of the directories above is not found
// out again.
func (r *roots) directory(path string) (string, error) {
	r.mu.Lock()
	real, known := r.directories[path]
	r.mu.Unlock()
	if known {
		return real, nil
	}
	if filepath.Dir(path) == path {
		return filepath.EvalSymlinks(path)
	}
	real, info, err := r.real(path)
	if err == nil && info == nil {
		info, err = os.Stat(real)
	}
	switch {
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.directories == nil || len(r.directories) == mostKnown {
		r.directories = map[string]string{}
	}
	r.directories[path] = real
	return real, nil
}
