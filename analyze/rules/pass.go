package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// fingerprint identifies a finding from one run to the next: by what is found and
// about whom, never by where it is written or how it is worded.
func fingerprint(rule, subject, detail string) string {
	text := firstID(rule) + "\x00" + subject
	if detail != "" {
		text += "\x00" + detail
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// A Pass is one run of one rule.
type Pass struct {
	Graph    *graph.Graph      // all calls and services
	Core     *graph.Graph      // the calls that failures travel along, with weak evidence or strong
	Analysis *analyze.Analysis // what algorithms find on Core, each computed once for all rules
	Limits   Limits

	rule       *Rule
	all        []*Rule // Rules, which a rule cannot refer to, and own ones
	unrendered bool    // whether "not-rendered" reports an input
	fixes      bool    // findings get their fixes as data
	report     func(analyze.Finding)
	leave      func(analyze.Finding)
}

// At reports a finding of another severity than the rule's own.
func (p *Pass) At(s analyze.Severity, f analyze.Finding) {
	if s == analyze.Error && inCodeAlone(f.Origins) {
		s = analyze.Warning
	}
	f.Rule, f.Severity = p.rule.ID, s
	f.Fingerprint = fingerprint(p.rule.ID, f.Subject, f.Detail)
	if len(f.Routes) >= manyRoutes {
		f.Values = append(slices.Clip(f.Values), analyze.KeyValue{Key: "routes", Value: strings.Join(f.Routes, ", ")})
	}
	if p.fixes && !f.Fix.Applicable() && f.Fix.None == "" && p.rule.ByPeople == "" {
		f.Fix.None = p.rule.NoFix
	}
	p.report(f)
}

// inCodeAlone reports whether all that a finding rests on is in source code.
func inCodeAlone(places []graph.Origin) bool {
	return len(places) > 0 && !slices.ContainsFunc(places, func(o graph.Origin) bool { return !isCode(o) })
}

// Unjudged reports what the rule could not judge, because no input can show it. It is no finding.
func (p *Pass) Unjudged(f analyze.Finding) {
	f.Rule, f.Severity = p.rule.ID, analyze.Info
	f.Fingerprint = fingerprint(p.rule.ID, f.Subject, f.Detail)
	p.leave(f)
}

// Requests returns the calls of Core that wait for one answer: synchronous ones,
// and no streams. Events and copies of traffic have no caller that waits, and a
// stream has no end to wait for; what only starts after another program may never call it. Telemetry and health checks are not in Core.
func (p *Pass) Requests() iter.Seq[graph.Edge] {
	return func(yield func(graph.Edge) bool) {
		for e := range graph.Edge(p.Core.Calls()) {
			if p.Core.Mode(e) == graph.Sync && !analyze.IsStream(p.Core.Protocol(e)) && analyze.IsAddressed(p.Core, e) && !yield(e) {
				return
			}
		}
	}
}

// Report adds a finding of the rule. It fills in the rule, its severity and the
// fingerprint; a rule whose findings differ in severity says how with At.
func (p *Pass) Report(f analyze.Finding) { p.At(p.rule.Severity, f) }

// Effective returns the parts of e, a call of Core, and what acts on them: at
// least one, without layers if no input declares a policy of the call.
func (p *Pass) Effective(e graph.Edge) []analyze.Part { return p.Analysis.Effective(e) }

// Tier returns how critical v is, by its own tier or by those that depend on it.
func (p *Pass) Tier(v graph.Node) analyze.Tier { return p.Analysis.Tiers()[v] }
