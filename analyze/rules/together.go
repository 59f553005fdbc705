package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A cause identifies findings that are reported together.
type cause struct {
	rule, what string
	severity   analyze.Severity
	confidence analyze.Confidence
}

// fewAlike is the most findings with one cause that are reported one by one, unless one
// change fixes them, see oneChange.
const fewAlike = 2

// Group returns findings of g, one by one, as a check reports them: those that one change would
// fix together.
func Group(g *graph.Graph, found []analyze.Finding) []analyze.Finding {
	return valuesOf(together(g, refsOf(slices.Clone(found))))
}

// together replaces findings that have one cause by one finding about all of them, in the
// place of the first. The array of found is that of the result.
func together(g *graph.Graph, found []*analyze.Finding) []*analyze.Finding {
	found = withoutRepetitions(found)
	givePlaces(g, found)
	alike := map[cause][]int32{}
	for i := range found {
		if of := causeOf(found[i]); of.what != "" {
			alike[of] = append(alike[of], int32(i))
		}
	}
	list := found[:0]
	for _, f := range found {
		if f == nil { // in the finding about all with its cause
			continue
		}
		of := causeOf(f)
		if at := alike[of]; len(at) > 1 {
			each := make([]*analyze.Finding, len(at)) // all of them are still where they were
			for k, j := range at {
				each[k] = found[j]
			}
			if len(each) > fewAlike || oneChange(each) {
				for _, j := range at {
					found[j] = nil
				}
				f = combine(g, each)
			} else {
				delete(alike, of)
			}
		}
		list = append(list, f)
	}
	clear(found[len(list):])
	return list
}

func causeOf(f *analyze.Finding) cause {
	return cause{f.Rule, f.Alike.Cause, f.Severity, f.Confidence}
}

// oneChange reports whether findings are about calls with one caller or one callee, and have
// the same hint, or about one object, one place or inputs.
func oneChange(list []*analyze.Finding) bool {
	first := list[0].Services
	if first == nil || list[0].Alike.Goes || list[0].Alike.One {
		return true
	}
	of := func(end int) bool {
		return !slices.ContainsFunc(list, func(f *analyze.Finding) bool { return len(f.Services) != 2 || f.Services[end] != first[end] })
	}
	return list[0].Alike.Calls && sameHint(list) && (of(0) || of(1))
}

func sameHint(list []*analyze.Finding) bool {
	return !slices.ContainsFunc(list, func(f *analyze.Finding) bool { return f.Hint != list[0].Hint })
}

// combine is the finding about several that have one cause. Its subject is the one caller or
// the one callee of all calls, else the inputs.
func combine(g *graph.Graph, list []*analyze.Finding) *analyze.Finding {
	slices.SortStableFunc(list, func(a, b *analyze.Finding) int { return strings.Compare(a.Subject, b.Subject) })
	sameHint := sameHint(list)
	each := valuesOf(list)
	f := &analyze.Finding{
		Rule: each[0].Rule, Severity: each[0].Severity, Confidence: each[0].Confidence,
		Subject: "inputs", Hint: each[0].Alike.Hint, Alike: each[0].Alike, Each: each,
		Detail: each[0].Alike.Cause + "," + each[0].Severity.String() + "," + each[0].Confidence.String(),
	}
	if f.Alike.Calls && sameHint {
		f.Hint = each[0].Hint
	}
	seen := map[graph.Origin]bool{}
	for i := range each {
		places := each[i].Origins
		if !f.Alike.One {
			places = places[:min(len(places), 1)]
		}
		for _, o := range places {
			if !seen[o] {
				seen[o] = true
				f.Origins = append(f.Origins, o)
			}
		}
		f.Services = append(f.Services, each[i].Services...)
	}
	slices.Sort(f.Services)
	f.Services = slices.Compact(f.Services)
	switch {
	case f.Alike.Objects:
		sayOfObjects(f)
	case f.Alike.Calls:
		sayOfCalls(g, f)
	case f.Services == nil:
		sayOfInputs(g, f)
	default:
		sayOfServices(g, f)
	}
	f.Fingerprint = fingerprint(f.Rule, f.Subject, f.Detail)
	return f
}

// sayOfServices writes "7 services (a, b and 5 more) declare no readinessProbe".
func sayOfServices(g *graph.Graph, f *analyze.Finding) {
	var subjects []graph.Node
	noun := "gateway"
	for i := range f.Each {
		v := f.Each[i].Services[0]
		subjects = append(subjects, v)
		if g.Service(v).Kind != graph.KindGateway {
			noun = "service"
		}
	}
	slices.Sort(subjects)
	subjects = slices.Compact(subjects)
	f.Message = fmt.Sprintf("%s (%s) %s", english.Count(len(subjects), noun), namesOf(g, subjects), f.Alike.Says)
	f.Values = []analyze.KeyValue{number("services", len(subjects))}
}

// sayOfObjects writes "16 objects (Ingress/a, Ingress/b and 14 more) have ...".
func sayOfObjects(f *analyze.Finding) {
	var subjects []string
	for i := range f.Each {
		subjects = append(subjects, f.Each[i].Subject)
	}
	subjects = slices.Compact(subjects) // which are sorted
	if len(subjects) == 1 {
		f.Subject, f.Message = subjects[0], f.Each[0].Message
	} else {
		f.Message = fmt.Sprintf("%d objects (%s) %s", len(subjects), firstOf(subjects), f.Alike.Says)
	}
	f.Values = append([]analyze.KeyValue{number("objects", len(subjects))}, f.Each[0].Values...)
}

