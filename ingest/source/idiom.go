package source

import "slices"

// An Idiom is a way in which programs write whom they call. Each has a file, and a sample with a near miss
// for every language.
type Idiom struct {
	Name      string
	Doc       string
	Languages []string // by name; nil is all
	// Words are the names at which it looks, nil the strings of the code.
	Words []string
	// find looks at a token and shows what it finds. It returns the token up to which the expression was
	// read, which others need not look at again, or the token itself.
	find func(f *file, i int) int
}

// readsLanguage reports whether an idiom is one of a language.
func (m *Idiom) readsLanguage(l *Language) bool {
	return m.Languages == nil || slices.Contains(m.Languages, l.Name)
}
