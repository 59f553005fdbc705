package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/sanitize"
)

// Run applies the rules to g. Unknown rule IDs in the options mean nothing; who
// takes them from people asks FindRule about them.
func Run(g *graph.Graph, o Options) *analyze.Check {
	r := analyze.NewAnalysis(analyze.Scope(g, graph.Weak))
	check := &analyze.Check{}
	// A stranger's estate may have a hundred thousand findings, of 400 bytes each: each one is somewhere by itself, and
	// what is dropped of them is garbage at once.
	var found, unjudged []*analyze.Finding
	all := slices.Concat(Rules, o.Own)
	pass := Pass{Graph: g, Core: r.Core, Limits: o.Limits.orDefault(), Analysis: r, all: all, fixes: o.Fixes, unrendered: len(Unrendered(g, o)) > 0}
	seriousness, common := map[string]int{}, texts{}
	for i, rule := range all {
		seriousness[rule.ID] = i
		if _, wanted := o.Severities[rule.ID]; slices.Contains(o.Off, rule.ID) || rule.OnDemand && !wanted {
			continue
		}
		check.Rules = append(check.Rules, o.describe(rule))
		p := pass
		p.rule = rule
		p.report = func(f analyze.Finding) {
			if s, ok := o.Severities[rule.ID]; ok {
				f.Severity = s
			}
			if f.Confidence == analyze.Assumed {
				f.Severity = min(f.Severity, analyze.Warning)
			}
			for _, text := range []*string{&f.Hint, &f.Alike.Cause, &f.Alike.Says, &f.Alike.Hint} {
				*text = common.one(*text)
			}
			found = append(found, &f)
		}
		p.leave = func(f analyze.Finding) { unjudged = append(unjudged, &f) }
		rule.Check(&p)
	}
	r.Forget()
	if len(g.Coverage().Estate) > 0 {
		found = slices.DeleteFunc(found, ofOthers(g))
		unjudged = slices.DeleteFunc(unjudged, ofOthers(g))
	}
	var excuses *suppressions // nil if annotations and comments excuse nothing
	if !o.NoAnnotations {
		excuses = newSuppressions(r, g)
	}
	ignore := o.exceptions(g)
	for i := range found {
		ignore.mark(found[i])
		if excuses != nil {
			excuses.covers(found[i]) // also of those that another finding replaces
			excuses.comments.excusing(found[i])
		}
	}
	for i := range unjudged {
		ignore.mark(unjudged[i])
		if ignore.of(unjudged[i]) == nil {
			check.Unjudged = append(check.Unjudged, narrow(g, unjudged[i], o.Show)...)
		}
	}
	if !o.All {
		found = dropSuperseded(found, all)
	}
	found = keep(found, func(f *analyze.Finding) bool {
		excused, ok := o.excused(f, ignore, excuses)
		if ok {
			check.Excused = append(check.Excused, excused)
		}
		return !ok
	})
	found = keep(together(g, found), func(f *analyze.Finding) bool {
		ignore.mark(f)
		i := ignore.of(f)
		if f.Each == nil || i == nil {
			return true
		}
		for _, one := range f.Each {
			check.Excused = append(check.Excused, ignoredBy(one, i))
		}
		return false
	})
	sortByCost(r, found, seriousness)
	for i := range found {
		check.Found[found[i].Severity]++
	}
	check.ByRule = byRule(found)
	if o.Show.Services == nil { // no finding is narrowed
		all := len(found)
		check.Findings = valuesOf(keep(found, o.Show.Takes))
		check.NotShown = all - len(check.Findings)
	} else {
		for i := range found {
			shown := narrow(g, found[i], o.Show)
			if len(shown) == 0 {
				check.NotShown++
			}
			check.Findings = append(check.Findings, shown...)
		}
	}
	for i, entry := range ignore.entries {
		switch {
		case entry.Shared && !ignore.used[i]:
		case ignore.expired(&entry):
			check.Expired = append(check.Expired, entry)
		case !ignore.used[i]:
			check.Unused = append(check.Unused, entry)
		}
	}
	if excuses != nil {
		check.Unused = append(check.Unused, excuses.unused(check.Rules)...)
		check.Unused = append(check.Unused, excuses.comments.unused()...)
	}
	return check
}

// texts are those that many findings have in common, each kept once.
type texts map[string]string

// mostTexts is how many texts are kept to be found again. Most of them are about one object each; what many findings
// have in common comes back soon after all are forgotten.
const mostTexts = 1_000

func (t texts) one(text string) string {
	if known, ok := t[text]; ok {
		return known
	}
	if len(t) == mostTexts {
		clear(t)
	}
	t[text] = text
	return text
}

// excused returns f with its excuse. An excuse that is written down goes before the knowledge
// that the finding is not new.
func (o *Options) excused(f *analyze.Finding, ignore *exceptions, written *suppressions) (analyze.Excused, bool) {
	known := o.knows(f)
	if i := ignore.of(f); i != nil {
		return ignoredBy(*f, i), true
	}
	if written != nil {
		if reason, ok := written.covers(f); ok {
			return analyze.Excused{Finding: *f, By: analyze.ByAnnotation, Reason: sanitize.Secrets(reason)}, true
		}
		if c := written.comments.excusing(f); c != nil {
			return analyze.Excused{Finding: *f, By: analyze.ByComment, Reason: sanitize.Secrets(c.Reason), Origin: c.Origin}, true
		}
	}
	if known != nil {
		return analyze.Excused{Finding: *f, By: known.By, Reason: known.Name}, true
	}
	return analyze.Excused{}, false
}

func ignoredBy(f analyze.Finding, i *analyze.Ignore) analyze.Excused {
	return analyze.Excused{Finding: f, By: analyze.ByConfiguration, Reason: sanitize.Secrets(i.Reason), Origin: i.Origin, Below: i.Within != ""}
}
