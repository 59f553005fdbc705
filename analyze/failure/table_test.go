package failure

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// What the caller of a service suffers when that service fails altogether, for
// every combination of policies that people write: onset, then steady.
func TestTotalFailure(t *testing.T) {
	const timeout = 2 * time.Second
	static := []string{"static"}
	tests := []struct {
		name       string
		wire       wire
		stop, hang string
	}{
		{"nothing", wire{}, "failed/fast failed/fast", "failed/hung failed/hung"},
		{"a timeout", wire{timeout: timeout}, "failed/fast failed/fast", "failed/slow failed/slow"},
		{"a timeout and retries", wire{timeout: timeout, retries: 2}, "failed/fast failed/fast", "failed/slow failed/slow"},
		{"a timeout and retries with long waits", wire{timeout: timeout, retries: 2, backoff: 300 * time.Millisecond}, "failed/slow failed/slow", "failed/slow failed/slow"},
		{"retries without waits", wire{retries: 2}, "failed/fast failed/fast", "failed/hung failed/hung"},
		{"retries with long waits", wire{retries: 2, backoff: time.Second}, "failed/slow failed/slow", "failed/hung failed/hung"},
		{"outlier detection that cannot eject all", wire{breaker: "endpoint"}, "failed/fast failed/fast", "failed/hung failed/hung"},
		{"the same with a timeout", wire{breaker: "endpoint", timeout: timeout}, "failed/fast failed/fast", "failed/slow failed/slow"},
		{"a breaker that nothing opens", wire{breaker: "call"}, "failed/fast failed/fast", "failed/hung failed/hung"},
		{"a breaker that opens on slowness", wire{breaker: "slow"}, "failed/fast failed/fast", "failed/hung failed/fast"},
		{"a breaker and a timeout", wire{breaker: "call", timeout: timeout}, "failed/fast failed/fast", "failed/slow failed/fast"},
		{"a breaker, a timeout and retries", wire{breaker: "call", timeout: timeout, retries: 1}, "failed/fast failed/fast", "failed/slow failed/fast"},
		{"a breaker that opens on calls of 3 s", wire{breaker: "late"}, "failed/fast failed/fast", "failed/hung failed/fast"},
		{"outlier detection that can eject all", wire{breaker: "all"}, "failed/fast failed/fast", "failed/hung failed/hung"},
		{"the same with a timeout", wire{breaker: "all", timeout: timeout}, "failed/fast failed/fast", "failed/slow failed/fast"},
		{"the same with a fallback", wire{breaker: "all", timeout: timeout, fallback: static}, "degraded/fast degraded/fast", "degraded/slow degraded/fast"},
		{"a bulkhead and a breaker", wire{bulkhead: true, breaker: "call"}, "failed/fast failed/fast", "failed/slow failed/slow"},
		{"a breaker that opens on slowness, and a fallback", wire{breaker: "slow", fallback: static}, "degraded/fast degraded/fast", "failed/hung degraded/fast"},
		{"a breaker that opens on slowness, and optional", wire{breaker: "slow", soft: true}, "degraded/fast degraded/fast", "failed/hung degraded/fast"},
		{"degraded answers are tolerated", wire{tolerant: true}, "failed/fast failed/fast", "failed/hung failed/hung"},
		{"degraded answers are tolerated, and there is a fallback", wire{tolerant: true, fallback: static, timeout: timeout}, "ok/fast ok/fast", "ok/slow ok/slow"},
		{"a bulkhead", wire{bulkhead: true}, "failed/fast failed/fast", "failed/slow failed/slow"},
		{"a bulkhead and a fallback", wire{bulkhead: true, fallback: static}, "degraded/fast degraded/fast", "degraded/slow degraded/slow"},
		{"a fallback", wire{fallback: static}, "degraded/fast degraded/fast", "failed/hung failed/hung"},
		{"a fallback and a timeout", wire{fallback: static, timeout: timeout}, "degraded/fast degraded/fast", "degraded/slow degraded/slow"},
		{"a fallback, a breaker and a timeout", wire{fallback: static, breaker: "call", timeout: timeout}, "degraded/fast degraded/fast", "degraded/slow degraded/fast"},
		{"a cache", wire{cache: true}, "degraded/fast degraded/fast", "failed/hung failed/hung"},
		{"a cache and a timeout", wire{cache: true, timeout: timeout}, "degraded/fast degraded/fast", "degraded/slow degraded/slow"},
		{"optional", wire{soft: true}, "degraded/fast degraded/fast", "failed/hung failed/hung"},
		{"optional with a timeout", wire{soft: true, timeout: timeout}, "degraded/fast degraded/fast", "degraded/slow degraded/slow"},
		{"an event", wire{async: true}, "ok/fast ok/fast", "ok/fast ok/fast"},
		{"an event with policies", wire{async: true, timeout: timeout, retries: 3}, "ok/fast ok/fast", "ok/fast ok/fast"},
	}
	for _, tt := range tests {
		tt.wire.from, tt.wire.to = "a", "b"
		g := estate([]wire{tt.wire})
		for _, mode := range []struct {
			name string
			Mode
			want string
		}{{"stop", Stop, tt.stop}, {"hang", Hang, tt.hang}} {
			o := modelOf(g).Solve(map[graph.Node]Injection{node(t, g, "b"): {Mode: mode.Mode}})
			a := node(t, g, "a")
			if got := o.Onset[a].String() + " " + o.Steady[a].String(); got != mode.want {
				t.Errorf("%s, %s: the caller is %s, want %s", tt.name, mode.name, got, mode.want)
			}
		}
	}
}

