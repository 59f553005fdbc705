package rules

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
)

// A subjectOf is what a rule finds something about.
type subjectOf struct{ rule, subject string }

// dropSuperseded returns the findings that no finding of another rule replaces, in
// the same order. An excused finding still replaces the others: they are the
// same matter. A finding that covers several subjects replaces others on each of
// them, and is replaced where all of them are.
func dropSuperseded(found []*analyze.Finding, rules []*Rule) []*analyze.Finding {
	replaced := map[subjectOf]bool{}
	replaces := map[string][]string{}
	for _, r := range rules {
		replaces[r.ID] = r.Supersedes
	}
	lengths := pathLengths(found)
	for i := range found {
		for _, id := range replaces[found[i].Rule] {
			replaced[subjectOf{id, found[i].Subject}] = true
			for _, subject := range slices.Concat(found[i].AlsoAbout, found[i].Covers) {
				replaced[subjectOf{id, subject}] = true
			}
			for _, part := range stretches(found[i].Subject, lengths[id]) {
				replaced[subjectOf{id, part}] = true
			}
		}
		for _, id := range found[i].Replaces {
			for _, subject := range found[i].AlsoAbout {
				replaced[subjectOf{id, subject}] = true
			}
		}
	}
	return slices.DeleteFunc(found, func(f *analyze.Finding) bool {
		return !slices.ContainsFunc(subjects(f), func(subject string) bool { return !replaced[subjectOf{f.Rule, subject}] })
	})
}

// subjects are what f covers, or else what it is about.
func subjects(f *analyze.Finding) []string {
	if len(f.Covers) > 0 {
		return f.Covers
	}
	return []string{f.Subject}
}

// pathLengths returns how many services the paths have that are subjects of
// findings, by rule, each number once.
func pathLengths(found []*analyze.Finding) map[string][]int {
	lengths := map[string][]int{}
	for i := range found {
		id := found[i].Rule
		for _, subject := range subjects(found[i]) {
			if n := strings.Count(subject, ">") + 1; n > 1 && !slices.Contains(lengths[id], n) {
				lengths[id] = append(lengths[id], n)
			}
		}
	}
	return lengths
}

// stretches returns the parts of a path, "x>a>b>y", that have one of the lengths
// and are shorter than itself: "a>b" is one of 2.
func stretches(path string, lengths []int) []string {
	if len(lengths) == 0 || !strings.Contains(path, ">") {
		return nil
	}
	services := strings.Split(path, ">")
	var parts []string
	for _, n := range lengths {
		for i := 0; n < len(services) && i+n <= len(services); i++ {
			parts = append(parts, strings.Join(services[i:i+n], ">"))
		}
	}
	return parts
}
