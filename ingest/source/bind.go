package source

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// maxBound is the most requests, policies and places of one file that are compared with each other. A file that a
// person wrote has a few dozen; of one with more, no policy is read.
const maxBound = 2_000

// bindPolicies gives the places of the file the policies that act on them.
func (f *file) bindPolicies() {
	g := f.policies
	if g == nil || len(g.requests)+len(g.sends)+len(g.guards)+len(g.loops)+len(f.spots) > maxBound {
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

// sendLater gives requests to the clients that send them.
func (f *file) sendLater() {
	g := f.policies
	for _, s := range g.sends {
		switch c := g.clients[s.client]; {
		case c != nil:
			s.request.client = c
		case s.client == "DefaultClient":
			s.request.client = &client{family: netHTTPFamily, base: -1, at: s.request.at, unread: -1, process: true}
		}
		g.requests = append(g.requests, s.request)
	}
}
