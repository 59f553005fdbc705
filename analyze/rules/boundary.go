package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/boundary"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/wildcard"
)

// Boundaries returns the rules that check architecture rules, those of kind boundary.Allow together
// as one, in the order of the list.
func Boundaries(list []boundary.Rule) []*Rule {
	var rules []*Rule
	var allowed []*boundary.Rule
	for i := range list {
		b := &list[i]
		switch b.Kind {
		case boundary.Forbid:
			rules = append(rules, boundaryRule(b, sentence(b), func(p *Pass) { checkForbidden(p, b) }))
		case boundary.Require:
			rules = append(rules, boundaryRule(b, sentence(b), func(p *Pass) { checkRequired(p, b) }))
		case boundary.Allow:
			allowed = append(allowed, b)
		}
	}
	if allowed != nil {
		rules = append(rules, boundaryRule(allowed[0], "calls that no entry of allow matches", func(p *Pass) { checkAllowed(p, allowed) }))
	}
	return rules
}

func boundaryRule(b *boundary.Rule, title string, check func(*Pass)) *Rule {
	severity := analyze.Error
	if i := slices.Index(analyze.Severities, b.Severity); i >= 0 {
		severity = analyze.Severity(i)
	}
	doc := title + ".\n"
	if b.Kind != boundary.Allow && b.Comment != "" {
		doc += "\n" + b.Comment + "\n"
	}
	return &Rule{ID: b.ID(), Title: title, Doc: doc + "\nDeclared at " + b.Origin.String() + ".\n", Severity: severity, Check: check}
}

// sentence is what a rule demands: "web must not call ledger-db".
func sentence(b *boundary.Rule) string {
	demand := "must not "
	if b.Kind == boundary.Require {
		demand = "must "
	}
	text := b.From.String() + " " + demand + verbOf(b) + " " + b.To.String()
	if b.Via.Terms != nil {
		text += ", but over " + b.Via.String()
	}
	if conditions := callConditions(b); conditions != "" {
		text += ", of calls with " + conditions
	}
	return text
}

func verbOf(b *boundary.Rule) string {
	if b.Reach {
		return "reach"
	}
	return "call"
}

func callConditions(b *boundary.Rule) string {
	var list []string
	if b.Mode != graph.ModeUnknown {
		list = append(list, "mode "+b.Mode.String())
	}
	if b.Protocol != nil {
		list = append(list, "protocol "+strings.Join(b.Protocol, " or "))
	}
	return english.List(list)
}

// boundaryCalls returns the calls that architecture rules look at: requests of programs, with weak
// evidence or strong, declared or observed, telemetry and those to control planes included. Start
// orders, health checks and what is only allowed are no calls.
func boundaryCalls(p *Pass) *graph.Graph {
	return boundaryGraph.Of(p.Analysis, analyze.Once{}, func() *graph.Graph {
		g := p.Graph
		return g.Where(func(e graph.Edge) bool {
			class := g.Class(e)
			return (class.Core() || class == graph.ClassControl || class == graph.ClassTelemetry) &&
				g.Strength(e) >= graph.Weak && g.From(e) != g.To(e) && analyze.IsAddressed(g, e)
		})
	})
}

var boundaryGraph = analyze.NewMemo[analyze.Once, *graph.Graph]("the calls that architecture rules look at")

// counts is whether a rule is about calls like e.
func counts(b *boundary.Rule, g *graph.Graph, e graph.Edge) boundary.Truth {
	switch protocol := g.Protocol(e); {
	case b.Mode != graph.ModeUnknown && g.Mode(e) != b.Mode:
		return boundary.No
	case b.Protocol == nil:
		return boundary.Yes
	case protocol == "":
		return boundary.Unknown
	case slices.ContainsFunc(b.Protocol, func(pattern string) bool { return wildcard.Match(pattern, protocol) }):
		return boundary.Yes
	}
	return boundary.No
}

