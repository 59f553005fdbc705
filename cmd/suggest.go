package cmd

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/internal/didyoumean"
)

// nearest returns the most similar of words, or "" if none is similar.
func nearest(word string, words []string) string {
	if near := didyoumean.Suggest(word, words); len(near) > 0 {
		return near[0]
	}
	return ""
}

// didYouMean is the hint for a typo, "" for no word.
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
// or all of them. It is "" for more than wordsInHint words, none of them near.
func oneOf(word string, words []string) string {
	if near := nearest(word, words); near != "" {
		return didYouMean(near)
	}
	if len(words) > wordsInHint {
		return ""
	}
	return "write one of " + strings.Join(words, ", ")
}
