package pipeline

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
)

// A spanOf is what a linker needs of a span of traceText.
type spanOf struct {
	service      string
	kind         int
	trace        uint64
	span, parent uint32
}

// chain is the spans of a trace of traceText but for the message.
func chain(trace uint64) (list []spanOf, lines []string) {
	lines = traceText(trace)[:10]
	for _, line := range lines {
		var v struct {
			ResourceSpans []struct {
				Resource struct {
					Attributes []struct{ Value struct{ StringValue string } }
				}
				ScopeSpans []struct {
					Spans []struct {
						Kind                 int
						SpanID, ParentSpanID string
					}
				}
			}
		}
		_ = json.Unmarshal([]byte(line), &v)
		r := v.ResourceSpans[0]
		s := r.ScopeSpans[0].Spans[0]
		number := func(id string) (n uint32) {
			for _, b := range []byte(id) {
				n = n<<4 | uint32(b&15) + uint32(b>>6)*9
			}
			return n
		}
		list = append(list, spanOf{r.Resource.Attributes[0].Value.StringValue, s.Kind, trace, number(s.SpanID), number(s.ParentSpanID)})
	}
	return list, lines
}

// belowRoot links the spans of a trace as Zipkin's DependencyLinker does: a span whose parent is missing is below
// the root; the caller of a server is its nearest ancestor with a kind, and a client below another service shows
// that the server between them was lost.
func belowRoot(list []spanOf, found map[[2]string]int) {
	parents := map[uint32]*spanOf{}
	for i := range list {
		parents[list[i].span] = &list[i]
	}
	root := &list[0]
	for i := range list {
		s := &list[i]
		up := parents[s.parent]
		if up == nil && s != root {
			up = root
		}
		if up != nil && (s.kind == 2 || up.service != s.service) {
			found[[2]string{up.service, s.service}]++
		}
	}
}

// TestLostSpansInventNoCall loses three of a thousand spans. The pipeline finds fewer calls then, and never one
// that there was not; a linker that hangs what is left below the root finds many of these.
func TestLostSpansInventNoCall(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1000))
	var whole, kept []string
	other, otherKept := map[[2]string]int{}, map[[2]string]int{}
	for trace := range uint64(1500) {
		list, lines := chain(trace + 1)
		belowRoot(list, other)
		whole = append(whole, lines...)
		var left []spanOf
		for i, line := range lines {
			if random.IntN(1000) >= 3 {
				left, kept = append(left, list[i]), append(kept, line)
			}
		}
		if len(left) > 0 {
			belowRoot(left, otherKept)
		}
	}
	dir := t.TempDir()
	before, _ := run(t, 0, writeLines(t, dir, "whole.jsonl", whole))
	path := writeLines(t, dir, "kept.jsonl", kept)
	after, _ := run(t, 0, path)
	compare(t, weir(t, path), after)
	was, is := callsOf(t, before), callsOf(t, after)
	lost := 0
	for call, n := range is {
		if n > was[call] {
			t.Errorf("%s -> %s was called %d times, and is said to be called %d times", call[0], call[1], was[call], n)
		}
	}
	for call, n := range was {
		lost += n - is[call]
		if other[call] != n {
			t.Errorf("%s -> %s: %d calls, and %d by the other linker before anything is lost", call[0], call[1], n, other[call])
		}
	}
	invented, calls := 0, 0
	for call, n := range otherKept {
		calls += n
		invented += max(0, n-other[call])
	}
	t.Logf("of %d spans %d are lost: of %d calls %d are not found, none is invented; the other linker invents %d of %d calls, %d of %d pairs of services",
		len(whole), len(whole)-len(kept), 5*1500, lost, invented, calls, len(otherKept)-len(other), len(otherKept))
	if lost == 0 || invented == 0 {
		t.Errorf("%d calls are lost, and %d invented: the test is about both", lost, invented)
	}
}

func callsOf(t *testing.T, text string) map[[2]string]int {
	t.Helper()
	var g struct {
		Calls []struct {
			From, To string
			Observed struct{ Calls int }
		}
	}
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		t.Fatal(err)
	}
	found := map[[2]string]int{}
	for _, c := range g.Calls {
		found[[2]string{c.From, c.To}] += c.Observed.Calls
	}
	return found
}
