package ingest

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/unread"
)

// hasMeta reports whether a source is a pattern.
func hasMeta(source string) bool { return strings.ContainsAny(source, "*?[") }

// glob adds the files that match a pattern, in which "**" matches any number of
// directories, and returns the directories that match. A pattern that ends with an
// extension names its files; any other selects files by extension, as in a directory.
func (f *finder) glob(pattern string, at graph.Origin) ([]directory, error) {
	steps := strings.Split(filepath.ToSlash(filepath.Clean(pattern)), "/")
	root := "."
	if steps[0] == "" {
		root, steps = "/", steps[1:]
	}
	for _, step := range steps {
		if _, err := path.Match(step, ""); err != nil {
			return nil, &SourceError{pattern, fmt.Sprintf("pattern %q is malformed", pattern), `close every "[" with a "]"`}
		}
	}
	last := steps[len(steps)-1]
	named := !hasMeta(path.Ext(last)) && path.Ext(last) != ""
	deep := slices.Contains(steps, "**")
	var directories []directory
	matched := false
	search := globSearch{finder: f, at: at, seen: map[visit]bool{}}
	search.match(root, steps)
	if search.refused {
		f.refuse(at, pattern)
		return nil, nil
	}
	for _, p := range search.paths {
		info, err := os.Stat(p)
		switch {
		case err != nil:
			f.problem(p, "", err)
		case info.IsDir() && deep, !info.IsDir() && !named && !isManifest(p):
			continue
		case f.exclude.excludesBelow(f.roots.absolute(p)):
			matched = true
			continue
		}
		matched = true
		if err == nil {
			if refused := f.roots.named(p); refused != nil {
				f.problem(p, document.OutsideHint, refused)
				continue
			}
			found, _ := f.take(p, info, named, at)
			directories = append(directories, found...)
		}
	}
	if !matched {
		return nil, &SourceError{pattern, fmt.Sprintf("no file matches %q", pattern), "patterns are relative to the working directory"}
	}
	return directories, nil
}

// A globSearch finds the paths that match a pattern.
type globSearch struct {
	*finder
	at      graph.Origin // where a file lists the pattern
	paths   []string
	seen    map[visit]bool
	refused bool // it leads outside the roots
}

// A visit is a path to which the last steps of a pattern apply. With several "**" there are many ways to the same
// one, more than can be gone.
type visit struct {
	path  string
	steps int
}

// match adds the paths below dir that match the steps of a pattern, each once. It does
// not follow symbolic links for "**". What a file lists is searched only inside the roots.
func (f *globSearch) match(dir string, steps []string) {
	if f.seen[visit{dir, len(steps)}] {
		return
	}
	f.seen[visit{dir, len(steps)}] = true
	if len(steps) == 0 {
		f.paths = append(f.paths, dir)
		return
	}
	step, rest := steps[0], steps[1:]
	if step != "**" && !hasMeta(step) {
		next := filepath.Join(dir, step)
		if _, err := os.Lstat(next); err == nil {
			f.match(next, rest)
		}
		return
	}
	if step == "**" && len(rest) > 0 {
		f.match(dir, rest)
	}
	if f.at.File() != "" && f.roots.outside(dir) {
		f.refused = true
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		if info, statErr := os.Stat(dir); statErr != nil || info.IsDir() {
			f.problem(dir, "", err)
		}
		return
	}
	for _, e := range entries {
		next := filepath.Join(dir, e.Name())
		switch ok, _ := path.Match(step, e.Name()); {
		case step == "**" && e.IsDir():
			if !isOfOthers(next) && unread.Directory(dir, e.Name()) == nil {
				f.match(next, steps)
			}
		case step == "**" && len(rest) == 0:
			f.match(next, nil)
		case step != "**" && ok && (len(rest) == 0 || isDirectory(next, e)):
			f.match(next, rest)
		}
	}
}

func isDirectory(p string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}
