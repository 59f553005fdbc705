package serve

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
	"github.com/weirgraph/weir/render/page"
)

// maxFails bounds the services that fail together.
const maxFails = 1000

// A view is an estate as pages show it.
type view struct {
	number int
	estate *Estate
	data   *page.Data
	tried  *page.Tried // what is assumed in it; nil if nothing is
	before *view       // without that; nil if nothing is assumed

	mu  sync.Mutex
	sim *analyze.Simulator // nil until it is asked
}

// A triedView is what was asked for and the view that it is, or why there is none.
type triedView struct {
	number   int // of the view without changes
	manifest string
	view     *view
}

func newView(e *Estate, version string) *view {
	scope := analyze.Scope(e.Graph, graph.Weak)
	r := &analyze.Report{Graph: e.Graph, Check: e.Check, Explored: analyze.Explore(e.Graph, scope)}
	return &view{estate: e, data: render.LivePage(r, render.Options{Version: version})}
}

// same reports whether two views show the same.
func (v *view) same(other *view) bool { return reflect.DeepEqual(v.data, other.data) }

// answerFor tries an incident, for a page of a graph.
func (v *view) answerFor(shown *graph.Graph, fail []string, mode string) (*page.Answer, error) {
	if len(fail) == 0 || len(fail) > maxFails {
		return nil, fmt.Errorf("between 1 and %d services can fail together", maxFails)
	}
	inject, err := analyze.ParseMode(mode)
	if err != nil {
		return nil, fmt.Errorf("no failure mode: %q", mode)
	}
	g := v.estate.Graph
	s := analyze.Scenario{Mode: mode, Inject: make(map[graph.Node]failure.Injection, len(fail))}
	for _, id := range fail {
		node, ok := g.Node(id)
		if !ok {
			return nil, fmt.Errorf("no service %q", id)
		}
		s.Inject[node] = inject
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sim == nil {
		v.sim = analyze.NewSimulator(analyze.Scope(g, graph.Weak))
	}
	in := v.sim.Try(s)
	return render.PageAnswer(shown, g, &in), nil
}
