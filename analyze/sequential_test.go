package analyze

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

// calledBeside is a graph in which v calls all of the given names, each seen in so
// many requests, with what is known of pairs: "a-b" in turn, "a=b" at once, "a?b"
// untimed. Names are single letters.
func calledBeside(names string, requests float64, pairs string) *graph.Graph {
	g := graphtest.Parse("v:" + strings.Join(strings.Split(names, ""), ","))
	v, _ := g.Node("v")
	observed := make([]*graph.Observed, g.Calls())
	for _, name := range strings.Split(names, "") {
		n, _ := g.Node(name)
		e, _ := g.Edge(v, n)
		seen := graph.Observed{Calls: requests, Traced: &graph.Traced{RequestStats: graph.RequestStats{Requests: requests, Within: requests}}}
		for pair := range strings.FieldsSeq(pairs) {
			if b := (graph.PairStats{To: pair[2:], Requests: 2}); pair[:1] == name {
				switch pair[1] {
				case '-':
					b.InTurn = 2
				case '=':
					b.Overlapping = 2
				}
				seen.Traced.Pairs = append(seen.Traced.Pairs, b)
			}
		}
		observed[e] = &seen
	}
	return g.With(graph.Details{Observed: observed})
}

func heldCalls(g *graph.Graph, seconds map[string]int) []waitingCall {
	var calls []waitingCall
	for e := range graph.Edge(g.Calls()) {
		calls = append(calls, waitingCall{e, time.Duration(seconds[g.ID(g.To(e))]) * time.Second})
	}
	return calls
}

func TestSuccession(t *testing.T) {
	for _, tt := range []struct {
		name, callees string
		requests      float64
		pairs, want   string
	}{
		// a takes 1s, b 2s, c 3s, d 4s
		{"nothing seen", "abcd", 0, "", "10s of 4, presumed"},
		{"all in turn", "abc", 5, "a-b a-c b-c", "6s of 3, seen"},
		{"all at once", "abc", 5, "a=b a=c b=c", "3s of 1, seen"},
		{"two groups", "abcd", 5, "a=b a-c a-d b-c b-d c=d", "6s of 2, seen"},
		{"too few to say never", "ab", 5, "", "3s of 2, presumed"},
		{"never in one request", "ab", 10, "", "2s of 1, seen"},
		{"for two kinds of requests", "abcd", 10, "a-d b-c", "5s of 2, seen"},
		{"not only with the longest", "abcd", 10, "a-b a-c b-c", "6s of 3, seen"},
		{"times unknown", "ab", 10, "a?b", "3s of 2, presumed"},
		{"one call", "c", 10, "", "3s of 1, seen"},
	} {
		g := calledBeside(tt.callees, tt.requests, tt.pairs)
		sum, n, seen := sequentialSum(g, heldCalls(g, map[string]int{"a": 1, "b": 2, "c": 3, "d": 4}))
		got := fmt.Sprintf("%v of %d, %s", sum, n, map[bool]string{true: "seen", false: "presumed"}[seen])
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestSuccessionOfGroups agrees, where calls fall into groups that are made at once,
// with the sum of the longest of each.
func TestSuccessionOfGroups(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const names = "abcdefgh"
	for range 200 {
		group, seconds := map[byte]int{}, map[string]int{}
		most := map[int]int{}
		for i := range len(names) {
			group[names[i]] = r.IntN(4)
			seconds[names[i:i+1]] = 1 + r.IntN(20)
			most[group[names[i]]] = max(most[group[names[i]]], seconds[names[i:i+1]])
		}
		var pairs []string
		for i := range len(names) {
			for j := i + 1; j < len(names); j++ {
				sign := "-"
				if group[names[i]] == group[names[j]] {
					sign = "="
				}
				pairs = append(pairs, names[i:i+1]+sign+names[j:j+1])
			}
		}
		want := 0
		for _, s := range most {
			want += s
		}
		g := calledBeside(names, 20, strings.Join(pairs, " "))
		sum, n, seen := sequentialSum(g, heldCalls(g, seconds))
		if sum != time.Duration(want)*time.Second || n != len(most) || !seen {
			t.Fatalf("%v, %v: %v of %d, %v, want %ds of %d", group, seconds, sum, n, seen, want, len(most))
		}
	}
}
