package analyze

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// Options are what a configuration says about the rules.
type Options struct {
	Limits     Limits              // DefaultLimits for those that are 0
	Severities map[string]Severity // by rule ID: of all its findings, whatever their own
	Off        []string            // IDs of rules that are not run
	Ignore     []Ignore
	Today      string // 2006-01-02, against Ignore.Until; without it nothing runs out
}

// An Ignore excuses findings.
type Ignore struct {
	Rule    string // its ID; "*" is every rule
	Subject string // as in a Finding; "*" in it stands for anything, "?" for one character
	Reason  string
	Until   string // the last day on which it counts, 2006-01-02; empty is for ever
	Origin  graph.Origin
}

// IgnoreAnnotation is the key under which a service or a policy object excuses
// findings about itself: "<rule>: reason", one a line. Where an input has no
// annotations, a label of this name does.
const IgnoreAnnotation = graph.IgnoreAnnotation

// Run applies the rules to g. Unknown rule IDs in the options mean nothing; who
// takes them from people asks FindRule about them.
func Run(g *graph.Graph, o Options) *Check {
	r := newRun(g)
	check := &Check{}
	var found []Finding
	pass := Pass{Graph: g, Core: r.core, Limits: o.Limits.orDefault(), run: r, all: Rules}
	seriousness := map[string]int{}
	for i, rule := range Rules {
		seriousness[rule.ID] = i
		if _, wanted := o.Severities[rule.ID]; slices.Contains(o.Off, rule.ID) || rule.OnDemand && !wanted {
			continue
		}
		check.Rules++
		p := pass
		p.rule = rule
		p.report = func(f Finding) {
			if s, ok := o.Severities[rule.ID]; ok {
				f.Severity = s
			}
			if f.Confidence == Assumed {
				f.Severity = min(f.Severity, Warning)
			}
			found = append(found, f)
		}
		rule.Check(&p)
	}
	excuses := objectExcuses(g)
	for _, f := range unreplaced(found, Rules) {
		if o.ignores(&f) || excuses.cover(g, &f) {
			check.Ignored++
			continue
		}
		check.Findings = append(check.Findings, f)
	}
	slices.SortStableFunc(check.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(seriousness[a.Rule], seriousness[b.Rule]), strings.Compare(a.Subject, b.Subject))
	})
	for _, ignore := range o.Ignore {
		if ignore.expired(o.Today) {
			check.Expired = append(check.Expired, ignore)
		}
	}
	return check
}

// A run holds what several rules ask for, computed when the first one does.
type run struct {
	core   *graph.Graph // see Pass
	strong *graph.Graph // of core, the calls with strong evidence
	sync   *graph.Graph // of core, the synchronous calls
	memos  map[any]any  // the answers of each Memo
}

func newRun(g *graph.Graph) *run { return runOn(Scope(g, graph.Weak)) }

// runOn is a run on calls that were chosen already.
func runOn(core *graph.Graph) *run {
	return &run{core: core, strong: proven(core, graph.Strong), sync: synchronous(core), memos: map[any]any{}}
}

func (l Limits) orDefault() Limits {
	return Limits{
		ChainDepth: cmp.Or(l.ChainDepth, DefaultLimits.ChainDepth),
		FanOut:     cmp.Or(l.FanOut, DefaultLimits.FanOut),
		FanIn:      cmp.Or(l.FanIn, DefaultLimits.FanIn),
	}
}

// ignores reports whether an entry that has not run out excuses f.
func (o *Options) ignores(f *Finding) bool {
	return slices.ContainsFunc(o.Ignore, func(i Ignore) bool {
		return !i.expired(o.Today) && (i.Rule == "*" || i.Rule == f.Rule) && matches(i.Subject, f.Subject)
	})
}

// expired compares dates as text, which is what their notation is made for.
func (i *Ignore) expired(today string) bool { return i.Until != "" && today > i.Until }

// matches reports whether text is what pattern says: "*" is any run of
// characters, slashes too, "?" any single one.
func matches(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	star, resume := -1, 0 // after the last "*" in p, and where in t it stops for now
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			i++
			star, resume = i, j
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i++
			j++
		case star >= 0:
			resume++
			i, j = star, resume
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}

// fingerprint identifies a finding from one run to the next: by what is found and
// about whom, never by where it is written or how it is worded.
func fingerprint(rule, subject, detail string) string {
	text := rule + "\x00" + subject
	if detail != "" {
		text += "\x00" + detail
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