// selected returns by node whether a selector selects it. One that compares selects nothing by
// itself.
func selected(p *Pass, s *boundary.Selector) []boundary.Truth {
	g := p.Graph
	is := make([]boundary.Truth, g.Len())
	if exact, ok := s.Exact(); ok {
		for _, name := range exact {
			for _, v := range namesOfServices(p)[name] {
				is[v] = s.Selects(g.Service(graph.Node(v)), nil)
			}
		}
		return is
	}
	for v := range graph.Node(g.Len()) {
		is[v] = s.Selects(g.Service(v), nil)
	}
	return is
}

func namesOfServices(p *Pass) boundary.Names {
	return selectorNames.Of(p.Analysis, analyze.Once{}, func() boundary.Names { return boundary.NamesOf(p.Graph.Services()) })
}

var selectorNames = analyze.NewMemo[analyze.Once, boundary.Names]("services by the names that select them")

func selectsAny(is []boundary.Truth) bool {
	return slices.ContainsFunc(is, func(t boundary.Truth) bool { return t > boundary.No })
}

// A judged is one architecture rule with what it selects of a graph.
type judged struct {
	*boundary.Rule
	graph    *graph.Graph
	from, to []boundary.Truth // by node; to is nil if it depends on the caller

	allNative bool // native manifests declare all calls; only set where chains count
}

// judge selects the services of a rule, and reports what of its selectors matches no service.
func judge(p *Pass, b *boundary.Rule) *judged {
	g := boundaryCalls(p)
	j := &judged{Rule: b, graph: g, from: selected(p, &b.From)}
	if !b.To.Compares() {
		j.to = selected(p, &b.To)
	}
	reported := false
	for _, s := range []*boundary.Selector{&b.From, &b.To, &b.Via} {
		for _, name := range s.Unnamed(namesOfServices(p)) {
			reportUnmatched(p, b, s, unnamed(g, name))
			reported = true
		}
	}
	switch {
	case reported:
	case !selectsAny(j.from):
		reportUnmatched(p, b, &b.From, "no service matches from: "+b.From.String())
	case j.to != nil && !selectsAny(j.to):
		reportUnmatched(p, b, &b.To, "no service matches to: "+b.To.String())
	case b.Via.Terms != nil && !selectsAny(selected(p, &b.Via)):
		reportUnmatched(p, b, &b.Via, "no service matches via: "+b.Via.String())
	}
	return j
}

// unnamed says that there is no service of a name, and which one may be meant.
func unnamed(g *graph.Graph, name string) string {
	text := "no service is called " + name
	if _, err := g.Find(name); err != nil {
		if hint, ok := err.(interface{ Hint() string }); ok && hint.Hint() != "" {
			text += "; " + hint.Hint()
		}
	}
	return text
}

func reportUnmatched(p *Pass, b *boundary.Rule, s *boundary.Selector, message string) {
	p.Unjudged(analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    b.ID(),
		Detail:     message,
		Message:    message,
		Hint:       "correct the rule, or add the inputs that declare the service to the sources",
		Origins:    []graph.Origin{s.Origin},
	})
}

// call is whether the rule selects both ends of the call e and calls like it.
func (j *judged) call(e graph.Edge) boundary.Truth {
	from := j.from[j.graph.From(e)]
	if from == boundary.No {
		return from
	}
	return from.And(j.callee(e)).And(counts(j.Rule, j.graph, e))
}

func (j *judged) callee(e graph.Edge) boundary.Truth {
	if j.to != nil {
		return j.to[j.graph.To(e)]
	}
	return j.To.Selects(j.graph.Service(j.graph.To(e)), j.graph.Service(j.graph.From(e)))
}

// reportUndecided reports n calls or services of which attributes that a rule asks for are not
// declared.
func reportUndecided(p *Pass, b *boundary.Rule, what string, n int, at []graph.Origin) {
	p.Unjudged(analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    "inputs",
		Message:    fmt.Sprintf("%s: what the rule asks for is not declared", what),
		Hint:       "declare the namespace, tier, team, owner or protocol that the rule names, in the inputs or under services in weir.yaml",
		Values:     []analyze.KeyValue{number("undecided", n)},
		Origins:    append(at, b.Origin),
	})
}

