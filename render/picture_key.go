package render

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A key explains what occurs in a picture, and nothing else.
type key struct {
	kinds    []graph.Kind // of the boxes; KindUnknown is a box of several services
	frames   bool         // around namespaces
	pools    bool         // around members of pools
	labels   []string     // the meaning of labels
	colors   []swatch
	notShown []string
}

// keyOf collects what occurs in p.
func keyOf(p *picture) *key {
	g := p.Graph
	k := &key{pools: len(p.groups.boxOf) > 0, notShown: slices.Clone(p.NotShown)}
	for i := range g.Services() {
		s := &g.Services()[i]
		k.frames = k.frames || s.Namespace != ""
		if !slices.Contains(k.kinds, s.Kind) {
			k.kinds = append(k.kinds, s.Kind)
		}
	}
	slices.Sort(k.kinds)
	weights := false
	for e := range graph.Edge(g.Calls()) {
		weights = weights || p.Weight(e) > 1
	}
	if weights {
		k.labels = append(k.labels, "number at an arrow: calls that it represents")
	}
	k.labels = append(k.labels, p.groups.legend()...)
	if len(p.lit.cut) > 0 {
		k.labels = append(k.labels, cutLegend)
	}
	k.labels = append(k.labels, p.labelMeanings()...)
	for _, as := range p.lit.used() {
		l := looks[as]
		s := swatch{fill: l.fill, stroke: l.stroke, says: l.says}
		if p.tint.by != "" && as != down {
			s.fill = ""
		}
		k.colors = append(k.colors, s)
	}
	k.colors = append(k.colors, p.tint.swatches()...)
	if p.tint.by != "" && len(p.tint.order) == 0 {
		k.notShown = append(k.notShown, "colors, no service has "+withArticle(p.tint.by))
	}
	if n := p.lit.outside; n > 0 {
		k.notShown = append(k.notShown, english.Count(n, "finding")+" about other objects")
	}
	if n := p.lit.infos; n > 0 {
		k.notShown = append(k.notShown, fmt.Sprintf("%s (info)", english.Count(n, "finding")))
	}
	return k
}
