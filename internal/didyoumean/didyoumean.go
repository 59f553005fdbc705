// Package didyoumean suggests known words for an unknown one: services, keys of a
// manifest, commands, formats, rules.
package didyoumean

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxSuggestions keeps the list short enough to read at a glance.
const maxSuggestions = 3

// Suggest returns the known words nearest to word, nearest first, at most three
// and often none. Case is ignored. A word is near when it takes few letters to
// change one into the other, or when one contains the other.
func Suggest(word string, known []string) []string {
	type candidate struct {
		word     string
		distance int
	}
	var near []candidate
	low := []rune(strings.ToLower(word))
	for _, k := range known {
		d, ok := distance(low, []rune(strings.ToLower(k)))
		if ok {
			near = append(near, candidate{k, d})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.word, b.word))
	})
	near = slices.CompactFunc(near, func(a, b candidate) bool { return a.word == b.word })
	var words []string
	for _, c := range near[:min(maxSuggestions, len(near))] {
		words = append(words, c.word)
	}
	return words
}

// Hint returns the nearest known word as a question, `did you mean "retry"?`, or
// "" if there is none.
func Hint(word string, known []string) string {
	if near := Suggest(word, known); near != nil {
		return fmt.Sprintf("did you mean %q?", near[0])
	}
	return ""
}

// IsTypo reports whether one word is the other with a slip of the hand: they begin with the same
// letter, and one letter in five may be wrong. "orders" is no slip for "borders", nor "cart" for
// "card".
func IsTypo(a, b string) bool {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	return len(x) > 0 && len(y) > 0 && x[0] == y[0] && edits(x, y) <= min(len(x), len(y))/5
}

// distance returns how different two words are, and false if they are too different
// for a suggestion.
func distance(a, b []rune) (int, bool) {
	// A third of the letters may be wrong: "chekout" is checkout, "cat" is not dog.
	// Words of one letter are never near each other.
	limit := min(max(1, min(len(a), len(b))/3), max(len(a), len(b))-1)
	d := limit + 1
	if diff := len(a) - len(b); diff <= limit && -diff <= limit {
		d = edits(a, b)
	}
	if d > limit && len(a) > 2 && len(b) > 2 { // ranked after words with few different letters
		x, y := string(a), string(b)
		switch {
		case strings.HasPrefix(x, y), strings.HasPrefix(y, x):
			return limit + 1, true
		case strings.Contains(x, y), strings.Contains(y, x):
			return limit + 2, true
		}
	}
	return d, d <= limit
}

// edits counts the letters to insert, delete, replace or swap with their
// neighbour to turn a into b (optimal string alignment).
func edits(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			replace := 1
			if a[i] == b[j] {
				replace = 0
			}
			row[j+1] = min(last[j]+replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
