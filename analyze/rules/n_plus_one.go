package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var nPlusOne = &Rule{
	ID:       "n-plus-one",
	Title:    "N+1 calls",
	Doc:      nPlusOneDoc,
	Severity: analyze.Warning,
	ByPeople: "the program has to ask once for all",
	Check:    checkNPlusOne,
}

const nPlusOneDoc = `
A page that lists 25 articles and fetches the price of each separately waits 25 times
for the network, and gets slower with every article. Its callee serves 26 requests
where one or two would do.

Reported if traces show that a caller, while it serves one request, calls the same
operation of the same callee five times or more (ten times for a database or a
cache), mostly in sequence, in at least a tenth of the traces with such requests.
Operations are the same if they differ in ids, numbers and literals only: GET
/price/17 and GET /price/18, or SELECT ... WHERE id = 17 and WHERE id = 18.

    GET /cart  ├────────────────────────────────┤
                 price/17 ├──┤ price/18 ├──┤ price/19 ├──┤ ...

Not reported: calls that overlap for a fifth of their time or more, as in a fan-out;
retries after a failure; pages of one list, if the request shows it by a parameter
such as "page" or "cursor", or by OFFSET; messages and streams; operations that
differ or have no name; spans without times; and calls below parent spans with
different names.

    GET /cart  ├──────┤
                 price/17 ├──┤
                 price/18 ├──┤ ...

**Fix.** Fetch all of them in one call.

- HTTP and gRPC: an endpoint that takes a list of ids; for GraphQL, a data loader.
- SQL: a join, or WHERE id IN (...). Hibernate and JPA: JOIN FETCH, an entity graph,
  or a batch size. Django: select_related, prefetch_related. Rails: includes.
  Entity Framework: Include. GORM: Preload.
- Redis: MGET or a pipeline.
- If the callee cannot be changed, make the calls in parallel, within a bulkhead.

Counts are those of the traces that were read.

Source: Fowler, "Patterns of Enterprise Application Architecture", Addison-Wesley 2002,
"Lazy Load" (ripple loading).
`

func checkNPlusOne(p *Pass) {
	for e := range p.Requests() {
		if repeats := repeatsOf(p.Core, e); len(repeats) > 0 {
			reportRepeat(p, e, repeats)
		}
	}
}

func reportRepeat(p *Pass, e graph.Edge, repeats []repetition) {
	g, l := p.Core, repeats[0]
	f := aboutCall(p, e, analyze.Certain, seenAt(g.Call(e)))
	if l.sum.Traces < fewTraces {
		f.Confidence = analyze.Assumed
	}
	during := "a request"
	if l.During != "" {
		during = l.During
	}
	f.Message = fmt.Sprintf("%s %s times in sequence to serve %s", callText(p, e), english.Number(l.sum.Calls), during)
	if l.Operation != "" {
		f.Message += ", each time for " + l.Operation
	}
	f.Message += fmt.Sprintf(", in %s of %s", english.Number(l.sum.Traces), english.Count(int(l.traces), "trace"))
	f.Values = []analyze.KeyValue{
		keyValue("operation", l.Operation), keyValue("during", l.During), keyValue("median calls", english.Number(l.sum.Calls)),
		keyValue("traces", english.Number(l.sum.Traces)), keyValue("of traces", english.Number(l.traces)),
	}
	if l.sum.Of > 0 {
		share := percent(float64(l.sum.Took) / float64(l.sum.Of))
		f.Message += "; this takes " + share + " of its time"
		f.Values = append(f.Values, keyValue("share of time", share))
	}
	if others := len(repeats) - 1; others > 0 {
		f.Message += fmt.Sprintf("; the same for %s", english.Count(others, "other operation"))
		f.Values = append(f.Values, number("other operations", others))
	}
	switch g.Service(g.To(e)).Kind {
	case graph.KindDatabase:
		f.Hint = "fetch all rows with one query: a join, IN (...), or eager loading"
	case graph.KindCache:
		f.Hint = "fetch all keys with one command, such as MGET, or in a pipeline"
	default:
		f.Hint = "fetch all of them in one call, or make the calls in parallel"
	}
	p.Report(f)
}
