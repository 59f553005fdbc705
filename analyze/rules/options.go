package rules

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/wildcard"
)

// expired compares dates as text, which is what their notation is made for.
func expired(i *analyze.Ignore, today string) bool { return i.Until != "" && today > i.Until }

// ignores returns an entry that has not run out and excuses f, nil if there is none.
func (o *Options) ignores(f *analyze.Finding) *analyze.Ignore {
	for i := range o.Ignore {
		if !expired(&o.Ignore[i], o.Today) && names(&o.Ignore[i], f) {
			return &o.Ignore[i]
		}
	}
	return nil
}

// knows returns the known findings that f is one of, nil if it is new.
func (o *Options) knows(f *analyze.Finding) *Known {
	var by *Known
	for _, k := range o.Known {
		if _, ok := k.Fingerprints[f.Fingerprint]; ok {
			k.Fingerprints[f.Fingerprint] = true
			if by == nil {
				by = k
			}
		}
	}
	return by
}

// Known are findings that are not reported again.
type Known struct {
	By           analyze.Excuse
	Name         string          // of the file or the state that has them
	Fingerprints map[string]bool // Run sets those to true that it finds
}

// mark notes in used which entries match f.
func (o *Options) mark(f *analyze.Finding, used []bool) {
	for i := range o.Ignore {
		used[i] = used[i] || names(&o.Ignore[i], f)
	}
}

func names(i *analyze.Ignore, f *analyze.Finding) bool {
	return (i.Rule == "*" || i.Rule == f.Rule) && wildcard.Match(i.Subject, f.Subject)
}

// Options are what a configuration says about the rules.
type Options struct {
	Limits     Limits                      // defaultLimits for those that are 0
	Severities map[string]analyze.Severity // by rule ID: of all its findings, whatever their own
	Off        []string                    // IDs of rules that are not run
	Ignore     []analyze.Ignore
	Known      []*Known
	Show       Selection
	Fixes      bool // findings have their fixes as data, see Finding.Fix; they take as long as the findings

	NoAnnotations bool // annotations and comments excuse nothing

	Today string // 2006-01-02, against Ignore.Until; without it nothing runs out
}

// describe returns r as the options have it.
func (o *Options) describe(r *Rule) analyze.RuleInfo {
	severity, ok := o.Severities[r.ID]
	if !ok {
		severity = r.Severity
	}
	return analyze.RuleInfo{ID: r.ID, Title: r.Title, Doc: r.Doc, Severity: severity}
}
