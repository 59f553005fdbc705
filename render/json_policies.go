package render

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

func protectionJSON(g *graph.Graph, r *analyze.MatrixRow) wire.PolicyRow {
	j := wire.PolicyRow{
		From: g.ID(g.From(r.Edge)), To: g.ID(g.To(r.Edge)), Match: r.Match, Methods: r.Methods,
		Layers: convert(r.Layers, layerJSON),
		Values: wire.RowValues{
			PerAttempt: boundText(r.Attempt),
			Budget:     boundText(r.Budget),
			Attempts:   triesText(r.Attempts, r.EachHost()),
			CalleeNeed: boundText(r.NeedMax),
		},
	}
	if r.NeedSum > 0 {
		j.Values.CalleeNeedSum = english.Duration(r.NeedSum)
	}
	for _, h := range r.Hidden {
		j.Hidden = append(j.Hidden, wire.Hidden{Object: h.Object.Object, By: h.By.Object, Origin: wire.FromOrigin(h.Object.Origin)})
	}
	for i := range r.Why {
		j.Why = append(j.Why, whyJSON(&r.Why[i]))
	}
	return j
}

func layerJSON(l policy.Effect) wire.Layer {
	j := wire.Layer{
		Layer: l.Set.Layer.String(), Product: l.Set.Product.String(), Policy: *wire.FromPolicy(&l.Set),
		Values: wire.LayerValues{
			PerAttempt:   boundText(l.Attempt),
			WorstBackoff: boundText(l.Waits),
			Budget:       boundText(l.Budget),
			Attempts:     triesText(l.Attempts, l.Set.RetriesEachHost()),
		},
	}
	if l.Budget.State == policy.Finite && l.Attempts > 1 {
		j.Values.AttemptsFull = fmt.Sprint(l.Full)
		j.Values.AttemptsStart = fmt.Sprint(l.Start)
	}
	return j
}
