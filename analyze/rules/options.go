package rules

import (
	"github.com/weirgraph/weir/analyze"
)

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

// Options are what a configuration says about the rules.
type Options struct {
	Limits     Limits                      // defaultLimits for those that are 0
	Severities map[string]analyze.Severity // by rule ID: of all its findings, whatever their own
	Off        []string                    // IDs of rules that are not run
	Ignore     []analyze.Ignore
	Own        []*Rule // further rules, as Boundaries returns them
	Known      []*Known
	Show       Selection
	All        bool // also the findings that others say more than
	Fixes      bool // findings have their fixes as data, see Finding.Fix; they take as long as the findings

	NoAnnotations bool // annotations, comments and configurations below that of the run excuse nothing

	Dir   string // the working directory, to which paths in Ignore and places are relative
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
