package failure

import (
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
)

// grouped puts wires from one caller to several callees into a group.
func grouped(kind graph.GroupFact, like wire, callees ...string) []wire {
	var list []wire
	for i, to := range callees {
		w := like
		w.to = to
		w.in = &graph.Place{Group: &kind, Rank: i}
		if kind.Kind != graph.Failover {
			w.in.Rank = 0
		}
		list = append(list, w)
	}
	return list
}

// shares sets the weights of wires in a split.
func shares(wires []wire, weights ...float64) []wire {
	for i, w := range weights {
		wires[i].in.Share = w
	}
	return wires
}

func TestGroups(t *testing.T) {
	const second = time.Second
	origin := graph.Source{File: "groups.yaml"}.At(1, 0)
	split := graph.GroupFact{Kind: graph.Split, Origin: origin}
	routes := graph.GroupFact{Kind: graph.Split, Multiplexes: true, Origin: origin}
	pool := graph.GroupFact{Kind: graph.Pool, Need: 1, Multiplexes: true, Origin: origin}
	majority := graph.GroupFact{Kind: graph.Pool, Need: 2, Checked: true, Origin: origin}
	sharded := graph.GroupFact{Kind: graph.Pool, Checked: true, Origin: origin}
	failover := graph.GroupFact{Kind: graph.Failover, Origin: origin}
	site := grouped(routes, wire{from: "site"}, "shop", "blog", "jobs")
	cafe := shares(grouped(split, wire{from: "cafe", timeout: 2 * second}, "menu-a", "menu-b"), 80, 20)
	naive := shares(grouped(split, wire{from: "cafe"}, "menu-a", "menu-b"), 80, 20)
	rerouted := grouped(split, wire{from: "web"}, "quote-v2", "quote-v3")
	rerouted = append(rerouted, wire{from: "page", to: "quote"})
	stable := shares(grouped(split, wire{from: "cafe", fallback: []string{"menu-b"}, timeout: 2 * second}, "menu-a", "menu-b"), 80, 20)
	edge := grouped(pool, wire{from: "edge", timeout: 60 * second, retries: 2, breaker: "all"}, "n1", "n2", "n3")
	plain := grouped(pool, wire{from: "edge", timeout: 2 * second}, "n1", "n2", "n3")
	checked := grouped(pool, wire{from: "edge", timeout: 2 * second, checked: true}, "n1", "n2", "n3")
	api := grouped(majority, wire{from: "api"}, "e1", "e2", "e3")
	till := grouped(sharded, wire{from: "till"}, "v1", "v2", "v3", "v4", "v5", "v6")
	desk := grouped(failover, wire{from: "desk", timeout: second}, "rates", "rates-eu")
	alone := append(grouped(pool, wire{from: "edge", retries: 2}, "n1", "n2"), wire{from: "edge", to: "n3"})
	covered := grouped(pool, wire{from: "edge", fallback: []string{"static"}, retries: 2}, "n1", "n2")
	refusing := append(grouped(failover, wire{from: "desk", bulkhead: true}, "rates"), grouped(failover, wire{from: "desk"}, "spare")...)
	refusing[1].in = &graph.Place{Group: refusing[0].in.Group, Rank: 1}
	asking := append(grouped(failover, wire{from: "desk", fallback: []string{"book"}}, "rates", "spare"), wire{from: "desk", to: "book", instead: true})
	asking[1].fallback = nil
	inner := failover
	inner.Multiplexes = true
	inner.In = &graph.Place{Group: &routes}
	nested := append(grouped(inner, wire{from: "door", timeout: 2 * second, checked: true}, "menu-1", "menu-2", "menu-far"), wire{from: "door", to: "jobs", in: &graph.Place{Group: &routes}})
	nested[1].in.Rank = 0
	for _, tt := range []struct {
		name  string
		wires []wire
		done  string // "n1 n2 stop, n3 hang"
		want  string // of the caller: onset, steady
		words string // of its call to the first of those
	}{
		{"a route fails", site, "blog stop", "degraded/fast degraded/fast", "requests routed to blog fail"},
		{"a route hangs", site, "blog hang", "degraded/slow degraded/slow", "no timeout ends the wait, requests routed to blog wait"},
		{"all routes fail", site, "blog shop jobs stop", "failed/fast failed/fast", ""},
		{"all routes hang", site, "blog shop jobs hang", "failed/hung failed/hung", "no timeout ends the wait"},
		{"a fifth fails", cafe, "menu-b stop", "degraded/fast degraded/fast", "a fifth of its requests fail"},
		{"a fifth fails late", cafe, "menu-b hang", "degraded/slow degraded/slow", "timeout 2s turned the hang into an error, a fifth of its requests fail after 2s"},
		{"a fifth holds all workers", naive, "menu-b hang", "failed/hung failed/hung", "no timeout ends the wait, its workers wait for menu-b"},
		{"the host that routes send elsewhere", rerouted, "quote stop", "ok/fast ok/fast", ""},
		{"where routes send all", rerouted, "quote-v2 quote-v3 stop", "failed/fast failed/fast", ""},
		{"the other version is asked instead", stable, "menu-a stop", "degraded/fast degraded/fast", "fallback menu-b was asked instead, requests routed to menu-a get degraded answers"},
		{"the next server answers", edge, "n1 stop", "ok/fast ok/fast", "retries ask another one, n2 and n3 answer instead and carry 1.5x the load"},
		{"the next server answers after a while", edge, "n1 hang", "ok/slow ok/fast", "timeout 1m turned the hang into an error, retries ask another one, n2 and n3 answer instead and carry 1.5x the load"},
		{"the last server answers", edge, "n1 n2 stop", "ok/fast ok/fast", "retries ask another one, n3 answers instead and carries 3x the load"},
		{"no server is left", edge, "n1 n2 n3 stop", "failed/fast failed/fast", "none of 3 is left"},
		{"nothing notices", plain, "n1 stop", "degraded/fast degraded/fast", "nothing takes it out: a third of its requests fail"},
		{"nothing notices a hang", plain, "n1 hang", "degraded/slow degraded/slow", "timeout 2s turned the hang into an error, nothing takes it out: a third of its requests fail"},
		{"a check notices", checked, "n1 stop", "degraded/fast ok/fast", "health check takes it out, but not at once, n2 and n3 answer instead and carry 1.5x the load"},
		{"a check notices a hang", checked, "n1 hang", "degraded/slow ok/fast", "timeout 2s turned the hang into an error, health check takes it out, but not at once, n2 and n3 answer instead and carry 1.5x the load"},
		{"a majority is left", api, "e1 stop", "ok/fast ok/fast", "the client asks another one, e2 and e3 answer instead and carry 1.5x the load"},
		{"no majority is left", api, "e1 e2 stop", "failed/fast failed/fast", "1 of 3 left, and 2 needed"},
		{"a shard is lost", till, "v1 stop", "degraded/fast degraded/fast", ""},
		{"all shards are lost", till, "v1 v2 v3 v4 v5 v6 stop", "failed/fast failed/fast", "none of 6 is left"},
		{"another service answers", desk, "rates stop", "degraded/fast degraded/fast", "rates-eu answers instead"},
		{"another service answers late", desk, "rates hang", "degraded/slow degraded/slow", "timeout 1s turned the hang into an error, rates-eu answers instead"},
		{"the other service fails, too", desk, "rates rates-eu stop", "failed/fast failed/fast", "rates-eu is asked instead and fails, too"},
		{"only the second fails", desk, "rates-eu stop", "ok/fast ok/fast", ""},
		{"a full bulkhead is noticed", refusing, "rates hang", "degraded/slow degraded/slow", "bulkhead kept the rest of the caller from waiting, spare answers instead"},
		{"a fallback of the first is asked before the second, and hangs", asking, "rates stop, book hang", "failed/hung failed/hung", ""},
		{"a call outside the pool", alone, "n3 stop", "failed/fast failed/fast", ""},
		{"a member beside a call that is needed", alone, "n1 stop", "ok/fast ok/fast", "retries ask another one, n2 answers instead and carries 2x the load"},
		{"a fallback is not needed while another answers", covered, "n1 stop", "ok/fast ok/fast", "retries ask another one, n2 answers instead and carries 2x the load"},
		{"a pool in a failover in a split", nested, "menu-1 stop", "degraded/fast ok/fast", "health check takes it out, but not at once, menu-2 answers instead and carries 2x the load"},
		{"a fallback of the pool", covered, "n1 n2 stop", "degraded/fast degraded/fast", "none of 2 is left, fallback static answered instead"},
	} {
		g := estate(tt.wires)
		inject := map[graph.Node]Injection{}
		for done := range strings.SplitSeq(tt.done, ", ") {
			words := strings.Fields(done)
			mode := map[string]Mode{"stop": Stop, "hang": Hang}[words[len(words)-1]]
			for _, name := range words[:len(words)-1] {
				inject[node(t, g, name)] = Injection{Mode: mode}
			}
		}
		o := modelOf(g).Solve(inject)
		caller := node(t, g, tt.wires[0].from)
		if got := o.Onset[caller].String() + " " + o.Steady[caller].String(); got != tt.want {
			t.Errorf("%s: with %s the caller is %s, want %s", tt.name, tt.done, got, tt.want)
		}
		var got []string
		hop := o.hop(caller, node(t, g, strings.Fields(tt.done)[0]))
		for _, a := range hop.Actions {
			got = append(got, a.Policy+" "+a.Does)
		}
		if got := strings.Join(got, ", "); tt.words != "" && got != tt.words {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.words)
		}
	}
}
