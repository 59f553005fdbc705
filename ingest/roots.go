package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// roots are the directories in which links and references of the inputs are followed. The root
// of a source is the git work tree that it is in, else the directory that is named, or that of
// the file. Sources share their roots; standard input has none.
//
// The author of an input may be a stranger: a link or a path in one must not lead to the files of the
// machine that weir runs on.
type roots struct {
	anywhere bool     // Options.FollowOutside
	cwd      string   // absolute, links resolved
	dirs     []string // the same

	edited map[string]string // texts to read instead of those of files, by real path

	last        atomic.Pointer[parent]
	mu          sync.Mutex
	directories map[string]string // where they lead
}

func (r *roots) absolute(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(r.cwd, p)
}

// virtual are directories in which there are no files but views of the system, which are
// never followed into.
var virtual = []string{"/proc", "/sys", "/dev"}

func isVirtual(real string) bool {
	return slices.ContainsFunc(virtual, func(dir string) bool { return within(dir, real) })
}

// within reports whether p is dir or below it; both are absolute and clean.
func within(dir, p string) bool {
	rel, err := filepath.Rel(dir, p)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// WorkTree returns the git work tree that a directory is in, "" if there is none.
func WorkTree(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}

// add adds the root of a source.
func (r *roots) add(source string) {
	source = r.absolute(source)
	for hasMeta(source) {
		if _, err := os.Lstat(source); err == nil {
			break
		}
		source = filepath.Dir(source)
	}
	real, err := filepath.EvalSymlinks(source)
	if err != nil {
		real = source
	}
	if info, err := os.Stat(real); err != nil || !info.IsDir() {
		real = filepath.Dir(real)
	}
	if isVirtual(real) {
		return // a pipe, which has nothing beside it
	}
	if tree := WorkTree(real); tree != "" {
		real = tree
	}
	if !slices.Contains(r.dirs, real) {
		r.dirs = append(r.dirs, real)
	}
}

// named returns the error of a source with a link that leads out of the
// git work tree that the link is in, or into a view of the system: a pattern that a shell
// replaces names links too, which the user may not know.
func (r *roots) named(source string) error {
	source = r.absolute(source)
	at := filepath.VolumeName(source) + string(filepath.Separator)
	for _, step := range strings.Split(strings.Trim(source[len(at)-1:], string(filepath.Separator)), string(filepath.Separator)) {
		next := filepath.Join(at, step)
		info, err := os.Lstat(next)
		if err != nil {
			return nil // reported when it is opened
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		real, err := resolve(next)
		if err != nil {
			return nil
		}
		tree := WorkTree(at)
		if isVirtual(real) && !isVirtual(next) || tree != "" && !within(tree, real) && !r.anywhere {
			return document.ErrOutside
		}
		at = real
	}
	return nil
}

// resolve returns where an absolute path leads, also if there is no file yet.
func resolve(p string) (string, error) {
	real, err := filepath.EvalSymlinks(p)
	for range 40 { // as many links as systems follow
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if to, linked := os.Readlink(p); linked == nil && filepath.IsAbs(to) {
			p = to
		} else if linked == nil {
			p = filepath.Join(filepath.Dir(p), to)
		} else {
			dir, err := filepath.EvalSymlinks(filepath.Dir(p))
			return filepath.Join(dir, filepath.Base(p)), err
		}
		real, err = filepath.EvalSymlinks(p)
	}
	return real, err
}

// A place is where a path inside the roots leads, with all links resolved.
type place struct {
	real string
	text *string     // if the file is read with another one
	info fs.FileInfo // nil if it is not known yet
	in   *parent
}

// follow returns where a path leads. The error is document.ErrOutside if that is
// outside the roots.
func (r *roots) follow(p string) (place, error) {
	real, info, err := r.real(p)
	if err != nil {
		return place{}, err
	}
	in := r.parent(real)
	if in == nil {
		root, ok := r.rootOf(real)
		if !ok {
			return place{}, &fs.PathError{Op: "open", Path: p, Err: document.ErrOutside}
		}
		in = &parent{real: filepath.Dir(real), root: root}
	}
	return r.place(real, in, info), nil
}

// rootOf returns the root that a path without links is in, "" if it may be anywhere, and false if it must not be read.
func (r *roots) rootOf(real string) (string, bool) {
	switch {
	case isVirtual(real):
		return "", false
	case r.anywhere:
		return "", true
	}
	i := slices.IndexFunc(r.dirs, func(dir string) bool { return within(dir, real) })
	if i < 0 {
		return "", false
	}
	return r.dirs[i], true
}

func (r *roots) place(real string, in *parent, info fs.FileInfo) place {
	p := place{real: real, in: in, info: info}
	if text, ok := r.edited[real]; ok {
		p.text = &text
	}
	return p
}

// outside reports whether a path exists and leads outside the roots.
func (r *roots) outside(p string) bool {
	_, err := r.follow(p)
	return errors.Is(err, document.ErrOutside)
}

// leak returns the first link below a directory, by the path to it, that leads outside the
// roots; "" if there is none. Links to directories are followed.
func (r *roots) leak(dir string) string {
	seen := map[string]bool{}
	var look func(dir string) string
	look = func(dir string) string {
		p, err := r.follow(dir)
		switch {
		case errors.Is(err, document.ErrOutside):
			return dir
		case err != nil || seen[p.real]:
			return ""
		}
		seen[p.real] = true
		entries, err := os.ReadDir(p.real)
		if err != nil {
			return "" // a file
		}
		for _, e := range entries {
			if e.IsDir() || e.Type()&fs.ModeSymlink != 0 {
				if out := look(filepath.Join(dir, e.Name())); out != "" {
					return out
				}
			}
		}
		return ""
	}
	return look(dir)
}

// open opens a regular file or a directory. That the path is still inside the root is checked
// by the system, so that a link which is made meanwhile is not followed.
func (p place) open() (fs.File, error) {
	info := p.info
	if info == nil {
		var err error
		if info, err = os.Stat(p.real); err != nil {
			return nil, err
		}
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: p.real, Err: errors.New("not a regular file")}
	}
	if p.text != nil {
		return newEditedFile(*p.text, info), nil
	}
	return p.in.open(p.real)
}

// refusal is the problem of a path outside the roots at the place that names it.
func refusal(at graph.Origin, name string) graph.Problem {
	return graph.Problem{
		Origin: at, Level: graph.Failed, Hint: document.OutsideHint,
		Message: fmt.Sprintf("%q is not read: %v", name, document.ErrOutside),
	}
}

// maxSmall bounds the files that say how others are read.
const maxSmall = 16 << 20

// read returns the beginning of a small file.
func (r *roots) read(p string) ([]byte, error) { return r.head(p, maxSmall) }

// head returns the beginning of a file, of so many bytes at most.
func (r *roots) head(p string, most int64) ([]byte, error) {
	to, err := r.follow(p)
	if err != nil {
		return nil, err
	}
	in, err := to.open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, most))
}

// workingDirectory returns it with all links resolved.
func workingDirectory() (string, error) {
	cwd, err := os.Getwd()
	if err == nil {
		cwd, err = filepath.EvalSymlinks(cwd)
	}
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	return cwd, nil
}
