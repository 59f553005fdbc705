// Package glob matches paths with patterns in which "**" is any number of directories.
package glob

import (
	"path"
	"slices"
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

// Match reports whether the steps of a path are what a pattern says. It takes at most the product of
// both lengths, however many "**" there are.
func Match(pattern, steps []string) bool {
	deep, resume := -1, 0 // after the last "**" in pattern, and where in steps it stops for now
	i, j := 0, 0
	for j < len(steps) {
		switch {
		case i < len(pattern) && pattern[i] == "**":
			i++
			deep, resume = i, j
		case i < len(pattern) && matchStep(pattern[i], steps[j]):
			i++
			j++
		case deep >= 0:
			resume++
			i, j = deep, resume
		default:
			return false
		}
	}
	return !slices.ContainsFunc(pattern[i:], func(step string) bool { return step != "**" })
}

func matchStep(pattern, step string) bool {
	ok, _ := path.Match(pattern, step)
	return ok
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
