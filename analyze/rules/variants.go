package rules

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A Variant is one of several states of an estate that was read and judged by itself.
type Variant struct {
	Name  string
	Graph *graph.Graph
	Check *analyze.Check // of all findings
}

// Merge returns the findings of variants in one check, which has what several of them have
// once, with their names. It is shown as show says; services[i] are those of variant i that
// findings are to concern, nil for all.
func Merge(variants []Variant, show Selection, services [][]graph.Node) *analyze.Check {
	merged := &analyze.Check{}
	var all, shown [][]analyze.Finding
	for i, v := range variants {
		selection := show
		if services != nil {
			selection.Services = append([]graph.Node{}, services[i]...)
		}
		all = append(all, v.Check.Findings)
		var narrowed []analyze.Finding
		for k := range v.Check.Findings {
			narrowed = append(narrowed, narrow(v.Graph, &v.Check.Findings[k], selection)...)
		}
		shown = append(shown, narrowed)
		merged.Rules = v.Check.Rules // the same of all
		merged.Expired = v.Check.Expired
		for _, f := range v.Check.Unjudged {
			f.Variants = []string{v.Name}
			merged.Unjudged = append(merged.Unjudged, f)
		}
		merged.Variants = append(merged.Variants, analyze.Variant{Name: v.Name, Graph: v.Graph, Ignored: v.Check.Ignored()})
	}
	merged.Excused = excusedOnce(variants)
	found := once(variants, all)
	for i := range found {
		merged.Found[found[i].Severity]++
	}
	merged.ByRule = byRule(refsOf(found))
	merged.Findings = once(variants, shown)
	merged.NotShown = len(found) - len(merged.Findings)
	for _, unused := range variants[0].Check.Unused {
		everywhere := !slices.ContainsFunc(variants[1:], func(v Variant) bool {
			return !slices.ContainsFunc(v.Check.Unused, func(i analyze.Ignore) bool { return reflect.DeepEqual(i, unused) })
		})
		if everywhere {
			merged.Unused = append(merged.Unused, unused)
		}
	}
	return merged
}

// excusedOnce returns the excused findings of all variants, each once, with the names of those
// that excuse it.
func excusedOnce(variants []Variant) []analyze.Excused {
	type same struct {
		fingerprint, reason string
		by                  analyze.Excuse
	}
	var list []analyze.Excused
	at := map[same]int{}
	for _, v := range variants {
		for _, e := range v.Check.Excused {
			is := same{e.Fingerprint, e.Reason, e.By}
			i, ok := at[is]
			if !ok {
				i = len(list)
				at[is] = i
				list = append(list, e)
			}
			list[i].Variants = append(list[i].Variants, v.Name)
		}
	}
	return list
}

// once returns the findings of all variants, the most severe first. One that says the same in
// several is that of the first, with the names of all. Those with one cause are reported
// together if they are in the same variants.
func once(variants []Variant, found [][]analyze.Finding) []analyze.Finding {
	type same struct {
		fingerprint, message string
		severity             analyze.Severity
	}
	var single []analyze.Finding
	at := map[same]int{}
	for i, v := range variants {
		for one := range analyze.Singles(found[i]) {
			f := *one
			is := same{f.Fingerprint, f.Message, f.Severity}
			if known, ok := at[is]; ok {
				if names := single[known].Variants; names[len(names)-1] != v.Name {
					single[known].Variants = append(names, v.Name)
				}
				continue
			}
			f.Variants = []string{v.Name}
			at[is] = len(single)
			single = append(single, f)
		}
	}
	var list []analyze.Finding
	for len(single) > 0 {
		names := single[0].Variants
		var alike, rest []analyze.Finding
		for _, f := range single {
			if slices.Equal(f.Variants, names) {
				alike = append(alike, f)
			} else {
				rest = append(rest, f)
			}
		}
		first := slices.IndexFunc(variants, func(v Variant) bool { return v.Name == names[0] })
		for _, f := range Group(variants[first].Graph, alike) {
			f.Variants = names
			list = append(list, f)
		}
		single = rest
	}
	slices.SortStableFunc(list, func(a, b analyze.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return list
}
