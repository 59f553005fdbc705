package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var cacheOpportunity = &Rule{
	ID:       "cache-opportunity",
	Title:    "cacheable reads by many callers",
	Doc:      cacheOpportunityDoc,
	Severity: analyze.Info,
	OnDemand: true,
	Check:    checkCacheOpportunity,
}

const cacheOpportunityDoc = `
Data that many services read and few change, such as configuration, permissions and
catalogs, can be cached by its readers. That reduces the load of the callee and gives
its callers a response while it is down.

Reported for a service with at least 5 synchronous callers whose calls are declared
as GET only, for calls without a cache; a callee is reported once. With fewer callers
it is reported for a call that traces show three times or more for each request of
its caller. It is a suggestion, so it is off unless weir.yaml gives it a severity.

    - {to: settings, methods: [GET], timeout: 1s}      # from six services

Not reported: unknown methods, methods other than GET and HEAD, and callers with a
cache.

    - {to: settings, methods: [GET], timeout: 1s, cache: {ttl: 30s}}

**Fix.** Add a cache of seconds in the caller ("cache: {ttl: 30s}"), and serve stale
responses while the callee is down ("cache: {ttl: 30s, stale: 10m}").
`

func checkCacheOpportunity(p *Pass) {
	g := p.Core
	for v := range graph.Node(g.Len()) {
		var readers []graph.Edge
		callers := 0
		for _, e := range g.In(v) {
			if g.Mode(e) != graph.Sync || driverManaged(g, e) {
				continue
			}
			callers++
			if readsAnew(p.Effective(e)) {
				readers = append(readers, e)
			}
		}
		if callers < p.Limits.FanIn || len(readers) == 0 {
			for _, e := range readers {
				reportRereading(p, e)
			}
			continue
		}
		var who []graph.Node
		for _, e := range readers {
			who = append(who, g.From(e))
		}
		f := aboutCall(p, readers[0], analyze.Certain, written(g, readers)...)
		f.Services = append([]graph.Node{v}, who...)
		f.Message = fmt.Sprintf("%s, of which %d only read and keep no answer", passive(g, v, without(g.Callers(v), v)), len(readers))
		f.Hint = "keep answers in the callers for some seconds, which takes most of the load away"
		f.Values = []analyze.KeyValue{number("callers", callers), number("readers", len(readers)), number("limit", p.Limits.FanIn)}
		p.Report(f)
	}
}

// rereads is from how many reads of one thing on, within one request, a cache saves
// most of them.
const rereads = 3

// reportRereading tells of a call that traces show to be made several times for each
// request of its caller.
func reportRereading(p *Pass, e graph.Edge) {
	seen := p.Core.Observed(e)
	asked := 0.0
	for _, in := range p.Core.In(p.Core.From(e)) {
		if o := p.Core.Observed(in); o != nil && p.Core.From(in) != p.Core.To(in) {
			asked += o.Calls
		}
	}
	if seen == nil || seen.Calls < rareCalls || asked == 0 || seen.Calls/asked < rereads {
		return
	}
	f := aboutCall(p, e, analyze.Default, seenAt(p.Core.Call(e))) // the same is presumed to be read
	f.Message = fmt.Sprintf("%s %.3g times for each request of its own, only reads and keeps no answer", callText(p, e), seen.Calls/asked)
	f.Hint = "keep answers in the caller for some seconds, or for the length of a request"
	f.Values = []analyze.KeyValue{keyValue("calls", english.Number(seen.Calls)), keyValue("requests", english.Number(asked)), number("limit", rereads)}
	p.Report(f)
}

// readsAnew reports whether a call only reads, and nothing keeps the answers.
func readsAnew(parts []analyze.Part) bool {
	for i := range parts {
		part := &parts[i]
		if len(part.Methods) == 0 || slices.ContainsFunc(part.Methods, func(m string) bool { return m != "GET" && m != "HEAD" }) {
			return false
		}
		for _, l := range part.Layers {
			if c := l.Set.Cache; c != nil && c.TTL.Set() {
				return false
			}
		}
	}
	return true
}
