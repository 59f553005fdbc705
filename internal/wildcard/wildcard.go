// Package wildcard matches text with patterns in which "*" is any run of characters.
package wildcard

import (
	"slices"
	"strings"
)

// Match reports whether text is what pattern says: "*" is any run of characters, slashes too,
// "?" any single one.
func Match(pattern, text string) bool {
	if !strings.Contains(pattern, "?") {
		return matchRuns(pattern, text)
	}
	return Sequence([]rune(pattern), []rune(text),
		func(p rune) bool { return p == '*' },
		func(p, c rune) bool { return p == '?' || p == c })
}

// matchRuns is Match for a pattern of texts and runs between them: each text is looked for as far to the
// front as it may be.
func matchRuns(pattern, text string) bool {
	first, rest, runs := strings.Cut(pattern, "*")
	if !runs {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	for ok {
		var next string
		if next, rest, runs = strings.Cut(rest, "*"); !runs {
			return strings.HasSuffix(text, next)
		}
		_, text, ok = strings.Cut(text, next)
	}
	return false
}

// Sequence reports whether items are what a pattern says: isRun reports whether one of it is any
// run of items, and isOne whether it is a certain item. It takes at most the product of both
// lengths, however many runs there are.
func Sequence[P, T any](pattern []P, items []T, isRun func(P) bool, isOne func(P, T) bool) bool {
	run, resume := -1, 0 // after the last run in pattern, and where in items it stops for now
	i, j := 0, 0
	for j < len(items) {
		switch {
		case i < len(pattern) && isRun(pattern[i]):
			i++
			run, resume = i, j
		case i < len(pattern) && isOne(pattern[i], items[j]):
			i++
			j++
		case run >= 0:
			resume++
			i, j = run, resume
		default:
			return false
		}
	}
	return !slices.ContainsFunc(pattern[i:], func(p P) bool { return !isRun(p) })
}

// Has reports whether a pattern may match more than one text.
func Has(pattern string) bool { return strings.ContainsAny(pattern, "*?") }
