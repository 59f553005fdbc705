package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/render/pen"
)

// github is for the log of a GitHub workflow, which makes annotations of it.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
var github = &Format{
	Name:   "github",
	Doc:    "for GitHub Actions: annotations of the changed files",
	Shows:  lists,
	syntax: commandSyntax,
	write:  writeGitHub,
}

// maxAnnotations is how many annotations of one level GitHub shows for a step.
const maxAnnotations = 10

var githubLevels = [...]string{analyze.Info: "notice", analyze.Warning: "warning", analyze.Error: "error"}

// writeGitHub writes a command for each finding that GitHub will show, and how many it will
// not. Findings that are reported together are one annotation. What is ignored is in the log only.
func writeGitHub(w io.Writer, r *analyze.Report, o Options) error {
	out := bufio.NewWriter(w)
	var written [analyze.Error + 1]int
	left := 0
	for i := range r.Check.Findings {
		f := &r.Check.Findings[i]
		if written[f.Severity] == maxAnnotations {
			left++
			continue
		}
		written[f.Severity]++
		fmt.Fprintf(out, "::%s %s::%s\n", githubLevels[f.Severity], githubProperties(f, o.Places), githubData(annotation(f)))
	}
	if left > 0 {
		fmt.Fprintf(out, "%d more findings, of which GitHub shows no annotation\n", left)
	}
	for i := range r.Check.Excused {
		if e := &r.Check.Excused[i]; !e.By.Known() {
			fmt.Fprintf(out, "%s: %s: %s [%s]\n", githubData(excuseWords(e)), e.Severity, githubData(pen.Clean(said(&e.Finding))), e.Rule)
		}
	}
	return out.Flush()
}

// annotation is the text of a finding: what is wrong, where else to look, and the fix.
func annotation(f *analyze.Finding) string {
	lines := []string{pen.Clean(said(f))}
	if len(f.Origins) > 1 {
		for _, line := range placeLines(f.Origins, false) {
			lines = append(lines, pen.Clean(line))
		}
	}
	if f.Hint != "" {
		lines = append(lines, "hint: "+pen.Clean(f.Hint))
	}
	return strings.Join(lines, "\n")
}

func githubProperties(f *analyze.Finding, places Places) string {
	var b strings.Builder
	if s, ok := places.first(f); ok {
		fmt.Fprintf(&b, "file=%s,", githubProperty(pen.Clean(s.File)))
		if s.Line > 0 {
			fmt.Fprintf(&b, "line=%d,", s.Line)
		}
		if s.Column > 0 {
			fmt.Fprintf(&b, "col=%d,", s.Column)
		}
	}
	return b.String() + "title=" + githubProperty("weir: "+f.Rule)
}

var (
	// "##[error]" is the older form of a command, and may be anywhere in a line.
	githubDataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", "##", "# #")
	githubPropertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", "##", "# #", ":", "%3A", ",", "%2C")
)

func githubData(s string) string     { return githubDataEscapes.Replace(s) }
func githubProperty(s string) string { return githubPropertyEscapes.Replace(s) }
