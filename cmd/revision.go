package cmd

import "strings"

const revisionPrefix = "git:"

// A stateName is what a user calls a state.
type stateName struct {
	revision string // "" if it is a source
	path     string // in the revision, below the root of the repository or "./" the current directory; "" for the usual sources
	source   string // "" if it is a revision, or the usual sources
}

// parseRevision reads the name of a revision, with a path or without.
func parseRevision(word string) (name stateName, ok bool, err error) {
	rest, ok := strings.CutPrefix(word, revisionPrefix)
	if !ok {
		return stateName{}, false, nil
	}
	name.revision, name.path, _ = strings.Cut(rest, ":")
	if name.revision == "" {
		return name, true, misuse("name a revision, as in git:main or git:HEAD~1:deploy", "no revision in %q", word)
	}
	return name, true, nil
}
