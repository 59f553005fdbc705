package ingest

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
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
		steps := strings.Split(filepath.ToSlash(filepath.Clean(full)), "/")
		for _, step := range steps {
			if _, err := path.Match(step, ""); err != nil {
				return nil, &SourceError{pattern, "pattern \"" + pattern + "\" under exclude is malformed", `close every "[" with a "]"`}
			}
		}
		x.patterns = append(x.patterns, steps)
	}
	return x, nil
}

// excludes reports whether a path, absolute and clean, is left out; real is its identity.
func (x *exclusion) excludes(full, real string) bool {
	if len(x.patterns) == 0 {
		return false
	}
	steps := strings.Split(filepath.ToSlash(full), "/")
	if !slices.ContainsFunc(x.patterns, func(pattern []string) bool { return matchSteps(pattern, steps) }) {
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

// matchSteps reports whether the steps of a path are what a pattern says.
func matchSteps(pattern, steps []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := 0; i <= len(steps); i++ {
				if matchSteps(pattern[1:], steps[i:]) {
					return true
				}
			}
			return false
		}
		if len(steps) == 0 {
			return false
		}
		if ok, _ := path.Match(pattern[0], steps[0]); !ok {
			return false
		}
		pattern, steps = pattern[1:], steps[1:]
	}
	return len(steps) == 0
}
