package rules

import (
	"fmt"
	"math"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var chattyEdge = &Rule{
	ID:       "chatty-edge",
	Title:    "chatty interface between two services",
	Doc:      chattyEdgeDoc,
	Severity: analyze.Info,
	ByPeople: "the callee needs an operation for many",
	Check:    checkChattyEdge,
}

const chattyEdgeDoc = `
A caller that makes ten calls to one callee for each of its own requests pays ten
times for the network, multiplies the load of its callee by ten, and fails ten times
as often: ten calls of 99.9 % give 99 %. Often the boundary between the two services
cuts through one subject.

Reported if traces show ten calls or more from a caller to a callee for each request
of the caller that makes any, on average over all of them, whatever the operations.

    web: 40 requests that call catalog, 560 calls in them

Not reported: calls reported by "n-plus-one"; messages and streams; and calls that
belong to no observed request. The request that the caller itself serves is what
counts: a service that makes one call for each of its requests is not chatty.

    web: 40 requests that call catalog, 120 calls in them

**Fix.** Offer what callers need together in one operation; cache responses for the
duration of a request; or move the code to its data.

Retries count as calls. Counts are those of the traces that were read.

Source: Bogner et al., "Towards a Collaborative Repository for the Documentation of
Service-Based Antipatterns and Bad Smells", ICSA-C 2019 ("Chatty Service").
`

// chattyCalls is the number of calls per request from which the network latency of
// about 1ms each is noticeable.
const chattyCalls = 10

func checkChattyEdge(p *Pass) {
	g := p.Core
	for e := range p.Requests() {
		seen := g.Observed(e)
		if seen == nil || seen.More().PerRequest() < chattyCalls || len(repeatsOf(g, e)) > 0 {
			continue
		}
		f := aboutCall(p, e, analyze.Certain, seenAt(g.Call(e)))
		if seen.More().Requests < fewTraces {
			f.Confidence = analyze.Assumed
		}
		average := english.Number(math.Round(10*seen.More().PerRequest()) / 10)
		f.Message = fmt.Sprintf("%s %s times per request that needs it, on average over %s; each call adds a network round trip", callText(p, e), average, english.Count(int(seen.More().Requests), "request"))
		if seen.More().Requests == 1 {
			f.Message = fmt.Sprintf("%s %s times for the only observed request that needs it; each call adds a network round trip", callText(p, e), average)
		}
		f.Hint = fmt.Sprintf("add a batch operation to %s, or cache its responses for the duration of a request", g.ID(g.To(e)))
		if k := g.Service(g.To(e)).Kind; k == graph.KindDatabase || k == graph.KindCache {
			f.Hint = fmt.Sprintf("read from %s in one batch, or cache the results for the duration of a request", g.ID(g.To(e)))
		}
		f.Values = []analyze.KeyValue{keyValue("calls per request", average), keyValue("requests", english.Number(seen.More().Requests)), keyValue("calls", english.Number(seen.More().Within))}
		p.Report(f)
	}
}
