// Package glob matches paths with patterns in which "**" is any number of directories.
package glob

import (
	"path"
	"strings"

	"github.com/weirgraph/weir/internal/wildcard"
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
	return wildcard.Sequence(pattern, steps, func(step string) bool { return step == "**" }, matchStep)
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

// Fixed returns what all paths have that a pattern matches, or that are below one: they begin with the same
// names, within, and a part of a name is somewhere in them. Both may be "".
func Fixed(pattern []string) (within, part string) {
	n := 0
	for n < len(pattern) && !strings.ContainsAny(pattern[n], `*?[\`) {
		n++
	}
	for _, step := range pattern[n:] {
		if strings.ContainsAny(step, `[\`) {
			continue
		}
		for _, text := range strings.FieldsFunc(step, func(r rune) bool { return r == '*' || r == '?' }) {
			if len(text) > len(part) {
				part = text
			}
		}
	}
	return strings.Join(pattern[:n], "/"), part
}
