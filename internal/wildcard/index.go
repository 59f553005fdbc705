package wildcard

import (
	"cmp"
	"index/suffixarray"
	"slices"
	"strings"
)

// An Index finds the texts of a list that patterns match. It is made for many of both: a pattern costs what
// its longest part without wildcards is found at.
type Index struct {
	texts  []string
	starts []int // of each text in what is indexed
	found  *suffixarray.Index
}

// NewIndex returns an index of texts.
func NewIndex(texts []string) *Index {
	x := &Index{texts: texts, starts: make([]int, len(texts))}
	var all []byte
	for i, text := range texts {
		x.starts[i] = len(all)
		all = append(append(all, text...), 0)
	}
	x.found = suffixarray.New(all)
	return x
}

// Match returns the places of the texts that a pattern matches, in order.
func (x *Index) Match(pattern string) []int {
	parts := strings.FieldsFunc(pattern, func(r rune) bool { return r == '*' || r == '?' })
	var places []int
	if len(parts) == 0 {
		for i, text := range x.texts {
			if Match(pattern, text) {
				places = append(places, i)
			}
		}
		return places
	}
	longest := slices.MaxFunc(parts, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	for _, at := range x.found.Lookup([]byte(longest), -1) {
		i, ok := slices.BinarySearch(x.starts, at)
		if !ok {
			i--
		}
		if Match(pattern, x.texts[i]) {
			places = append(places, i)
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}
