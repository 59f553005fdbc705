package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/render/pen"
)

// junit is for build systems that show the results of tests. The elements are those that
// Jenkins and GitLab read: https://github.com/testmoapp/junitxml
var junit = &Format{
	Name:  "junit",
	Doc:   "for build systems that show test results: a suite for each rule, a test for each finding",
	Shows: lists,
	write: writeJUnit,
}

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	Skipped *junitSkipped `xml:"skipped"`
}

type junitFailure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// writeJUnit writes a suite for each rule that was run. Findings that fail the run are failed
// tests, the others skipped ones, so that the result is that of the exit code. A rule without a
// finding is a test that has passed.
func writeJUnit(w io.Writer, r *analyze.Report, o Options) error {
	report := junitReport{Name: "weir"}
	cases := map[string][]junitCase{}
	for f := range r.Check.Singles() {
		cases[f.Rule] = append(cases[f.Rule], junitOf(f, r.Check.Fails(f.Severity), o.Places))
	}
	for i := range r.Check.Excused {
		e := &r.Check.Excused[i]
		c := junitOf(&e.Finding, false, o.Places)
		c.Skipped.Message = excuseWords(e) + ": " + c.Skipped.Message
		cases[e.Rule] = append(cases[e.Rule], c)
	}
	for _, rule := range r.Check.Rules {
		suite := junitSuite{Name: rule.ID, Cases: cases[rule.ID]}
		if suite.Cases == nil {
			suite.Cases = []junitCase{{Class: rule.ID, Name: rule.Title}}
		}
		for i := range suite.Cases {
			suite.Tests++
			switch {
			case suite.Cases[i].Failure != nil:
				suite.Failures++
			case suite.Cases[i].Skipped != nil:
				suite.Skipped++
			}
		}
		report.Suites = append(report.Suites, suite)
		report.Tests += suite.Tests
		report.Failures += suite.Failures
		report.Skipped += suite.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitOf(f *analyze.Finding, fails bool, places Places) junitCase {
	c := junitCase{Class: f.Rule, Name: pen.Clean(f.Subject)}
	if s, ok := places.first(f); ok {
		c.File, c.Line = pen.Clean(s.File), s.Line
	}
	message := pen.Clean(said(f))
	if !fails {
		c.Skipped = &junitSkipped{Message: fmt.Sprintf("%s: %s", f.Severity, message)}
		return c
	}
	var lines []string
	for _, place := range f.Origins {
		lines = append(lines, pen.Clean(place.String()))
	}
	if f.Hint != "" {
		lines = append(lines, "hint: "+pen.Clean(f.Hint))
	}
	c.Failure = &junitFailure{Type: f.Severity.String(), Message: message, Text: strings.Join(lines, "\n")}
	return c
}