// What a caller suffers of degraded answers.
func TestLesserAnswers(t *testing.T) {
	for _, tt := range []struct {
		name string
		wire wire
		want string
	}{
		{"nothing", wire{}, "degraded/fast"},
		{"a fallback, which is for errors", wire{fallback: []string{"static"}}, "degraded/fast"},
		{"optional", wire{soft: true}, "degraded/fast"},
		{"tolerated", wire{tolerant: true}, "ok/fast"},
		{"an event", wire{async: true}, "ok/fast"},
	} {
		tt.wire.from, tt.wire.to = "a", "b"
		g := estate([]wire{tt.wire})
		o := modelOf(g).Solve(map[graph.Node]Injection{node(t, g, "b"): {Mode: Degrade}})
		if got := o.Steady[node(t, g, "a")].String(); got != tt.want {
			t.Errorf("%s: the caller is %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestLateness(t *testing.T) {
	tests := []struct {
		name  string
		wires []wire
		delay time.Duration
		want  string // of a at the onset
	}{
		{"nothing bounds it", []wire{{from: "a", to: "b"}}, time.Hour, "ok/slow"},
		{"within the timeout", []wire{{from: "a", to: "b", timeout: 2 * time.Second}}, 2 * time.Second, "ok/slow"},
		{"over it", []wire{{from: "a", to: "b", timeout: 2 * time.Second}}, 2*time.Second + 1, "failed/slow"},
		{"over it, with a fallback", []wire{{from: "a", to: "b", timeout: time.Second, fallback: []string{"static"}}}, 2 * time.Second, "degraded/slow"},
		{"the delay is handed on", []wire{{from: "a", to: "m", timeout: time.Second}, {from: "m", to: "b"}}, 2 * time.Second, "failed/slow"},
		{"no later than the timeout of the one between",
			[]wire{{from: "a", to: "m", timeout: 3 * time.Second}, {from: "m", to: "b", timeout: 2 * time.Second, soft: true}}, time.Hour, "degraded/slow"},
		{"a loop hands it on as it is",
			[]wire{{from: "a", to: "m", timeout: time.Second}, {from: "m", to: "b", retries: 2}, {from: "b", to: "m", retries: 2}}, time.Second, "ok/slow"},
		{"a breaker for slower calls does not open", []wire{{from: "a", to: "b", breaker: "late"}}, 3 * time.Second, "ok/slow"},
		{"a fallback that asks back hands it on as it is",
			[]wire{{from: "a", to: "b", timeout: time.Second, fallback: []string{"m", "n", "static"}}, {from: "a", to: "m"}, {from: "m", to: "a"}, {from: "a", to: "n"}}, 2 * time.Second, "degraded/slow"},
		{"an unknown delay exceeds nothing", []wire{{from: "a", to: "b", timeout: time.Nanosecond}}, 0, "ok/slow"},
	}
	for _, tt := range tests {
		g := estate(tt.wires)
		o := modelOf(g).Solve(map[graph.Node]Injection{node(t, g, "b"): {Mode: SlowDown, Delay: tt.delay}})
		if got := o.Onset[node(t, g, "a")].String(); got != tt.want {
			t.Errorf("%s: b %s late makes a %s, want %s", tt.name, tt.delay, got, tt.want)
		}
	}
}

// Callers that give up before their callee does: what was done to c, and what comes of it at
// the onset.
func TestPatience(t *testing.T) {
	ms := time.Millisecond
	static := []string{"static"}
	plan := func(tram wire) []wire {
		tram.from, tram.to = "tram", "plan"
		return []wire{tram, {from: "plan", to: "c", timeout: 900 * ms, fallback: static}}
	}
	waits := func(patience time.Duration) []wire {
		return []wire{
			{from: "k", to: "c", retries: 2, backoff: 40 * ms}, {from: "kiln", to: "c", timeout: 2 * time.Second, retries: 2, backoff: 40 * ms},
			{from: "w", to: "k", timeout: patience},
		}
	}
	tests := []struct {
		name  string
		wires []wire
		done  Injection
		want  string
	}{
		{"a hang that a fallback covers too late", plan(wire{timeout: 500 * ms}), Injection{Mode: Hang}, "plan=degraded/slow tram=failed/slow"},
		{"a stop is covered at once", plan(wire{timeout: 500 * ms}), Injection{}, "plan=degraded/fast tram=degraded/fast"},
		{"a caller that waits as long", plan(wire{timeout: 900 * ms}), Injection{Mode: Hang}, "plan=degraded/slow tram=degraded/slow"},
		{"a caller that waits as it likes", plan(wire{}), Injection{Mode: Hang}, "plan=degraded/slow tram=degraded/slow"},
		{"an impatient caller with a fallback", plan(wire{timeout: 500 * ms, fallback: static}), Injection{Mode: Hang}, "plan=degraded/slow tram=degraded/slow"},
		{"a delay below both", plan(wire{timeout: 500 * ms}), Injection{Mode: SlowDown, Delay: 400 * ms}, "plan=ok/slow tram=ok/slow"},
		{"a delay between", plan(wire{timeout: 500 * ms}), Injection{Mode: SlowDown, Delay: 600 * ms}, "plan=ok/slow tram=failed/slow"},
		{"tries of a stop take no time", waits(0), Injection{}, "k=failed/fast kiln=failed/fast w=failed/fast"},
		{"tries of a hang do", []wire{{from: "k", to: "c", timeout: 200 * ms, retries: 2, fallback: static}, {from: "w", to: "k", timeout: 600 * ms}, {from: "v", to: "k", timeout: 599 * ms}},
			Injection{Mode: Hang}, "k=degraded/slow v=failed/slow w=degraded/slow"},
		{"waits of a stop", []wire{{from: "k", to: "c", retries: 2, backoff: 40 * ms, fallback: static}, {from: "w", to: "k", timeout: 80 * ms}, {from: "v", to: "k", timeout: 79 * ms}},
			Injection{}, "k=degraded/fast v=failed/fast w=degraded/fast"},
		{"waits of a stop add up to a slow caller", []wire{{from: "k", to: "c", retries: 2, backoff: 250 * ms}}, Injection{}, "k=failed/slow"},
		{"late errors are tried again", []wire{{from: "k", to: "m", retries: 1, fallback: static}, {from: "m", to: "c", timeout: time.Second}, {from: "w", to: "k", timeout: 1500 * ms}},
			Injection{Mode: Hang}, "k=degraded/slow m=failed/slow w=failed/slow"},
		{"one service is asked after the other", []wire{
			{from: "k", to: "c", timeout: 400 * ms, fallback: []string{"f"}}, {from: "k", to: "f", timeout: 400 * ms, instead: true, soft: true}, {from: "f", to: "c"},
			{from: "w", to: "k", timeout: 800 * ms}, {from: "v", to: "k", timeout: 799 * ms},
		}, Injection{Mode: Hang}, "f=failed/hung k=degraded/slow v=failed/slow w=degraded/slow"},
	}
	for _, tt := range tests {
		g := estate(tt.wires)
		o := modelOf(g).Solve(map[graph.Node]Injection{node(t, g, "c"): tt.done})
		var got []string
		for v := range graph.Node(g.Len()) {
			if g.ID(v) != "c" {
				got = append(got, g.ID(v)+"="+o.Onset[v].String())
			}
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestPartialFailure(t *testing.T) {
	ready := func(g *graph.Graph) *graph.Graph {
		v, _ := g.Node("b")
		g.Service(v).Own().Probes = graph.Probes{Known: true, Readiness: true}
		return g
	}
	plain := func(g *graph.Graph) *graph.Graph { return g }
	ejects := func(share float64) func(*graph.Graph) *graph.Graph {
		return func(*graph.Graph) *graph.Graph {
			set := &policy.Set{Product: product.Istio, Breaker: &policy.Breaker{Kind: say("endpoint"), MaxEject: say(share)}}
			return graphtest.New([]graph.Service{{ID: "a", Name: "a"}, {ID: "b", Name: "b", Traits: &graph.Traits{Replicas: say(3)}}},
				[]graph.Call{{From: 0, To: 1, Mode: graph.Sync, Need: graph.Hard, Evidence: []graph.Evidence{{Says: set}}}})
		}
	}
	tests := []struct {
		name    string
		wire    wire
		with    func(*graph.Graph) *graph.Graph
		stopped int
		want    string
	}{
		{"nothing notices", wire{}, plain, 1, "degraded/fast degraded/fast"},
		{"a readiness check", wire{}, ready, 1, "degraded/fast ok/fast"},
		{"retries", wire{retries: 1}, plain, 1, "ok/fast ok/fast"},
		{"retries with long waits", wire{retries: 1, backoff: time.Second}, plain, 1, "ok/slow ok/slow"},
		{"optional", wire{soft: true}, plain, 1, "degraded/fast degraded/fast"},
		{"a health check of the caller's proxy", wire{checked: true}, plain, 2, "degraded/fast ok/fast"},
		{"retries that ask the same replica", wire{retries: 1, sticky: true}, plain, 1, "degraded/fast degraded/fast"},
		{"as many can be ejected, of so many as the scenario has", wire{breaker: "endpoint"}, plain, 1, "degraded/fast ok/fast"},
		{"not as many can be ejected", wire{breaker: "endpoint"}, plain, 2, "degraded/fast degraded/fast"},
		{"a cache is for errors", wire{cache: true}, plain, 1, "degraded/fast degraded/fast"},
		{"tolerated", wire{tolerant: true}, plain, 1, "ok/fast ok/fast"},
		{"as many can be ejected, and Istio tries again", wire{}, ejects(0.4), 1, "ok/fast ok/fast"},
		{"not as many can be ejected, but Istio tries again", wire{}, ejects(0.4), 2, "ok/fast ok/fast"},
		{"all of them", wire{}, ready, 3, "failed/fast failed/fast"},
	}
	for _, tt := range tests {
		tt.wire.from, tt.wire.to = "a", "b"
		g := tt.with(estate([]wire{tt.wire}))
		o := modelOf(g).Solve(map[graph.Node]Injection{node(t, g, "b"): {Mode: Partial, Stopped: tt.stopped, Replicas: 3}})
		a := node(t, g, "a")
		if got := o.Onset[a].String() + " " + o.Steady[a].String(); got != tt.want {
			t.Errorf("%s: with %d of 3 replicas of b stopped a is %s, want %s", tt.name, tt.stopped, got, tt.want)
		}
	}
}

func TestFallbackChains(t *testing.T) {
	second := time.Second
	asks := func(f ...string) []wire {
		return []wire{
			{from: "a", to: "b", timeout: second, fallback: f},
			{from: "a", to: "c", instead: true, timeout: second}, {from: "a", to: "d", instead: true},
		}
	}
	tests := []struct {
		name  string
		wires []wire
		fails map[string]Mode
		want  string
	}{
		{"the other answers", asks("c"), map[string]Mode{"b": Stop}, "degraded/fast"},
		{"the other failed, too", asks("c"), map[string]Mode{"b": Stop, "c": Stop}, "failed/fast"},
		{"the other hangs", asks("c"), map[string]Mode{"b": Stop, "c": Hang}, "failed/slow"},
		{"the next is asked", asks("c", "d"), map[string]Mode{"b": Stop, "c": Hang}, "degraded/slow"},
		{"the last hangs without a timeout", asks("c", "d"), map[string]Mode{"b": Stop, "c": Stop, "d": Hang}, "failed/hung"},
		{"a value of its own is the last resort", asks("c", "static"), map[string]Mode{"b": Stop, "c": Stop}, "degraded/fast"},
		{"the other has an answer of its own", []wire{
			{from: "a", to: "b", timeout: second, fallback: []string{"c"}}, {from: "a", to: "c", timeout: second, fallback: []string{"static"}},
		}, map[string]Mode{"b": Stop, "c": Stop}, "degraded/fast"},
		{"each is asked instead of the other", []wire{
			{from: "a", to: "b", timeout: second, fallback: []string{"c"}}, {from: "a", to: "c", timeout: second, fallback: []string{"b"}},
		}, map[string]Mode{"b": Stop, "c": Hang}, "failed/slow"},
		{"both need the same database", append(asks("c"), wire{from: "b", to: "db"}, wire{from: "c", to: "db"}), map[string]Mode{"db": Stop}, "failed/fast"},
		{"it is not called while the first works", asks("c"), map[string]Mode{"c": Hang}, "ok/fast"},
		{"a service that is not there", []wire{{from: "a", to: "b", fallback: []string{"nobody"}}}, map[string]Mode{"b": Stop}, "failed/fast"},
	}
	for _, tt := range tests {
		g := estate(tt.wires)
		inject := map[graph.Node]Injection{}
		for name, mode := range tt.fails {
			inject[node(t, g, name)] = Injection{Mode: mode}
		}
		if got := modelOf(g).Solve(inject).Onset[node(t, g, "a")].String(); got != tt.want {
			t.Errorf("%s: a is %s, want %s", tt.name, got, tt.want)
		}
	}
}

// shop ~> q-orders <~ careful
//
//	q-orders ~> mailer, stock (fresh); shop ~> audit, screen (fresh); page -> stock, calm -> stock (tolerant)
func TestBroker(t *testing.T) {
	g := estate([]wire{
		{from: "shop", to: "q-orders", async: true}, {from: "careful", to: "q-orders", async: true, fallback: []string{"outbox"}},
		{from: "q-orders", to: "mailer", async: true}, {from: "q-orders", to: "stock", async: true, fresh: true},
		{from: "shop", to: "audit", async: true}, {from: "shop", to: "screen", async: true, fresh: true},
		{from: "page", to: "stock"}, {from: "calm", to: "stock", tolerant: true},
	})
	for _, tt := range []struct {
		failed  string
		mode    Mode
		suffer  string // everybody else is ok/fast
		starved string
		victims string
	}{
		{"q-orders", Stop, "audit=ok/fast careful=degraded/fast page=degraded/fast shop=failed/fast stock=degraded/fast screen=degraded/fast",
			"audit of shop, mailer of q-orders",
			"careful DEGRADED careful>q-orders, shop FAILED shop>q-orders, stock DEGRADED stock>q-orders, calm PROTECTED calm>stock>q-orders, page DEGRADED page>stock>q-orders, screen DEGRADED screen>shop>q-orders"},
		{"q-orders", Hang, "careful=degraded/fast page=degraded/fast shop=failed/hung stock=degraded/fast screen=degraded/fast",
			"audit of shop, mailer of q-orders",
			"careful DEGRADED careful>q-orders, shop FAILED shop>q-orders, stock DEGRADED stock>q-orders, calm PROTECTED calm>stock>q-orders, page DEGRADED page>stock>q-orders, screen DEGRADED screen>shop>q-orders"},
		{"mailer", Stop, "", "", "q-orders PROTECTED q-orders>mailer, careful PROTECTED careful>q-orders>mailer, shop PROTECTED shop>q-orders>mailer"},
		{"audit", Hang, "", "", "shop PROTECTED shop>audit"},
		{"shop", Stop, "page=degraded/fast stock=degraded/fast screen=degraded/fast",
			"audit of shop, mailer of shop over q-orders",
			"screen DEGRADED screen>shop, stock DEGRADED stock>q-orders>shop, calm PROTECTED calm>stock>q-orders>shop, page DEGRADED page>stock>q-orders>shop"},
		{"shop", SlowDown, "", "", ""},
	} {
		o := modelOf(g).Solve(map[graph.Node]Injection{node(t, g, tt.failed): {Mode: tt.mode}})
		want := map[string]string{tt.failed: tt.mode.state()}
		for _, word := range strings.Fields(tt.suffer) {
			name, state, _ := strings.Cut(word, "=")
			want[name] = state
		}
		for v := range graph.Node(g.Len()) {
			if got := o.Steady[v].String(); got != cmp.Or(want[g.ID(v)], "ok/fast") {
				t.Errorf("%s fails (mode %d): %s is %s, want %s", tt.failed, tt.mode, g.ID(v), got, cmp.Or(want[g.ID(v)], "ok/fast"))
			}
		}
		var starved, victims []string
		for _, s := range o.Starved() {
			words := g.ID(s.Node) + " of " + g.ID(s.Of)
			if s.Via != s.Of {
				words += " over " + g.ID(s.Via)
			}
			starved = append(starved, words)
		}
		for _, v := range o.Victims() {
			var path []string
			for _, n := range v.Path() {
				path = append(path, g.ID(n))
			}
			victims = append(victims, g.ID(v.Node)+" "+v.Label.String()+" "+strings.Join(path, ">"))
		}
		if got := strings.Join(starved, ", "); got != tt.starved {
			t.Errorf("%s fails (mode %d): starved are %q, want %q", tt.failed, tt.mode, got, tt.starved)
		}
		if got := strings.Join(victims, ", "); got != tt.victims {
			t.Errorf("%s fails (mode %d):\n%s\nwant\n%s", tt.failed, tt.mode, got, tt.victims)
		}
	}
}

func (m Mode) state() string { return Injection{Mode: m}.condition().state().String() }

// A breaker that opened closes again when its callee is well: b is, once its own
// breaker has opened, so that a never asks f.
//
//	a -> b (else f) -> c
func TestBreakersCloseAgain(t *testing.T) {
	g := estate([]wire{
		{from: "a", to: "b", breaker: "slow", fallback: []string{"f"}}, {from: "a", to: "f", instead: true},
		{from: "b", to: "c", breaker: "slow", fallback: []string{"static"}, tolerant: true},
	})
	o := modelOf(g).Solve(map[graph.Node]Injection{node(t, g, "c"): {Mode: Hang}, node(t, g, "f"): {}})
	for _, tt := range []struct{ who, onset, steady string }{{"b", "failed/hung", "ok/fast"}, {"a", "failed/hung", "ok/fast"}} {
		v := node(t, g, tt.who)
		if got := o.Onset[v].String() + " " + o.Steady[v].String(); got != tt.onset+" "+tt.steady {
			t.Errorf("%s is %s, want %s %s", tt.who, got, tt.onset, tt.steady)
		}
	}
}

// A front page: one wrong timeout among right ones.
func frontPage() *graph.Graph {
	ms := time.Millisecond
	return estate([]wire{
		{from: "web", to: "checkout", timeout: 5 * time.Second},
		{from: "web", to: "search", soft: true},
		{from: "checkout", to: "payments", timeout: 3 * time.Second},
		{from: "checkout", to: "recs", timeout: 300 * ms, fallback: []string{"static"}},
		{from: "checkout", to: "mail", async: true},
		{from: "payments", to: "bank", timeout: 2 * time.Second, breaker: "call"},
		{from: "recs", to: "recs-db"},
	})
}

func TestFrontPage(t *testing.T) {
	g := frontPage()
	tests := []struct {
		failed string
		mode   Mode
		onset  map[string]string // everybody else is ok/fast
		steady map[string]string // nil: as the onset
	}{
		{"recs", Stop, map[string]string{"recs": "failed/fast", "checkout": "degraded/fast", "web": "degraded/fast"}, nil},
		{"recs", Hang, map[string]string{"recs": "failed/hung", "checkout": "degraded/slow", "web": "degraded/slow"}, nil},
		{"recs-db", Hang, map[string]string{"recs-db": "failed/hung", "recs": "failed/hung", "checkout": "degraded/slow", "web": "degraded/slow"}, nil},
		{"search", Stop, map[string]string{"search": "failed/fast", "web": "degraded/fast"}, nil},
		{"search", Hang, map[string]string{"search": "failed/hung", "web": "failed/hung"}, nil},
		{"bank", Hang, map[string]string{"bank": "failed/hung", "payments": "failed/slow", "checkout": "failed/slow", "web": "failed/slow"},
			map[string]string{"bank": "failed/hung", "payments": "failed/fast", "checkout": "failed/fast", "web": "failed/fast"}},
		{"mail", Stop, map[string]string{"mail": "failed/fast"}, nil},
	}
	for _, tt := range tests {
		if tt.steady == nil {
			tt.steady = tt.onset
		}
		o := modelOf(g).Solve(map[graph.Node]Injection{node(t, g, tt.failed): {Mode: tt.mode}})
		for v := range graph.Node(g.Len()) {
			for _, at := range []struct {
				phase string
				got   State
				want  string
			}{{"onset", o.Onset[v], tt.onset[g.ID(v)]}, {"steady", o.Steady[v], tt.steady[g.ID(v)]}} {
				if at.want == "" {
					at.want = "ok/fast"
				}
				if at.got.String() != at.want {
					t.Errorf("%s fails (mode %d): %s is %s at the %s, want %s", tt.failed, tt.mode, g.ID(v), at.got, at.phase, at.want)
				}
			}
		}
	}
}
