package lazy

import (
	"strings"
	"sync"
)

// Words is a set of words that is made when it is first asked. It may be used by several goroutines.
type Words struct {
	text string
	once sync.Once
	set  map[string]bool
}

// NewWords returns the words of a text, between which there is white space.
func NewWords(text string) *Words { return &Words{text: text} }

// Has reports whether a word is in the set.
func (w *Words) Has(word string) bool {
	w.once.Do(w.make)
	return w.set[word]
}

func (w *Words) make() {
	words := strings.Fields(w.text)
	w.set = make(map[string]bool, len(words))
	for _, word := range words {
		w.set[word] = true
	}
}
