package cmd

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/internal/didyoumean"
)

// nearest returns the one of words that was probably meant by word, or "" if
// none is close.
func nearest(word string, words []string) string {
	if near := didyoumean.Suggest(word, words); len(near) > 0 {
		return near[0]
	}
	return ""
}

// didYouMean is the hint for something mistyped, "" for nothing.
func didYouMean(word string) string {
	if word == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", word)
}

// wordsInHint is how many words a hint lists. All commands fit; the rules do not,
// and "weir rules" lists those.
const wordsInHint = 16

// oneOf is the hint for a word that should be one of words: the nearest of them,
// or all of them. Of a list too long to read there is none.
func oneOf(word string, words []string) string {
	if near := nearest(word, words); near != "" {
		return didYouMean(near)
	}
	if len(words) > wordsInHint {
		return ""
	}
	return "it is one of " + strings.Join(words, ", ")
}
