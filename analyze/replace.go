package analyze

import (
	"slices"
	"strings"
)

// unreplaced returns the findings that no finding of another rule stands for, in
// the same order. What somebody excuses still stands for the others: they are the
// same matter. A finding that covers several subjects stands for others on each of
// them, and is replaced where all of them are.
func unreplaced(found []Finding) []Finding {
	type key struct{ rule, subject string }
	whole := map[key]bool{} // replaced on just this subject
	paths := map[string][]string{}
	for i := range found {
		for _, id := range found[i].Rule.Replaces {
			whole[key{id, found[i].Subject}] = true
			for _, subject := range slices.Concat(found[i].standsFor, found[i].covers) {
				whole[key{id, subject}] = true
			}
			if strings.Contains(found[i].Subject, ">") {
				paths[id] = append(paths[id], found[i].Subject)
			}
		}
	}
	return slices.DeleteFunc(found, func(f Finding) bool {
		replaced := func(subject string) bool {
			return whole[key{f.Rule.ID, subject}] ||
				slices.ContainsFunc(paths[f.Rule.ID], func(path string) bool { return leadsThrough(path, subject) })
		}
		if len(f.covers) == 0 {
			return replaced(f.Subject)
		}
		return !slices.ContainsFunc(f.covers, func(subject string) bool { return !replaced(subject) })
	})
}

// leadsThrough reports whether part, "a>b", lies on path, "x>a>b>y".
func leadsThrough(path, part string) bool {
	return strings.Contains(">"+path+">", ">"+part+">")
}
