package rules

import "slices"

// A rename gives a rule another ID.
type rename struct{ was, is string }

// renames are those of all rules, the oldest first. A former ID is understood wherever an ID is, and
// is never used again.
var renames []rename

// CurrentID returns the ID of a rule that had another one before; any other ID as it is.
func CurrentID(id string) string {
	for _, r := range renames {
		if r.was == id {
			id = r.is
		}
	}
	return id
}

// FormerIDs returns the IDs that a rule had before, the first one first.
func FormerIDs(id string) []string {
	var ids []string
	for _, r := range slices.Backward(renames) {
		if r.is == id {
			id = r.was
			ids = append(ids, id)
		}
	}
	slices.Reverse(ids)
	return ids
}

// firstID returns the ID that a rule had first, which its fingerprints are made of.
func firstID(id string) string {
	if ids := FormerIDs(id); ids != nil {
		return ids[0]
	}
	return id
}
