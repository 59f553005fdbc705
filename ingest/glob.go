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
	for _, p := range f.match(root, steps, nil) {
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

// match appends the paths below dir that match the steps of a pattern. It does
// not follow symbolic links for "**".
func (f *finder) match(dir string, steps, paths []string) []string {
	if len(steps) == 0 {
		return append(paths, dir)
	}
	step, rest := steps[0], steps[1:]
	if step != "**" && !hasMeta(step) {
		next := filepath.Join(dir, step)
		if _, err := os.Lstat(next); err != nil {
			return paths
		}
		return f.match(next, rest, paths)
	}
	if step == "**" && len(rest) > 0 {
		paths = f.match(dir, rest, paths)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		if info, statErr := os.Stat(dir); statErr != nil || info.IsDir() {
			f.problem(dir, "", err)
		}
		return paths
	}
	for _, e := range entries {
		next := filepath.Join(dir, e.Name())
		switch ok, _ := path.Match(step, e.Name()); {
		case step == "**" && e.IsDir():
			if !isOfOthers(next) && unread.Directory(e.Name()) == nil {
				paths = f.match(next, steps, paths)
			}
		case step == "**" && len(rest) == 0:
			paths = append(paths, next)
		case step != "**" && ok && (len(rest) == 0 || isDirectory(next, e)):
			paths = f.match(next, rest, paths)
		}
	}
	return paths
}

func isDirectory(p string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}
