// Package glob matches paths with patterns in which "**" is any number of directories.
package glob

import (
	"path"
	"strings"
)

// Steps returns the names in a path or pattern with forward slashes.
func Steps(p string) []string { return strings.Split(path.Clean(p), "/") }

// Valid reports whether a pattern is well-formed.
func Valid(pattern string) bool {
	for _, step := range Steps(pattern) {
		if _, err := path.Match(step, ""); err != nil {
			return false
		}
	}
	return true
}

// Match reports whether the steps of a path are what a pattern says.
func Match(pattern, steps []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := 0; i <= len(steps); i++ {
				if Match(pattern[1:], steps[i:]) {
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

// Below reports whether a pattern matches a path or a directory above it.
func Below(pattern, steps []string) bool {
	for i := 1; i <= len(steps); i++ {
		if Match(pattern, steps[:i]) {
			return true
		}
	}
	return false
}
