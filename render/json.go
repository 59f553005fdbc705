package render

import (
	"io"
	"iter"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
)

// jsonFormat is the contract with other programs, and an input of weir.
var jsonFormat = &Format{
	Name: "json", Fixes: true,
	Doc:    "for programs: the complete report, which weir can read again",
	Shows:  everything,
	syntax: jsonSyntax,
	write:  writeJSON,
}

// JSONSchema returns the JSON Schema of the format json, as encoding/json writes it.
func JSONSchema() any { return wire.JSONSchema() }

// writeJSON writes the report as a wire.Document.
func writeJSON(w io.Writer, r *analyze.Report, o Options) error {
	j := wire.NewWriter(w)
	g := r.Graph
	if m := r.Made; m != nil {
		j.Member("made", wire.Made(*m))
	}
	if r.Drawn {
		// Programs get the calls of every class and can filter them by it.
		o.View.All = true
		d := o.View.Draw(g)
		if d.NotShown != nil {
			j.Member("left", d.NotShown)
		}
		wire.List(j, "services", drawnServices(d, o.View.Collapse))
		wire.List(j, "calls", drawnCalls(d))
		wire.List(j, "groups", drawnGroups(d.Graph))
	}
	if c := r.Check; c != nil {
		j.Member("check", checkJSON(c))
		wire.List(j, "findings", each(c.Findings, findingJSON))
	}
	if r.Impacts != nil {
		wire.List(j, "impacts", each(r.Impacts, func(in analyze.Incident) wire.Impact { return impactJSON(g, &in) }))
	}
	if r.Ranking != nil {
		wire.List(j, "ranking", each(r.Ranking, func(k analyze.Rank) wire.Rank {
			return wire.Rank{ID: g.ID(k.Node), Failed: k.Failed, Reached: k.Reached, Direct: k.Direct}
		}))
	}
	if r.Fates != nil {
		wire.List(j, "sharedFates", each(r.Fates.Shared, func(f analyze.Fate) wire.SharedFate { return fateJSON(g, &f) }))
	}
	if r.Contracts != nil {
		wire.List(j, "contracts", each(r.Contracts, func(c analyze.Contracts) wire.Contracts { return contractsJSON(g, &c) }))
	}
	if r.Cycles != nil {
		wire.List(j, "cycles", each(r.Cycles.Components, func(c analyze.Cycle) wire.Cycle { return cycleJSON(g, &c) }))
	}
	if r.Fan != nil {
		j.Member("fan", fanJSON(g, r.Fan))
	}
	if r.Path != nil {
		j.Member("path", pathJSON(g, r.Path))
	}
	if r.Focus != nil {
		j.Member("focus", focusJSON(g, r.Focus))
	}
	if m := r.Matrix; m != nil {
		wire.List(j, "policies", each(m.Rows, func(row analyze.MatrixRow) wire.PolicyRow { return protectionJSON(g, &row) }))
	}
	if r.Diff != nil {
		j.Member("diff", diffJSON(r.Diff))
	}
	if g == nil {
		wire.List(j, "variants", each(r.Check.Variants, func(v analyze.Variant) wire.Variant {
			return wire.Variant{Name: v.Name, Services: v.Graph.Len(), Calls: v.Graph.Calls(), Ignored: v.Ignored, Coverage: wire.FromCoverage(v.Graph)}
		}))
		return j.Close()
	}
	j.Member("coverage", wire.FromCoverage(g))
	return j.Close()
}

// drawnServices yields the services of a drawing, the boxes of groups as kind group. Each
// is valid until the next.
func drawnServices(d *drawing, group string) iter.Seq[*wire.Service] {
	return func(yield func(*wire.Service) bool) {
		var w wire.Service
		for v := range graph.Node(d.Graph.Len()) {
			s := d.Graph.Service(v)
			w = wire.FromService(s)
			if s.Kind == graph.KindUnknown {
				w.Kind, w.Members = group, d.Members(v)
			}
			if !yield(&w) {
				return
			}
		}
	}
}

// drawnCalls yields the calls of a drawing. Each is valid until the next.
func drawnCalls(d *drawing) iter.Seq[*wire.Call] {
	return func(yield func(*wire.Call) bool) {
		var w wire.Call
		for e := range graph.Edge(d.Graph.Calls()) {
			w.Set(d.Graph, e)
			if n := d.Weight(e); n > 1 {
				w.Calls = n
			}
			if !yield(&w) {
				return
			}
		}
	}
}

// drawnGroups yields the groups of a drawing.
func drawnGroups(g *graph.Graph) iter.Seq[wire.Group] {
	return func(yield func(wire.Group) bool) {
		for id := range graph.GroupID(len(g.Groups())) {
			if !yield(wire.FromGroup(g, id)) {
				return
			}
		}
	}
}

// each yields the items, converted one by one.
func each[T, U any](items []T, convert func(T) U) iter.Seq[U] {
	return func(yield func(U) bool) {
		for _, item := range items {
			if !yield(convert(item)) {
				return
			}
		}
	}
}
