package failure

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/testlong"
)

// eachRandomEstate calls f with small random estates and something that fails in
// them. It shows the estate that f finds fault with.
func eachRandomEstate(t *testing.T, f func(t *testing.T, rnd *rand.Rand, wires []wire, inject map[string]Injection)) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(2, 71))
	for range testlong.N(500, 3000) {
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
			wires = append(wires, decorated(rnd, w, name))
		}
		inject := map[string]Injection{}
		for range 1 + rnd.IntN(2) {
			inject[wires[rnd.IntN(len(wires))].to] = injection(rnd)
		}
		f(t, rnd, wires, inject)
		if t.Failed() {
			t.Fatalf("%+v with %+v", wires, inject)
		}
	}
}

func injection(rnd *rand.Rand) Injection {
	i := Injection{Mode: []Mode{Stop, Hang, Degrade, SlowDown, SlowDown, Partial}[rnd.IntN(6)]}
	switch i.Mode {
	case SlowDown:
		i.Delay = time.Duration(rnd.IntN(6)) * time.Second // 0 is unknown
	case Partial:
		i.Stopped, i.Replicas = 1+rnd.IntN(3), 3
	}
	return i
}

// decorated puts random policies on w.
func decorated(rnd *rand.Rand, w wire, name func() string) wire {
	some := func() bool { return rnd.IntN(3) == 0 }
	few := func() bool { return rnd.IntN(8) == 0 }
	if some() {
		w.timeout = time.Duration(1+rnd.IntN(4)) * time.Second
	}
	if some() {
		w.retries = 2
	}
	if some() {
		w.backoff = time.Second
	}
	if some() {
		w.breaker = []string{"call", "slow", "late", "endpoint", "all"}[rnd.IntN(5)]
	}
	for some() {
		w.fallback = append(w.fallback, []string{"static", "cache", name(), name()}[rnd.IntN(4)])
	}
	if few() {
		w.fallback = []string{"outbox"}
	}
	w.bulkhead, w.cache, w.soft, w.async = few(), few(), some(), rnd.IntN(5) == 0
	w.tolerant, w.fresh, w.instead, w.sticky, w.checked = few(), some(), few(), few(), few()
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

// A book is the same by other means: the equations as written in a book, over
// the words of the test, applied to everything until nothing changes.
type book struct {
	wires  []wire
	inject map[string]Injection
	open   map[int]bool // by wire; nil at the onset
	state  map[string]State
	delay  map[string]time.Duration
}

// slowly solves a scenario. It also returns the breakers that open in it.
func slowly(wires []wire, inject map[string]Injection, open map[int]bool) (map[string]State, map[int]bool) {
	b := &book{wires, inject, open, map[string]State{}, map[string]time.Duration{}}
	for name, i := range inject {
		switch {
		case i.Mode == Hang:
			b.state[name] = State{Failed, Hung}
		case i.Mode == Degrade:
			b.state[name] = State{Degraded, Fast}
		case i.Mode == SlowDown:
			b.state[name], b.delay[name] = State{OK, Slow}, i.Delay
		case i.Mode == Stop, i.Stopped == i.Replicas:
			b.state[name] = State{Failed, Fast}
		}
	}
	for b.delays() {
	}
	for b.states() {
	}
	opens := map[int]bool{}
	for i, w := range wires {
		s := b.tried(w)
		failed, late := s.Answers == Failed && s.Pace != Hung, s.Pace != Fast
		if w.breaker == "late" {
			late = late && (s.Pace == Hung || b.delay[w.to] > 3*time.Second)
		}
		if waits(w) && (failed && w.breaker != "" && w.breaker != "endpoint" || late && (w.breaker == "slow" || w.breaker == "late")) {
			opens[i] = true
		}
	}
	return b.state, opens
}

func broker(name string) bool { return name == "q-a" }

// waits reports whether the caller waits for a response.
func waits(w wire) bool { return !w.async || broker(w.to) }

// held is the longest that a wire holds its caller; 0 if nothing ends it.
func held(w wire) time.Duration {
	if w.timeout == 0 {
		return 0
	}
	all := w.timeout * time.Duration(w.retries+1)
	if w.backoff > 0 {
		all += w.backoff * time.Duration(w.retries)
	}
	return all
}

// delays passes every delay on once.
func (b *book) delays() (changed bool) {
	for i, w := range b.wires {
		by := b.delay[w.to]
		if by == 0 || b.open[i] || !waits(w) {
			continue
		}
		if b.loops(w) {
			by = 1 << 62
		}
		if h := held(w); h > 0 {
			by = min(by, h)
		}
		if by > b.delay[w.from] {
			b.delay[w.from], changed = by, true
		}
	}
	return changed
}

// loops reports whether synchronous calls lead back from the callee of w.
func (b *book) loops(w wire) bool {
	seen := map[string]bool{w.to: true}
	for range b.wires {
		for _, v := range b.wires {
			if seen[v.from] && !v.async {
				seen[v.to] = true
			}
		}
	}
	return seen[w.from]
}

// states applies every equation once.
func (b *book) states() (changed bool) {
	worsen := func(name string, s State) {
		if now := join(b.state[name], s); now != b.state[name] {
			b.state[name], changed = now, true
		}
	}
	for i, w := range b.wires {
		if !w.instead {
			worsen(w.from, b.brings(i))
		}
		if !w.async || b.state[w.from].Answers != Failed {
			continue
		}
		for j, v := range b.wires {
			hands := i == j && !broker(w.to) || broker(w.to) && v.from == w.to && v.async && !broker(v.to)
			if hands && v.fresh {
				worsen(v.to, State{Degraded, Fast})
			}
		}
	}
	return changed
}

func join(s, t State) State {
	s.Answers, s.Pace = max(s.Answers, t.Answers), max(s.Pace, t.Pace)
	if s.Pace == Hung {
		s.Answers = Failed
	}
	return s
}

// tried is T and R.
func (b *book) tried(w wire) State {
	s := b.state[w.to]
	if w.timeout > 0 && (s.Pace == Hung || s.Pace == Slow && b.delay[w.to] > w.timeout) {
		s = State{Failed, Slow}
	}
	long := held(w) >= 500*time.Millisecond || w.timeout == 0 && w.backoff > 0
	if s.Answers == Failed && w.retries > 0 && long {
		s.Pace = max(s.Pace, Slow)
	}
	return s
}

// answered is B to C, with the breaker before and some replicas down.
func (b *book) answered(i int) State {
	w := b.wires[i]
	s := b.tried(w)
	p := b.inject[w.to]
	partial := p.Mode == Partial && p.Stopped < p.Replicas
	if partial {
		ejected := map[string]int{"endpoint": 1, "all": 3}[w.breaker]
		switch {
		case w.checked || ejected >= p.Stopped:
			if b.open == nil {
				s = join(s, State{Degraded, Fast})
			}
		case w.retries > 0 && !w.sticky:
			s = join(s, State{OK, Slow})
		default:
			s = join(s, State{Degraded, Fast})
		}
	}
	if b.open[i] && (b.state[w.to] != (State{}) || partial) {
		s = State{Failed, Fast}
	}
	if w.bulkhead && s.Pace == Hung {
		s = State{Failed, Slow}
	}
	if w.cache && s.Answers == Failed && s.Pace != Hung {
		s.Answers = Degraded
	}
	return s
}

// brings is F and H.
func (b *book) brings(i int) State {
	w := b.wires[i]
	if !waits(w) {
		return State{}
	}
	s := b.answered(i)
	for at, f := range w.fallback {
		if f == "outbox" && at == 0 && w.async {
			s = State{min(s.Answers, Degraded), Fast}
			break
		}
		if s.Answers != Failed || s.Pace == Hung {
			break
		}
		if f == "static" || f == "cache" || f == "outbox" {
			s.Answers = Degraded
			break
		}
		other := slices.IndexFunc(b.wires, func(v wire) bool { return v.from == w.from && v.to == f })
		if other < 0 || other == i {
			continue
		}
		if second := b.standIn(other); second.Answers == Failed && second.Pace != Hung {
			s = join(s, second)
		} else {
			s = join(State{Degraded, s.Pace}, second)
			break
		}
	}
	if w.soft && s.Answers == Failed && s.Pace != Hung {
		s.Answers = Degraded
	}
	if w.tolerant && s.Answers == Degraded {
		s.Answers = OK
	}
	return s
}

// standIn is what a wire brings that is asked instead of another.
func (b *book) standIn(i int) State {
	w := b.wires[i]
	if !waits(w) {
		return State{}
	}
	s := b.answered(i)
	own := w.soft || slices.ContainsFunc(w.fallback, func(f string) bool { return f == "static" || f == "cache" || f == "outbox" })
	if own && s.Answers == Failed && s.Pace != Hung {
		s.Answers = Degraded
	}
	return s
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
	if suffering < testlong.N(500, 3000) {
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
		{"a timeout and a fallback", func(w *wire) { w.timeout, w.fallback = time.Second, append(w.fallback, "static") }},
		{"a timeout, and optional", func(w *wire) { w.timeout, w.soft = time.Second, true }},
		{"a bulkhead", func(w *wire) { w.bulkhead = true }},
	}
	for _, p := range protections {
		eachRandomEstate(t, func(t *testing.T, rnd *rand.Rand, wires []wire, inject map[string]Injection) {
			for name, i := range inject {
				if i.Mode == SlowDown {
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

// Without any policy every service fails that can reach the failure, and no other.
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
