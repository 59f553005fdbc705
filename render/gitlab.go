package render

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/weirgraph/weir/analyze"
)

// gitlab is a Code Quality report, which GitLab shows in a merge request.
// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
var gitlab = &Format{
	Name:   "gitlab",
	Doc:    "for GitLab: a Code Quality report",
	Shows:  lists,
	syntax: jsonSyntax,
	write:  writeGitLab,
}

// A qualityIssue has the fields that GitLab reads.
type qualityIssue struct {
	Description string          `json:"description"`
	CheckName   string          `json:"check_name"`
	Fingerprint string          `json:"fingerprint"`
	Severity    string          `json:"severity"`
	Location    qualityLocation `json:"location"`
}

type qualityLocation struct {
	Path  string       `json:"path"`
	Lines qualityLines `json:"lines"`
}

type qualityLines struct {
	Begin int `json:"begin"`
}

var gitlabSeverities = [...]string{analyze.Info: "info", analyze.Warning: "minor", analyze.Error: "critical"}

// writeGitLab writes an issue for each finding. GitLab needs a path for each: those that are in
// no file are attributed to the configuration. Those that are ignored are of the lowest severity, and
// there only with Options.Verbose.
func writeGitLab(w io.Writer, r *analyze.Report, o Options) error {
	issues := []qualityIssue{}
	seen := map[string]int{} // variants may have the same finding with other words
	add := func(f *analyze.Finding, words, severity string) {
		s, ok := o.Places.first(f)
		if !ok {
			s.File = "weir.yaml"
		}
		description := words + said(f)
		if f.Hint != "" {
			description += "; hint: " + f.Hint
		}
		fingerprint := f.Fingerprint
		if seen[fingerprint]++; seen[fingerprint] > 1 {
			fingerprint += fmt.Sprintf("-%d", seen[fingerprint])
		}
		issues = append(issues, qualityIssue{
			Description: description, CheckName: f.Rule, Fingerprint: fingerprint, Severity: severity,
			Location: qualityLocation{Path: s.File, Lines: qualityLines{Begin: max(s.Line, 1)}},
		})
	}
	for f := range r.Check.Singles() {
		add(f, "", gitlabSeverities[f.Severity])
	}
	if o.Verbose {
		for i := range r.Check.Excused {
			e := &r.Check.Excused[i]
			add(&e.Finding, excuseWords(e)+": ", gitlabSeverities[analyze.Info])
		}
	}
	return indented(w, issues)
}

// indented writes a value as JSON for people who look into the file. Names of services are
// full of arrows, which stay readable.
func indented(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
