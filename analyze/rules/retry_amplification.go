package rules

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var retryAmplification = &Rule{
	ID:         "retry-amplification",
	Title:      "retry amplification along a path",
	Doc:        retryAmplificationDoc,
	Purposes:   []policy.Purpose{policy.RetryBudget},
	Severity:   analyze.Warning,
	Check:      checkRetryAmplification,
	Supersedes: []string{"retry-multiple-layers"},
}

const retryAmplificationDoc = `
If each of three services in a row makes three attempts, one request becomes 27
requests at the last service, exactly when it fails. It cannot recover, and every
service on the path holds its workers for the retries behind it.

Reported for the worst path on which retries multiply to 9 or more (warning), 27 or
more (error). At the last hop every retry counts that matches the failure of the
callee; before it, only retries that match the error that the next service returns
when it gives up. Retries of failed connections do not multiply: a service that
returns an error has been reached. A retry budget limits a factor to one plus the
budget. A pool spreads the attempts over its members. Paths that share the same multiplying calls are reported once.

    web:  {calls: [{to: api,  retry: {retries: 2, on: [response-5xx]}}]}
    api:  {calls: [{to: core, retry: {retries: 2, on: [response-5xx]}}]}
    core: {calls: [{to: db,   retry: {retries: 3, on: [response-5xx]}}]}       # 3 x 3 x 4 = 36

Not reported: paths with a single multiplying call (see "retry-unbounded"). Info if
all of the retries are product defaults.

    web:  {calls: [{to: api,  retry: {retries: 2, on: [connect]}}]}
    api:  {calls: [{to: core, retry: {retries: 2, on: [connect]}}]}
    core: {calls: [{to: db,   retry: {retries: 3, on: [response-5xx]}}]}       # 4

**Fix.** Retry in one place, next to the failing service; elsewhere retry failed
connections only. Add a retry budget of 10 to 20 % of the load. A call breaker ends a
retry storm once it is open, not before.

Source: Beyer et al., "Site Reliability Engineering", O'Reilly 2016, chapter
"Addressing Cascading Failures".
`

// Factors from which retries are the outage: two services in a row that try three
// times, and three.
const ()

// A storm is the most requests that a service can get for one, and the path on
// which it does.
type storm struct {
	factor float64
	last   graph.Edge // of the path
	length int        // of the path, in calls
}

func checkRetryAmplification(p *Pass) {
	a := p.Analysis.Amplification()
	shown := map[graph.Edge]bool{}
	known := map[graph.Edge]bool{} // ends of paths whose calls that multiply are all shown
	for _, s := range storms(p) {
		// Two declared calls are one cause, whatever is called after them.
		var path []graph.Edge
		first, chosen, untold, again := analyze.NoCall, false, false, false
		for e := s.last; e != analyze.NoCall; e = a.Back(e) {
			if again = known[e] && e != s.last; again {
				break
			}
			path = append(path, e)
			if a.Multiplies(e, s.last) {
				first = e
				chosen = chosen || chose(p, e)
				untold = untold || !shown[e] && chose(p, e)
			}
		}
		if untold || !again && !chosen && !shown[first] {
			most := math.MaxInt
			if again {
				most = len(path) + mostKnown
			}
			reportStorm(p, s, most)
		}
		for _, e := range path {
			shown[e] = shown[e] || a.Multiplies(e, s.last)
			known[e] = e != s.last || shown[e] || p.Analysis.Repeats(e) <= 1
		}
	}
}

// storms returns the paths on which two calls or more multiply to a factor that
// matters, the greatest first, one for each service at the end of some.
func storms(p *Pass) []storm {
	a := p.Analysis.Amplification()
	var storms []storm
	for v := range graph.Node(p.Core.Len()) {
		factor, last := a.At(v)
		if factor < worthTelling || a.Endless(last) {
			continue
		}
		if calls, length := a.Multiplying(last); calls > 1 {
			storms = append(storms, storm{factor, last, length})
		}
	}
	slices.SortStableFunc(storms, func(a, b storm) int {
		return cmp.Or(cmp.Compare(b.factor, a.factor), cmp.Compare(b.length, a.length))
	})
	return storms
}

// mostKnown is how many services of a path that other findings have are repeated in one.
const mostKnown = 20

// reportStorm reports a storm with the end of its path, of most services.
func reportStorm(p *Pass, s storm, most int) {
	g, a := p.Core, p.Analysis.Amplification()
	path := a.EndOfPath(s.last, most)
	var calls []graph.Edge // that multiply
	var by []float64       // how much each of them does
	along, factor := analyze.CallsAlong(g, path...), 1.0
	for _, e := range along {
		n := p.Analysis.Repeats(e)
		if e == s.last {
			n = a.AtEnd(e)
		}
		if n > 1 {
			calls, by = append(calls, e), append(by, n)
		}
		factor *= n
	}
	if a.Back(along[0]) == analyze.NoCall {
		factor = s.factor // the path is not the end of a longer one
	}
	first, last := path[0], path[len(path)-1]
	f := analyze.Finding{
		Confidence: confidence(g, calls),
		Subject:    joinIDs(g, path, ">"),
		Message: fmt.Sprintf("when %s fails it can get %s requests for one of %s, because %s on the path are retried: %s",
			g.ID(last), many(factor), g.ID(first), english.Count(len(calls), "call"), factors(by)),
		Hint:     "retry in one place, next to the failing service, and only failed connections elsewhere; or set a retry budget",
		Values:   []analyze.KeyValue{keyValue("factor", many(factor)), keyValue("factors", factors(by))},
		Services: path,
	}
	f.Fix = withoutRetries(p, calls[:len(calls)-1]) // next to what fails is the place to retry
	if anyChose(p, calls) {
		f.Owners = choosers(p, calls)
	}
	var places distinct.List[graph.Origin]
	for _, e := range calls {
		for _, part := range p.Effective(e) {
			for _, l := range repeating(&part) {
				f.Confidence = min(f.Confidence, sureOf(l.Set.Retry.Retries.Provenance, l.Set.Retry.On.Provenance))
				if o := retryOrigin(l); o.File() != "" {
					places.Add(o)
				}
			}
		}
	}
	if f.Origins = places.All(); f.Origins == nil {
		f.Origins = written(g, calls)
	}
	f.Origins = slices.Clone(f.Origins[:min(len(f.Origins), mostOfChain)])
	severity := analyze.Warning
	switch {
	case !anyChose(p, calls):
		severity = analyze.Info
	case s.factor >= stormFactor:
		severity = analyze.Error
	}
	p.At(capForJobs(p, calls[0], severity), f)
}

// choosers are the callers that asked for retries.
func choosers(p *Pass, calls []graph.Edge) []graph.Node {
	var nodes []graph.Node
	for _, e := range calls {
		if chose(p, e) {
			nodes = append(nodes, p.Core.From(e))
		}
	}
	return nodes
}

// factors writes "3 x 3 x 4", and of many factors the first ones and how many others there are.
func factors(by []float64) string {
	shown := by[:min(len(by), mostOfChain)]
	words := make([]string, len(shown))
	for i, n := range shown {
		words[i] = many(n)
	}
	text := strings.Join(words, " x ")
	if more := len(by) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
