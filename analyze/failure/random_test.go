package failure

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
)

// eachRandomEstate calls f with small random estates and something that fails in
// them. It shows the estate that f finds fault with.
func eachRandomEstate(t *testing.T, f func(t *testing.T, rnd *rand.Rand, wires []wire, inject map[string]Injection)) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(2, 71))
	for range 3000 {
		n := 2 + rnd.IntN(6)
		name := func() string {
			if v := rnd.IntN(n); v > 0 {
				return string(rune('a' + v))
			}
			return "q-a"
		}
		density := 1 + rnd.IntN(3*n)
		seen := map[[2]string]bool{}
		var wires []wire
		for range density {
			w := wire{from: name(), to: name()}
			if seen[[2]string{w.from, w.to}] {
				continue
			}
			seen[[2]string{w.from, w.to}] = true
			wires = append(wires, decorated(rnd, w))
		}
		if len(wires) == 0 {
			continue
		}
		inject := map[string]Injection{}
		for range 1 + rnd.IntN(2) {
			inject[wires[rnd.IntN(len(wires))].to] = Injection{Mode: []Mode{Stop, Hang, Worse, Late}[rnd.IntN(4)]}
		}
		f(t, rnd, wires, inject)
		if t.Failed() {
			t.Fatalf("%+v with %+v", wires, inject)
		}
	}
}

// decorated puts random policies on w.
func decorated(rnd *rand.Rand, w wire) wire {
	some := func() bool { return rnd.IntN(3) == 0 }
	if some() {
		w.timeout = 2 * time.Second
	}
	if some() {
		w.retries = 2
	}
	if some() {
		w.backoff = time.Second
	}
	if some() {
		w.breaker = []string{"call", "slow", "endpoint"}[rnd.IntN(3)]
	}
	if some() {
		w.fallback = []string{[]string{"static", "cache"}[rnd.IntN(2)]}
	}
	w.bulkhead, w.cache, w.soft, w.async = rnd.IntN(8) == 0, rnd.IntN(8) == 0, some(), rnd.IntN(5) == 0
	return w
}

func solved(g *graph.Graph, inject map[string]Injection) *Outcome {
	nodes := map[graph.Node]Injection{}
	for name, i := range inject {
		v, _ := g.Node(name)
		nodes[v] = i
	}
	return modelOf(g).Solve(nodes)
}

// slowly is the same by other means: the equations as they stand in a book, over
// the words of the test, applied to everything until nothing changes.
func slowly(wires []wire, inject map[string]Injection, open map[int]bool) (map[string]State, map[int]bool) {
	state := map[string]State{}
	begin := map[Mode]State{Stop: {Failed, Fast}, Hang: {Failed, Hung}, Worse: {Degraded, Fast}, Late: {OK, Slow}}
	for name, i := range inject {
		state[name] = begin[i.Mode]
	}
	var opens map[int]bool
	for changed := true; changed; {
		changed, opens = false, map[int]bool{} // those of the last round count
		for i, w := range wires {
			a, l := state[w.to].Answers, state[w.to].Pace
			if w.async && w.to != "q-a" {
				continue
			}
			if l == Hung && w.timeout > 0 {
				a, l = Failed, Slow
			}
			waits := w.timeout * time.Duration(w.retries+1)
			if w.backoff > 0 {
				waits += w.backoff * time.Duration(w.retries)
			}
			if a == Failed && w.retries > 0 && waits >= 500*time.Millisecond && l == Fast {
				l = Slow
			}
			if w.breaker == "call" && a == Failed && l != Hung || w.breaker == "slow" && (a == Failed && l != Hung || l >= Slow) {
				opens[i] = true
			}
			if open[i] {
				a, l = Failed, Fast
			}
			if w.bulkhead && l == Hung {
				a, l = Failed, Slow
			}
			if a == Failed && l != Hung && (w.cache || len(w.fallback) > 0 || w.soft) {
				a = Degraded
			}
			was := state[w.from]
			now := State{max(was.Answers, a), max(was.Pace, l)}
			if now.Pace == Hung {
				now.Answers = Failed
			}
			if now != was {
				state[w.from], changed = now, true
			}
		}
	}
	return state, opens
}

func TestAgreesWithTheSlowWay(t *testing.T) {
	suffering := 0
	eachRandomEstate(t, func(t *testing.T, rnd *rand.Rand, wires []wire, inject map[string]Injection) {
		g := estate(wires)
		o := solved(g, inject)
		onset, open := slowly(wires, inject, nil)
		steady, _ := slowly(wires, inject, open)
		for v := range graph.Node(g.Len()) {
			id := g.ID(v)
			if o.Onset[v] != onset[id] || o.Steady[v] != steady[id] {
				t.Errorf("%s is %s, then %s; want %s, then %s", id, o.Onset[v], o.Steady[v], onset[id], steady[id])
			}
			if o.Onset[v].Suffers() {
				suffering++
			}
		}
		if limit := 8 * g.Len(); o.Changes > limit {
			t.Errorf("%d changes of states, want at most 4 for each of %d services in each solution", o.Changes, g.Len())
		}
		rnd.Shuffle(len(wires), func(i, j int) { wires[i], wires[j] = wires[j], wires[i] })
		if again := solved(estate(wires), inject); !slices.Equal(again.Onset, o.Onset) || !slices.Equal(again.Steady, o.Steady) {
			t.Errorf("in another order of the calls: %v, want %v", again.Onset, o.Onset)
		}
	})
	if suffering < 3000 {
		t.Errorf("the estates are too well: only %d services suffer", suffering)
	}
}

