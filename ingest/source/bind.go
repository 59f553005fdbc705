package source

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// bindPolicies gives the places of the file the policies that act on them.
func (f *file) bindPolicies() {
	g := f.policies
	if g == nil {
		return
	}
	f.useClients()
	f.sendLater()
	f.findLoops()
	slices.SortStableFunc(g.requests, func(a, b *request) int { return cmp.Compare(a.at, b.at) })
	f.placeRequests()
	f.exportWrappers()
	for k := range f.out.Places {
		if p := &f.out.Places[k]; p.Kind != graph.CodeServer && p.Kind != graph.CodeConstant && p.Kind != graph.CodeWrapper && p.Kind != graph.CodeProcess {
			f.guardPlace(p, f.spots[k])
		}
	}
	f.addSteps()
	f.findLoose()
}
