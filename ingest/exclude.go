package ingest

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirgraph/weir/internal/glob"
)

// excludedKind counts what Options.Exclude leaves out, a directory as one.
const excludedKind = "excluded by weir.yaml"

// An exclusion is the paths that are not read although they are found in a directory or by a
// pattern. What a source names itself is read.
type exclusion struct {
	patterns [][]string // the steps of absolute paths, in which "**" is any number of directories
	found    []string   // the paths that were left out, with all links resolved
}

// newExclusion returns the exclusion of these patterns, which are relative to cwd.
func newExclusion(patterns []string, cwd string) (*exclusion, error) {
	x := &exclusion{}
	for _, pattern := range patterns {
		full := filepath.FromSlash(pattern)
		if !filepath.IsAbs(full) {
			full = filepath.Join(cwd, full)
		}
		full = filepath.ToSlash(filepath.Clean(full))
		if !glob.Valid(full) {
			return nil, &SourceError{pattern, "pattern \"" + pattern + "\" under exclude is malformed", `close every "[" with a "]"`}
		}
		x.patterns = append(x.patterns, glob.Steps(full))
	}
	return x, nil
}

// excludes reports whether a path, absolute and clean, is left out; real is its identity.
func (x *exclusion) excludes(full, real string) bool {
	if len(x.patterns) == 0 {
		return false
	}
	steps := strings.Split(filepath.ToSlash(full), "/")
	if !slices.ContainsFunc(x.patterns, func(pattern []string) bool { return glob.Match(pattern, steps) }) {
		return false
	}
	x.found = append(x.found, real)
	return true
}

// excludesBelow reports whether a path or a directory above it is left out.
func (x *exclusion) excludesBelow(full string) bool {
	for len(x.patterns) > 0 {
		if x.excludes(full, full) {
			return true
		}
		above := filepath.Dir(full)
		if above == full {
			break
		}
		full = above
	}
	return false
}
