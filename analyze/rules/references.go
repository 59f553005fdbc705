package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
)

// keep returns the findings that a condition holds for, in the same array.
func keep(found []*analyze.Finding, holds func(*analyze.Finding) bool) []*analyze.Finding {
	return slices.DeleteFunc(found, func(f *analyze.Finding) bool { return !holds(f) })
}

// refsOf returns where findings are.
func refsOf(found []analyze.Finding) []*analyze.Finding {
	refs := make([]*analyze.Finding, len(found))
	for i := range found {
		refs[i] = &found[i]
	}
	return refs
}

// valuesOf is the inverse of refsOf. It takes the findings out of refs.
func valuesOf(refs []*analyze.Finding) []analyze.Finding {
	var found []analyze.Finding
	if refs != nil {
		found = make([]analyze.Finding, len(refs))
	}
	for i, f := range refs {
		found[i], refs[i] = *f, nil
	}
	return found
}
