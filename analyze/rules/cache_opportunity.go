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
	ByPeople: "the program has to keep answers",
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
			if readsUncached(p.Effective(e)) {
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
		f.Message = fmt.Sprintf("%s; %d of these calls only read and are not cached", passive(g, v, without(g.Callers(v), v)), len(readers))
		f.Hint = fmt.Sprintf("cache the responses of %s in its callers for a few seconds; that removes most of its load", g.ID(v))
		f.Values = []analyze.KeyValue{number("callers", callers), number("readers", len(readers)), number("limit", p.Limits.FanIn)}
		p.Report(f)
	}
}

// manyReads is the number of reads within one request from which a cache saves most of
// them.
const manyReads = 3

// reportRereading reports a call that traces show several times per request of its
// caller.
func reportRereading(p *Pass, e graph.Edge) {
	seen := p.Core.Observed(e)
	asked := 0.0
	for _, in := range p.Core.In(p.Core.From(e)) {
		if o := p.Core.Observed(in); o != nil && p.Core.From(in) != p.Core.To(in) {
			asked += o.Calls
		}
	}
	if seen == nil || seen.Calls < rareCalls || asked == 0 || seen.Calls/asked < manyReads {
		return
	}
	f := aboutCall(p, e, analyze.Default, seenAt(p.Core.Call(e))) // assumes that the reads return the same
	f.Message = fmt.Sprintf("%s %.3g times per incoming request, only to read and without a cache", callText(p, e), seen.Calls/asked)
	f.Hint = fmt.Sprintf("cache the responses of %s in %s for a few seconds, or for the duration of a request", p.Core.ID(p.Core.To(e)), p.Core.ID(p.Core.From(e)))
	f.Values = []analyze.KeyValue{keyValue("calls", english.Number(seen.Calls)), keyValue("requests", english.Number(asked)), number("limit", manyReads)}
	p.Report(f)
}

// readsUncached reports whether a call only reads, without a cache.
func readsUncached(parts []analyze.Part) bool {
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
