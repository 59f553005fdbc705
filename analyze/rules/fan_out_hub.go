package rules

import (
	"fmt"
	"math"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var fanOutHub = &Rule{
	ID:       "fan-out-hub",
	Title:    "service with many synchronous dependencies",
	Doc:      fanOutHubDoc,
	Severity: analyze.Warning,
	ByPeople: "the service does too much",
	Check:    checkFanOutHub,
}

const fanOutHubDoc = `
An outage of any hard dependency takes the service down. Ten dependencies of 99.9 %
leave it at most 99 %, before its own faults.

Reported for a service with at least 10 different synchronous callees, where the
members of a split, pool or failover count as one, or with at least 6 if that is far more than the other services of the estate have (three
standard deviations above the mean).

    services:
    - {name: checkout, calls: [cart, prices, tax, stock, users, payments, fraud, shipping, mail, search]}

Not reported: the routes of a gateway, however many, since each request takes one of
them; a proxy by its image (nginx, HAProxy, Envoy, Traefik, Caddy) or by a word of its name, such as
"router", whose routes may be in no input; programs that make load for tests, such as k6 and Locust; gateways and backends for frontends up to twice these numbers: services of kind
"gateway", and those with "gateway" or "bff" as a word of their name; what two systems in
directories of their own declare under one name, without a namespace.
Telemetry, health checks, start orders, asynchronous calls and the calls of jobs do not
count.

**Fix.** Make the callees optional that the response can do without, with a default
("hard: false", "fallback" in the native manifest). Send events where no response is
needed. Merge callees that are always called together, or put a service in front of
them.

The number is the "limit" of the rule in weir.yaml. Source: availability is a product
over all dependencies (Treynor et al., "The Calculus of Service Availability", 2017);
the numbers are set to report outliers.
`

// minOutlier is the least number of callees of a hub below the limit that is an outlier.
// Smaller numbers are common even beyond three standard deviations.
const minOutlier = 6

func checkFanOutHub(p *Pass) {
	g := p.Analysis.Addressed()
	limit := min(p.Limits.FanOut, max(minOutlier, outlier(g)))
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		if !analyze.IsOwn(s) || s.Proxy || isMixture(s) || isNamed(s, passers) || isNamed(s, loaders) {
			continue
		}
		own := limit
		if aggregates(s) {
			own *= 2
		}
		needs := slices.DeleteFunc(analyze.NeedsOthers(g, v), func(n analyze.Need) bool { return isIntegration(g, n) })
		if len(needs) >= own {
			reportHub(p, v, needs, own)
		}
	}
}

// passers are in the names of programs that pass each request on to one of those behind them.
var passers = map[string]bool{"proxy": true, "router": true, "ingress": true, "loadbalancer": true}

// loaders are in the names of programs that make load for tests, on which nothing depends.
var loaders = map[string]bool{"k6": true, "locust": true, "jmeter": true, "gatling": true, "artillery": true, "loadgenerator": true, "loadgen": true, "loadtest": true, "loadtester": true}

// isIntegration reports whether a need is for services outside the estate of which only code shows the calls:
// it has one for each service that a user may connect.
func isIntegration(g *graph.Graph, n analyze.Need) bool {
	return !slices.ContainsFunc(n.Calls(g), func(e graph.Edge) bool { return !g.OnlyInCode(e) || g.Service(g.To(e)).Kind != graph.KindExternal })
}

func reportHub(p *Pass, v graph.Node, needs []analyze.Need, limit int) {
	g := p.Analysis.Addressed()
	var calls []graph.Edge
	hard, strong := 0, 0
	for _, n := range needs {
		members := n.Calls(g)
		calls = append(calls, members...)
		if n.Breaks(g) {
			hard++
		}
		if !slices.ContainsFunc(members, func(e graph.Edge) bool { return g.Strength(e) < graph.Strong }) {
			strong++
		}
	}
	f := analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    g.ID(v),
		Message:    fmt.Sprintf("%s depends synchronously on %s (%s); %s", g.ID(v), english.Count(len(needs), "service"), needNames(g, needs), outageText(hard, len(needs))),
		Hint:       fmt.Sprintf("give the calls of %s that are not required a fallback, or replace them by events", g.ID(v)),
		Values:     []analyze.KeyValue{number("callees", len(needs)), number("hard", hard), number("limit", limit)},
		Origins:    places(g.Service(v), written(g, calls)...),
		Services:   []graph.Node{v},
	}
	if strong < limit {
		f.Confidence = analyze.Assumed
	}
	p.Report(f)
}

// outageText writes what an outage of one of n needs does, of which hard are required.
func outageText(hard, n int) string {
	switch hard {
	case 0:
		return "none is required, but each adds latency"
	case n:
		return "an outage of any one takes it down"
	}
	return fmt.Sprintf("an outage of any of the %d required ones takes it down", hard)
}

// outlier returns the smallest number of callees that is unusually many among the
// services that call at all: above the mean by three standard deviations.
func outlier(g *graph.Graph) int {
	var n, sum, squares float64
	for v := range graph.Node(g.Len()) {
		if d := float64(len(analyze.NeedsOthers(g, v))); d > 0 {
			n, sum, squares = n+1, sum+d, squares+d*d
		}
	}
	if n == 0 {
		return 0
	}
	mean := sum / n
	return int(math.Floor(mean+3*math.Sqrt(max(0, squares/n-mean*mean)))) + 1
}

// aggregates reports whether calling many services is the purpose of s: a gateway or a
// backend for frontends.
func aggregates(s *graph.Service) bool {
	if s.Kind == graph.KindGateway {
		return true
	}
	for _, word := range wordsOf(s.Name) {
		if word == "bff" || word == "gateway" || word == "apigateway" {
			return true
		}
	}
	return false
}
