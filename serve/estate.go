package serve

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
)

// An Estate is what was read at one time.
type Estate struct {
	analyze.State
	Broken []string // what of the inputs could not be read, in words
	Found           // where it was read
}

// Found is where an estate is read from: absolute paths, without links.
type Found struct {
	Dirs  []string // that were searched
	Files []string // that were read, in other directories too
}

// newlyBroken lists what cannot be read of e, and could be before.
func (e *Estate) newlyBroken(before *Estate) []string {
	return slices.DeleteFunc(slices.Clone(e.Broken), func(p string) bool { return slices.Contains(before.Broken, p) })
}