// confidenceOf is how sure a finding is that rests on these calls. The mode of a call matters only
// to rules that ask for it.
func (j *judged) confidenceOf(p *Pass, g *graph.Graph, calls []graph.Edge) analyze.Confidence {
	known := callConfidences.Of(p.Analysis, g, func() []uint8 { return make([]uint8, g.Calls()) })
	sure := analyze.Certain
	for _, e := range calls { // of long chains, which rules have in common
		if known[e] == 0 {
			known[e] = 1 + uint8(confidence(g, []graph.Edge{e}))
		}
		sure = min(sure, analyze.Confidence(known[e]-1))
	}
	if sure == analyze.Default && j.Mode == graph.ModeUnknown {
		return analyze.Certain
	}
	return sure
}

var callConfidences = analyze.NewMemo[*graph.Graph, []uint8]("confidences of single calls, plus one")

// because ends a message with the comment of a rule.
func because(text, comment string) string {
	if comment == "" {
		return text
	}
	return text + ": " + comment
}

// removal asks to remove a call, by the settings that name the callee.
func removal(g *graph.Graph, e graph.Edge) string {
	text := "remove the call of " + g.ID(g.From(e)) + " to " + g.ID(g.To(e))
	var keys []string
	declared := false
	for _, shown := range g.Evidence(e) {
		declared = declared || !shown.Observed
		if shown.Key != "" && !slices.Contains(keys, shown.Key) {
			keys = append(keys, shown.Key)
		}
	}
	switch {
	case keys != nil:
		text += " (" + strings.Join(keys, ", ") + ")"
	case !declared:
		text += " from its code"
	}
	return text
}

func checkForbidden(p *Pass, b *boundary.Rule) {
	j := judge(p, b)
	if b.Reach {
		checkUnreachable(p, j)
		return
	}
	g := j.graph
	var undecided []graph.Edge
	for e := range graph.Edge(g.Calls()) {
		switch j.call(e) {
		case boundary.Yes:
			to := g.ID(g.To(e))
			says := because("although it is forbidden", b.Comment)
			f := j.aboutCall(p, e)
			f.Message = g.ID(g.From(e)) + " calls " + to + " " + says
			f.Hint = removal(g, e)
			f.Alike = analyze.Alike{Cause: to, Says: says, Hint: "remove the calls to " + to, Calls: true, One: true}
			p.Report(f)
		case boundary.Unknown:
			undecided = append(undecided, e)
		}
	}
	j.reportUndecidedCalls(p, undecided)
}

// aboutCall begins a finding about the call e, which breaks the rule.
func (j *judged) aboutCall(p *Pass, e graph.Edge) analyze.Finding {
	g := j.graph
	return analyze.Finding{
		Confidence: j.confidenceOf(p, g, []graph.Edge{e}),
		Subject:    callID(g, e),
		Origins:    append(written(g, []graph.Edge{e}), j.Origin),
		Services:   []graph.Node{g.From(e), g.To(e)},
		Owners:     []graph.Node{g.From(e)},
	}
}

func (j *judged) reportUndecidedCalls(p *Pass, calls []graph.Edge) {
	if len(calls) > 0 {
		what := fmt.Sprintf("%s (%s)", english.Count(len(calls), "call"), callIDs(j.graph, calls))
		reportUndecided(p, j.Rule, what, len(calls), written(j.graph, calls[:1]))
	}
}

