package render

import (
	"encoding/json"
	"io"
	"maps"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// sarifFormat is for programs that keep the findings of many tools, as GitHub's code scanning.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
var sarifFormat = &Format{
	Name:   "sarif",
	Doc:    "for code scanning: SARIF 2.1.0",
	Shows:  lists,
	syntax: jsonSyntax,
	write:  writeSARIF,
}

// fingerprintName names the way in which fingerprints are computed, with its version.
const fingerprintName = "weirFinding/v1"

var sarifLevels = [...]string{analyze.Info: "note", analyze.Warning: "warning", analyze.Error: "error"}

// writeSARIF writes one run: the rules that have found something, and a result for each finding, also
// for those that are excused.
func writeSARIF(w io.Writer, r *analyze.Report, o Options) error {
	report, err := sarif.New(sarif.Version210)
	if err != nil {
		return err
	}
	run := sarif.NewRunWithInformationURI("weir", "https://github.com/weirgraph/weir")
	if o.Version != "" {
		run.Tool.Driver.Version = &o.Version
	}
	found := map[string]bool{}
	for _, f := range r.Check.Findings {
		found[f.Rule] = true
	}
	for i := range r.Check.Excused {
		found[r.Check.Excused[i].Rule] = true
	}
	index := map[string]uint{}
	for i := range r.Check.Rules {
		rule := &r.Check.Rules[i]
		if found[rule.ID] {
			index[rule.ID] = uint(len(run.Tool.Driver.Rules))
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule(rule))
		}
	}
	run.Results = []*sarif.Result{}
	for f := range r.Check.Singles() {
		run.AddResult(sarifResult(f, index[f.Rule], o.Places))
	}
	for i := range r.Check.Excused {
		e := &r.Check.Excused[i]
		result := sarifResult(&e.Finding, index[e.Rule], o.Places)
		result.Suppressions = []*sarif.Suppression{sarifSuppression(e)}
		run.AddResult(result)
	}
	report.AddRun(run)
	plain, err := withoutNulls(report)
	if err != nil {
		return err
	}
	return indented(w, plain)
}

// withoutNulls returns the JSON of a value without the members that are null, which the schema
// does not allow and the library writes in suppressions.
func withoutNulls(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	var drop func(any)
	drop = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			maps.DeleteFunc(v, func(_ string, member any) bool { return member == nil })
			for _, member := range v {
				drop(member)
			}
		case []any:
			for _, item := range v {
				drop(item)
			}
		}
	}
	drop(tree)
	return tree, nil
}

func sarifRule(rule *analyze.RuleInfo) *sarif.ReportingDescriptor {
	doc := strings.TrimSpace(rule.Doc)
	first, _, _ := strings.Cut(doc, "\n\n")
	return sarif.NewRule(rule.ID).
		WithShortDescription(sarif.NewMultiformatMessageString(rule.Title)).
		WithFullDescription(sarif.NewMultiformatMessageString(strings.ReplaceAll(first, "\n", " "))).
		WithMarkdownHelp(doc).WithTextHelp(doc).
		WithHelpURI(rulePage(rule.ID)).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevels[rule.Severity])).
		WithProperties(sarif.Properties{"tags": []string{"reliability"}})
}

func sarifResult(f *analyze.Finding, rule uint, places Places) *sarif.Result {
	message := said(f)
	if f.Hint != "" {
		message += "\n\nHint: " + f.Hint
	}
	result := sarif.NewRuleResult(f.Rule).WithRuleIndex(int(rule)).
		WithLevel(sarifLevels[f.Severity]).
		WithMessage(sarif.NewTextMessage(message)).
		WithPartialFingerPrints(map[string]interface{}{fingerprintName: f.Fingerprint})
	values := map[string]string{}
	for _, v := range f.Values {
		values[v.Key] = v.Value
	}
	properties := sarif.Properties{"subject": f.Subject, "confidence": f.Confidence.String()}
	if len(values) > 0 {
		properties["values"] = values
	}
	if f.Variants != nil {
		properties["variants"] = f.Variants
	}
	result.Properties = properties
	for _, o := range f.Origins {
		location := sarifLocation(o, places)
		switch {
		case location == nil:
		case result.Locations == nil:
			result.Locations = []*sarif.Location{location}
		default:
			location.Id = new(uint(len(result.RelatedLocations)))
			result.RelatedLocations = append(result.RelatedLocations, location.WithMessage(sarif.NewTextMessage(o.String())))
		}
	}
	return result
}

// sarifSuppression is why a finding is not reported. Annotations and comments are beside
// what they excuse.
func sarifSuppression(e *analyze.Excused) *sarif.Suppression {
	kind, words := "external", excuseWords(e)
	if e.By == analyze.ByAnnotation || e.By == analyze.ByComment {
		kind = "inSource"
	}
	return sarif.NewSuppression(kind).WithStatus("accepted").WithJustifcation(words)
}

// sarifLocation returns the place of an origin, nil if it is in no file. Code scanning wants a
// line for each place: a whole file is shown at its first.
func sarifLocation(o graph.Origin, places Places) *sarif.Location {
	s, ok := places.spot(o)
	if !ok {
		return nil
	}
	region := sarif.NewRegion().WithStartLine(max(s.Line, 1))
	if s.Column > 0 {
		region.WithStartColumn(s.Column)
	}
	artifact := sarif.NewArtifactLocation().WithUri(s.uri())
	if !strings.HasPrefix(s.File, "/") {
		artifact.WithUriBaseId("%SRCROOT%")
	}
	return sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().WithArtifactLocation(artifact).WithRegion(region))
}
