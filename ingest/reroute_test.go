package ingest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// TestReroute reads every archive in testdata/reroute and compares the calls that the routes
// of names leave, their groups, and what each policy is for, with the file "want" in it.
func TestReroute(t *testing.T) { testArchives(t, "reroute", reroutedCalls) }

func reroutedCalls(g *graph.Graph) string {
	var b strings.Builder
	call := func(e graph.Edge) string { return g.ID(g.From(e)) + " > " + g.ID(g.To(e)) }
	for e := range graph.Edge(g.Calls()) {
		if !g.Class(e).Core() {
			continue
		}
		b.WriteString(call(e))
		for _, ev := range g.Evidence(e) {
			fmt.Fprintf(&b, "; %s", strings.TrimSpace(ev.Way+" "+ev.Key))
			for _, word := range []struct{ before, text string }{{"through ", ev.Through}, {"for ", ev.Match}} {
				if word.text != "" {
					b.WriteString(" " + word.before + word.text)
				}
			}
			if ev.Strength != graph.Strong {
				b.WriteString(" " + ev.Strength.String())
			}
		}
		b.WriteByte('\n')
	}
	var group func(id graph.GroupID)
	group = func(id graph.GroupID) {
		n := &g.Groups()[id]
		fmt.Fprintf(&b, "%s [", n.Kind)
		for i, m := range n.Members {
			if i > 0 {
				b.WriteString(", ")
			}
			if m.Group != graph.NoGroup {
				group(m.Group)
			} else {
				b.WriteString(g.ID(g.To(m.Call)))
			}
			if m.Share > 0 {
				fmt.Fprintf(&b, " %.3g%%", 100*m.Share)
			}
			if m.Match != "" {
				b.WriteString(" " + m.Match)
			}
			if m.Alone {
				b.WriteString(" and alone")
			}
		}
		b.WriteByte(']')
	}
	for v := range graph.Node(g.Len()) {
		for _, id := range g.GroupsOf(v) {
			b.WriteString(g.ID(v) + " ")
			group(id)
			b.WriteByte('\n')
		}
	}
	for e := range graph.Edge(g.Calls()) {
		for _, r := range g.Routes(e) {
			for i := range r.Layers {
				s := &r.Layers[i]
				if s.Timeout != nil && s.Timeout.Total.Set() {
					fmt.Fprintf(&b, "%s [%s] %s timeout %s\n", call(e), r.Match, s.Product, s.Timeout.Total.Value)
				}
				if s.Breaker != nil && s.Breaker.Failures.Set() && s.Breaker.Failures.Provenance.String() == "explicit" {
					fmt.Fprintf(&b, "%s [%s] %s breaker at %d\n", call(e), r.Match, s.Product, s.Breaker.Failures.Value)
				}
			}
		}
	}
	for _, p := range g.Policies() {
		if len(p.Calls) == 0 && !p.Says.Empty() {
			fmt.Fprintf(&b, "%s [%s] is for no call: %s\n", p.Object, p.Match, p.UnboundReason)
		}
		for _, s := range p.Shadows {
			fmt.Fprintf(&b, "%s [%s] is hidden by %s\n", p.Object, p.Match, s.By.Object)
		}
	}
	return b.String()
}