// sayOfInputs writes "3 releases (2 HelmRelease, 1 Application) name charts that are not
// rendered" about the inputs that f reports together.
func sayOfInputs(g *graph.Graph, f *analyze.Finding) {
	var group graph.UnreadGroup
	named := map[string]bool{}
	for i := range f.Each {
		named[f.Each[i].Subject] = true
	}
	for _, u := range g.Coverage().Unread {
		if u.Kind.ID == f.Alike.Cause && named[u.Name] {
			group.Kind, group.Inputs = u.Kind, append(group.Inputs, u)
		}
	}
	if group.Kind == nil { // files with one mistake
		f.Message = fmt.Sprintf("%d %s", len(f.Each), f.Alike.Says)
		f.Values = []analyze.KeyValue{number("inputs", len(f.Each))}
		return
	}
	f.Message, f.Hint = group.Message(), group.Hint()
	f.Values = []analyze.KeyValue{number("inputs", len(group.Inputs))}
}

// sayOfCalls writes "a calls b, c and d without a breaker", and the same of several callers.
func sayOfCalls(g *graph.Graph, f *analyze.Finding) {
	var callers, callees []graph.Node
	var calls []string
	for i := range f.Each {
		from := f.Each[i].Services[0]
		callers = append(callers, from)
		for _, to := range f.Each[i].Services[1:] {
			callees = append(callees, to)
			calls = append(calls, g.ID(from)+"->"+g.ID(to))
		}
	}
	slices.Sort(callers)
	slices.Sort(callees)
	slices.Sort(calls)
	callers, callees, calls = slices.Compact(callers), slices.Compact(callees), slices.Compact(calls)
	switch {
	case len(callers) == 1:
		f.Subject = g.ID(callers[0])
		f.Message = fmt.Sprintf("%s calls %s %s", g.ID(callers[0]), counted(g, callees), f.Alike.Says)
		f.Owners = callers
	case f.Alike.Goes:
		if len(callees) == 1 {
			f.Subject = g.ID(callees[0])
		}
		first := f.Each[0].Subject
		f.Message = fmt.Sprintf("%s; the same holds for %s", f.Each[0].Message,
			firstOf(slices.DeleteFunc(slices.Clone(calls), func(call string) bool { return call == first })))
	case len(callees) == 1:
		f.Subject = g.ID(callees[0])
		f.Message = fmt.Sprintf("%s call %s %s", counted(g, callers), g.ID(callees[0]), f.Alike.Says)
	default:
		f.Message = fmt.Sprintf("%d calls of %d services (%s) are made %s", len(calls), len(callers), firstOf(calls), f.Alike.Says)
	}
	f.Values = []analyze.KeyValue{number("calls", len(calls)), number("callers", len(callers)), number("callees", len(callees))}
}

// counted writes up to three names, and of more how many there are before the first ones.
func counted(g *graph.Graph, nodes []graph.Node) string {
	if len(nodes) <= 3 {
		return someIDs(g, nodes)
	}
	return fmt.Sprintf("%s (%s)", english.Count(len(nodes), "service"), namesOf(g, nodes))
}

// The most of a list of names in a sentence.
const (
	mostNames   = 5
	mostLetters = 120 // if they are more than one
)

func namesOf(g *graph.Graph, nodes []graph.Node) string {
	names := make([]string, len(nodes))
	for i, v := range nodes {
		names[i] = g.ID(v)
	}
	return firstOf(names)
}

// firstOf writes the first names and how many follow: "a, b, c and 97 more".
func firstOf(names []string) string {
	n, size := 0, 0
	for n < len(names) && n < mostNames {
		if size += len(names[n]); n > 0 && size > mostLetters {
			break
		}
		n++
	}
	if more := len(names) - n; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), more)
	}
	return english.List(names)
}

// A Selection says which findings are shown. The zero value selects all.
type Selection struct {
	Rules    []string         // their IDs; nil is every rule
	Services []graph.Node     // that findings concern; nil is all, also none
	Least    analyze.Severity // and those above
}

// Takes reports whether a finding, or a part of it, is selected.
func (s *Selection) Takes(f *analyze.Finding) bool {
	return f.Severity >= s.Least && (s.Rules == nil || slices.Contains(s.Rules, f.Rule)) && s.concerns(f)
}

func (s *Selection) concerns(f *analyze.Finding) bool {
	return s.Services == nil || slices.ContainsFunc(f.Services, func(v graph.Node) bool { return slices.Contains(s.Services, v) })
}

// narrow returns what s selects of a finding: one about several is narrowed to those that concern the services.
func narrow(g *graph.Graph, f *analyze.Finding, s Selection) []analyze.Finding {
	switch {
	case !s.Takes(f):
		return nil
	case f.Each == nil, s.Services == nil:
		return []analyze.Finding{*f}
	}
	return valuesOf(together(g, refsOf(slices.DeleteFunc(slices.Clone(f.Each), func(one analyze.Finding) bool { return !s.concerns(&one) }))))
}

// byRule sums findings up, those of the most severe rule first, then of the rule with the most.
func byRule(found []*analyze.Finding) []analyze.RuleSum {
	var sums []analyze.RuleSum
	for _, f := range found {
		i := slices.IndexFunc(sums, func(s analyze.RuleSum) bool { return s.Rule == f.Rule })
		if i < 0 {
			i = len(sums)
			sums = append(sums, analyze.RuleSum{Rule: f.Rule})
		}
		sums[i].Findings[f.Severity]++
		sums[i].Subjects += max(len(f.Each), 1)
	}
	slices.SortStableFunc(sums, func(a, b analyze.RuleSum) int {
		for s := analyze.Error; ; s-- {
			if c := cmp.Compare(b.Findings[s], a.Findings[s]); c != 0 || s == analyze.Info {
				return c
			}
		}
	})
	return sums
}
