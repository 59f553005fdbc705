package ingest

import (
	"path/filepath"
	"strings"
)

// here knows the directories of the inputs, and those that were excluded.
type here struct {
	cwd      string
	dirs     map[string]bool // by real path, of files at any depth
	excluded []string
}

func newHere(f *finder) *here {
	h := &here{cwd: f.roots.cwd, dirs: map[string]bool{}, excluded: f.exclude.found}
	for _, x := range f.files {
		if x.path == "" {
			continue
		}
		for dir := filepath.Dir(x.real); !h.dirs[dir]; dir = filepath.Dir(dir) {
			h.dirs[dir] = true
		}
	}
	return h
}

// has reports whether inputs are below a path of the repository that f is in: its root is any
// directory above f.
func (h *here) has(f file, p string) bool {
	root := h.cwd
	switch {
	case f.rendered != nil:
		root = f.rendered.dir
	case f.path != "":
		root = filepath.Dir(f.real)
	}
	for {
		full := filepath.Join(root, filepath.FromSlash(p))
		if h.dirs[full] {
			return true
		}
		for _, x := range h.excluded {
			if full == x || strings.HasPrefix(full, x+string(filepath.Separator)) {
				return true
			}
		}
		above := filepath.Dir(root)
		if above == root {
			return false
		}
		root = above
	}
}