func checkAllowed(p *Pass, allowed []*boundary.Rule) {
	var rules []*judged
	for _, b := range allowed {
		rules = append(rules, judge(p, b))
	}
	first := rules[0]
	g := first.graph
	var undecided []graph.Edge
	for e := range graph.Edge(g.Calls()) {
		if !g.Class(e).Core() {
			continue
		}
		best := boundary.No
		for _, j := range rules {
			best = max(best, j.call(e))
		}
		switch best {
		case boundary.No:
			from, to := g.ID(g.From(e)), g.ID(g.To(e))
			f := first.aboutCall(p, e)
			f.Message = fmt.Sprintf("%s calls %s, which no entry of allow matches", from, to)
			f.Hint = fmt.Sprintf("%s, or add {from: %s, to: %s} to allow in weir.yaml", removal(g, e), from, to)
			p.Report(f)
		case boundary.Unknown:
			undecided = append(undecided, e)
		}
	}
	first.reportUndecidedCalls(p, undecided)
}

func checkRequired(p *Pass, b *boundary.Rule) {
	j := judge(p, b)
	if j.to != nil && !slices.Contains(j.to, boundary.Yes) {
		return // there is nothing to call
	}
	g := j.graph
	var does []boundary.Truth // by node
	if b.Reach {
		does = j.reaching(p)
		j.allNative = isAllNative(g)
	} else {
		does = j.called()
	}
	var undecided []graph.Node
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		switch {
		case j.from[v] == boundary.No || does[v] == boundary.Yes || !makesCalls(s) || j.to != nil && j.to[v] == boundary.Yes:
		case j.from[v] == boundary.Unknown || does[v] == boundary.Unknown || j.to != nil && j.to[v] == boundary.Unknown:
			undecided = append(undecided, v)
		default:
			j.reportMissing(p, v)
		}
	}
	if len(undecided) > 0 {
		what := fmt.Sprintf("%s (%s)", english.Count(len(undecided), "service"), namesOf(g, undecided))
		reportUndecided(p, b, what, len(undecided), places(g.Service(undecided[0]))[:1])
	}
}

// makesCalls reports whether a service is a program of which an input declares what it calls.
func makesCalls(s *graph.Service) bool {
	return s.Defined && !s.Outside && (s.Kind == graph.KindService || s.Kind == graph.KindJob || s.Kind == graph.KindGateway)
}

// called is by node whether a service makes a call that the rule asks for.
func (j *judged) called() []boundary.Truth {
	g := j.graph
	does := make([]boundary.Truth, g.Len())
	for e := range graph.Edge(g.Calls()) {
		v := g.From(e)
		does[v] = max(does[v], j.callee(e).And(counts(j.Rule, g, e)))
	}
	return does
}

func (j *judged) reportMissing(p *Pass, v graph.Node) {
	g, verb, to := j.graph, verbOf(j.Rule), j.To.String()
	says := because(fmt.Sprintf("not %s %s although it is required", verb, to), j.Comment)
	hint := verb + " " + to + ", or declare in weir.yaml the calls that only its code shows"
	p.Report(analyze.Finding{
		Confidence: j.absence(v),
		Subject:    g.ID(v),
		Message:    g.ID(v) + " does " + says,
		Hint:       "let " + g.ID(v) + " " + hint,
		Origins:    append(places(g.Service(v)), j.Origin),
		Services:   []graph.Node{v},
		Alike:      analyze.Alike{Cause: to, Says: "do " + says, Hint: "let each " + hint, One: true},
	})
}

// absence is how sure it is that a service makes no further calls: certain if a native manifest
// declares its calls, all calls where chains count.
func (j *judged) absence(v graph.Node) analyze.Confidence {
	lo, hi := j.graph.Out(v)
	for e := lo; e < hi && !j.Reach; e++ {
		if slices.ContainsFunc(j.graph.Evidence(e), isNative) {
			return analyze.Certain
		}
	}
	if j.Reach && j.allNative {
		return analyze.Certain
	}
	return analyze.Assumed
}

// isAllNative reports whether native manifests declare all calls of g.
func isAllNative(g *graph.Graph) bool {
	for e := range graph.Edge(g.Calls()) {
		if !slices.ContainsFunc(g.Evidence(e), isNative) {
			return false
		}
	}
	return true
}
