package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var failingCall = &Rule{
	ID:       "failing-call",
	Title:    "observed calls that fail",
	Doc:      failingCallDoc,
	Severity: analyze.Warning,
	ByPeople: "the cause is in a program, or in what it is asked",
	Check:    checkFailingCall,
}

const failingCallDoc = `
A call that fails for a large part of its requests is an outage now, whatever the policies
are. Its callers fail with it, and their callers too: traces show errors in all of them,
and one of them is where the errors begin.

Reported if traces or metrics show that 5 % or more of the calls of one service to another
fail, at least 5 of at least 10. The finding is about the call in which the errors begin:
the deepest failing callee. Calls that fail because of it, with at most twice as many
errors, are named in the same finding, and so is a trace in which the call failed, if spans were read.

    CALLER  CALLEE    CALLS  FAILED
    web     cart        200     110
    cart    pricing     400     240     # the errors begin here

Not reported: rare errors and few calls, which may be a test or a deployment.

    CALLER  CALLEE    CALLS  FAILED
    web     search      400       3

**Fix.** Find the cause in the callee, or in the requests that the caller sends. Until
then, a fallback or a breaker in the caller keeps the errors from its own callers.

Counts are those of the traces that were read. Traces that are sampled because they
contain errors show a larger share than there is. "weir graph" ranks the calls by
failures and by latency.
`

func checkFailingCall(p *Pass) {
	begin := map[graph.Edge]analyze.FailingCall{}
	follow := map[graph.Edge]group{}
	failing := analyze.FailingCalls(p.Core)
	for _, c := range failing {
		if c.Begins == c.Call {
			begin[c.Call] = c
		} else {
			follow[c.Begins] = append(follow[c.Begins], c.Call)
		}
	}
	for _, c := range failing {
		if _, ok := begin[c.Call]; ok {
			reportFailing(p, c, follow[c.Call])
		}
	}
}

// reportFailing reports a call in which errors begin, and those that fail with it.
func reportFailing(p *Pass, c analyze.FailingCall, follow group) {
	g, e := p.Core, c.Call
	seen := g.Observed(e)
	f := aboutCall(p, e, analyze.Certain, seenAt(g.Call(e)))
	callee := g.ID(g.To(e))
	f.Message = fmt.Sprintf("%s of the calls of %s to %s fail in the traces (%s of %s); the errors begin in %s",
		percent(c.Share), g.ID(g.From(e)), callee, english.Number(seen.Errors), english.Number(seen.Calls), callee)
	f.Values = []analyze.KeyValue{
		keyValue("calls", english.Number(seen.Calls)), keyValue("errors", english.Number(seen.Errors)), keyValue("share", percent(c.Share)),
	}
	if seen.More().FailedTrace != "" {
		f.Message += fmt.Sprintf(", for example in trace %s", seen.More().FailedTrace)
		f.Values = append(f.Values, keyValue("trace", seen.More().FailedTrace))
	}
	if len(follow) > 0 {
		f.Message += fmt.Sprintf("; %s %s with it (%s)", english.Count(len(follow), "other call"), verb(len(follow), "fails", "fail"), callIDs(g, follow))
		f.Values = append(f.Values, keyValue("fail with it", callIDs(g, follow)))
		f.AlsoAbout = follow.subjects(g)
		for _, v := range follow.callers(g) {
			if v != g.From(e) && v != g.To(e) {
				f.Services = append(f.Services, v)
			}
		}
	}
	f.Hint = fmt.Sprintf("find the cause in %s, or in the requests that %s sends; a fallback or a breaker in %s limits the effect", callee, g.ID(g.From(e)), g.ID(g.From(e)))
	p.Report(f)
}
