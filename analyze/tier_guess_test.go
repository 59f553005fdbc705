package analyze_test

import (
	"fmt"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

func TestGuessTiers(t *testing.T) {
	at := graph.Source{File: "a.yaml"}.At(1, 0)
	services := []graph.Service{
		{ID: "alone", Kind: graph.KindService, Defined: true},
		{ID: "cart", Kind: graph.KindService, Defined: true},
		{ID: "db", Kind: graph.KindDatabase, Defined: true},
		{ID: "edge", Kind: graph.KindGateway, Defined: true},
		{ID: "ghost", Kind: graph.KindExternal},
		{ID: "indexer", Kind: graph.KindJob, Defined: true},
		{ID: "mails", Kind: graph.KindService, Defined: true},
		{ID: "said", Kind: graph.KindService, Defined: true, Traits: &graph.Traits{Entrypoint: policy.Declare(true, at)}},
		{ID: "seen", Kind: graph.KindService, Defined: true, Served: &graph.ServerStats{Entry: true}},
		{ID: "tiered", Kind: graph.KindService, Defined: true, Traits: &graph.Traits{Tier: policy.Declare(2, at)}},
		{ID: "web", Kind: graph.KindService, Defined: true},
	}
	call := func(from, to graph.Node, mode graph.Mode) graph.Call {
		return graph.Call{From: from, To: to, Mode: mode, Strength: graph.Strong}
	}
	g := graph.New(services, []graph.Call{
		call(3, 10, graph.Sync), call(3, 9, graph.Sync), call(10, 1, graph.Sync), call(1, 2, graph.Sync), call(1, 6, graph.Async), call(5, 2, graph.Sync), call(1, 4, graph.Sync),
	})
	got := ""
	for _, guess := range analyze.GuessTiers(g) {
		got += fmt.Sprintf("%s %d: %s\n", g.ID(guess.Node), guess.Tier, guess.Why)
	}
	const want = `indexer 3: no entry point waits for it
mails 3: no entry point waits for it
said 1: it is an entry point
seen 1: traces show requests from outside
web 1: requests from outside arrive over edge
`
	if got != want {
		t.Errorf("guesses:\n%swant:\n%s", got, want)
	}
}
