package link

import "strings"

// readerNames are the names of the programs that have a bundle, to find those that are in the
// words of a setting.
type readerNames struct {
	roots   map[string][]int // by the words of the name, sorted
	lengths []int            // of the names, in words, each once, sorted
}

// mostNameWords is how many words the name of a program has that the words of settings are
// searched for.
const mostNameWords = 16

// within returns the roots whose names are in words, one after the other.
func (n *readerNames) within(words []string, yield func(root []int)) {
	for _, length := range n.lengths {
		for i := 0; i+length <= len(words); i++ {
			if roots := n.roots[strings.Join(words[i:i+length], " ")]; roots != nil {
				yield(roots)
			}
		}
	}
}
