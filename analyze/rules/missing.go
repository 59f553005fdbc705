package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A missing is a call that does not have what a rule asks for.
type missing struct {
	call     graph.Edge
	named    string // which part of it, see which
	severity analyze.Severity
	sure     analyze.Confidence
	hint     string
	values   []analyze.KeyValue
	detail   string // see Finding
}

// The most that are told one by one. A caller that has a thing nowhere has one
// cause for it, and so has an estate.
const (
	fewMissing = 2 // calls of one caller
	fewCallers = 3
)

// reportMissing tells which calls have not what: one by one where a caller has few
// of them, else together with their caller as the subject. Where nobody has it
// and nobody is critical, all are told at once. The lacks come sorted by call.
func reportMissing(p *Pass, lacks []missing, what string, nobody bool) {
	var callers [][]missing
	calm := nobody
	for i, l := range lacks {
		if i == 0 || p.Core.From(l.call) != p.Core.From(lacks[i-1].call) {
			callers = append(callers, nil)
		}
		last := len(callers) - 1
		callers[last] = append(callers[last], l)
		calm = calm && l.severity == analyze.Info
	}
	if calm && len(callers) > fewCallers {
		reportAllMissing(p, lacks, len(callers), what)
		return
	}
	for _, list := range callers {
		if len(list) > fewMissing {
			reportMissingOfCaller(p, list, what)
			continue
		}
		for _, l := range list {
			f := aboutCall(p, l.call, l.sure)
			f.Message = callText(p, l.call) + l.named + " without " + what
			f.Hint, f.Values, f.Detail = l.hint, l.values, l.detail
			p.At(l.severity, f)
		}
	}
}

func reportMissingOfCaller(p *Pass, list []missing, what string) {
	g := p.Core
	caller := g.From(list[0].call)
	worst, sure := list[0], list[0].sure
	var callees []graph.Node
	var calls []graph.Edge
	var subjects []string
	for _, l := range list {
		subjects = append(subjects, callID(g, l.call))
		callees, calls = append(callees, g.To(l.call)), append(calls, l.call)
		sure = min(sure, l.sure)
		if l.severity > worst.severity {
			worst = l
		}
	}
	p.At(worst.severity, analyze.Finding{
		Confidence: min(sure, confidence(g, calls)),
		Subject:    g.ID(caller),
		Message:    fmt.Sprintf("%s calls %s, %s, each without %s", g.ID(caller), english.Count(len(callees), "service"), someIDs(g, callees), what),
		Hint:       worst.hint,
		Values:     []analyze.KeyValue{number("calls", len(calls)), keyValue("callees", joinIDs(g, callees, ", "))},
		Origins:    written(g, calls),
		Services:   append([]graph.Node{caller}, callees...),
		Detail:     list[0].detail,
		Covers:     subjects,
		Owners:     []graph.Node{caller},
	})
}

func reportAllMissing(p *Pass, lacks []missing, callers int, what string) {
	g, first := p.Core, lacks[0].call
	p.At(analyze.Info, analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    "inputs",
		Message: fmt.Sprintf("%s of %s (first: %s) have no %s: no input declares any, the code may",
			english.Count(len(lacks), "call"), english.Count(callers, "service"), callID(g, first), what),
		Hint:    lacks[0].hint,
		Values:  []analyze.KeyValue{number("calls", len(lacks)), number("callers", callers)},
		Origins: written(g, []graph.Edge{first}),
	})
}