func TestMoreFailuresAreNeverBetter(t *testing.T) {
	eachRandomEstate(t, func(t *testing.T, rnd *rand.Rand, wires []wire, inject map[string]Injection) {
		g := estate(wires)
		before := solved(g, inject).Onset
		worse := maps.Clone(inject)
		for name, i := range worse {
			if i.Mode == Stop {
				worse[name] = Injection{Mode: Hang}
			}
		}
		if name := wires[rnd.IntN(len(wires))].to; worse[name] == (Injection{}) {
			worse[name] = Injection{Mode: Hang}
		}
		neverBetter(t, g, "more fails", before, solved(g, worse).Onset)
	})
}

func neverBetter(t *testing.T, g *graph.Graph, why string, before, after []State) {
	t.Helper()
	for v := range before {
		if after[v].join(before[v]) != after[v] {
			t.Errorf("%s, and %s is %s instead of %s", why, g.ID(graph.Node(v)), after[v], before[v])
		}
	}
}

func TestProtectionNeverHurts(t *testing.T) {
	protections := []struct {
		name string
		add  func(*wire)
	}{
		{"a timeout", func(w *wire) { w.timeout = time.Second }},
		{"a timeout and a fallback", func(w *wire) { w.timeout, w.fallback = time.Second, []string{"static"} }},
		{"a timeout, and optional", func(w *wire) { w.timeout, w.soft = time.Second, true }},
		{"a bulkhead", func(w *wire) { w.bulkhead = true }},
	}
	for _, p := range protections {
		eachRandomEstate(t, func(t *testing.T, rnd *rand.Rand, wires []wire, inject map[string]Injection) {
			for name, i := range inject {
				if i.Mode == Late {
					inject[name] = Injection{Mode: Hang}
				}
			}
			// A timeout makes a call with retries a long one; that is another matter.
			i := rnd.IntN(len(wires))
			wires[i].retries = 0
			g := estate(wires)
			before := solved(g, inject).Onset
			p.add(&wires[i])
			h := estate(wires)
			neverBetter(t, g, fmt.Sprintf("without %s on %s -> %s", p.name, wires[i].from, wires[i].to), solved(h, inject).Onset, before)
		})
	}
}

// Without any policy everybody fails who can reach the failure, and nobody else.
func TestNakedEstates(t *testing.T) {
	eachRandomEstate(t, func(t *testing.T, _ *rand.Rand, wires []wire, inject map[string]Injection) {
		for i, w := range wires {
			wires[i] = wire{from: w.from, to: w.to}
		}
		g := estate(wires)
		for mode, want := range map[Mode]State{Stop: {Failed, Fast}, Hang: {Failed, Hung}} {
			all := map[string]Injection{}
			for name := range inject {
				all[name] = Injection{Mode: mode}
			}
			o := solved(g, all)
			for v := range graph.Node(g.Len()) {
				reaches := false
				for name := range all {
					reaches = reaches || leads(g, v, node(t, g, name))
				}
				if got := o.Steady[v]; reaches && got != want || !reaches && got.Suffers() {
					t.Errorf("%s is %s; it can reach the failure: %v", g.ID(v), got, reaches)
				}
			}
		}
	})
}

func TestFallbackAloneDoesNothingForHangs(t *testing.T) {
	eachRandomEstate(t, func(t *testing.T, rnd *rand.Rand, wires []wire, inject map[string]Injection) {
		for i := range wires {
			wires[i] = wire{from: wires[i].from, to: wires[i].to}
		}
		for name := range inject {
			inject[name] = Injection{Mode: Hang}
		}
		before := solved(estate(wires), inject).Onset
		wires[rnd.IntN(len(wires))].fallback = []string{"static"}
		if after := solved(estate(wires), inject).Onset; !slices.Equal(after, before) {
			t.Errorf("with a fallback %v, want %v", after, before)
		}
	})
}

func TestNothingFailsByItself(t *testing.T) {
	g := estate([]wire{{from: "a", to: "b"}, {from: "b", to: "a"}, {from: "a", to: "a", retries: 3}})
	if o := modelOf(g).Solve(nil); slices.ContainsFunc(o.Onset, State.Suffers) || slices.ContainsFunc(o.Steady, State.Suffers) {
		t.Errorf("nothing is done to a loop, and it is %v", o.Onset)
	}
}
